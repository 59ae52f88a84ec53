import { Ratelimit } from "@upstash/ratelimit";
import { createKv } from "kv-emulator/kv";
import { expect, test, vi } from "vitest";

test("a rate limit is over when its window is", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-01-01") });
  const { kv } = createKv({ scriptTimeout: 1000 });
  const limiter = Ratelimit.slidingWindow(1, "10 s");
  const ratelimit = new Ratelimit({ redis: kv, limiter, ephemeralCache: false });

  expect((await ratelimit.limit("ada")).success).toBe(true);
  expect((await ratelimit.limit("ada")).success).toBe(false);
  vi.advanceTimersByTime(20_000);
  expect((await ratelimit.limit("ada")).success).toBe(true);

  expect(await kv.eval("return redis.call('incr', KEYS[1])", ["hits"], [])).toBe(1);
});
