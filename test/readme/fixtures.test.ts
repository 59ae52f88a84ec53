import { test } from "kv-emulator/vitest";
import { expect } from "vitest";

test.concurrent("a window of ten seconds", async ({ kv, clock }) => {
  await kv.set("hits", 1, { ex: 10 });
  clock.advance("10s");
  expect(await kv.incr("hits")).toBe(1);
});
