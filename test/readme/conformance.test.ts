import { checkConformance, upstashTarget } from "kv-emulator/conformance";
import { expect, test } from "vitest";

function mockKv() {
  const map = new Map<string, unknown>();
  return {
    get: async (key: string) => map.get(key) ?? null,
    setnx: async (key: string, value: unknown) => (map.has(key) ? 0 : (map.set(key, value), 1)),
    flushall: async () => map.clear(),
  };
}

test("a mock of the usual kind does not answer as Redis", async () => {
  const target = upstashTarget(mockKv());
  const check = checkConformance(target, { commands: ["GET", "SETNX"] });
  await expect(check).rejects.toThrow(/^SETNX a .+\nGET a\n {2}expected .+\n {2}received .+$/m);
});
