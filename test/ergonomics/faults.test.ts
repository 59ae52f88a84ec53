/**
 * Faults as an app's tests use them: what a blind retry does when a reply is lost, and which forms of the same survive it; what libraries
 * make of a database that has forgotten their scripts, or is slow.
 */
import { Lock } from "@upstash/lock";
import { Ratelimit } from "@upstash/ratelimit";
// As TypeScript finds it from libraries whose types are CommonJS's.
import type { Redis as Client } from "@upstash/redis" with { "resolution-mode": "require" };
import { Redis as IORedis } from "ioredis";
import { createEmulator, type Emulator } from "kv-emulator";
import { startServer } from "kv-emulator/node";
import { test } from "kv-emulator/vitest";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { clientAt, doors } from "../support/doors.js";

afterEach(() => {
  vi.useRealTimers();
});

/** What the client asks for once and the database does twice. */
function loseReply(emulator: Emulator, on: string): void {
  const { faults } = emulator;
  faults.add({ on, times: 1, effect: "lost-reply" });
  onTestFinished(() => faults.verify());
}

function isClient(client: object): client is Client {
  return "evalsha" in client;
}

describe("a lost reply doubles an INCR", () => {
  it.each(Object.entries(doors))("through %s", async (_, door) => {
    const emulator = createEmulator();
    const redis = await clientAt(door, emulator);
    loseReply(emulator, "INCR");
    expect(await redis.incr("hits")).toBe(2);
  });

  it("over RESP", async () => {
    const server = await startServer();
    onTestFinished(() => server.close());
    const redis = new IORedis(server.redisUrl);
    onTestFinished(() => redis.disconnect());
    loseReply(server.emulator, "INCR");
    expect(await redis.incr("hits")).toBe(2);
  });
});

describe("what is done twice does no harm", () => {
  const COUNT = `
    if redis.call("SET", KEYS[2], 1, "NX", "EX", 3600) then redis.call("INCR", KEYS[1]) end
    return tonumber(redis.call("GET", KEYS[1]))`;

  test("to a counter whose script knows the request", async ({ kv, emulator }) => {
    const count = (id: string) => kv.eval(COUNT, ["hits", `seen:${id}`], []);
    loseReply(emulator, "EVAL");
    expect(await count("request-1")).toBe(1);
    expect(await count("request-2")).toBe(2);
  });

  test("to a set of requests", async ({ kv, emulator }) => {
    loseReply(emulator, "SADD");
    await kv.sadd("hits", "request-1");
    expect(await kv.scard("hits")).toBe(1);
  });

  test("to what SET NX claims, where the claim says whose it is", async ({ kv, emulator }) => {
    const claim = async (id: string): Promise<boolean> =>
      (await kv.set("order:1", id, { nx: true })) === "OK" || (await kv.get("order:1")) === id;
    loseReply(emulator, "SET");
    expect(await claim("request-1")).toBe(true);
    expect(await claim("request-2")).toBe(false);
  });
});

describe("an outage", () => {
  test("is tried again for 4.3 s, which take milliseconds", async ({ redis, emulator, clock }) => {
    vi.useFakeTimers();
    const began = clock.now();
    const outage = emulator.faults.add({ effect: "reset" });
    const hits = redis.incr("hits");
    await vi.advanceTimersByTimeAsync(4000);
    expect(outage.fired).toBe(5);
    outage.remove();
    await vi.advanceTimersByTimeAsync(300);
    expect(await hits).toBe(1);
    expect(clock.now() - began).toBe(4300);
  });

  test("leaves no gateway's page to the user", async ({ kv, emulator }) => {
    const greet = async (user: string): Promise<string> => {
      const name = await kv.get(`name:${user}`).catch(() => null);
      return `Hello, ${typeof name === "string" ? name : "you"}!`;
    };
    await kv.set("name:1", "Ada");
    emulator.faults.add({ on: "GET", times: 1, effect: { status: 502 } });
    expect(await greet("1")).toBe("Hello, you!");
    expect(await greet("1")).toBe("Hello, Ada!");
  });
});

describe("@upstash/ratelimit", () => {
  const limiter = Ratelimit.fixedWindow(2, "1 m");

  test("sends its script where the database has forgotten it", async ({ redis, emulator }) => {
    const limit = new Ratelimit({ redis, limiter });
    expect((await limit.limit("ada")).remaining).toBe(1);
    const forgotten = emulator.faults.add({ effect: "noscript" });
    expect((await limit.limit("ada")).remaining).toBe(0);
    expect((await limit.limit("ada")).success).toBe(false);
    expect(forgotten.fired).toBe(1);
  });

  test("lets pass who would wait too long, and counts it later", async ({ redis, emulator }) => {
    // At the beginning of a window.
    vi.useFakeTimers({ now: new Date("2026-01-01") });
    const limit = new Ratelimit({ redis, limiter, timeout: 1000, ephemeralCache: false });
    emulator.faults.add({ times: 1, effect: { latency: "3s" } });
    const slow = limit.limit("ada");
    await vi.advanceTimersByTimeAsync(1000);
    expect(await slow).toMatchObject({ success: true, reason: "timeout" });
    await vi.advanceTimersByTimeAsync(3000);
    expect((await limit.limit("ada")).remaining).toBe(0);
  });

  test("throws what the database answers", async ({ redis, emulator }) => {
    const limit = new Ratelimit({ redis, limiter });
    const text = "ERR max requests limit exceeded. Limit: 500000, Usage: 500000.";
    emulator.faults.add({ on: "EVALSHA", effect: { error: text } });
    await expect(limit.limit("ada")).rejects.toThrow(text);
  });
});

function lockOf(redis: object): Lock {
  if (!isClient(redis)) throw new TypeError("no client of @upstash/redis");
  return new Lock({ id: "job", redis, lease: 5000, retry: { attempts: 1, delay: 0 } });
}

describe("@upstash/lock", () => {
  test("does not know that it holds a lock whose reply was lost", async ({ redis, emulator }) => {
    const lock = lockOf(redis);
    loseReply(emulator, "SET");
    expect(await lock.acquire()).toBe(false);
    expect(await redis.exists("job")).toBe(1);
    emulator.clock.advance("5s");
    expect(await lock.acquire()).toBe(true);
  });

  test("takes nobody's lock away that is released too late", async ({ redis, emulator, clock }) => {
    clock.freeze();
    const [slow, next] = [lockOf(redis), lockOf(redis)];
    await slow.acquire();
    const late = emulator.faults.add({ on: "EVAL", times: 1, effect: { latency: "6s" } });
    const released = slow.release();
    await expect.poll(() => late.fired).toBe(1);
    clock.advance("5s");
    expect(await next.acquire()).toBe(true);
    clock.advance("1s");
    expect(await released).toBe(false);
    expect(await next.getStatus()).toBe("ACQUIRED");
  });
});

test("a rule that is misspelt is found out", async ({ kv, emulator }) => {
  emulator.faults.add({ on: "INRC", effect: "reset" });
  await kv.incr("hits");
  expect(() => emulator.faults.verify()).toThrow(
    'there is no command "INRC"; did you mean INCR?\n    the closest commands seen: INCR hits',
  );
});
