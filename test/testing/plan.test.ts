/** Plans in detail: each text with its status and its numbers, the counting at the boundary, and what each door makes of it. */
import type { Redis as RealRedis } from "@upstash/redis";
import { Redis as IORedis } from "ioredis";
import { createEmulator, manualClock, type Emulator, type EmulatorOptions } from "kv-emulator";
import { startServer } from "kv-emulator/node";
import { Redis } from "kv-emulator/upstash";
import { describe, expect, it, onTestFinished } from "vitest";
import { clientAt, doors } from "../support/doors.js";

const NOON = "2026-03-30T12:00:00Z";
const alone = { enableAutoPipelining: false };

function limited(plan: EmulatorOptions["plan"], start = NOON): Emulator {
  return createEmulator({ plan, clock: manualClock(start), seed: 1 });
}

const see = (page: string): string =>
  `See https://upstash.com/docs/redis/troubleshooting/${page} for details`;

describe.each(Object.entries(doors))("through %s", (_, door) => {
  const open = (emulator: Emulator): Promise<RealRedis> => clientAt(door, emulator, alone);

  it("refuses the command after the last of the month, until the next begins", async () => {
    const emulator = limited("free");
    const redis = await open(emulator);
    emulator.usage.set({ monthlyCommands: 499_999 });
    expect(await redis.set("k", "v")).toBe("OK");
    await expect(redis.get("k")).rejects.toThrow(
      `ERR max requests limit exceeded. Limit: 500000, Usage: 500000. ${see("max_requests_limit")}, command was: ["get","k"]`,
    );
    expect(emulator.usage.monthlyCommands).toBe(500_000);
    emulator.clock.set("2026-03-31T23:59:59.999Z");
    await expect(redis.get("k")).rejects.toThrow("max requests limit");
    emulator.clock.advance(1);
    expect(await redis.get("k")).toBe("v");
    expect(emulator.usage.monthlyCommands).toBe(1);
  });

  it("refuses the command after the last of the day, until midnight in UTC", async () => {
    const emulator = limited({ dailyCommands: 2 });
    const redis = await open(emulator);
    await redis.incr("n");
    expect(await redis.incr("n")).toBe(2);
    await expect(redis.incr("n")).rejects.toThrow(
      `ERR max daily request limit exceeded. Limit: 2, Usage: 2. ${see("max_daily_request_limit")}, command was: ["incr","n"]`,
    );
    emulator.clock.set("2026-03-30T23:59:59.999Z");
    await expect(redis.incr("n")).rejects.toThrow("max daily request limit");
    emulator.clock.advance(1);
    expect(await redis.incr("n")).toBe(3);
    expect(emulator.usage).toMatchObject({ dailyCommands: 1, monthlyCommands: 3 });
  });

  it("refuses the rest of a pipeline, each with its error", async () => {
    const emulator = limited({ monthlyCommands: 2 });
    const redis = await open(emulator);
    const replies = await redis.pipeline().incr("a").incr("b").incr("c").exec({ keepErrors: true });
    expect(replies).toEqual([
      { result: 1 },
      { result: 1 },
      {
        error: `ERR max requests limit exceeded. Limit: 2, Usage: 2. ${see("max_requests_limit")}`,
      },
    ]);
    expect(emulator.call("EXISTS", "a", "b", "c")).toBe(2);
  });

  it("counts MULTI and EXEC of a transaction, and discards one that does not fit", async () => {
    const emulator = limited({ monthlyCommands: 8 });
    const redis = await open(emulator);
    expect(await redis.multi().incr("a").incr("b").exec()).toEqual([1, 1]);
    expect(emulator.usage.monthlyCommands).toBe(4);
    await expect(redis.multi().incr("a").incr("b").incr("c").exec()).rejects.toThrow(
      "ERR max requests limit exceeded. Limit: 8, Usage: 4.",
    );
    expect(emulator.usage.monthlyCommands).toBe(4);
    expect(await redis.multi().incr("a").incr("b").exec()).toEqual([2, 2]);
    expect(emulator.usage.monthlyCommands).toBe(8);
  });

  it("counts what a script calls, which may take the usage past the limit", async () => {
    const emulator = limited({ dailyCommands: 10_000 });
    const redis = await open(emulator);
    emulator.usage.set({ dailyCommands: 9999 });
    const script = "redis.call('SET', KEYS[1], 1) return redis.call('INCR', KEYS[1])";
    expect(await redis.eval(script, ["k"], [])).toBe(2);
    await expect(redis.eval(script, ["k"], [])).rejects.toThrow(
      "ERR max daily request limit exceeded. Limit: 10000, Usage: 10002.",
    );
  });

  it("does not count the operational commands, nor what never ran", async () => {
    const emulator = limited({ monthlyCommands: 2 });
    const redis = await open(emulator);
    await redis.ping();
    await redis.lpush("list", "a");
    await expect(redis.exec(["NOSUCH"])).rejects.toThrow("ERR Command is not available: 'NOSUCH'");
    await expect(redis.exec(["GET"])).rejects.toThrow("wrong number of arguments");
    expect(emulator.usage.monthlyCommands).toBe(1);
    await expect(redis.incr("list")).rejects.toThrow("WRONGTYPE");
    expect(emulator.usage.monthlyCommands).toBe(2);
    expect(await redis.ping()).toBe("PONG");
  });

  it("refuses a command that is too large", async () => {
    const emulator = limited({ requestSize: 100 });
    const redis = await open(emulator);
    expect(await redis.set("k", "x".repeat(96))).toBe("OK");
    await expect(redis.set("k", "x".repeat(97))).rejects.toThrow(
      `ERR max request size exceeded. Limit: 100 bytes, Actual: 101 bytes. ${see("max_request_size_exceeded")}, command was: [`,
    );
    const replies = await redis
      .pipeline()
      .set("k", "x".repeat(97))
      .get("none")
      .exec({ keepErrors: true });
    expect(replies[0]?.error).toContain("Limit: 100 bytes, Actual: 101 bytes");
    expect(replies[1]?.result).toBeNull();
  });

  it("refuses a result that is too large", async () => {
    const emulator = limited({ requestSize: 100 });
    const redis = await open(emulator);
    await redis.rpush("list", "x".repeat(60));
    await redis.rpush("list", "x".repeat(40));
    expect(await redis.lrange("list", 0, -1)).toHaveLength(2);
    await redis.rpush("list", "y");
    const text = `ERR max request size exceeded. Limit: 100 bytes, Actual: 101 bytes. ${see("max_request_size_exceeded")}`;
    // With status 200 the client says nothing of the command.
    await expect(redis.lrange("list", 0, -1)).rejects.toThrow(new RegExp(`${escaped(text)}$`));
    const [outcome] = await redis.pipeline().lrange("list", 0, -1).exec({ keepErrors: true });
    expect(outcome).toMatchObject({ error: text });
  });

  it("refuses a key that is too long, to read as well", async () => {
    const redis = await open(limited("free"));
    expect(await redis.set("k".repeat(32_768), "v")).toBe("OK");
    const key = "k".repeat(32_769);
    const text = "ERR max key size exceeded. Limit: 32768 bytes, Actual: 32769 bytes";
    await expect(redis.set(key, "v")).rejects.toThrow(text);
    await expect(redis.get(key)).rejects.toThrow(text);
    expect(await redis.set("k", key)).toBe("OK");
  });

  it("refuses what would make a record too large; reads and deletes go on", async () => {
    const redis = await open(limited({ recordSize: 1000 }));
    const text = "ERR max single record size exceeded";
    expect(await redis.set("k", "x".repeat(1000))).toBe("OK");
    await expect(redis.set("k", "x".repeat(1001))).rejects.toThrow(text);
    await expect(redis.append("k", "x")).rejects.toThrow(text);
    expect(await redis.set("k", "y".repeat(1000), { ex: 60 })).toBe("OK");
    for (let count = 0; count < 8; count++) await redis.rpush("list", "x".repeat(100));
    await expect(redis.rpush("list", "x".repeat(200))).rejects.toThrow(text);
    expect(await redis.llen("list")).toBe(8);
    expect(await redis.lpop("list")).toHaveLength(100);
    expect(await redis.del("k")).toBe(1);
    const values = { a: "x".repeat(600), b: "x".repeat(600) };
    expect(await redis.mset(values)).toBe("OK");
    expect(await redis.json.set("doc", "$", { text: "x".repeat(900) })).toBe("OK");
    expect(await redis.json.set("doc", "$", { text: "y".repeat(900) })).toBe("OK");
    await expect(redis.json.set("doc", "$.more", "z".repeat(200))).rejects.toThrow(text);
  });

  it("refuses writes when the database is full; reads and deletes go on", async () => {
    const emulator = limited("free");
    const redis = await open(emulator);
    await redis.rpush("list", "a", "b");
    emulator.usage.set({ databaseSize: 268_435_456 });
    await redis.append("k", "x");
    const { databaseSize } = emulator.usage;
    expect(databaseSize).toBe(268_435_456 + Number(emulator.call("MEMORY", "USAGE", "k")));
    const text = `ERR DB capacity quota exceeded. Threshold: 268435456 bytes, Usage: ${databaseSize} bytes. ${see("db_capacity_quota_exceeded")}`;
    await expect(redis.set("k", "v")).rejects.toThrow(text);
    await expect(redis.eval("return redis.call('SET', 'k', 1)", [], [])).rejects.toThrow(
      "ERR DB capacity quota exceeded",
    );
    await expect(redis.json.set("doc", "$", {})).rejects.toThrow(text);
    const [outcome] = await redis.multi().set("k", "v").exec({ keepErrors: true });
    expect(outcome).toMatchObject({ error: text });
    expect(await redis.get("k")).toBe("x");
    expect(await redis.lpop("list")).toBe("a");
    expect(await redis.expire("k", 60)).toBe(1);
    expect(await redis.del("k", "list")).toBe(2);
    expect(await redis.set("k", "v")).toBe("OK");
  });

  it("cancels XREADGROUP where too many entries would be pending for a consumer", async () => {
    const emulator = limited({ pendingEntries: 100 });
    const redis = await open(emulator);
    const add = (entries: number): void => {
      for (let entry = 0; entry < entries; entry++)
        emulator.call("XADD", "mstream", "*", "n", entry);
    };
    const read = (consumer: string, options: { count?: number; NOACK?: boolean }): unknown =>
      redis.xreadgroup("group1", consumer, "mstream", ">", options);
    emulator.call("XGROUP", "CREATE", "mstream", "group1", "0", "MKSTREAM");
    add(91);
    await read("consumer1", { count: 90 });
    await expect(read("consumer1", { count: 20 })).rejects.toThrow(
      "ERR XReadGroup is cancelled. Pending Entries List limit per consumer is about to be reached. Limit: 100, Current PEL size: 90, Requested Read: 20, Key: mstream, Group: group1, Consumer: consumer1.",
    );
    expect(await read("consumer1", { count: 10 })).toHaveLength(1);
    add(10);
    await expect(read("consumer1", {})).rejects.toThrow("PEL size: 91, Requested Read: 10,");
    expect(await redis.xreadgroup("group1", "consumer1", "mstream", "0")).toHaveLength(1);
    expect(await read("consumer2", { count: 1 })).toHaveLength(1);
    expect(await read("consumer1", {})).toHaveLength(1);
    add(500);
    expect(await read("consumer1", { count: 500, NOACK: true })).toHaveLength(1);
  });

  it("lets keys give way where eviction is on, those with a TTL first", async () => {
    const emulator = limited({ databaseSize: 2000, eviction: true });
    const redis = await open(emulator);
    for (let key = 0; key < 5; key++) await redis.set(`keep:${key}`, "x".repeat(100));
    for (let key = 0; key < 100; key++)
      await redis.set(`cache:${key}`, "x".repeat(100), { ex: 60 });
    expect(await redis.exists("keep:0", "keep:1", "keep:2", "keep:3", "keep:4")).toBe(5);
    expect(emulator.usage.databaseSize).toBeLessThanOrEqual(2000);
    expect(await redis.dbsize()).toBeGreaterThan(8);
    for (let key = 0; key < 100; key++) await redis.set(`other:${key}`, "x".repeat(100));
    expect(emulator.usage.databaseSize).toBeLessThanOrEqual(2200);
    expect(await redis.keys("cache:*")).toEqual([]);
    expect(await redis.exists("other:99")).toBe(1);
  });
});

/** What Upstash says of things that an emulator has not got: a fault says it. */
const ELSEWHERE = [
  ["XREAD", "ERR caller gone"],
  ["SET", "READONLY Writes are temporarily rejected due to server upgrade"],
  ["SET", "ERR Exceeded max index count of 10"],
] as const;

describe.each(Object.entries(doors))("through %s", (_, door) => {
  const open = (emulator: Emulator): Promise<RealRedis> => clientAt(door, emulator, alone);

  it.each(ELSEWHERE)("%s may fail with %s", async (command, error) => {
    const emulator = createEmulator();
    const redis = await open(emulator);
    emulator.faults.add({ on: command, effect: { error } });
    const call = command === "SET" ? redis.set("k", "v") : redis.xread("s", "0");
    await expect(call).rejects.toThrow(`${error}, command was: ["`);
    emulator.faults.verify();
  });

  it("counts what replicas answer", async () => {
    const emulator = createEmulator({ plan: { dailyCommands: 2 }, replicas: { lag: "1s" } });
    const redis = await open(emulator);
    await redis.get("k");
    await redis.get("k");
    expect(emulator.usage.dailyCommands).toBe(2);
    await expect(redis.get("k")).rejects.toThrow("ERR max daily request limit exceeded");
  });
});

it("has the statuses of Upstash", async () => {
  const emulator = limited({ requestSize: 100, keySize: 10, recordSize: 60, dailyCommands: 6 });
  const ask = async (path: string, body: unknown): Promise<readonly [number, string]> => {
    const response = await emulator.fetch(
      new Request(`https://any.host${path}`, { method: "POST", body: JSON.stringify(body) }),
    );
    return [response.status, await response.text()];
  };
  const push = ["RPUSH", "list", "x".repeat(25)];
  const [tooLarge, reason] = await ask("/", ["SET", "k", "x".repeat(100)]);
  expect([tooLarge, reason.slice(0, 37)]).toEqual([413, '{"error":"ERR max request size exceed']);
  expect(await ask("/", ["GET", "k".repeat(11)])).toEqual([
    400,
    '{"error":"ERR max key size exceeded. Limit: 10 bytes, Actual: 11 bytes"}',
  ]);
  expect(await ask("/", ["SET", "k", "x".repeat(61)])).toEqual([
    400,
    '{"error":"ERR max single record size exceeded"}',
  ]);
  expect(await ask("/pipeline", [["SET", "k", "x".repeat(61)]])).toEqual([
    200,
    '[{"error":"ERR max single record size exceeded"}]',
  ]);
  expect(await ask("/", ["SET", "a", "x".repeat(60)])).toEqual([200, '{"result":"OK"}']);
  const [status, text] = await ask("/", ["MGET", "a", "a"]);
  expect([status, text.slice(0, 78)]).toEqual([
    200,
    '{"error":"ERR max request size exceeded. Limit: 100 bytes, Actual: 120 bytes. ',
  ]);
  emulator.usage.set({ dailyCommands: 6 });
  expect((await ask("/", push))[0]).toBe(400);
  expect((await ask("/pipeline", [push]))[0]).toBe(200);
  expect((await ask("/multi-exec", [push]))[0]).toBe(400);
});

async function serve(plan: EmulatorOptions["plan"]): Promise<{
  readonly emulator: Emulator;
  readonly connect: () => IORedis;
}> {
  const server = await startServer({ plan, clock: manualClock(NOON) });
  onTestFinished(() => server.close());
  const connect = (): IORedis => {
    const client = new IORedis(server.redisUrl, { retryStrategy: null, enableReadyCheck: false });
    onTestFinished(() => client.disconnect());
    return client;
  };
  return { emulator: server.emulator, connect };
}

describe("over RESP", () => {
  it("refuses a connection too many, until one is closed", async () => {
    const { emulator, connect } = await serve({ connections: 2 });
    const clients = [connect(), connect()];
    await Promise.all(clients.map((client) => client.ping()));
    expect(emulator.usage.connections).toBe(2);
    const third = connect();
    const errors: Error[] = [];
    third.on("error", (error: Error) => errors.push(error));
    await expect(third.get("k")).rejects.toThrow(
      /^(?:ERR max concurrent connections exceeded|Connection is closed\.)$/,
    );
    await expect
      .poll(() => errors.map(String))
      .toContain("ReplyError: ERR max concurrent connections exceeded");
    expect(emulator.usage.connections).toBe(2);
    await clients[0]?.quit();
    await expect.poll(() => emulator.usage.connections).toBe(1);
    expect(await connect().ping()).toBe("PONG");
  });

  it("counts commands but those of connecting", async () => {
    const { emulator, connect } = await serve({ monthlyCommands: 3 });
    const client = connect();
    await client.set("k", "v");
    expect(emulator.usage.monthlyCommands).toBe(1);
    await client.get("k");
    await client.get("k");
    await expect(client.get("k")).rejects.toThrow(
      `ERR max requests limit exceeded. Limit: 3, Usage: 3. ${see("max_requests_limit")}`,
    );
    expect(await client.ping()).toBe("PONG");
  });

  it("counts a transaction when it is run, and ends one that does not fit", async () => {
    const { emulator, connect } = await serve({ monthlyCommands: 8 });
    const client = connect();
    await client.multi().incr("a").incr("b").exec();
    expect(emulator.usage.monthlyCommands).toBe(4);
    const discarded = client.multi().incr("a").incr("b").incr("c").exec();
    await expect(discarded).rejects.toThrow(
      "EXECABORT Transaction discarded because of: max requests limit exceeded. Limit: 8, Usage: 5.",
    );
    expect(await client.get("a")).toBe("1");
  });

  it("refuses what is too large, and the transaction that it was meant for", async () => {
    const { connect } = await serve({ requestSize: 100 });
    const client = connect();
    await expect(client.set("k", "x".repeat(100))).rejects.toThrow(
      "ERR max request size exceeded. Limit: 100 bytes, Actual: 104 bytes.",
    );
    await expect(client.multi().set("k", "x".repeat(100)).exec()).rejects.toThrow("EXECABORT");
  });

  it("counts a command once that waits for a key", async () => {
    const { emulator, connect } = await serve({});
    const [waiting, other] = [connect(), connect()];
    const popped = waiting.blpop("queue", 0);
    await expect.poll(() => emulator.usage.monthlyCommands).toBe(1);
    await other.rpush("queue", "job");
    expect(await popped).toEqual(["queue", "job"]);
    expect(emulator.usage.monthlyCommands).toBe(2);
  });
});

describe("commands a second", () => {
  it("wait for the next second when there are too many", async () => {
    const emulator = limited({ commandsPerSecond: 2 });
    const redis = new Redis({ enableAutoPipelining: false }, emulator);
    const replies: number[] = [];
    const calls = [1, 2, 3, 4, 5].map(async () => replies.push(await redis.incr("n")));
    await new Promise((resolve) => setImmediate(resolve));
    expect(replies).toEqual([1, 2]);
    emulator.clock.advance(999);
    await new Promise((resolve) => setImmediate(resolve));
    expect(replies).toEqual([1, 2]);
    emulator.clock.advance(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(replies).toEqual([1, 2, 3, 4]);
    emulator.clock.advance("1s");
    await Promise.all(calls);
    expect(replies).toEqual([1, 2, 3, 4, 5]);
    emulator.clock.advance("1s");
    expect(await redis.incr("n")).toBe(6);
  });

  it("count each command of a pipeline", async () => {
    const emulator = limited({ commandsPerSecond: 2 });
    const redis = new Redis({ enableAutoPipelining: false }, emulator);
    const replies = redis.pipeline().incr("n").incr("n").incr("n").incr("n").incr("n").exec();
    emulator.clock.advance(1999);
    await new Promise((resolve) => setImmediate(resolve));
    expect(emulator.call("GET", "n")).toBeNull();
    emulator.clock.advance(1);
    expect(await replies).toEqual([1, 2, 3, 4, 5]);
  });
});

describe("the size of the database", () => {
  it("is what MEMORY USAGE tells of all keys, whatever changes them", () => {
    const emulator = limited({});
    const measured = (): number => {
      let total = 0;
      for (const database of [0, 1, 2]) {
        emulator.call("SELECT", database);
        for (const key of strings(emulator.call("KEYS", "*"))) {
          total += Number(emulator.call("MEMORY", "USAGE", key));
        }
      }
      emulator.call("SELECT", 0);
      return total;
    };
    const steps: readonly (readonly (string | number)[])[] = [
      ["SET", "s", "x".repeat(500)],
      ["APPEND", "s", "y".repeat(500)],
      ["SADD", "set", "a", "b", 3],
      ["SADD", "set", ...Array.from({ length: 600 }, (_, index) => `member-${index}`)],
      ["SUNIONSTORE", "copy", "set"],
      ["HSET", "hash", "f", "v", "g", "x".repeat(100)],
      ["ZADD", "zset", 1, "a", 2, "b"],
      ["XADD", "stream", "*", "f", "v"],
      ["JSON.SET", "doc", "$", `{"text":"${"x".repeat(200)}","large":18446744073709551615}`],
      ["JSON.ARRAPPEND", "doc", "$.none", "1"],
      ["XGROUP", "CREATE", "stream", "g", "0"],
      ["RENAME", "s", "t"],
      ["MOVE", "t", "1"],
      ["SWAPDB", "0", "1"],
      ["SWAPDB", "0", "1"],
      ["COPY", "set", "u", "DB", "2"],
      ["EVAL", "redis.call('SET', 'undeclared', 'x') return 1", 0],
      ["SPOP", "set", 100],
      ["DEL", "hash"],
      ["SET", "short", "v", "PX", 100],
    ];
    for (const [name = "", ...args] of steps) {
      emulator.call(String(name), ...args);
      expect([name, emulator.usage.databaseSize]).toEqual([name, measured()]);
    }
    const before = emulator.usage.databaseSize;
    emulator.clock.advance(100);
    expect(emulator.usage.databaseSize).toBeLessThan(before);
    expect(emulator.usage.databaseSize).toBe(measured());
    const snapshot = emulator.snapshot();
    emulator.call("FLUSHALL");
    expect(emulator.usage.databaseSize).toBe(0);
    emulator.restore(snapshot);
    expect(emulator.usage.databaseSize).toBe(measured());
    expect(emulator.fork().usage.databaseSize).toBe(measured());
  });

  it("costs a write to a large value no more than one to a small one", async () => {
    const emulator = limited({});
    const redis = new Redis({ enableAutoPipelining: false }, emulator);
    const members = Array.from({ length: 200_000 }, (_, index) => `member-${index}`);
    for (let from = 0; from < members.length; from += 10_000) {
      const some = members.slice(from, from + 10_000);
      emulator.call("RPUSH", "list", ...some);
      emulator.call("SADD", "set", ...some);
      emulator.call("HSET", "hash", ...some.flatMap((member) => [member, member]));
    }
    const timeOf = async (prefix: string): Promise<number> => {
      const began = performance.now();
      for (let round = 0; round < 300; round++) {
        await redis.rpush(`${prefix}list`, "x");
        await redis.sadd(`${prefix}set`, round);
        await redis.hset(`${prefix}hash`, { x: round });
      }
      return performance.now() - began;
    };
    await timeOf("warm:");
    const [small, large] = [await timeOf("small:"), await timeOf("")];
    expect(large).toBeLessThan(small * 10 + 50);
  });
});

describe("the usage", () => {
  it("is undone with what a test changes, and with a snapshot", async () => {
    const emulator = limited({ monthlyCommands: 3 });
    const redis = new Redis({ enableAutoPipelining: false }, emulator);
    await redis.incr("n");
    const undoTest = emulator.checkpoint();
    emulator.usage.set({ monthlyCommands: 3, databaseSize: 5000 });
    await expect(redis.incr("n")).rejects.toThrow("max requests limit");
    undoTest();
    expect(emulator.usage.monthlyCommands).toBe(1);
    expect(emulator.usage.databaseSize).toBe(Number(emulator.call("MEMORY", "USAGE", "n")));
    const fork = emulator.fork();
    await redis.incr("n");
    expect([emulator.usage.monthlyCommands, fork.usage.monthlyCommands]).toEqual([2, 1]);
    emulator.reset();
    expect(emulator.usage).toMatchObject({
      monthlyCommands: 0,
      dailyCommands: 0,
      databaseSize: 0,
      connections: 0,
    });
  });

  it("is not there without a plan, whose absence changes nothing", async () => {
    const emulator = createEmulator();
    expect(() => emulator.usage).toThrow(
      'emulator.usage: nothing is counted without a plan; pass one, as in createEmulator({ plan: "free" })',
    );
    const redis = new Redis({ enableAutoPipelining: false }, emulator);
    expect(await redis.set("k".repeat(40_000), "v")).toBe("OK");
    await expect(redis.set("k", "x".repeat(10 * 2 ** 20))).rejects.toThrow(
      "Limit: 10485760 bytes, Actual: 10485764 bytes",
    );
  });

  it("tells what is wrong with a plan, and with what is set", () => {
    expect(create("fre")).toThrow(
      'createEmulator({ plan }): "fre" is no plan; pass "free", "pay-as-you-go" or limits like { monthlyCommands: 1000 }',
    );
    expect(create({ commands: 3 })).toThrow(
      'createEmulator({ plan }): there is no limit "commands"; those there are: monthlyCommands, dailyCommands, commandsPerSecond, requestSize, recordSize, databaseSize, keySize, pendingEntries, connections, eviction',
    );
    expect(create({ recordSize: -1 })).toThrow(
      "createEmulator({ plan: { recordSize } }): -1 is no whole number of 0 or more, nor Infinity",
    );
    expect(create({ commandsPerSecond: 0 })).toThrow("0 is no whole number of 1 or more");
    expect(create({ eviction: 1 })).toThrow("1 is neither true nor false");
    const { usage } = limited({});
    expect(() => usage.set({ monthlyCommands: 1.5 })).toThrow(
      "usage.set({ monthlyCommands }): 1.5 is no whole number",
    );
    const one = { monthlyCommands: 1, connections: 1 };
    expect(() => usage.set(one)).toThrow(
      "usage.set({ connections }): that can not be set; pass monthlyCommands, dailyCommands or databaseSize",
    );
  });
});

function create(plan: unknown): () => unknown {
  return () => Reflect.apply(createEmulator, undefined, [{ plan }]);
}

function strings(reply: unknown): readonly string[] {
  return Array.isArray(reply) ? reply.map(String) : [];
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
