/** The log, detail by detail: what each door's calls are in it, and what they cost. */
import type { Redis as RealRedis } from "@upstash/redis";
import { createEmulator, Disruption, ReplyError, type Emulator } from "kv-emulator";
import { createKv } from "kv-emulator/kv";
import { startServer } from "kv-emulator/node";
import { Redis } from "kv-emulator/upstash";
import { Redis as IORedis } from "ioredis";
import { describe, expect, it, onTestFinished } from "vitest";
import { clientAt, doors } from "../support/doors.js";

const options = { retry: { retries: 2, backoff: () => 0 }, enableAutoPipelining: false };
const logged = (): Emulator => createEmulator({ log: true });

describe.each(Object.entries(doors))("through %s", (name, through) => {
  const open = (emulator: Emulator): Promise<RealRedis> => clientAt(through, emulator, options);
  const door = name === "the double" ? "double" : "rest";
  const client = name === "the double" ? "me" : "default";

  it("a command is logged with all that is known of it", async () => {
    const emulator = logged();
    emulator.clock.freeze("2026-01-01T00:00:00Z");
    const redis = await open(emulator);
    await redis.set("user:1", { name: "Ada" }, { ex: 60 });
    const time = Date.parse("2026-01-01T00:00:00Z");
    expect([...emulator.log]).toEqual([
      {
        command: "SET",
        args: ["user:1", '{"name":"Ada"}', "ex", "60"],
        keys: ["user:1"],
        door,
        client,
        request: 1,
        atomic: false,
        time,
        duration: 0,
        reply: "OK",
        error: undefined,
      },
    ]);
    expect(String(emulator.log)).toBe(
      `2026-01-01T00:00:00.000Z #1 ${door} ${client} SET user:1 "{\\"name\\":\\"Ada\\"}" ex 60 → "OK"`,
    );
  });

  it("requests are numbered; a pipeline is one, and so is a transaction", async () => {
    const emulator = logged();
    const redis = await open(emulator);
    await redis.get("k");
    await redis.pipeline().set("k", 1).lpush("k", 1).exec({ keepErrors: true });
    await redis.multi().incr("k").mget("k", "other").exec();
    expect(
      [...emulator.log].map((entry) => `#${entry.request} ${entry.atomic} ${String(entry)}`),
    ).toEqual([
      "#1 false GET k → null",
      '#2 false SET k 1 → "OK"',
      "#2 false LPUSH k 1 ✗ WRONGTYPE Operation against a key holding the wrong kind of value",
      "#3 true INCR k → 2",
      '#3 true MGET k other → ["2", null]',
    ]);
    expect(emulator.log.requests).toBe(3);
  });

  it("a transaction costs MULTI and EXEC, too, and a script the commands that it calls", async () => {
    const emulator = logged();
    const redis = await open(emulator);
    await redis.multi().incr("k").incr("k").exec();
    expect(emulator.log.cost.commands).toBe(4);
    emulator.log.clear();
    await redis.eval("redis.call('incr', KEYS[1]) return redis.call('get', KEYS[1])", ["k"], []);
    expect(emulator.log.cost.commands).toBe(3);
    emulator.log.clear();
    await redis.ping();
    expect(emulator.log.cost.commands).toBe(0);
  });

  it("what is refused is logged, and free", async () => {
    const emulator = logged();
    const redis = await open(emulator);
    await expect(redis.exec(["WATCH", "k"])).rejects.toThrow("not allowed in REST");
    await expect(redis.exec(["FROB", "k"])).rejects.toThrow("not available");
    await redis.pipeline().set("k", 1).exec();
    await expect(redis.multi().set("k", 2).evalsha("0", [], []).exec()).rejects.toThrow("NOSCRIPT");
    expect([...emulator.log].map(String)).toEqual([
      'WATCH k ✗ ERR Command "WATCH" is not allowed in REST or it has a special context path',
      "FROB k ✗ ERR Command is not available: 'FROB'. See https://upstash.com/docs/redis/overall/rediscompatibility for details",
      'SET k 1 → "OK"',
      'SET k 2 → "OK"',
      "EVALSHA 0 0 ✗ NOSCRIPT No matching script. Please use EVAL.",
    ]);
  });

  it("a connection that was cut, and the try after it, are two requests", async () => {
    const emulator = logged();
    const redis = await open(emulator);
    let calls = 0;
    emulator.intercept(
      async (call, next) => {
        const replies = await next(call);
        calls++;
        if (calls === 1) throw new Disruption();
        return replies;
      },
      { disruptive: true },
    );
    await redis.incr("hits");
    expect([...emulator.log].map((entry) => `#${entry.request} ${String(entry)}`)).toEqual([
      "#1 INCR hits ✗ connection cut",
      "#2 INCR hits → 2",
    ]);
    expect(emulator.log.cost).toMatchObject({ commands: 2, requests: 2 });
  });

  it("replies of links are logged as the client saw them", async () => {
    const emulator = logged();
    const redis = await open(emulator);
    const repair = emulator.intercept(({ commands }) =>
      commands.map(() => new ReplyError("ERR max requests limit exceeded")),
    );
    await expect(redis.get("k")).rejects.toThrow("max requests limit exceeded");
    repair();
    const response = { status: 503, headers: {}, body: "<html>" };
    emulator.intercept(() => Promise.reject(new Disruption(response)), { disruptive: true });
    await expect(redis.get("k")).rejects.toThrow("<html>");
    expect([...emulator.log].map(String).slice(0, 2)).toEqual([
      "GET k ✗ ERR max requests limit exceeded",
      "GET k ✗ HTTP 503: <html>",
    ]);
  });

  it("responses that were altered on their way are logged as they arrived", async () => {
    const emulator = logged();
    const redis = await open(emulator);
    emulator.intercept(
      (call, next) => {
        call.alterResponse?.((response) => ({ ...response, body: "not JSON" }));
        return next(call);
      },
      { disruptive: true },
    );
    await expect(redis.set("k", 1)).rejects.toThrow("not JSON");
    expect(String([...emulator.log][0])).toBe("SET k 1 ✗ HTTP 200: not JSON");
    expect(emulator.log.cost.commands).toBe(1);
  });

  it("bytes are those of the bodies", async () => {
    const emulator = logged();
    const redis = await open(emulator);
    await redis.set("k", "ä");
    // `["SET","k","ä"]` in UTF-8, and `{"result":"OK"}`.
    expect(emulator.log.cost.bytes).toBe(16 + 15);
    emulator.log.clear();
    await redis.get("k");
    // `["get","k"]`, and `{"result":"w6Q="}`.
    expect(emulator.log.cost.bytes).toBe(11 + 17);
    emulator.log.clear();
    await redis.pipeline().get("k").lpush("k", 1).exec({ keepErrors: true });
    const wrong = "WRONGTYPE Operation against a key holding the wrong kind of value";
    expect(emulator.log.cost.bytes).toBe(
      '[["get","k"],["lpush","k",1]]'.length + `[{"result":"w6Q="},{"error":"${wrong}"}]`.length,
    );
  });

  it("faults are logged by what the client met, and billed by what ran", async () => {
    const emulator = logged();
    const redis = await open(emulator);
    emulator.faults.add({ on: "INCR", times: 1, effect: "lost-reply" });
    emulator.faults.add({ on: "GET", times: 1, effect: { error: "ERR out of order" } });
    emulator.faults.add({ on: "SET", times: 1, effect: "invalid-json" });
    expect(await redis.incr("hits")).toBe(2);
    await expect(redis.get("hits")).rejects.toThrow("ERR out of order");
    await expect(redis.set("k", 1)).rejects.toThrow("Unable to parse response body");
    expect([...emulator.log].slice(0, 3).map(String)).toEqual([
      "INCR hits ✗ connection cut",
      "INCR hits → 2",
      "GET hits ✗ ERR out of order",
    ]);
    expect(emulator.log.commands("SET")).toMatchObject([
      { reply: undefined, error: expect.stringMatching(/^HTTP 200: /) },
    ]);
    expect(emulator.log.cost).toMatchObject({ commands: 3, requests: 4 });
  });
});

async function connect(emulator: Emulator): Promise<IORedis> {
  const server = await startServer({ emulator });
  const client = new IORedis(server.redisUrl, { connectionName: "worker" });
  onTestFinished(async () => {
    client.disconnect();
    await server.close();
  });
  await client.ping();
  emulator.log.clear();
  return client;
}

function lines(entries: Iterable<unknown>): string[] {
  return Array.from(entries, String);
}

describe("over RESP", () => {
  it("each command is a request, and the connection's name is the client's", async () => {
    const emulator = logged();
    const client = await connect(emulator);
    await client.pipeline().set("k", "v").get("k").exec();
    expect([...emulator.log]).toMatchObject([
      { command: "SET", door: "resp", client: "worker", request: 1, reply: "OK" },
      { command: "GET", door: "resp", client: "worker", request: 2, reply: "v" },
    ]);
    expect(emulator.log.cost).toEqual({
      commands: 2,
      requests: 2,
      bytes:
        "*3\r\n$3\r\nset\r\n$1\r\nk\r\n$1\r\nv\r\n+OK\r\n".length +
        "*2\r\n$3\r\nget\r\n$1\r\nk\r\n$1\r\nv\r\n".length,
    });
  });

  it("MULTI, EXEC and what is between them are billed once each", async () => {
    const emulator = logged();
    const client = await connect(emulator);
    await client.multi().set("k", 1).incr("k").exec();
    expect([...emulator.log].map(String)).toEqual([
      'MULTI → "OK"',
      'SET k 1 → "QUEUED"',
      'INCR k → "QUEUED"',
      'EXEC → ["OK", 2]',
    ]);
    expect(emulator.log.cost).toMatchObject({ commands: 4, requests: 4 });
  });

  it("who waits has no reply until it comes", async () => {
    const emulator = logged();
    emulator.clock.freeze();
    const client = await connect(emulator);
    const popped = client.blpop("queue", 30);
    await expect.poll(() => emulator.log.length).toBe(1);
    expect([...emulator.log].map(String)).toEqual(["BLPOP queue 30 (no reply)"]);
    emulator.clock.advance("2s");
    emulator.call("RPUSH", "queue", "job");
    await popped;
    expect([...emulator.log]).toMatchObject([{ reply: ["queue", "job"], duration: 2000 }]);
  });

  it("passwords are not shown", async () => {
    const emulator = logged();
    const client = await connect(emulator);
    await expect(client.call("AUTH", "ada", "hunter2")).rejects.toThrow("WRONGPASS");
    expect([...emulator.log][0]?.args).toEqual(["(redacted)", "(redacted)"]);
    expect(String(emulator.log)).not.toContain("hunter2");
  });

  it("a connection that was cut has no reply", async () => {
    const emulator = logged();
    const client = await connect(emulator);
    const repair = emulator.intercept(() => Promise.reject(new Disruption()));
    const lost = client.incr("hits");
    await expect.poll(() => [...emulator.log].map(String)).toContain("INCR hits ✗ connection cut");
    repair();
    await lost;
  });
});

describe("the log", () => {
  it("is off unless it is switched on, and says so to whoever reads it", async () => {
    const { kv, emulator } = createKv();
    await kv.set("k", 1);
    const off =
      "emulator.log: the log is off, so that it can tell nothing; switch it on with createEmulator({ log: true }) or emulator.log.start()";
    const { log } = emulator;
    const reads: (() => unknown)[] = [
      () => [...log],
      () => log.length,
      () => log.requests,
      () => log.cost,
      () => log.dropped,
      () => log.commands(),
      () => log.filter({}),
      () => log.mark(),
      () => log.since(0),
      () => String(log),
    ];
    for (const read of reads) expect(read).toThrow(new TypeError(off));
    log.start();
    await kv.get("k");
    log.stop();
    await kv.get("k");
    expect(log).toHaveLength(1);
  });

  it("keeps the newest, and counts all", async () => {
    const emulator = createEmulator({ log: { limit: 3 } });
    const redis = new Redis({}, emulator);
    for (let count = 1; count <= 8; count++) await redis.set("k", count);
    expect(Array.from(emulator.log, ({ args }) => args[1])).toEqual(["6", "7", "8"]);
    expect(emulator.log.dropped).toBe(5);
    expect(emulator.log.cost).toMatchObject({ commands: 8, requests: 8 });
    emulator.log.clear();
    expect(emulator.log.dropped).toBe(0);
    await redis.get("k");
    expect(Array.from(emulator.log, ({ request }) => request)).toEqual([1]);
  });

  it.each([0, 1.5, Number.NaN])("has no limit of %s", (limit) => {
    expect(() => createEmulator({ log: { limit } })).toThrow(
      new TypeError(
        `createEmulator({ log: { limit } }): ${limit} is no number of commands; pass a whole number from 1 on`,
      ),
    );
  });

  it("is filtered by command, key, client and door", async () => {
    const emulator = logged();
    const [one, other] = ["one", "other"].map((name) => new Redis({}, emulator, name));
    await one?.mset({ "user:1": 1, "user:2": 2 });
    await one?.get("user:2");
    await other?.get("order:1");
    const { log } = emulator;
    expect(lines(log.commands("get"))).toEqual(['GET user:2 → "2"', "GET order:1 → null"]);
    expect(log.commands("GET", "MSET")).toHaveLength(3);
    expect(lines(log.filter({ key: "user:2" }))).toHaveLength(2);
    expect(lines(log.filter({ key: /^order:/ }))).toEqual(["GET order:1 → null"]);
    expect(log.filter({ client: "one" })).toHaveLength(2);
    expect(log.filter({ door: "rest" })).toEqual([]);
    expect(lines(log.filter({ on: "GET", key: "user:*" }))).toHaveLength(1);
  });

  it("knows no command that is misspelt, and no other option", () => {
    const { log } = logged();
    expect(() => log.commands("GTE")).toThrow(
      new TypeError('log.commands("GTE"): there is no such command; did you mean GET?'),
    );
    expect(() => log.filter({ on: "HSTE" })).toThrow(
      new TypeError('log.filter("HSTE"): there is no such command; did you mean HSET?'),
    );
    const misspelt: object = { keys: "user:*" };
    expect(() => log.filter(misspelt)).toThrow(
      new TypeError("log.filter({ keys }): there is no such option; pass on, key, client or door"),
    );
  });

  it("tells what came since a mark", async () => {
    const emulator = logged();
    const redis = new Redis({}, emulator);
    await redis.get("before");
    const mark = emulator.log.mark();
    expect(emulator.log.since(mark)).toEqual([]);
    await redis.get("after");
    expect(emulator.log.since(mark).map(String)).toEqual(["GET after → null"]);
  });

  it("is cleared, and as it was, when a checkpoint's changes are undone", async () => {
    const emulator = logged();
    const redis = new Redis({}, emulator);
    const undo = emulator.checkpoint();
    await redis.get("k");
    emulator.log.stop();
    undo();
    expect(emulator.log).toHaveLength(0);
    await redis.get("k");
    expect(emulator.log).toHaveLength(1);

    const off = createEmulator();
    const undoStart = off.checkpoint();
    off.log.start();
    undoStart();
    expect(() => off.log.length).toThrow(TypeError);
  });

  it("has streams of events by the command that begins them", async () => {
    const emulator = logged();
    const redis = new Redis({}, emulator);
    const subscriber = redis.subscribe("chat");
    await new Promise((resolve) => subscriber.on("subscribe", resolve));
    await redis.publish("chat", "hello");
    await subscriber.unsubscribe();
    expect([...emulator.log].map(String)).toEqual([
      'SUBSCRIBE chat → ["subscribe", "chat", 1]',
      "PUBLISH chat hello → 1",
    ]);
  });
});
