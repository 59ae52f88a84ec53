/** What the explorer covers: every order of steps, once, each run from the same state; and what it leaves behind, which is nothing. */
import { Lock } from "@upstash/lock";
import { Redis as RealRedis } from "@upstash/redis";
// The library's types are CommonJS's.
import type { Redis as LockClient } from "@upstash/redis" with { "resolution-mode": "require" };
import {
  createEmulator,
  Disruption,
  interceptFetch,
  manualClock,
  type Emulator,
} from "kv-emulator";
import { explore, RaceFound, type ExploreOptions, type Own } from "kv-emulator/explore";
import { kvHandlers } from "kv-emulator/msw";
import { startServer } from "kv-emulator/node";
import { Redis } from "kv-emulator/upstash";
import { Redis as IoRedis } from "ioredis";
import { setupServer } from "msw/node";
import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from "vitest";

let emulator: Emulator;
const undo: (() => unknown)[] = [];
beforeEach(() => {
  emulator = createEmulator({ seed: 1 });
});
afterEach(async () => {
  vi.useRealTimers();
  for (const step of undo.splice(0).toReversed()) await step();
});

/** An actor that sends so many requests. */
const sends =
  (count: number) =>
  async ({ redis }: Own): Promise<void> => {
    for (let sent = 0; sent < count; sent++) await redis.incr("k");
  };

const byText = (a: unknown, b: unknown): number => (String(a) < String(b) ? -1 : 1);

const readThenWrite = async ({ redis }: Pick<Own, "redis">): Promise<void> => {
  const hits = (await redis.get<number>("hits")) ?? 0;
  await redis.set("hits", hits + 1);
};

/** Two that do so; a hit is lost. */
const lost = {
  actors: { alice: readThenWrite, bob: readThenWrite },
  invariant: ({ emulator }: { emulator: Emulator }) => emulator.call("GET", "hits") === "2",
};

/** What a reader sees of a writer of two keys, in all interleavings. */
async function seen(pipelines: "split" | "whole", begin: (own: Own) => Pipeline): Promise<unknown> {
  const values = new Set<unknown>();
  await explore(emulator, {
    actors: {
      writer: (own) => begin(own).set("a", 1).set("b", 1).exec(),
      reader: ({ redis }) => redis.mget("a", "b"),
    },
    pipelines,
    invariant: ({ results }) => values.add(JSON.stringify(results.reader)),
  });
  return [...values].toSorted(byText);
}

function isClient(redis: object): redis is LockClient {
  return redis instanceof Redis;
}

/** Whether the lock was had, of two attempts. */
async function lockOnce({ redis }: Own): Promise<boolean> {
  if (!isClient(redis)) throw new Error("no client");
  const retry = { attempts: 2, delay: 60_000 };
  const lock = new Lock({ id: "l", redis, lease: 10_000, retry });
  const acquired = await lock.acquire();
  if (acquired) await lock.release();
  return acquired;
}

async function buy(redis: IoRedis): Promise<void> {
  if (Number(await redis.get("stock")) > 0) await redis.decr("stock");
}

type Pipeline = ReturnType<Own["redis"]["pipeline"]>;

async function raceIn<Results>(options: ExploreOptions<Results>): Promise<RaceFound> {
  const result: unknown = await explore(emulator, options).catch((error: unknown) => error);
  if (result instanceof RaceFound) return result;
  throw new Error("no race was found", { cause: result });
}

describe("the interleavings", () => {
  it.each([
    [[1], 1],
    [[1, 1], 2],
    [[2, 2], 6],
    [[3, 4], 35],
    [[2, 2, 2], 90],
    [[1, 2, 3, 1], 420],
  ])("of actors with %j requests are %i", async (counts, expected) => {
    const orders = new Set<string>();
    const total = counts.reduce((sum, count) => sum + count, 0);
    let order = "";
    const actors = counts.map((count, index) => {
      const name = String.fromCodePoint(97 + index);
      const actor = async ({ redis }: Own): Promise<void> => {
        for (let sent = 0; sent < count; sent++) {
          await redis.incr("k");
          order += name;
        }
      };
      return [name, actor] as const;
    });
    const covered = await explore(emulator, {
      actors: Object.fromEntries(actors),
      setup: () => {
        order = "";
      },
      invariant: ({ emulator }) => {
        orders.add(order);
        expect(emulator.call("GET", "k")).toBe(String(total));
      },
    });
    expect(covered).toEqual({ interleavings: expected, exhaustive: true });
    expect(orders.size).toBe(expected);
  });

  it("are those of an actor with itself, where it sends requests side by side", async () => {
    const { interleavings } = await explore(emulator, {
      actors: {
        alice: ({ redis }) => Promise.all([redis.get("a"), redis.get("b"), redis.get("c")]),
      },
      invariant: () => true,
    });
    expect(interleavings).toBe(6);
  });

  it("have requests that nobody waits for", async () => {
    const { interleavings } = await explore(emulator, {
      actors: {
        alice: async ({ redis }) => {
          void redis.incr("k");
        },
        bob: sends(2),
      },
      invariant: ({ emulator }) => emulator.call("GET", "k") === "3",
    });
    expect(interleavings).toBe(3);
  });

  it.each([
    [true, 3 + 3 * 3],
    [1, 1 + 2 * 3],
    [["alice"], 1 + 3],
  ] as const)("have crashes between two requests (%j)", async (crashes, least) => {
    const { interleavings, exhaustive } = await explore(emulator, {
      actors: { alice: sends(2), bob: sends(2) },
      crashes: typeof crashes === "object" ? [...crashes] : crashes,
      invariant: ({ emulator, crashed }) => {
        expect(Number(emulator.call("GET", "k"))).toBe(4 - crashed.length);
      },
    });
    expect(exhaustive).toBe(true);
    expect(interleavings).toBeGreaterThan(least);
  });

  it("have one crash behind each request but the last", async () => {
    const { interleavings } = await explore(emulator, {
      actors: { alice: sends(4) },
      crashes: true,
      invariant: () => true,
    });
    expect(interleavings).toBe(4);
  });

  it("have commands of others within a pipeline, and none within a transaction", async () => {
    const all = ["[1,1]", "[null,null]"];
    expect(await seen("split", ({ redis }) => redis.pipeline())).toEqual([
      "[1,1]",
      "[1,null]",
      "[null,null]",
    ]);
    expect(await seen("whole", ({ redis }) => redis.pipeline())).toEqual(all);
    expect(await seen("split", ({ redis }) => redis.multi())).toEqual(all);
  });

  it("finish a pipeline that the server has begun, whoever crashes", async () => {
    const { interleavings } = await explore(emulator, {
      actors: {
        alice: ({ redis }) => redis.pipeline().set("a", 1).set("b", 1).exec(),
        bob: sends(1),
      },
      crashes: true,
      invariant: ({ emulator }) => emulator.call("EXISTS", "a", "b") === 2,
    });
    expect(interleavings).toBe(3);
  });

  it("begin with the same state, random numbers too", async () => {
    emulator.call("SADD", "tags", "a", "b", "c", "d", "e", "f", "g");
    const popped = new Set<unknown>();
    await explore(emulator, {
      actors: { alice: ({ redis }) => redis.spop("tags"), bob: sends(2) },
      invariant: ({ results, emulator }) => {
        popped.add(results.alice);
        expect(emulator.call("SCARD", "tags")).toBe(6);
      },
    });
    expect(popped.size).toBe(1);
    expect(emulator.call("SCARD", "tags")).toBe(7);
  });
});

describe("time", () => {
  it("may pass between any two steps, once for each time given", async () => {
    const ttls: unknown[] = [];
    const { interleavings } = await explore(emulator, {
      actors: {
        alice: async ({ kv }) => {
          await kv.set("k", 1, { ex: 10 });
          return kv.get("k");
        },
      },
      advance: ["10s"],
      invariant: ({ results }) => void ttls.push(results.alice),
    });
    expect(interleavings).toBe(3);
    expect(ttls.toSorted(byText)).toEqual([1, 1, null]);
  });

  it.each<[string, (own: Own) => Promise<unknown>]>([
    ["setTimeout", () => new Promise((resolve) => setTimeout(resolve, 3_600_000))],
    ["clock.sleep", ({ clock }) => clock.sleep("1h")],
  ])("passes for those who sleep with %s, and takes none", async (_, sleep) => {
    const before = emulator.clock.now();
    const seen = new Set<unknown>();
    const { interleavings } = await explore(emulator, {
      actors: {
        alice: async (own) => {
          await own.redis.set("k", 1, { ex: 60 });
          const begun = own.clock.now();
          await sleep(own);
          expect(own.clock.now() - begun).toBe(3_600_000);
          return own.redis.get("k");
        },
        bob: ({ redis }) => redis.get("k"),
      },
      invariant: ({ results: { alice, bob } }) => {
        expect(alice).toBeNull();
        seen.add(bob);
      },
    });
    expect([...seen].toSorted(byText)).toEqual([1, null]);
    expect(interleavings).toBe(4);
    expect(emulator.clock.now() - before).toBeLessThan(60_000);
  });

  it("moves a fake Date along, from the same start each time", async () => {
    vi.useFakeTimers({ now: 1_000_000 });
    const dates = new Set<string>();
    await explore(emulator, {
      actors: {
        alice: async ({ kv }) => {
          const first = Date.now();
          await kv.incr("k");
          return `${first} ${Date.now()}`;
        },
      },
      advance: ["10s"],
      invariant: ({ results }) => void dates.add(String(results.alice)),
    });
    expect([...dates].toSorted(byText)).toEqual(["1000000 1000000", "1000000 1010000"]);
    expect(Date.now()).toBe(1_000_000);
    await vi.advanceTimersByTimeAsync(5);
    expect(emulator.clock.now()).toBe(1_000_005);
  });

  it("gives retries of @upstash/lock their delays at once", async () => {
    const { interleavings, exhaustive } = await explore(emulator, {
      actors: { alice: lockOnce, bob: lockOnce },
      invariant: ({ results }) => expect(Object.values(results)).toContain(true),
    });
    expect(exhaustive).toBe(true);
    expect(interleavings).toBeGreaterThan(6);
  });
});

describe("a race", () => {
  it("is shown with its commands and replies, and what runs it again", async () => {
    const race = await raceIn(lost);
    expect(race.message).toBe(
      [
        "a race: the invariant is violated",
        "",
        "     alice              bob",
        "  1  ├ GET hits → nil   │",
        "  2  │                  ├ GET hits → nil",
        "  3  │                  ├ SET hits 1 → OK",
        "     │                  ┴ returns",
        "  4  ├ SET hits 1 → OK",
        "     ┴ returns",
        "",
        'schedule: "alice bob bob alice" (of 4 interleavings)',
      ].join("\n"),
    );
    expect(race.steps).toBe(4);
    const again = await raceIn({ ...lost, schedule: race.schedule });
    expect(again.diagram).toBe(race.diagram);
  });

  it("is not in another order", async () => {
    await expect(explore(emulator, { ...lost, schedule: "alice alice bob bob" })).resolves.toEqual({
      interleavings: 1,
      exhaustive: false,
    });
  });

  it("is refused a schedule that can not be", async () => {
    await expect(explore(emulator, { ...lost, schedule: "alice carol" })).rejects.toThrow(
      new TypeError(
        'explore(emulator, { schedule }): step 2, "carol", can not be taken; what can is "alice", "bob"',
      ),
    );
  });

  it("tells of what the invariant throws", async () => {
    const reason = new Error("two hits, one counted");
    const race = await raceIn({
      ...lost,
      invariant: ({ emulator }) => {
        if (emulator.call("GET", "hits") !== "2") throw reason;
      },
    });
    expect(race.cause).toBe(reason);
    expect(race.message).toMatch(/^a race: the invariant is violated: two hits, one counted\n/);
  });

  it("is one where an actor throws", async () => {
    const reason = new Error("gone");
    const race = await raceIn({
      actors: {
        alice: async ({ redis }) => {
          await redis.set("k", 1);
          if ((await redis.get("k")) === null) throw reason;
        },
        bob: ({ redis }) => redis.del("k"),
      },
      invariant: () => true,
    });
    expect(race.cause).toBe(reason);
    expect(race.message).toMatch(/^a race: alice throws gone\n/);
    expect(race.schedule).toBe("alice bob alice");
  });

  it("is found at the step that shows it, where something shall always hold", async () => {
    const race = await raceIn({
      actors: {
        alice: async ({ redis }) => {
          await redis.set("a", 1);
          await redis.set("b", 1);
        },
      },
      always: ({ emulator }) => emulator.call("EXISTS", "a") === emulator.call("EXISTS", "b"),
    });
    expect(race.schedule).toBe("alice");
  });

  it("is the same with a seed, where there are too many interleavings", async () => {
    const rare = {
      actors: { alice: sends(12), bob: readThenWrite, carol: readThenWrite },
      invariant: ({ emulator }: { emulator: Emulator }) => emulator.call("GET", "hits") === "2",
      maxInterleavings: 2,
      seed: 7,
    };
    const race = await raceIn(rare);
    expect(race.message).toContain("(seed 7)");
    expect(race.steps).toBe(16);
    expect((await raceIn(rare)).schedule).toBe(race.schedule);
  });
});

describe("what was covered", () => {
  it("is said to be a part, where it is", async () => {
    const options = { actors: { alice: sends(6), bob: sends(6) }, invariant: () => true };
    expect(
      await explore(emulator, { ...options, maxInterleavings: 100, runs: 20, seed: 3 }),
    ).toEqual({
      interleavings: 100,
      exhaustive: false,
      random: { runs: 20, seed: 3 },
    });
    expect(await explore(emulator, { ...options, maxInterleavings: 100, runs: 0 })).toEqual({
      interleavings: 100,
      exhaustive: false,
    });
    expect(await explore(emulator, { ...options, maxSteps: 5, runs: 0 })).toMatchObject({
      exhaustive: false,
    });
  });
});

describe("actors", () => {
  it("crash without a trace", async () => {
    const after: string[] = [];
    await explore(emulator, {
      actors: {
        alice: async ({ redis }) => {
          try {
            await redis.set("k", 1);
            await redis.set("l", 1);
          } finally {
            after.push("finally");
            await redis.del("k");
          }
        },
      },
      crashes: true,
      invariant: ({ emulator, crashed }) => {
        expect(emulator.call("EXISTS", "k")).toBe(crashed.length);
      },
    });
    // One run of three steps, and a crash behind the first and the second of them.
    expect(after).toEqual(["finally", "finally"]);
  });

  it("are the clients that others in the chain see, and have typed results", async () => {
    const clients = new Set<string>();
    emulator.intercept((call, next) => {
      clients.add(call.client);
      return next(call);
    });
    await explore(emulator, {
      actors: { alice: ({ kv }) => kv.incr("k"), bob: async ({ redis }) => redis.set("l", "v") },
      invariant: ({ results: { alice, bob } }) => {
        expectTypeOf(alice).toEqualTypeOf<number | undefined>();
        expectTypeOf(bob).toEqualTypeOf<string | null | undefined>();
      },
    });
    expect([...clients].toSorted(byText)).toEqual(["alice", "bob"]);
  });

  it("are told when they do not do the same again", async () => {
    let runs = 0;
    const exploration = explore(emulator, {
      actors: {
        alice: async ({ redis }) => {
          runs++;
          await redis.get("a");
          if (runs === 1) await redis.get("b");
          else await redis.del("b");
        },
        bob: sends(1),
      },
      invariant: () => true,
    });
    await expect(exploration).rejects.toThrow(
      /^explore\(…\): the actors do not do the same again: behind "alice" there was alice \(GET\), bob \(INCR\) in an earlier run, and now there is alice \(DEL\), bob \(INCR\)/,
    );
  });

  it("may wait for each other", async () => {
    let open = alice;
    let opened = Promise.resolve();
    const { interleavings } = await explore(emulator, {
      actors: {
        alice: async ({ redis }) => {
          await opened;
          await redis.get("k");
        },
        bob: async ({ redis }) => {
          await redis.set("k", 1);
          open();
          await redis.set("k", 2);
        },
      },
      setup: () => {
        opened = new Promise((resolve) => {
          open = resolve;
        });
      },
      patience: 20,
      invariant: () => true,
    });
    expect(interleavings).toBe(2);
  });

  it("do not wait for what never comes", async () => {
    const exploration = explore(emulator, {
      actors: { alice: () => new Promise<void>(() => undefined), bob: sends(1) },
      patience: 5,
      invariant: () => true,
    });
    await expect(exploration).rejects.toThrow(
      "explore(…): alice neither sent a request nor ended within 5 ms",
    );
  });

  it("meet errors of the wire as the real client does", async () => {
    let calls = 0;
    emulator.intercept(
      (call, next) => {
        calls++;
        if (calls % 2 === 1) throw new Disruption();
        return next(call);
      },
      { disruptive: true },
    );
    const { exhaustive } = await explore(emulator, {
      actors: { alice: sends(1), bob: sends(1) },
      setup: () => {
        calls = 0;
      },
      runs: 0,
      maxInterleavings: 200,
      invariant: ({ emulator }) => emulator.call("GET", "k") === "2",
    });
    expect(exhaustive).toBe(true);
  });

  it("are known behind a swapped fetch by whose turn it is", async () => {
    const connection = { url: "https://my-db.upstash.io", token: "secret" };
    undo.push(interceptFetch(emulator, connection));
    const redis = new RealRedis(connection);
    const twice = async (): Promise<void> => {
      await redis.incr("k");
      await redis.incr("k");
    };
    const { interleavings } = await explore(emulator, {
      actors: { alice: twice, bob: twice },
      invariant: ({ emulator }) => emulator.call("GET", "k") === "4",
    });
    expect(interleavings).toBe(6);
  });

  it("send requests side by side through MSW, too", async () => {
    const connection = { url: "https://my-db.upstash.io", token: "secret" };
    const server = setupServer(...kvHandlers(emulator, connection));
    server.listen();
    undo.push(() => server.close());
    const redis = new RealRedis({ ...connection, enableAutoPipelining: false });
    const { interleavings } = await explore(emulator, {
      actors: {
        alice: () => Promise.all([redis.incr("k"), redis.incr("k")]),
        bob: () => redis.incr("k"),
      },
      invariant: ({ emulator }) => emulator.call("GET", "k") === "3",
    });
    expect(interleavings).toBe(6);
  });

  it("are known on connections of their own by whose turn it is", async () => {
    const server = await startServer({ emulator });
    const [alice, bob] = [new IoRedis(server.redisUrl), new IoRedis(server.redisUrl)];
    undo.push(() => server.close());
    undo.push(() => [alice, bob].map((redis) => redis.disconnect()));
    await Promise.all([alice.ping(), bob.ping()]);
    emulator.call("SET", "stock", 2);
    const covered = await explore(emulator, {
      actors: { alice: () => buy(alice), bob: () => buy(bob) },
      invariant: ({ emulator }) => emulator.call("GET", "stock") === "0",
    });
    expect(covered).toEqual({ interleavings: 6, exhaustive: true });
  });

  it("are known behind a server by whose turn it is", async () => {
    const server = await startServer({ emulator });
    undo.push(() => server.close());
    const redis = new RealRedis({ url: server.url, token: server.token });
    const hit = (): Promise<void> => readThenWrite({ redis });
    const race = await raceIn({
      ...lost,
      actors: { alice: hit, bob: hit },
    });
    expect(race.schedule).toBe("alice bob bob alice");
  });
});

describe("the emulator", () => {
  it("is left as it was found", async () => {
    const clock = manualClock("2026-01-01T00:00:00Z");
    emulator = createEmulator({ clock });
    emulator.call("SET", "k", "before", "EX", 60);
    const dump = emulator.dump();
    const timers = [globalThis.setTimeout, globalThis.clearTimeout];
    let seen = 0;
    emulator.intercept((call, next) => {
      seen++;
      return next(call);
    });
    await expect(
      explore(emulator, {
        actors: {
          alice: async ({ redis, clock }) => {
            await redis.set("k", "after");
            await clock.sleep("1h");
            await redis.set("l", 1);
          },
        },
        invariant: () => false,
      }),
    ).rejects.toThrow(RaceFound);
    expect(seen).toBe(2);
    expect(emulator.dump()).toBe(dump);
    expect(clock.now()).toBe(Date.parse("2026-01-01T00:00:00Z"));
    expect([globalThis.setTimeout, globalThis.clearTimeout]).toEqual(timers);
    await new Redis({}, emulator).set("k", "free");
    expect(seen).toBe(3);
  });

  it("is explored by one after the other", async () => {
    const options = { actors: { alice: sends(2), bob: sends(2) }, invariant: () => true };
    const all = await Promise.all([explore(emulator, options), explore(emulator, options)]);
    expect(all.map(({ interleavings }) => interleavings)).toEqual([6, 6]);
  });
});

const alice = (): void => undefined;

describe("options", () => {
  it.each<[ExploreOptions<Record<string, unknown>>, string]>([
    [{ actors: {}, invariant: alice }, "{ actors }): there are none; pass functions by name"],
    [
      { actors: { "a b": alice }, invariant: alice },
      '{ actors }): "a b" is no name; begin with a letter, and leave out spaces',
    ],
    [
      { actors: { alice } },
      "{ invariant }): nothing says what shall hold; pass a function that throws where it does not",
    ],
    [
      { actors: { alice }, invariant: alice, crashes: ["bob"] },
      '{ crashes }): "bob" is no actor; they are alice',
    ],
    [
      { actors: { alice }, invariant: alice, advance: ["soon"] },
      '{ advance }): "soon" is no time; pass ["10s"]',
    ],
    [{ actors: { alice }, invariant: alice, runs: 0.5 }, "{ runs }): 0.5 is no whole number"],
  ])("%j are refused", async (options, message) => {
    await expect(explore(emulator, options)).rejects.toThrow(
      new TypeError(`explore(emulator, ${message}`),
    );
  });
});
