import { kv } from "@vercel/kv";
import { clock } from "kv-emulator/vitest";
import { expect, test } from "vitest";

test("a session ends after an hour", async () => {
  await kv.set("session:1", { user: "ada" }, { ex: 3600 });
  clock.advance("1h");
  expect(await kv.get("session:1")).toBeNull();
});
