/** What replicas promise: who shows a sync token reads its own writes and never goes back in time; who shows none may read the past. */
import * as fc from "fast-check";
import { createEmulator, manualClock, type Emulator } from "kv-emulator";
import { Redis } from "kv-emulator/upstash";
import { describe, expect, it } from "vitest";

const KEYS = ["a", "b", "c"];

type Step =
  | { readonly kind: "write" | "read"; readonly client: number; readonly key: string }
  | { readonly kind: "wait"; readonly time: number };

const key = fc.constantFrom(...KEYS);
const client = fc.constantFrom(0, 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constantFrom("write" as const, "read" as const), client, key }),
  fc.record({ kind: fc.constant("wait" as const), time: fc.integer({ min: 1, max: 400 }) }),
);

interface Reader {
  readonly redis: Redis;
  /** The number that the client wrote or read last, by key: what is written is numbered through. */
  readonly seen: Map<string, number>;
}

/** Runs the steps; tells how many reads gave less than the client had seen. */
async function staleReads(steps: readonly Step[], readYourWrites: boolean): Promise<number> {
  const clock = manualClock(0);
  const emulator = createEmulator({ clock, seed: 1, replicas: { count: 3, lag: 300 } });
  const readers: readonly Reader[] = [0, 1].map(() => {
    return { redis: new Redis({ readYourWrites }, emulator), seen: new Map() };
  });
  let [written, stale] = [0, 0];
  for (const each of steps) {
    if (each.kind === "wait") {
      clock.advance(each.time);
      continue;
    }
    const reader = readers[each.client];
    if (reader === undefined) continue;
    if (each.kind === "write") {
      written++;
      await reader.redis.set(each.key, written);
      reader.seen.set(each.key, written);
    } else {
      const value = Number((await reader.redis.get(each.key)) ?? 0);
      if (value < (reader.seen.get(each.key) ?? 0)) stale++;
      reader.seen.set(each.key, value);
    }
  }
  return stale;
}

describe("replicas", () => {
  it("show who has a sync token all that it wrote, and nothing older than it has read", async () => {
    const steps = fc.array(step, { maxLength: 60 });
    const property = fc.asyncProperty(steps, async (run) => {
      expect(await staleReads(run, true)).toBe(0);
    });
    await fc.assert(property, { numRuns: 500 });
  });

  it("show who has none the past, within 100 runs", async () => {
    const steps = fc.array(step, { maxLength: 60 });
    const property = fc.asyncProperty(steps, async (run) => (await staleReads(run, false)) === 0);
    const { failed, counterexample } = await fc.check(property, { numRuns: 100, seed: 1 });
    expect(failed).toBe(true);
    expect(counterexample?.[0].map(({ kind }) => kind)).toEqual(["write", "read"]);
  });

  it("show keys as they were together at one time", async () => {
    const writes = fc.array(fc.tuple(key, fc.integer({ min: 0, max: 150 })), { maxLength: 30 });
    const property = fc.asyncProperty(writes, async (run) => {
      const clock = manualClock(0);
      const emulator = createEmulator({ clock, seed: 2, replicas: { count: 2, lag: 200 } });
      const redis = new Redis({ readYourWrites: false }, emulator);
      const states = [JSON.stringify([null, null, null])];
      for (const [index, [name, time]] of run.entries()) {
        await redis.set(name, index);
        states.push(JSON.stringify(emulator.call("MGET", ...KEYS)).replaceAll(/"(\d+)"/g, "$1"));
        clock.advance(time);
        expect(states).toContain(JSON.stringify(await redis.mget(...KEYS)));
      }
    });
    await fc.assert(property, { numRuns: 100 });
  });
});

function make(): { emulator: Emulator; redis: Redis } {
  const emulator = createEmulator({ clock: manualClock(0), replicas: { lag: "1s" } });
  return { emulator, redis: new Redis({ readYourWrites: false }, emulator) };
}

describe("a replica", () => {
  it("becomes what the primary was when the lag has passed, for every type and every change", async () => {
    const { emulator, redis } = make();
    const commands = [
      "SET s v",
      "RPUSH l a b c",
      "HSET h f 1 g 2",
      "SADD t a b c",
      "ZADD z 1 a 2 b",
      "XADD x 1-1 f v",
      "XGROUP CREATE x g 0",
      "JSON.SET j $ {}",
      "PFADD p a b",
      "SETBIT b 7 1",
      "LPOP l",
      "HDEL h g",
      "HPEXPIRE h 5000 FIELDS 1 f",
      "SREM t b",
      "ZINCRBY z 5 a",
      "XREADGROUP GROUP g c STREAMS x >",
      "JSON.SET j $.a 1",
      "APPEND s w",
      "PEXPIRE s 4000",
      "RENAME l m",
      "DEL p",
    ];
    const keys = "s l h t z x j p b m".split(" ");
    const types = () => Promise.all(keys.map((name) => redis.type(name)));
    const held = async () => ({
      types: await types(),
      ttls: await Promise.all(keys.map((name) => redis.pttl(name))),
      strings: await redis.mget("s", "b"),
      list: await redis.lrange("m", 0, -1),
      hash: [await redis.hgetall("h"), await redis.hpttl("h", ["f"])],
      set: await redis.smembers("t"),
      sorted: await redis.zrange("z", 0, -1, { withScores: true }),
      stream: [await redis.xrange("x", "-", "+"), await redis.xpending("x", "g", "-", "+", 9)],
      json: await redis.json.get("j"),
    });
    for (const command of commands) {
      const [name = "", ...args] = command.split(" ");
      emulator.call(name, ...args);
    }
    expect(await types()).toEqual(keys.map(() => "none"));
    emulator.clock.advance("999ms");
    expect(await types()).toEqual(keys.map(() => "none"));
    emulator.clock.advance("1ms");
    const onReplica = await held();
    const primary = new Redis({ readYourWrites: true }, emulator);
    primary.readYourWritesSyncToken = emulator.changes.toString(32);
    expect(onReplica.types).toEqual(
      "string none hash set zset stream json none string list".split(" "),
    );
    expect(onReplica.list).toEqual(await primary.lrange("m", 0, -1));
    expect(onReplica).toMatchObject({
      strings: ["vw", await primary.get("b")],
      hash: [{ f: 1 }, [4000]],
      set: ["a", "c"],
      sorted: ["b", 2, "a", 6],
      stream: [{ "1-1": { f: "v" } }, [["1-1", "c", 1000, 1]]],
      json: { a: 1 },
    });
    expect(onReplica.ttls[0]).toBe(3000);
  });

  it("has keys die at their time, not a lag later", async () => {
    const { emulator, redis } = make();
    await redis.set("k", "v", { px: 1500 });
    emulator.clock.advance("1s");
    expect(await redis.get("k")).toBe("v");
    emulator.clock.advance("500ms");
    expect(await redis.get("k")).toBeNull();
  });

  it("loses all at once with FLUSHALL, when that has come there", async () => {
    const { emulator, redis } = make();
    await redis.mset({ a: 1, b: 2 });
    emulator.replicate();
    await redis.flushall();
    expect(await redis.dbsize()).toBe(2);
    emulator.clock.advance("1s");
    expect(await redis.dbsize()).toBe(0);
  });

  it("answers no transaction, script, cursor or pipeline with a write in it", async () => {
    const { redis } = make();
    await redis.set("k", 1);
    expect(await redis.get("k")).toBeNull();
    expect(await redis.multi().get("k").exec()).toEqual([1]);
    expect(await redis.eval("return redis.call('GET', KEYS[1])", ["k"], [])).toBe(1);
    expect(await redis.scan(0)).toEqual(["0", ["k"]]);
    expect(await redis.pipeline().get("k").set("l", 1).exec()).toEqual([1, "OK"]);
    expect(await redis.pipeline().get("k").get("l").exec()).toEqual([null, null]);
  });

  it("is where the emulator is after restore, reset and fork", async () => {
    const { emulator, redis } = make();
    await redis.set("k", "old");
    const snapshot = emulator.snapshot();
    await redis.set("k", "new");
    emulator.replicate();
    emulator.restore(snapshot);
    expect(await redis.get("k")).toBe("old");
    const fork = new Redis({ readYourWrites: false }, emulator.fork());
    expect(await fork.get("k")).toBe("old");
    await fork.set("k", "forked");
    expect(await fork.get("k")).toBe("old");
    emulator.reset();
    expect(await redis.get("k")).toBeNull();
  });

  it("is refused what it can not be", () => {
    expect(() => createEmulator({ replicas: { count: 0 } })).toThrow(
      new TypeError(
        "createEmulator({ replicas: { count } }): 0 is no number of replicas; pass a whole number from 1",
      ),
    );
    expect(() => createEmulator({ replicas: { lag: "soon" } })).toThrow(
      new TypeError(
        'createEmulator({ replicas: { lag } }): "soon" is no duration; pass milliseconds or text like "250ms" or "1s"',
      ),
    );
    expect(() => createEmulator().replicate()).toThrow(TypeError);
  });
});
