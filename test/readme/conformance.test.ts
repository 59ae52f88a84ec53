import { checkConformance, upstashTarget } from "kv-emulator/conformance";
import { expect, test } from "vitest";

function mockKv() {
  const map = new Map<string, unknown>();
  return {
    get: async (key: string) => map.get(key) ?? null,
    set: async (key: string, value: unknown) => (map.set(key, value), "OK"),
    del: async (...keys: string[]) => keys.filter((key) => map.delete(key)).length,
    flushall: async () => map.clear(),
  };
}

test("a mock of the usual kind does not answer as Redis", async () => {
  const target = upstashTarget(mockKv());
  await expect(checkConformance(target, { seed: 7 })).rejects.toThrow(`
SET a 1
GET a
  expected  1
  received  "1"
`);
});
