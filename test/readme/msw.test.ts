import { createClient } from "@vercel/kv";
import { createEmulator } from "kv-emulator";
import { kvHandlers } from "kv-emulator/msw";
import { setupServer } from "msw/node";
import { afterAll, beforeAll, expect, test } from "vitest";

const connection = { url: "https://my-db.upstash.io", token: "secret" };
const emulator = createEmulator();
const server = setupServer(...kvHandlers(emulator, connection));
beforeAll(() => server.listen());
afterAll(() => server.close());

test("the real client writes, the emulator has it", async () => {
  await createClient(connection).hset("user:1", { name: "Ada", visits: 1 });
  expect(emulator.call("HGETALL", "user:1")).toEqual(["name", "Ada", "visits", "1"]);
});
