import { Redis } from "@upstash/redis";
import { createEmulator, interceptFetch, manualClock } from "kv-emulator";
import { expect, test } from "vitest";

test("a lock is free again when its time is up", async () => {
  const clock = manualClock("2026-01-01T00:00:00Z");
  const connection = { url: "https://my-db.upstash.io", token: "secret" };
  const undo = interceptFetch(createEmulator({ clock }), connection);

  const redis = new Redis(connection);
  expect(await redis.set("lock", "me", { nx: true, px: 500 })).toBe("OK");
  expect(await redis.set("lock", "you", { nx: true, px: 500 })).toBeNull();
  clock.advance("500ms");
  expect(await redis.set("lock", "you", { nx: true, px: 500 })).toBe("OK");

  undo();
});
