import { createKv } from "kv-emulator/kv";
import { expect, test } from "vitest";

test("two pairs share nothing", async () => {
  const { kv, emulator } = createKv({ seed: 1 });
  await kv.sadd("tags", "red", "green", "blue");
  expect(emulator.call("SCARD", "tags")).toBe(3);
  expect(await createKv().kv.exists("tags")).toBe(0);
});
