/**
 * Adapters: what a faithful thing answers through one is what the adapter's reference answers. Faithful are the real clients on an
 * emulator, ioredis over a socket that speaks RESP2, and a real Redis.
 */
import { createServer, type AddressInfo, type Server } from "node:net";
import { createClient } from "@vercel/kv";
import { Redis as IORedis } from "ioredis";
import RedisMock from "ioredis-mock";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { bytes } from "../../src/bytes.js";
import {
  engineTarget,
  ioredisTarget,
  nodeRedisTarget,
  restTarget,
  upstashTarget,
} from "../../src/conformance/adapters.js";
import type { Target } from "../../src/conformance/target.js";
import { createEmulator, type Emulator } from "../../src/emulator.js";
import { createKv, type VercelKV } from "../../src/kv/kv.js";
import { Redis } from "../../src/kv/upstash.js";
import { interceptFetch } from "../../src/rest/intercept-fetch.js";
import { RespDecoder, type RespValue } from "../../src/resp/decode.js";
import { encodeResp } from "../../src/resp/encode.js";
import { startRedis } from "../support/redis-server.js";

const strings = [
  "SET s 1 EX 100",
  "GET s",
  "TTL s",
  "INCR s",
  "INCRBYFLOAT s 1.5",
  "APPEND s x",
  "INCR s",
  "GETRANGE s 0 1",
  "SET big 9007199254740993",
  "INCR big",
  "MSET a 1 b two",
  "MGET a b none",
  "SET a 2 NX",
  "SET a 2 XX GET",
  "GETDEL b",
];

const collections = [
  'HSET h f 1 g {"a":1}',
  "HSET h 7 x",
  "HSET h __proto__ y",
  "HGETALL h",
  "hgetall none",
  "HGETALL s",
  "HMGET h f none",
  "HINCRBY h g 1",
  "HSCAN h 0 COUNT 100",
  "RPUSH l a b c 1",
  "LRANGE l 0 -1",
  "LPOP l 2",
  "LMPOP 2 none l LEFT COUNT 1",
  "LPOS l 1 RANK -1",
  "LINSERT l BEFORE 1 z",
  "SADD t a b 1",
  "SMEMBERS t",
  "SMISMEMBER t a none",
  "SINTERCARD 1 t LIMIT 2",
  "ZADD z 1 a 2.5 b",
  "ZADD z XX GT CH 2 a",
  "ZRANGE z 0 -1 WITHSCORES",
  "ZRANGE z (1 +inf BYSCORE LIMIT 0 1",
  "ZSCORE z b",
  "ZMSCORE z a none",
  "ZINCRBY z 0.1 a",
  "ZUNION 2 z none WEIGHTS 2 1 WITHSCORES",
  "ZADD h 1 a",
];

const keyspace = [
  "TYPE h",
  "EXPIRE h 100",
  "PERSIST h",
  "COPY h h2",
  "RENAME none h3",
  "SCAN 0 MATCH h2* COUNT 100",
  "DEL h h2",
  "EXISTS h s",
  "DBSIZE",
  "ECHO hi",
  "PING",
];

/** Commands that the REST client has no methods for. */
const others = [
  "OBJECT ENCODING s",
  "OBJECT FREQ none",
  "RPOPLPUSH l l2",
  "ZRANGESTORE z2 z 0 -1",
  "SORT l ALPHA",
  "EXPIRETIME s",
  "GET",
  "SET s v EX abc",
  "NOSUCH a",
];

/** What is asked of every adapter that can say it. */
const commands = [...strings, ...collections, ...others, ...keyspace];

interface Answers {
  readonly answers: readonly unknown[];
  readonly skipped: readonly string[];
}

/** Empties the target and asks it what `saying` can say, in order. */
async function ask(target: Target, saying: Target): Promise<Answers> {
  const answers: unknown[] = [];
  const skipped: string[] = [];
  await target.reset();
  for (const command of commands) {
    if (canSay(saying, command)) answers.push([command, await outcome(target, command.split(" "))]);
    else skipped.push(command);
  }
  return { answers, skipped };
}

function canSay(target: Target, command: string): boolean {
  return target.supports?.(command.split(" ")) ?? true;
}

async function outcome(target: Target, argv: readonly string[]): Promise<unknown> {
  try {
    return await target.call(argv);
  } catch (error) {
    if (error instanceof Error) return { error: error.message };
    throw error;
  }
}

/** Asserts that a target answers as its reference, and gives the commands that it skipped. */
async function expectFaithful(target: Target): Promise<readonly string[]> {
  const reference = target.reference?.();
  if (reference === undefined) throw new TypeError("the target has no reference");
  // Both are asked at the same time of day, or EXPIRETIME would differ now and then.
  vi.useFakeTimers({ toFake: ["Date"] });
  onTestFinished(() => void vi.useRealTimers());
  const { answers, skipped } = await ask(target, target);
  expect(answers).toEqual((await ask(reference, target)).answers);
  return skipped;
}

describe("engineTarget", () => {
  it("gives replies as RESP2 clients do", async () => {
    const target = engineTarget();
    await target.call(["HSET", "h", "f", "1"]);
    await target.call(["SET", "big", "9007199254740993"]);
    expect(await target.call(["HGETALL", "h"])).toEqual(["f", "1"]);
    expect(await target.call(["INCR", "big"])).toBe(9007199254740994);
  });

  it("lets time pass when it is told to, and is empty after a reset", async () => {
    const target = engineTarget();
    await target.call(["SET", "k", "v", "PX", "10"]);
    await target.advance?.(9);
    expect(await target.call(["PTTL", "k"])).toBe(1);
    await target.advance?.(1);
    expect(await target.call(["GET", "k"])).toBeNull();
    await target.call(["SET", "k", "v"]);
    await target.reset();
    expect(await target.call(["DBSIZE"])).toBe(0);
  });
});

describe("upstashTarget", () => {
  it.each([{ enableAutoPipelining: true }, { enableAutoPipelining: false }])(
    "answers as its reference on the double (%o)",
    async (options) => {
      const skipped = await expectFaithful(upstashTarget(new Redis(options, createEmulator())));
      expect(skipped).toEqual(others);
    },
  );

  it("answers as its reference on a client of @vercel/kv over HTTP", async () => {
    const connection = { url: "https://adapters.example", token: "token" };
    const restore = interceptFetch(createEmulator(), connection);
    onTestFinished(restore);
    const skipped = await expectFaithful(upstashTarget(createClient(connection)));
    expect(skipped).toEqual(others);
  });

  it("answers as a reference that has the client's options", async () => {
    const target = upstashTarget(plainKv(), { reference: () => upstashTarget(plainKv()) });
    await expectFaithful(target);
    expect(await target.call(["MGET", "a", "none"])).toEqual(["2", null]);
  });

  it("takes Redis's text out of the client's errors", async () => {
    for (const enableAutoPipelining of [true, false]) {
      const target = upstashTarget(new Redis({ enableAutoPipelining }, createEmulator()));
      await target.call(["SET", "k", "v"]);
      await expect(target.call(["INCR", "k"])).rejects.toThrow(
        /^ERR value is not an integer or out of range$/,
      );
    }
  });

  it("skips what a hand-written mock has no method for", async () => {
    const mock = mapMock();
    const target = upstashTarget(mock);
    expect(canSay(target, "GET k")).toBe(true);
    expect(canSay(target, "INCR k")).toBe(false);
    expect(canSay(target, "SET k v EX abc")).toBe(false);
    await target.call(["SET", "k", "v"]);
    await target.call(["MSET", "a", "x", "b", "y"]);
    expect(await target.call(["GET", "k"])).toBe("v");
    expect(await target.call(["DEL", "k", "a", "none"])).toBe(2);
    await target.reset();
    expect(mock.values.size).toBe(0);
  });

  it("rejects a command that has no call", async () => {
    await expect(upstashTarget(mapMock()).call(["OBJECT", "ENCODING", "k"])).rejects.toThrow(
      'no method call that sends ["OBJECT","ENCODING","k"]',
    );
    await expect(upstashTarget(mapMock()).call(["INCR", "k"])).rejects.toThrow(
      "the client has no incr()",
    );
  });

  it("says what to pass when it can not empty the database", () => {
    expect(() => upstashTarget({ get: () => null })).toThrow(
      "upstashTarget(client): the client has neither flushall() nor flushdb(); pass { reset } with a function that empties the database",
    );
    const reset = vi.fn<() => void>();
    void upstashTarget({ get: () => null }, { reset }).reset();
    expect(reset).toHaveBeenCalledOnce();
  });

  it("hands on how time passes", () => {
    const advance = vi.fn<(ms: number) => void>();
    void upstashTarget(mapMock(), { advance }).advance?.(5);
    expect(advance).toHaveBeenCalledWith(5);
    expect(upstashTarget(mapMock())).not.toHaveProperty("advance");
  });
});

/** A client that gives replies as they are. */
function plainKv(): VercelKV {
  return createKv({ client: { automaticDeserialization: false } }).kv;
}

/** A mock as tests write them: three commands on a Map. */
function mapMock() {
  const values = new Map<string, unknown>();
  return {
    values,
    get: (key: string) => values.get(key) ?? null,
    set: (key: string, value: unknown) => void values.set(key, value),
    mset: (fields: Readonly<Record<string, unknown>>) => {
      for (const [key, value] of Object.entries(fields)) values.set(key, value);
    },
    del: (...keys: readonly string[]) => keys.filter((key) => values.delete(key)).length,
    flushdb: () => values.clear(),
  };
}

describe("ioredisTarget", () => {
  let server: Server;
  let client: IORedis;

  beforeAll(async () => {
    const emulator = createEmulator();
    server = await serve(emulator);
    client = new IORedis(portOf(server));
  });

  afterAll(() => {
    client.disconnect();
    server.close();
  });

  it("answers as its reference on ioredis", async () => {
    expect(await expectFaithful(ioredisTarget(client))).toEqual([]);
  });

  it("answers as its reference on ioredis and a real Redis", async () => {
    const redis = await startRedis();
    const client = new IORedis(redis.port);
    onTestFinished(() => {
      client.disconnect();
      redis.stop();
    });
    expect(await expectFaithful(ioredisTarget(client))).toEqual([]);
  });

  it("skips what changes the connection", () => {
    const target = ioredisTarget(client);
    const said = ["MULTI", "exec", "WATCH k", "Select 1"].filter((command) =>
      canSay(target, command),
    );
    expect(said).toEqual([]);
  });

  describe("with ioredis-mock", () => {
    const mock = new RedisMock();
    beforeEach(() => mock.flushall());
    afterAll(() => mock.disconnect());

    it("skips what the mock has no method for", () => {
      const target = ioredisTarget(mock);
      expect(canSay(target, "GET k")).toBe(true);
      expect(canSay(target, "NOSUCH k")).toBe(false);
      expect(canSay(target, "ZUNION 1 k")).toBe(false);
    });

    it.each([
      "SET k 1 EX 100",
      "GET none",
      "INCR n",
      "MSET a 1 b 2",
      "HSET h f 1 g 2",
      "HGETALL none",
      "RPUSH l a b",
      "SADD s a b",
      "ZADD z 1 a 2 b",
      "EXISTS none",
    ])("answers as its reference to %s", async (command) => {
      const target = ioredisTarget(mock);
      expect(await outcome(target, command.split(" "))).toEqual(
        await target.reference?.().call(command.split(" ")),
      );
    });

    it("gives an object for HGETALL, as its reference does", async () => {
      const target = ioredisTarget(mock);
      const reference = target.reference?.();
      await reference?.call(["HSET", "h", "f", "1"]);
      await target.call(["HSET", "h", "f", "1"]);
      expect(await target.call(["HGETALL", "h"])).toEqual({ f: "1" });
      expect(await reference?.call(["hgetall", "h"])).toEqual({ f: "1" });
    });
  });
});

/** A port on which an emulator speaks RESP2. */
async function serve(emulator: Emulator): Promise<Server> {
  const server = createServer((socket) => {
    const session = emulator.createSession();
    const decoder = new RespDecoder();
    socket.setEncoding("latin1");
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk: string) => {
      decoder.push(bytes(chunk));
      for (let value = decoder.next(); value !== undefined; value = decoder.next()) {
        socket.write(encodeResp(emulator.execute(session, wordsOf(value)), 2), "latin1");
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string")
    throw new TypeError("the server has no port");
  return address.port;
}

function wordsOf(value: RespValue) {
  return "items" in value
    ? value.items.map((item) => ("text" in item ? item.text : bytes("")))
    : [];
}

describe("nodeRedisTarget", () => {
  it("answers as its reference on what has its sendCommand", async () => {
    const engine = engineTarget();
    const client = { sendCommand: async (argv: string[]) => engine.call(argv) };
    expect(await expectFaithful(nodeRedisTarget(client))).toEqual([]);
  });

  it("skips what changes the connection", () => {
    const target = nodeRedisTarget({ sendCommand: () => "OK" });
    expect(canSay(target, "multi")).toBe(false);
    expect(canSay(target, "GET k")).toBe(true);
  });
});

describe("restTarget", () => {
  const endpoint = { url: "https://adapters.example", token: "secret" };

  it("answers as its reference on a REST API", async () => {
    const target = restTarget(createEmulator({ token: "secret" }).fetch, endpoint);
    expect(await expectFaithful(target)).toEqual([]);
  });

  it("rejects with the API's error", async () => {
    const target = restTarget(createEmulator({ token: "other" }).fetch, endpoint);
    await expect(target.call(["GET", "k"])).rejects.toThrow(
      "WRONGPASS invalid or missing auth token",
    );
  });

  it("rejects with a response that is none of the API's", async () => {
    const target = restTarget(() => new Response("<html>", { status: 502 }), endpoint);
    await expect(target.call(["GET", "k"])).rejects.toThrow(
      "the response (502) has neither result nor error: <html>",
    );
  });
});
