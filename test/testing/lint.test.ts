/** Each rule of lint, on programs that break it and on ones that only look so. */
import { createEmulator, type Emulator, type Strictness } from "kv-emulator";
import { createKv, type VercelKV } from "kv-emulator/kv";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { found, placesIn } from "./lint-support.js";

const at = placesIn(import.meta.url);

beforeEach(() => {
  const warn = vi.spyOn(console, "warn").mockReturnValue();
  return () => warn.mockRestore();
});

/** A pair on which one rule is on. */
function only(rules: Exclude<Strictness, boolean>): { kv: VercelKV; emulator: Emulator } {
  return createKv({ strict: { others: "off", ...rules } });
}

describe("keyWithoutTtl", () => {
  const strict = { keyWithoutTtl: { level: "warn", ignore: ["config:*", /^flags$/] } } as const;

  it("tells of a SET that says nothing of the time", async () => {
    const { kv, emulator } = only(strict);
    await kv.set("session:1", "ada"); // @set
    expect(found(emulator)).toEqual([
      'keyWithoutTtl: SET leaves "session:1" without a TTL: it stays and takes room until someone deletes it. Write set(key, value, { ex: seconds }), or list the key in ignore.',
      `    at ${at("set")}`,
    ]);
  });

  it("tells of a SET that takes a TTL away", async () => {
    const { kv, emulator } = only(strict);
    await kv.setex("session:1", 60, "ada");
    expect(emulator.lint.problems).toEqual([]);
    await kv.set("session:1", "grace");
    expect(emulator.lint.problems).toHaveLength(1);
  });

  it("tells of a lock by SETNX, and how it is written", async () => {
    const { kv, emulator } = only(strict);
    await kv.setnx("lock", "me");
    expect(emulator.lint.problems).toMatchObject([
      { message: expect.stringContaining("Write set(key, value, { nx: true, ex: seconds })") },
    ]);
  });

  it("counts a place once, whatever the numbers in its keys", async () => {
    const { kv, emulator } = only(strict);
    for (const id of [1, 2, 3]) await kv.set(`session:${id}`, "ada");
    expect(emulator.lint.problems).toMatchObject([{ key: "session:1", count: 3 }]);
    expect(console.warn).toHaveBeenCalledTimes(1);
  });

  it("tells of an INCR that nobody lets expire", async () => {
    const { kv, emulator } = only(strict);
    await kv.incr("hits"); // @incr
    await kv.get("hits");
    expect(found(emulator)).toEqual([
      'keyWithoutTtl: INCR leaves "hits" without a TTL: it stays and takes room until someone deletes it. Call EXPIRE in the same pipeline or transaction, or list the key in ignore.',
      `    at ${at("incr")}`,
    ]);
  });

  it("tells of a script, and of each call of a pipeline at its place", async () => {
    const { kv, emulator } = only(strict);
    await kv.eval('return redis.call("INCR", KEYS[1])', ["hits"], []);
    await kv
      .pipeline()
      .hset("user:1", { name: "Ada" }) // @hset
      .expire("user:1", 60)
      .sadd("users", 1) // @sadd
      .exec();
    expect(found(emulator)).toEqual([
      expect.stringContaining("Call EXPIRE in the same script, or list"),
      expect.any(String),
      expect.stringMatching(/^keyWithoutTtl: SADD leaves "users"/),
      `    at ${at("sadd")}`,
    ]);
    expect(at("hset")).not.toBe(at("sadd"));
  });

  it("has nothing against keys whose time ends, that are deleted, kept by NX, or ignored", async () => {
    const { kv, emulator } = only(strict);
    await kv.set("a", 1, { ex: 60 });
    await kv.set("a", 2, { keepTtl: true });
    await kv.set("a", 3, { nx: true });
    await kv.set("config:theme", "dark");
    await kv.hset("flags", { newUI: true });
    if ((await kv.incr("hits")) === 1) await kv.expire("hits", 60);
    await kv.multi().lpush("list", 1).expire("list", 60).exec();
    await kv.sadd("tags", "red");
    await kv.del("tags");
    emulator.call("SET", "seeded", 1);
    await kv.hset("user", { name: "Ada" });
    await kv.expire("user", 1);
    emulator.clock.advance("2s");
    expect(found(emulator)).toEqual([]);
  });

  it("has nothing against a SET NX that found the key of another", async () => {
    const { kv, emulator } = only(strict);
    emulator.call("SET", "lock", "other");
    await kv.set("lock", "me", { nx: true });
    expect(found(emulator)).toEqual([]);
  });
});

describe("fullScan", () => {
  const strict = { fullScan: { level: "warn", threshold: 3 } } as const;

  it("tells of KEYS and FLUSHALL", async () => {
    const { kv, emulator } = only(strict);
    await kv.keys("user:*"); // @keys
    await kv.flushall(); // @flushall
    expect(found(emulator)).toEqual([
      "fullScan: KEYS looks at every key there is, and nobody else is served meanwhile. Keep the names in a set, or go through them with SCAN, MATCH and COUNT.",
      `    at ${at("keys")}`,
      "fullScan: FLUSHALL deletes every key, whoever else it belongs to. Delete the keys by name; a test calls emulator.reset().",
      `    at ${at("flushall")}`,
    ]);
  });

  it("tells of collections that are read as a whole, and of small steps of SCAN", async () => {
    const { kv, emulator } = only(strict);
    emulator.seed({
      list: [1, 2, 3],
      hash: { a: 1, b: 2, c: 3 },
      set: { $type: "set", value: [1, 2, 3] },
    });
    await kv.lrange("list", 0, -1);
    await kv.hgetall("hash");
    await kv.smembers("set");
    await kv.scan(0);
    expect(emulator.lint.problems.map(({ message }) => message)).toEqual([
      "LRANGE reads all of 3 at once, and more as it grows. Read a page, or keep the list short with LTRIM.",
      "HGETALL reads all of 3 at once, and more as it grows. Ask for the fields with HMGET, or go through it with HSCAN.",
      "SMEMBERS reads all of 3 at once, and more as it grows. Ask for what is wanted with SMISMEMBER, or go through it with SSCAN.",
      "SCAN without COUNT takes 10 keys at a time, of 3: that is 1 requests. Pass { count: 1000 }, or keep the names in a set.",
    ]);
  });

  it("has nothing against small collections, pages and steps", async () => {
    const { kv, emulator } = only({ fullScan: "error" });
    emulator.seed({ list: [1, 2, 3], hash: { a: 1 } });
    await kv.lrange("list", 0, -1);
    await kv.hgetall("hash");
    await kv.scan(0);
    for (let i = 0; i < 2000; i++) emulator.call("RPUSH", "long", i);
    await kv.lrange("long", 0, 99);
    await kv.scan(0, { match: "user:*", count: 1000 });
    expect(found(emulator)).toEqual([]);
  });
});

describe("cachedRead", () => {
  it("tells of the client's first read, and of nothing else", async () => {
    const { kv, emulator } = createKv({
      strict: { others: "off", cachedRead: "warn" },
      client: { cache: "default" },
    });
    await kv.set("a", 1);
    await kv.get("a"); // @cached
    await kv.get("b");
    expect(found(emulator)).toEqual([
      'cachedRead: the client reads with cache: "default": where Next renders a page ahead, it keeps the reply and serves it from then on. Create the client with { cache: "no-store" }.',
      `    at ${at("cached")}`,
    ]);
  });

  it("has nothing against no-store, which is the client's default", async () => {
    const { kv, emulator } = only({ cachedRead: "warn" });
    await kv.get("a");
    expect(found(emulator)).toEqual([]);
  });
});

describe("typeChange", () => {
  const strict = { typeChange: "warn" } as const;

  it("tells of text that comes back as a number, with both places", async () => {
    const { kv, emulator } = only(strict);
    await kv.set("zip:1", "123"); // @written
    expect(await kv.get("zip:1")).toBe(123); // @read
    expect(found(emulator)).toEqual([
      `typeChange: GET of "zip:1" gives back the number 123 for the text "123" that SET wrote (${at("written")}). Write JSON.stringify(value), or create the client with { automaticDeserialization: false }.`,
      `    at ${at("read")}`,
    ]);
  });

  it("tells of booleans, of members and fields, and of a Date", async () => {
    const { kv, emulator } = only(strict);
    await kv.hset("user", { admin: "true" });
    expect(await kv.hget("user", "admin")).toBe(true);
    await kv.zadd("board", { score: 1, member: "42" });
    expect(await kv.zrange("board", 0, -1)).toEqual([42]);
    await kv.set("since", new Date(0));
    expect(await kv.get("since")).toBe("1970-01-01T00:00:00.000Z");
    expect(
      emulator.lint.problems.map(({ message }) => message.replace(/ for the .*?\)/, "…")),
    ).toEqual([
      'HGET of "user" gives back the boolean true…. Write JSON.stringify(value), or create the client with { automaticDeserialization: false }.',
      'ZRANGE of "board" gives back the number 42…. Write JSON.stringify(value), or create the client with { automaticDeserialization: false }.',
      'GET of "since" gives back the text "1970-01-01T00:00:00.000Z", no Date,…. Write the time as a number, date.getTime().',
    ]);
  });

  it("tells of integers past 2^53, alone and within JSON", async () => {
    const { kv, emulator } = only(strict);
    emulator.call("SET", "big", "9007199254740994");
    expect(await kv.incr("big")).toBe(9007199254740996);
    await kv.set("tweet", '{"id":9007199254740993}');
    expect(await kv.get("tweet")).toEqual({ id: 9007199254740992 });
    expect(emulator.lint.problems.map(({ message }) => message.replace(/ that .*\)/, "…"))).toEqual(
      [
        "INCR answers 9007199254740995, which a number of JavaScript can not hold: the client makes 9007199254740996 of it. Keep such a number as text with a letter before it.",
        'GET of "tweet" gives back 9007199254740992 for 9007199254740993 for the text "{\\"id\\":9007199254740993}"…. Write integers past 2^53 as text within JSON.',
      ],
    );
  });

  it("has nothing against what comes back as it was", async () => {
    const { kv, emulator } = only(strict);
    const values = [
      "007",
      "1e3",
      "+1",
      "12345678901234567890",
      123,
      true,
      { a: "1" },
      [1],
      "null?",
      "",
    ];
    for (const value of values) {
      await kv.set("key", value);
      expect(await kv.get("key")).toEqual(value);
    }
    await kv.set("key", JSON.stringify("123"));
    expect(await kv.get("key")).toBe("123");
    await kv.hset("years", { "1815": "Ada" });
    expect(await kv.hgetall("years")).toEqual({ "1815": "Ada" });
    expect(found(emulator)).toEqual([]);
  });

  it("has nothing against a client that parses nothing, nor what nobody reads", async () => {
    const { kv, emulator } = createKv({
      strict: { others: "off", typeChange: "warn" },
      client: { automaticDeserialization: false },
    });
    await kv.set("zip", "123");
    expect(await kv.get("zip")).toBe("123");
    const other = only(strict);
    await other.kv.set("zip", "123");
    expect([...found(emulator), ...found(other.emulator)]).toEqual([]);
  });
});

describe("mixedTypes", () => {
  it("tells of one name with two types, whatever its numbers", async () => {
    const { kv, emulator } = only({ mixedTypes: "warn" });
    await kv.hset("user:1", { name: "Ada" }); // @hash
    await kv.set("user:2", { name: "Grace" }); // @string
    expect(found(emulator)).toEqual([
      `mixedTypes: "user:2" is a string, and "user:1" is a hash (${at("hash")}): who reads the one as the other fails with WRONGTYPE. Give each type a name of its own.`,
      `    at ${at("string")}`,
    ]);
  });

  it("has nothing against names that differ in more than numbers and UUIDs", async () => {
    const { kv, emulator } = only({ mixedTypes: "warn" });
    await kv.hset("user:1", { name: "Ada" });
    await kv.hset("user:2", { name: "Grace" });
    await kv.sadd("user:1:tags", "red");
    await kv.set("user1", 1);
    await kv.lpush("user2", 1);
    await kv.set(`session:${crypto.randomUUID()}`, 1);
    await kv.set(`session:${crypto.randomUUID()}`, 2);
    expect(found(emulator)).toEqual([]);
  });
});

describe("repeatedReads", () => {
  const strict = { repeatedReads: { level: "warn", threshold: 3 } } as const;

  it("tells of reads in a loop, once for each loop", async () => {
    const { kv, emulator } = only(strict);
    const load = (id: number): Promise<unknown> => kv.get(`user:${id}`); // @load
    for (const id of [1, 2, 3, 4, 5]) await load(id);
    expect(found(emulator)).toEqual([
      "repeatedReads: GET is called in a loop, each time with an HTTP request: 3 one after the other. Read them with MGET.",
      `    at ${at("load")}`,
    ]);
  });

  it("tells of fields that are read one by one", async () => {
    const { kv, emulator } = only(strict);
    for (const field of ["a", "b", "c"]) await kv.hget("user", field);
    for (const id of [1, 2, 3]) await kv.hgetall(`user:${id}`);
    expect(emulator.lint.problems.map(({ message }) => message.slice(-21))).toEqual([
      "Read them with HMGET.",
      "d them with a pipeline.".slice(-21),
    ]);
  });

  it("tells of pipelines of nothing but GET", async () => {
    const { kv, emulator } = only(strict);
    await Promise.all([1, 2, 3].map((id) => kv.get(`user:${id}`))); // @gathered
    expect(found(emulator)).toEqual([
      "repeatedReads: a pipeline of 3 GETs is 3 commands, and each is counted. Read them with one MGET.",
      `    at ${at("gathered")}`,
    ]);
  });

  it("has nothing against one key that is looked at again, nor reads of several places", async () => {
    const { kv, emulator } = only(strict);
    for (let attempt = 0; attempt < 9; attempt++) await kv.get("lock");
    await kv.get("user:1");
    await kv.get("user:2");
    await kv.get("user:3");
    await Promise.all([kv.get("user:1"), kv.get("user:2"), kv.get("user:3")]);
    for (const id of [1, 2, 3]) {
      await kv.get(`user:${id}`);
      await kv.incr("seen");
    }
    expect(found(emulator)).toEqual([]);
  });
});

describe("refusedCommand", () => {
  it("rejects with an Error that names the place and what helps", async () => {
    const { kv, emulator } = createKv({ strict: true });
    const pop = (): Promise<unknown> => kv.exec(["BLPOP", "queue", 5]); // @blpop
    await expect(pop()).rejects.toMatchObject({ name: "LintError" });
    expect(found(emulator)).toEqual([
      'refusedCommand: BLPOP is refused: ERR Command "BLPOP" is not allowed in REST or it has a special context path. Poll with the command that does not block, or read from a stream.',
      `    at ${at("blpop")}`,
    ]);
  });

  it("tells of commands that Upstash has not, and of ones past its limit", async () => {
    const { kv, emulator } = only({ refusedCommand: "warn" });
    await expect(kv.exec(["SORT", "list"])).rejects.toThrow("Command is not available: 'SORT'");
    await expect(kv.set("a", "x".repeat(11 * 2 ** 20))).rejects.toThrow("ERR max request size");
    expect(emulator.lint.problems.map(({ message }) => message)).toEqual([
      "SORT is refused: ERR Command is not available: 'SORT'. Do it in the app, or keep a sorted set.",
      expect.stringMatching(
        /^SET is refused: ERR max request size exceeded\. Limit: 10485760 .*blob store/,
      ),
    ]);
    expect(emulator.lint.problems[1]?.command).toHaveLength(81);
  });

  it("has nothing against other errors", async () => {
    const { kv, emulator } = createKv({ strict: { refusedCommand: "error", others: "off" } });
    await kv.lpush("list", 1);
    await expect(kv.incr("list")).rejects.toThrow("WRONGTYPE");
    await expect(kv.exec(["GET"])).rejects.toThrow("wrong number of arguments");
    expect(found(emulator)).toEqual([]);
  });
});

describe("oversize", () => {
  it("tells of commands and replies past a threshold", async () => {
    const { kv, emulator } = only({ oversize: { threshold: 3 * 2 ** 20 } });
    await kv.set("image", "x".repeat(4 * 2 ** 20)); // @large
    for (const id of [1, 2]) emulator.call("SET", id, "x".repeat(2 ** 21));
    await kv.mget("1", "2");
    expect(
      emulator.lint.problems.map(({ message, site }) => [message, site?.replace(/:\d+$/, "")]),
    ).toEqual([
      [
        "SET sends 4.0 MB at once, and Upstash refuses more than 10 MB. Keep what is large in a blob store, and its address here.",
        at("large"),
      ],
      [
        "MGET reads 4.0 MB at once, and Upstash refuses more than 10 MB. Keep what is large in a blob store, and its address here.",
        expect.any(String),
      ],
    ]);
  });

  it("has nothing against less than 1 MB", async () => {
    const { kv, emulator } = only({ oversize: "warn" });
    await kv.set("image", "x".repeat(1_000_000));
    expect(await kv.get("image")).toHaveLength(1_000_000);
    expect(found(emulator)).toEqual([]);
  });
});

it("says nothing where it is off", async () => {
  const emulator = createEmulator();
  expect(emulator.linter).toBeUndefined();
  expect(createEmulator({ strict: false }).linter).toBeUndefined();
  expect(createEmulator({ strict: { others: "off" } }).linter).toBeUndefined();
});
