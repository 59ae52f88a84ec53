import { createKv } from "kv-emulator/kv";
import { ReplyError } from "kv-emulator";
import { expect, test } from "vitest";

test("the app survives a database that is out of order", async () => {
  const { kv, emulator } = createKv();
  const repair = emulator.intercept(({ commands }) =>
    commands.map(() => new ReplyError("ERR max requests limit exceeded")),
  );
  await expect(kv.get("k")).rejects.toThrow("max requests limit exceeded");

  repair();
  expect(await kv.get("k")).toBeNull();
});
