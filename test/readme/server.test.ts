import { createClient } from "@vercel/kv";
import { startServer } from "kv-emulator/node";
import { expect, test } from "vitest";

test("REST and Redis clients meet on one database", async () => {
  const server = await startServer();
  const kv = createClient({ url: server.url, token: server.token });

  await kv.set("user:1", { name: "Ada" });
  expect(server.emulator.call("GET", "user:1")).toBe('{"name":"Ada"}');
  expect(server.env).toMatchObject({ KV_URL: server.redisUrl, KV_REST_API_URL: server.url });

  await server.close();
});
