// Run by `bun test`: unchanged code finds its database as in production, and each test an empty one.
import { kv } from "@vercel/kv";
import { expect, test } from "bun:test";
import { emulator } from "kv-emulator/kv";

for (const time of ["first", "second"]) {
  test(`the ${time} of two that leave everything behind`, async () => {
    expect(await kv.incr("visits")).toBe(1);
    expect(await kv.set("session", { user: "ada" }, { ex: 60 })).toBe("OK");
    expect(await kv.eval("return redis.call('INCR', KEYS[1])", ["visits"], [])).toBe(2);
    expect(emulator.call("TTL", "session")).toBe(60);
    emulator.clock.advance("1m");
    expect(await kv.get("session")).toBeNull();
  });
}
