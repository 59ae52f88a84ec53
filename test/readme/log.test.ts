import { kv } from "@vercel/kv";
import { emulator } from "kv-emulator/vitest";
import { expect, test } from "vitest";

test("a session is one command, and lives for an hour", async () => {
  await kv.set("session:1", { user: "ada" }, { ex: 3600 });
  expect(emulator).toHaveReceived("SET", "session:1", { user: "ada" });
  expect(emulator).toHaveTtl("session:1", "1h");
  expect(emulator).toCost({ commands: 1, requests: 1 });
});
