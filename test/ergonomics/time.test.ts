/** Time as a test sees it: one clock for everything that the emulator does, which the test moves, or fake timers do. */
import { Redis } from "@upstash/redis";
import { Redis as IORedis } from "ioredis";
import { createEmulator, interceptFetch, manualClock } from "kv-emulator";
import { createKv } from "kv-emulator/kv";
import { kvHandlers } from "kv-emulator/msw";
import { startServer } from "kv-emulator/node";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";

const connection = { url: "https://my-db.upstash.io", token: "secret" };

afterEach(() => {
  vi.useRealTimers();
});

describe("clock.advance moves", () => {
  it("TTLs", async () => {
    const { kv, emulator } = createKv();
    await kv.set("session", "ada", { ex: 3600 });
    emulator.clock.advance("59m");
    expect(await kv.ttl("session")).toBe(60);
    emulator.clock.advance("1m");
    expect(await kv.get("session")).toBeNull();
  });

  it("TTLs of fields", async () => {
    const { kv, emulator } = createKv();
    await kv.hset("user:1", { name: "ada", code: "4711" });
    await kv.hpexpire("user:1", "code", 500);
    emulator.clock.advance(500);
    expect(await kv.hgetall("user:1")).toEqual({ name: "ada" });
  });

  it("TIME and the ids of streams", async () => {
    const { kv, emulator } = createKv();
    emulator.clock.freeze("2026-01-01T00:00:00Z");
    const began = Date.parse("2026-01-01T00:00:00Z");
    expect(await kv.xadd("log", "*", { event: "in" })).toBe(`${began}-0`);
    emulator.clock.advance("1d");
    expect(await kv.xadd("log", "*", { event: "out" })).toBe(`${began + 86_400_000}-0`);
    expect(await kv.time()).toEqual([began / 1000 + 86_400, 0]);
  });

  it("its own emulator alone", async () => {
    const [one, other] = [createKv(), createKv()];
    await Promise.all([one, other].map(({ kv }) => kv.set("k", "v", { ex: 60 })));
    one.emulator.clock.advance("1m");
    expect(await one.kv.exists("k")).toBe(0);
    expect(await other.kv.exists("k")).toBe(1);
  });

  it("what the real client sees through MSW", async () => {
    const emulator = createEmulator();
    const server = setupServer(...kvHandlers(emulator, connection));
    server.listen();
    onTestFinished(() => server.close());
    const redis = new Redis(connection);
    await redis.set("lock", "me", { nx: true, px: 500 });
    expect(await redis.set("lock", "you", { nx: true, px: 500 })).toBeNull();
    emulator.clock.advance(500);
    expect(await redis.set("lock", "you", { nx: true, px: 500 })).toBe("OK");
  });

  it("a client of the server that waits", async () => {
    const server = await startServer();
    const client = new IORedis(server.redisUrl);
    onTestFinished(async () => {
      client.disconnect();
      await server.close();
    });
    const { emulator } = server;
    const popped = client.blpop("queue", 30);
    await expect.poll(() => emulator.call("CLIENT", "LIST")).toContain("cmd=blpop");
    emulator.clock.advance("30s");
    expect(await popped).toBeNull();
  });

  it("the event of a key that expires, to whoever listens", async () => {
    const server = await startServer();
    onTestFinished(() => server.close());
    const { emulator } = server;
    emulator.call("CONFIG", "SET", "notify-keyspace-events", "Ex");
    const subscriber = new Redis(server).subscribe<string>("__keyevent@0__:expired");
    onTestFinished(() => subscriber.unsubscribe());
    await new Promise((resolve) => subscriber.on("subscribe", resolve));
    const expired = new Promise((resolve) => subscriber.on("message", resolve));
    emulator.call("SET", "session", "ada", "EX", 3600);
    emulator.clock.advance("1h");
    expect(await expired).toMatchObject({ message: "session" });
  });

  it("a database that is slow", async () => {
    const { kv, emulator } = createKv();
    const { clock } = emulator;
    emulator.intercept(async (call, next) => {
      await clock.sleep("2s");
      return next(call);
    });
    const value = kv.get("k");
    // The double's client gathers calls until the next turn.
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance("2s");
    expect(await value).toBeNull();
  });
});

describe("a clock that stands still", () => {
  it("moves when it is told to, and follows the process's when that is told", async () => {
    const { kv, emulator } = createKv();
    emulator.clock.freeze();
    await kv.set("k", "v", { px: 1 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await kv.pttl("k")).toBe(1);
    emulator.clock.follow();
    expect(await kv.pttl("k")).toBe(-2);
  });

  it("may be one for several emulators", async () => {
    const clock = manualClock("2026-01-01T00:00:00Z");
    const [one, other] = [createKv({ clock }), createKv({ clock })];
    await Promise.all([one, other].map(({ kv }) => kv.set("k", "v", { ex: 60 })));
    clock.advance("1m");
    expect(await Promise.all([one.kv.dbsize(), other.kv.dbsize()])).toEqual([0, 0]);
  });
});

describe("fake timers", () => {
  it("move the emulator by themselves", async () => {
    const { kv, emulator } = createKv();
    vi.useFakeTimers({ now: new Date("2026-01-01"), toFake: ["Date", "setTimeout"] });
    await kv.set("session", "ada", { ex: 3600 });
    vi.advanceTimersByTime(3_600_000);
    expect(await kv.get("session")).toBeNull();
    expect(emulator.clock.now()).toBe(Date.now());
  });

  it("are moved by clock.advance: the app and its database have one time", async () => {
    const { kv, emulator } = createKv();
    vi.useFakeTimers({ now: new Date("2026-01-01") });
    const cleanUp = vi.fn<() => void>();
    setTimeout(cleanUp, 60_000);
    await kv.set("k", "v", { ex: 60 });
    emulator.clock.advance("1m");
    expect(cleanUp).toHaveBeenCalledOnce();
    expect(Date.now()).toBe(Date.parse("2026-01-01T00:01:00Z"));
    expect(await kv.exists("k")).toBe(0);
  });
});

describe("an outage: the client tries five times more, over 4.3 seconds of waiting", () => {
  it("takes milliseconds with interceptFetch, to its bitter end", async () => {
    const emulator = createEmulator();
    onTestFinished(interceptFetch(emulator, connection));
    const times: number[] = [];
    emulator.intercept(async () => {
      times.push(Date.now());
      throw new TypeError("fetch failed");
    });
    useFakeTimers();
    expect(await outcome(new Redis(connection).incr("hits"))).toEqual(
      new TypeError("fetch failed"),
    );
    expect(times).toHaveLength(6);
    expect(times.at(-1)).toBeGreaterThanOrEqual(4285);
    expect(times.at(-1)).toBeLessThan(4300);
  });

  it("ends well when the database is back before the last try", async () => {
    const emulator = createEmulator();
    onTestFinished(interceptFetch(emulator, connection));
    const repair = emulator.intercept(async () => {
      throw new TypeError("fetch failed");
    });
    useFakeTimers();
    setTimeout(repair, 4000);
    expect(await outcome(new Redis(connection).incr("hits"))).toBe(1);
  });

  it("is the same through MSW", async () => {
    let calls = 0;
    const server = setupServer(
      http.all(`${connection.url}*`, () => (++calls < 6 ? HttpResponse.error() : undefined)),
      ...kvHandlers(createEmulator(), connection),
    );
    server.listen();
    onTestFinished(() => server.close());
    useFakeTimers();
    expect(await outcome(new Redis(connection).incr("hits"))).toBe(1);
    expect(Date.now()).toBeGreaterThanOrEqual(4285);
  });

  it("is the same with a server that is gone", async () => {
    const server = await startServer();
    await server.close();
    useFakeTimers();
    expect(await outcome(new Redis(server).incr("hits"))).toEqual(new TypeError("fetch failed"));
    expect(Date.now()).toBeGreaterThanOrEqual(4285);
  });
});

function useFakeTimers(): void {
  vi.useFakeTimers({ now: 0, toFake: ["Date", "setTimeout", "clearTimeout"] });
}

/** What becomes of a call while all timers ring; fails where it took a second of real time. */
async function outcome(call: Promise<unknown>): Promise<unknown> {
  const begun = performance.now();
  const settled = new Set<unknown>();
  void call.then(
    (value) => settled.add(value),
    (error: unknown) => settled.add(error),
  );
  while (settled.size === 0) {
    await vi.advanceTimersByTimeAsync(50);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(performance.now() - begun).toBeLessThan(1000);
  return [...settled][0];
}
