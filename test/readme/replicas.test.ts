import { createKv } from "kv-emulator/kv";
import { expect, test } from "vitest";

test("a reader in another region may not see the order yet", async () => {
  const { kv, emulator } = createKv({ replicas: { lag: "1s" }, client: { readYourWrites: false } });
  await kv.set("order:1", "paid");
  expect(await kv.get("order:1")).toBeNull();
  emulator.clock.advance("1s");
  expect(await kv.get("order:1")).toBe("paid");
});
