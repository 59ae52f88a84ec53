import { test as base } from "kv-emulator/vitest";
import { expect } from "vitest";

const test = base.extend({ strict: { keyWithoutTtl: { level: "error", ignore: ["config:*"] } } });

test("a session without an end is found out", async ({ kv }) => {
  await expect(kv.set("session:1", "ada")).rejects.toThrow('SET leaves "session:1" without a TTL');
});
