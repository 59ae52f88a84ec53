import { createKv } from "kv-emulator/kv";
import { expect, test } from "vitest";

test("the app hears that its commands are used up", async () => {
  const { kv, emulator } = createKv({ plan: "free" });
  emulator.usage.set({ monthlyCommands: 500_000 });
  await expect(kv.get("k")).rejects.toThrow("ERR max requests limit exceeded. Limit: 500000");
  emulator.clock.advance("31d");
  expect(await kv.get("k")).toBeNull();
});
