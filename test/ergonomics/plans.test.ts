/** Plans as a test sees them: what an app does when Upstash says that it is too much, on every way to the database. */
import { Redis } from "@upstash/redis";
import { Redis as IORedis } from "ioredis";
import { createEmulator, interceptFetch, type Emulator } from "kv-emulator";
import { createKv } from "kv-emulator/kv";
import { kvHandlers } from "kv-emulator/msw";
import { startServer } from "kv-emulator/node";
import { test as base } from "kv-emulator/vitest";
import { setupServer } from "msw/node";
import { describe, expect, it, onTestFinished } from "vitest";

const connection = { url: "https://my-db.upstash.io", token: "secret" };

describe("an app on the free plan", () => {
  it("runs out of commands, and has new ones in the next month", async () => {
    const { kv, emulator } = createKv({ plan: "free" });
    emulator.clock.freeze("2026-01-31T23:00:00Z");
    emulator.usage.set({ monthlyCommands: 499_999 });
    await kv.set("greeting", "hello");
    await expect(kv.get("greeting")).rejects.toThrow(
      "ERR max requests limit exceeded. Limit: 500000, Usage: 500000.",
    );
    emulator.clock.advance("1h");
    expect(await kv.get("greeting")).toBe("hello");
  });

  it("runs out of room, through MSW, and deletes to go on", async () => {
    const emulator = createEmulator({ plan: "free" });
    const server = setupServer(...kvHandlers(emulator, connection));
    server.listen();
    onTestFinished(() => server.close());
    const redis = new Redis(connection);
    await redis.set("old", "x".repeat(1000));
    emulator.usage.set({ databaseSize: 256 * 2 ** 20 + 1 });
    await expect(redis.set("new", "y")).rejects.toThrow(
      "ERR DB capacity quota exceeded. Threshold: 268435456 bytes, Usage: 268435457 bytes.",
    );
    expect(await redis.del("old")).toBe(1);
    expect(await redis.set("new", "y")).toBe("OK");
  });
});

describe("a cache with eviction", () => {
  it("keeps what has no TTL, and always takes the next entry", async () => {
    const emulator = createEmulator({ plan: { databaseSize: 10_000, eviction: true }, seed: 1 });
    onTestFinished(interceptFetch(emulator, connection));
    const redis = new Redis(connection);
    await redis.set("config", "kept");
    for (let page = 0; page < 200; page++) {
      expect(await redis.set(`page:${page}`, "x".repeat(500), { ex: 60 })).toBe("OK");
    }
    expect(await redis.get("config")).toBe("kept");
    expect(await redis.dbsize()).toBeLessThan(20);
  });
});

describe("a budget of commands", () => {
  it("tells what a request costs", async () => {
    const { kv, emulator } = createKv({ plan: "pay-as-you-go" });
    await kv.multi().incr("visits").expire("visits", 60).exec();
    // MULTI and EXEC are billed, too.
    expect(emulator.usage.monthlyCommands).toBe(4);
  });
});

describe("a server with a plan", () => {
  it("takes so many connections", async () => {
    const server = await startServer({ plan: { connections: 1 } });
    onTestFinished(() => server.close());
    const first = new IORedis(server.redisUrl);
    onTestFinished(() => first.disconnect());
    await first.set("k", "v");
    const errors: string[] = [];
    const second = new IORedis(server.redisUrl, { retryStrategy: () => null });
    onTestFinished(() => second.disconnect());
    second.on("error", (error) => errors.push(String(error)));
    await expect
      .poll(() => errors)
      .toContain("ReplyError: ERR max concurrent connections exceeded");
    expect(await new Redis(server).get("k")).toBe("v");
  });
});

const test = base.extend<{ emulator: Emulator }>({
  emulator: async ({ strict }, use) => use(createEmulator({ strict, plan: { dailyCommands: 2 } })),
});

describe("fixtures on a plan", () => {
  test.concurrent("count each test for itself", async ({ kv, emulator }) => {
    await kv.incr("n");
    expect(await kv.incr("n")).toBe(2);
    expect(emulator.usage.dailyCommands).toBe(2);
  });

  test.concurrent("let each test begin anew", async ({ redis, clock }) => {
    await redis.incr("n");
    expect(await redis.incr("n")).toBe(2);
    await expect(redis.incr("n")).rejects.toThrow("ERR max daily request limit exceeded. Limit: 2");
    clock.advance("1d");
    expect(await redis.incr("n")).toBe(3);
  });
});
