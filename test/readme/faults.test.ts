import { test } from "kv-emulator/vitest";
import { expect } from "vitest";

test("a reply that is lost counts a hit twice: the client tries again", async ({
  kv,
  emulator,
}) => {
  emulator.faults.add({ on: "INCR", key: "hits:*", times: 1, effect: "lost-reply" });
  expect(await kv.incr("hits:home")).toBe(2);
  emulator.faults.verify();
});
