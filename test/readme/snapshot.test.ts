import { createKv } from "kv-emulator/kv";
import { diff } from "kv-emulator";
import { expect, test } from "vitest";

test("what a sign-in changes can be shown, and undone", async () => {
  const { kv, emulator } = createKv();
  emulator.seed({ online: { $type: "set", value: ["ada"], $ttl: "1h" } });
  const before = emulator.snapshot();
  await kv.sadd("online", "grace");
  expect(String(diff(before, emulator))).toBe("~ online (set)\n    + grace");
  emulator.restore(before);
  expect(await kv.smembers("online")).toEqual(["ada"]);
});
