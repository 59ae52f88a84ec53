/** The races in published programs, which stand here as they are published, found; and their repaired forms, shown to have none. */
import { kv as realKv, createClient } from "@vercel/kv";
import { createEmulator, interceptFetch, type Emulator } from "kv-emulator";
import { explore, RaceFound } from "kv-emulator/explore";
import { emulator as defaultEmulator, kv as double } from "kv-emulator/kv";
import { kvHandlers } from "kv-emulator/msw";
import { startServer } from "kv-emulator/node";
import { setupServer } from "msw/node";
import { afterEach, describe, expect, it, vi } from "vitest";

type Kv = typeof realKv | typeof double;

/** The race that is found, in no more time and steps than promised. */
async function raceIn(explored: () => Promise<unknown>): Promise<RaceFound> {
  const begun = performance.now();
  const result: unknown = await explored().catch((error: unknown) => error);
  if (!(result instanceof RaceFound)) throw new Error("no race was found", { cause: result });
  expect(performance.now() - begun).toBeLessThan(2000);
  expect(result.steps).toBeLessThanOrEqual(12);
  return result;
}

const undo: (() => void)[] = [];
afterEach(() => {
  for (const step of undo.splice(0)) step();
});

const key = "lock:process-orders";

/** "Pattern 3: Distributed Lock". */
async function acquireLock(kv: Kv, resource: string, timeout = 10): Promise<string | null> {
  const lockKey = `lock:${resource}`;
  const lockValue = crypto.randomUUID();
  const acquired = await kv.setnx(lockKey, lockValue);
  if (acquired) {
    await kv.expire(lockKey, timeout);
    return lockValue;
  }
  return null;
}

async function releaseLock(kv: Kv, resource: string, lockValue: string): Promise<void> {
  const lockKey = `lock:${resource}`;
  const current = await kv.get(lockKey);
  if (current === lockValue) await kv.del(lockKey);
}

/** Its repaired form. */
const acquire = (kv: Kv, owner: string, ex: number) => kv.set(key, owner, { nx: true, ex });

/** The distributed lock of the key-value store's usage example. */
async function acquireByGet(kv: Kv, lockKey: string, ttl = 10): Promise<string | null> {
  const lockValue = crypto.randomUUID();
  const lock = await kv.get(lockKey);
  if (lock) return null;
  await kv.set(lockKey, { owner: lockValue, acquiredAt: Date.now() }, { ex: ttl });
  return lockValue;
}

/** "Rate Limiting". */
async function checkRateLimit(kv: Kv, ip: string): Promise<boolean> {
  const key = `ratelimit:${ip}`;
  const current = await kv.incr(key);
  if (current === 1) await kv.expire(key, 60);
  return current <= 10;
}

function hasTtl({ emulator }: { emulator: Emulator }): boolean {
  return emulator.call("TTL", "ratelimit:ip") !== -1;
}

/** "Event Log". */
async function addEvent(kv: Kv, type: string): Promise<void> {
  const events = (await kv.get<{ type: string }[]>("events:log")) ?? [];
  events.push({ type });
  if (events.length > 1000) events.splice(0, events.length - 1000);
  await kv.set("events:log", events);
}

/** Its repaired form. */
const pushEvent = async (kv: Kv, type: string): Promise<void> => {
  await kv.rpush("events:log", { type });
  await kv.ltrim("events:log", -1000, -1);
};

describe("a lock that is released by GET, then DEL", () => {
  it("frees the lock of another when its own time was up meanwhile", async () => {
    let ids = 0;
    vi.spyOn(crypto, "randomUUID").mockImplementation(() => `${++ids}-0-0-0-0`);
    undo.push(() => vi.restoreAllMocks());
    const race = await raceIn(() =>
      explore(createEmulator(), {
        setup: () => {
          ids = 0;
        },
        actors: {
          alice: async ({ kv }) => {
            const lock = await acquireLock(kv, "process-orders");
            if (lock !== null) await releaseLock(kv, "process-orders", lock);
          },
          bob: ({ kv }) => acquireLock(kv, "process-orders", 60),
        },
        advance: ["10s"],
        invariant: ({ results: { bob }, emulator }) =>
          bob === null || emulator.call("GET", key) === bob,
      }),
    );
    expect(race.message).toMatchInlineSnapshot(`
      "a race: the invariant is violated

           alice                                      bob
        1  ├ SETNX lock:process-orders 1-0-0-0-0 → 1  │
        2  ├ EXPIRE lock:process-orders 10 → 1        │
        3  ├ GET lock:process-orders → "1-0-0-0-0"    │
        4  ┄┄ 10s pass ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄
        5  │                                          ├ SETNX lock:process-orders 2-0-0-0-0 → 1
        6  │                                          ├ EXPIRE lock:process-orders 60 → 1
           │                                          ┴ returns "2-0-0-0-0"
        7  ├ DEL lock:process-orders → 1
           ┴ returns

      schedule: "alice alice alice +10s bob bob alice" (of 32 interleavings)"
    `);
  });

  it("stays without an end when its holder crashes before EXPIRE", async () => {
    const race = await raceIn(() =>
      explore(createEmulator(), {
        actors: { alice: ({ kv }) => acquireLock(kv, "process-orders") },
        crashes: true,
        invariant: ({ emulator }) => emulator.call("TTL", key) !== -1,
      }),
    );
    expect(race.schedule).toBe("alice crash:alice");
  });

  it("is safe with SET NX EX, and a script that compares and deletes", async () => {
    const release = `if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end return 0`;
    const covered = await explore(createEmulator(), {
      actors: {
        alice: async ({ kv }) => {
          if ((await acquire(kv, "alice", 10)) !== null) await kv.eval(release, [key], ["alice"]);
        },
        bob: ({ kv }) => acquire(kv, "bob", 60),
      },
      advance: ["10s"],
      crashes: true,
      invariant: ({ results: { bob }, emulator }) => {
        const isKept = bob !== "OK" || emulator.call("GET", key) === "bob";
        return isKept && emulator.call("TTL", key) !== -1;
      },
    });
    // alice's two requests and bob's one: 3 orders, 1 with a crash; 10 more in which time passes.
    expect(covered).toEqual({ interleavings: 14, exhaustive: true });
  });
});

describe("a lock that is taken by GET, then SET", () => {
  it("is had by two", async () => {
    undo.push(interceptFetch(defaultEmulator, { url: "https://my-db.upstash.io" }));
    const kv = createClient({ url: "https://my-db.upstash.io", token: "secret" });
    const race = await raceIn(() =>
      explore(defaultEmulator, {
        actors: { alice: () => acquireByGet(kv, "lock:1"), bob: () => acquireByGet(kv, "lock:1") },
        invariant: ({ results: { alice, bob } }) => {
          expect([alice, bob], "one of them waits").toContain(null);
        },
      }),
    );
    expect(race.message).toContain("one of them waits");
    expect(race.schedule).toBe("alice bob bob alice");
  });

  it("is had by one with SET NX PX", async () => {
    const covered = await explore(createEmulator(), {
      actors: {
        alice: ({ kv }) => acquire(kv, "alice", 10),
        bob: ({ kv }) => acquire(kv, "bob", 10),
        carol: ({ kv }) => acquire(kv, "carol", 10),
      },
      invariant: ({ results }) => {
        expect(Object.values(results).filter((result) => result === "OK")).toHaveLength(1);
      },
    });
    expect(covered).toEqual({ interleavings: 6, exhaustive: true });
  });
});

describe("a rate limit of INCR, then EXPIRE", () => {
  it("locks a caller out for ever when a crash comes between", async () => {
    const race = await raceIn(() =>
      explore(createEmulator(), {
        actors: {
          alice: ({ kv }) => checkRateLimit(kv, "ip"),
          bob: ({ kv }) => checkRateLimit(kv, "ip"),
        },
        crashes: true,
        invariant: hasTtl,
      }),
    );
    expect(race.message).toMatchInlineSnapshot(`
      "a race: the invariant is violated

           alice                    bob
        1  ├ INCR ratelimit:ip → 1  │
        2  ┴ crashes                │
        3                           ├ INCR ratelimit:ip → 2
                                    ┴ returns true

      schedule: "alice crash:alice bob" (of 6 interleavings)"
    `);
  });

  it.each<[string, number, (kv: Kv) => Promise<unknown>]>([
    ["MULTI", 24, (kv) => kv.multi().incr("ratelimit:ip").expire("ratelimit:ip", 60, "NX").exec()],
    [
      "a pipeline with EXPIRE NX",
      630,
      (kv) => kv.pipeline().incr("ratelimit:ip").expire("ratelimit:ip", 60, "NX").exec(),
    ],
    [
      "a script",
      24,
      (kv) =>
        kv.eval(
          `local hits = redis.call("INCR", KEYS[1])
           if hits == 1 then redis.call("EXPIRE", KEYS[1], ARGV[1]) end
           return hits`,
          ["ratelimit:ip"],
          [60],
        ),
    ],
  ])("always ends with %s, in %i interleavings", async (_, orders, hit) => {
    const covered = await explore(createEmulator(), {
      actors: {
        alice: ({ kv }) => hit(kv),
        bob: ({ kv }) => hit(kv),
        carol: ({ kv }) => hit(kv),
      },
      crashes: true,
      advance: ["60s"],
      invariant: hasTtl,
    });
    expect(covered.exhaustive).toBe(true);
    expect(covered.interleavings).toBe(orders);
  });
});

describe("an event log that is read, changed and written", () => {
  it("loses an event, also through MSW", async () => {
    const emulator = createEmulator();
    const connection = { url: "https://my-db.upstash.io", token: "secret" };
    const server = setupServer(...kvHandlers(emulator, connection));
    server.listen();
    undo.push(() => server.close());
    vi.stubEnv("KV_REST_API_URL", connection.url);
    vi.stubEnv("KV_REST_API_TOKEN", connection.token);
    undo.push(() => vi.unstubAllEnvs());
    const race = await raceIn(() =>
      explore(emulator, {
        actors: {
          login: () => addEvent(realKv, "login"),
          logout: () => addEvent(realKv, "logout"),
        },
        invariant: async ({ kv }) => expect(await kv.get("events:log")).toHaveLength(2),
      }),
    );
    expect(race.diagram).toMatchInlineSnapshot(`
      "     login                                       logout
        1  ├ GET events:log → nil                      │
        2  │                                           ├ GET events:log → nil
        3  │                                           ├ SET events:log '[{"type":"logout"}]' → OK
           │                                           ┴ returns
        4  ├ SET events:log '[{"type":"login"}]' → OK
           ┴ returns"
    `);
  });

  it("loses an event against a server, too", async () => {
    const emulator = createEmulator();
    const server = await startServer({ emulator });
    undo.push(() => void server.close());
    const kv = createClient({ url: server.url, token: server.token });
    const race = await raceIn(() =>
      explore(emulator, {
        actors: { login: () => addEvent(kv, "login"), logout: () => addEvent(kv, "logout") },
        invariant: async ({ kv: own }) => expect(await own.get("events:log")).toHaveLength(2),
      }),
    );
    expect(race.schedule).toBe("login logout logout login");
  });

  it("keeps all with RPUSH and LTRIM", async () => {
    const covered = await explore(defaultEmulator, {
      actors: {
        login: () => pushEvent(double, "login"),
        logout: () => pushEvent(double, "logout"),
        visit: () => pushEvent(double, "visit"),
      },
      crashes: true,
      invariant: ({ emulator }) => emulator.call("LLEN", "events:log") === 3,
    });
    expect(covered.exhaustive).toBe(true);
    expect(covered.interleavings).toBeGreaterThanOrEqual(90);
  });
});
