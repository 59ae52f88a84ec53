import { Redis } from "@upstash/redis";
import { emulator } from "kv-emulator/vitest";
import { expect, test, vi } from "vitest";

test("an outage with the client's five retries takes milliseconds", async () => {
  const repair = emulator.intercept(() => Promise.reject(new TypeError("fetch failed")));
  vi.useFakeTimers();
  setTimeout(repair, 4000);
  const hits = Redis.fromEnv().incr("hits");
  await vi.advanceTimersByTimeAsync(4300);
  expect(await hits).toBe(1);
});
