import { Redis } from "@upstash/redis";
import { createEmulator, interceptFetch } from "kv-emulator";
import { expect, test, vi } from "vitest";

test("an outage with the client's five retries takes milliseconds", async () => {
  const connection = { url: "https://my-db.upstash.io", token: "secret" };
  const emulator = createEmulator();
  const undo = interceptFetch(emulator, connection);
  const repair = emulator.intercept(() => Promise.reject(new TypeError("fetch failed")));
  vi.useFakeTimers();

  const hits = new Redis(connection).incr("hits");
  setTimeout(repair, 4000);
  await vi.advanceTimersByTimeAsync(4300);
  expect(await hits).toBe(1);
  vi.useRealTimers();
  undo();
});
