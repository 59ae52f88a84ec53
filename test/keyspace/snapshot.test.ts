/** Snapshots, detail by detail: what comes back, what does not, who hears of it, and what random commands seldom come upon. */
import { createEmulator, manualClock, type Emulator } from "kv-emulator";
import { describe, expect, it } from "vitest";
import { bytes } from "../../src/bytes.js";
import type { Reply } from "../../src/reply.js";

function seeded(): { readonly emulator: Emulator; readonly clock: ReturnType<typeof manualClock> } {
  const clock = manualClock("2026-01-01");
  return { emulator: createEmulator({ clock, seed: 1 }), clock };
}

const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `m${index}`);

describe("restore", () => {
  it("goes back and forth between snapshots of any age", () => {
    const { emulator } = seeded();
    const states = many(6).map((name, index) => {
      emulator.call("SET", name, index);
      emulator.call("RPUSH", "list", name);
      return { snapshot: emulator.snapshot(), keys: emulator.call("KEYS", "*") };
    });
    for (const index of [2, 5, 0, 4, 4, 1, 3, 5, 0]) {
      const state = states[index];
      if (state !== undefined) emulator.restore(state.snapshot);
      expect(emulator.call("KEYS", "*")).toEqual(state?.keys);
      expect(emulator.call("LRANGE", "list", 0, -1)).toEqual(many(index + 1));
      emulator.call("FLUSHALL");
    }
  });

  it("brings back a future that another restore has undone, and forks from the past", () => {
    const { emulator } = seeded();
    const empty = emulator.snapshot();
    emulator.call("SET", "a", 1);
    const future = emulator.snapshot();
    emulator.restore(empty);
    emulator.call("SET", "b", 1);
    const other = emulator.snapshot();
    emulator.restore(future);
    expect(emulator.call("KEYS", "*")).toEqual(["a"]);
    emulator.restore(other);
    expect(emulator.call("KEYS", "*")).toEqual(["b"]);
    emulator.restore(empty);
    expect(emulator.call("DBSIZE")).toBe(0);
  });

  it("keeps the order of the keys and the lots that are drawn", () => {
    const { emulator } = seeded();
    for (const key of many(20)) emulator.call("SET", key, key);
    const snapshot = emulator.snapshot();
    const drawn = many(9).map(() => emulator.call("RANDOMKEY"));
    const order = emulator.call("SCAN", 0, "COUNT", 100);
    for (const key of ["m3", "m19", "m0", "m7"]) emulator.call("DEL", key);
    emulator.call("SET", "new", 1);
    emulator.call("SET", "m3", 1);
    emulator.restore(snapshot);
    expect(emulator.call("SCAN", 0, "COUNT", 100)).toEqual(order);
    expect(many(9).map(() => emulator.call("RANDOMKEY"))).toEqual(drawn);
  });

  it.each([
    ["FLUSHALL"],
    ["FLUSHDB"],
    ["SWAPDB", "0", "1"],
    ["MOVE", "k", "1"],
    ["RENAME", "k", "other"],
    ["DEL", "k"],
    ["SORT", "k", "STORE", "k"],
  ])("undoes %s %s, and what follows it", (...argv) => {
    const { emulator } = seeded();
    emulator.call("RPUSH", "k", 2, 1);
    const snapshot = emulator.snapshot();
    const [name = "", ...args] = argv;
    emulator.call(name, ...args);
    for (const database of [0, 1]) {
      emulator.call("SELECT", database);
      for (const key of ["k", "other"]) emulator.call("RPUSH", key, "x");
    }
    emulator.restore(snapshot);
    expect(emulator.call("KEYS", "*")).toEqual(["k"]);
    expect(emulator.call("LRANGE", "k", 0, -1)).toEqual(["2", "1"]);
    expect(emulator.call("INFO", "keyspace")).not.toContain("db1");
  });

  it.each([
    ["list", ["RPUSH", "k", ...many(5)], ["LINSERT", "k", "BEFORE", "none", "x".repeat(9000)]],
    ["zset", ["ZADD", "k", "1", "a"], ["ZADD", "k", "XX", ...many(200).flatMap((m) => ["1", m])]],
    ["set", ["SADD", "k", "a"], ["SADD", "k", ...Array<string>(200).fill("a")]],
    ["hash", ["HSET", "k", "a", "b"], ["HGETEX", "k", "EX", "9", "FIELDS", "1", "none"]],
    ["zset", ["ZADD", "k", "1", "a"], ["SORT", "k", "ALPHA"]],
    ["string", ["SET", "k", "1"], ["SETBIT", "k", "7", "1"]],
  ])(
    "keeps the encoding that a %s had before a command that changed nothing else",
    (_, ...calls) => {
      const { emulator } = seeded();
      const [[make = "", ...makeArgs], [change = "", ...changeArgs]] = calls;
      emulator.call(make, ...makeArgs);
      const encoding = emulator.call("OBJECT", "ENCODING", "k");
      const snapshot = emulator.snapshot();
      emulator.call(change, ...changeArgs);
      expect(emulator.call("OBJECT", "ENCODING", "k")).not.toBe(encoding);
      emulator.restore(snapshot);
      expect(emulator.call("OBJECT", "ENCODING", "k")).toBe(encoding);
    },
  );

  it("puts deadlines of keys and fields back, which then pass as they would have", () => {
    const { emulator, clock } = seeded();
    emulator.call("SET", "k", "v", "EX", 10);
    emulator.call("HSET", "h", "a", 1, "b", 2);
    emulator.call("HEXPIRE", "h", 10, "FIELDS", 1, "a");
    const snapshot = emulator.snapshot();
    clock.advance("11s");
    expect(emulator.call("KEYS", "*")).toEqual(["h"]);
    emulator.restore(snapshot);
    expect(emulator.call("KEYS", "*")).toEqual(["h"]);
    clock.set("2026-01-01T00:00:05Z");
    emulator.restore(snapshot);
    expect(emulator.call("TTL", "k")).toBe(5);
    expect(emulator.call("HTTL", "h", "FIELDS", 1, "a")).toEqual([5]);
    clock.advance("5s");
    expect(emulator.call("EXISTS", "k")).toBe(0);
    expect(emulator.call("HKEYS", "h")).toEqual(["b"]);
  });

  it("holds no more deadlines the more often it is called", () => {
    const { emulator, clock } = seeded();
    for (const key of many(100)) emulator.call("SET", key, 1, "EX", 10);
    const snapshot = emulator.snapshot();
    for (let round = 0; round < 500; round++) {
      emulator.call("PERSIST", "m1");
      emulator.restore(snapshot);
    }
    clock.advance("10s");
    expect(emulator.call("DBSIZE")).toBe(0);
    expect(emulator.call("INFO", "stats")).toContain("expired_keys:100");
  });

  it("breaks WATCH for the keys that it changes, and for no other", () => {
    const { emulator } = seeded();
    const session = emulator.createSession();
    const send = (...words: string[]): Reply => emulator.execute(session, words.map(bytes));
    const snapshot = emulator.snapshot();
    for (const [watched, reply] of [
      ["changed", { kind: "nil-array" }],
      ["other", []],
    ] as const) {
      emulator.call("SET", "changed", 1);
      send("WATCH", watched);
      emulator.restore(snapshot);
      send("MULTI");
      expect(send("EXEC")).toMatchObject(reply);
    }
  });

  it("serves who waits for a key that comes back", () => {
    const { emulator } = seeded();
    const received: Reply[] = [];
    const session = emulator.createSession("redis", (reply) => received.push(reply));
    emulator.call("RPUSH", "queue", "job");
    const snapshot = emulator.snapshot();
    emulator.call("DEL", "queue");
    emulator.execute(session, ["BLPOP", "queue", "0"].map(bytes));
    expect(received).toEqual([]);
    emulator.restore(snapshot);
    expect(received).toEqual([["queue", "job"]]);
    expect(emulator.call("EXISTS", "queue")).toBe(0);
  });

  it("counts as a change", () => {
    const { emulator } = seeded();
    const snapshot = emulator.snapshot();
    emulator.call("SET", "k", "v");
    const { changes } = emulator;
    emulator.restore(snapshot);
    expect(emulator.changes).toBeGreaterThan(changes);
  });

  it("brings scripts, functions, users, CONFIG, statistics, the slow log and random numbers of Lua back", () => {
    const { emulator } = seeded();
    emulator.call("CONFIG", "SET", "slowlog-log-slower-than", 0);
    const library = "#!lua name=lib\nredis.register_function('f', function() return 1 end)";
    emulator.call("FUNCTION", "LOAD", library);
    const sha = String(emulator.call("SCRIPT", "LOAD", "return 'kept'"));
    emulator.call("ACL", "SETUSER", "ada", "on", ">pw", "+get", "~*");
    const users = emulator.call("ACL", "LIST");
    const snapshot = emulator.snapshot();
    const stats = emulator.call("INFO", "commandstats");
    const roll = emulator.call("EVAL", "return math.random(1000000)", 0);

    emulator.restore(snapshot);
    emulator.call("FUNCTION", "FLUSH");
    emulator.call("FUNCTION", "LOAD", library.replaceAll("lib", "other"));
    emulator.call("SCRIPT", "FLUSH");
    const late = String(emulator.call("SCRIPT", "LOAD", "return 'late'"));
    emulator.call("ACL", "DELUSER", "ada");
    emulator.call("ACL", "SETUSER", "eve");
    emulator.call(
      "CONFIG",
      "SET",
      "notify-keyspace-events",
      "KEA",
      "slowlog-log-slower-than",
      10000,
    );
    emulator.call("SLOWLOG", "RESET");
    emulator.restore(snapshot);

    expect(emulator.call("INFO", "commandstats")).toBe(stats);
    expect(emulator.call("SCRIPT", "EXISTS", sha, late)).toEqual([1, 0]);
    expect(emulator.call("EVALSHA", sha, 0)).toBe("kept");
    expect(emulator.call("FCALL", "f", 0)).toBe(1);
    expect(emulator.call("FUNCTION", "STATS")).toContainEqual([
      "LUA",
      ["libraries_count", 1, "functions_count", 1],
    ]);
    expect(emulator.call("ACL", "LIST")).toEqual(users);
    expect(emulator.call("ACL", "GETUSER", "eve")).toBeNull();
    expect(emulator.call("CONFIG", "GET", "notify-keyspace-events")).toEqual([
      "notify-keyspace-events",
      "",
    ]);
    expect(emulator.call("CONFIG", "GET", "slowlog-log-slower-than")).toEqual([
      "slowlog-log-slower-than",
      "0",
    ]);
    expect(emulator.call("SLOWLOG", "LEN")).toBeGreaterThan(4);
    expect(emulator.call("EVAL", "return math.random(1000000)", 0)).toBe(roll);
  });

  it("brings the emulator's own session back, in the middle of a transaction, too", () => {
    const { emulator } = seeded();
    emulator.call("SELECT", 3);
    emulator.call("WATCH", "w");
    emulator.call("MULTI");
    emulator.call("SET", "k", "v");
    const snapshot = emulator.snapshot();
    emulator.call("DISCARD");
    emulator.call("SELECT", 0);
    emulator.restore(snapshot);
    expect(emulator.call("EXEC")).toEqual(["OK"]);
    expect(emulator.call("GET", "k")).toBe("v");
    expect(emulator.call("CLIENT", "INFO")).toContain(" db=3 ");
    emulator.restore(snapshot);
    const other = emulator.createSession();
    other.database = 3;
    emulator.execute(other, ["SET", "w", "1"].map(bytes));
    expect(emulator.call("EXEC")).toBeNull();
  });

  it("leaves snapshots valid across reset()", () => {
    const { emulator } = seeded();
    emulator.call("SET", "k", "v");
    const snapshot = emulator.snapshot();
    emulator.reset();
    emulator.restore(snapshot);
    expect(emulator.call("GET", "k")).toBe("v");
  });

  it("tells what it can not take", () => {
    const { emulator } = seeded();
    const other = createEmulator();
    expect(() => emulator.restore(other.snapshot())).toThrow(
      new TypeError(
        "restore(snapshot): the snapshot is another emulator's; restore it there, or take one of this one with snapshot()",
      ),
    );
    expect(() => Reflect.apply(emulator.restore.bind(emulator), undefined, [{}])).toThrow(
      new TypeError(
        "restore(snapshot): this is no snapshot; pass what emulator.snapshot() returned",
      ),
    );
  });
});

describe("fork", () => {
  it("shares nothing but the clock", () => {
    const { emulator, clock } = seeded();
    emulator.call("SET", "k", "v", "EX", 10);
    emulator.call("RPUSH", "list", 1);
    emulator.call("SELECT", 2);
    emulator.call("HSET", "h", "a", 1);
    const sha = String(emulator.call("SCRIPT", "LOAD", "return 1"));
    const fork = emulator.fork();
    expect(fork.dump()).toBe(emulator.dump());
    expect(fork.call("EVALSHA", sha, 0)).toBe(1);
    expect(fork.call("HGET", "h", "a")).toBe("1");
    fork.call("SELECT", 0);
    fork.call("RPUSH", "list", 2);
    emulator.call("SELECT", 0);
    expect(emulator.call("LLEN", "list")).toBe(1);
    expect(many(9).map(() => fork.call("RANDOMKEY"))).toEqual(
      many(9).map(() => emulator.call("RANDOMKEY")),
    );
    clock.advance("10s");
    expect([emulator.call("EXISTS", "k"), fork.call("EXISTS", "k")]).toEqual([0, 0]);
  });

  it("takes a clock of its own, and the options of the original", async () => {
    const emulator = createEmulator({ clock: manualClock("2026-01-01"), token: "t" });
    emulator.call("SET", "k", "v", "EX", 10);
    const clock = manualClock("2026-01-01");
    const fork = emulator.fork({ clock });
    clock.advance("10s");
    expect([emulator.call("EXISTS", "k"), fork.call("EXISTS", "k")]).toEqual([1, 0]);
    const { status } = await fork.fetch(new Request("http://host/get/k"));
    expect(status).toBe(401);
  });
});
