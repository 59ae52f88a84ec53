/** Faults over RESP: what ioredis makes of them, with its reconnecting and resending. */
import { createEmulator, type Fault } from "kv-emulator";
import { startServer } from "kv-emulator/node";
import { Redis, type RedisOptions } from "ioredis";
import { afterEach, describe, expect, it } from "vitest";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

async function start(options: RedisOptions = {}) {
  const emulator = createEmulator();
  const server = await startServer({ emulator });
  undo.push(() => server.close());
  const commands: string[] = [];
  emulator.intercept((call, next) => {
    for (const argv of call.commands) commands.push(argv.join(" "));
    return next(call);
  });
  const redis = new Redis(server.redisUrl, { retryStrategy: () => 1, ...options });
  redis.on("error", () => undefined);
  undo.push(() => redis.disconnect());
  await redis.ping();
  commands.length = 0;
  /** How often the command came. */
  const count = (line: string): number => commands.filter((other) => other === line).length;
  return { emulator, faults: emulator.faults, redis, count };
}

it("answers with an error, and the connection stays", async () => {
  const { emulator, faults, redis, count } = await start();
  faults.add({ on: "INCR", times: 1, effect: { error: "LOADING Redis is loading the dataset" } });
  const error: unknown = await redis.incr("hits").catch((thrown: unknown) => thrown);
  expect(error).toHaveProperty("name", "ReplyError");
  expect(error).toHaveProperty("message", "LOADING Redis is loading the dataset");
  expect(await redis.incr("hits")).toBe(1);
  expect(count("incr hits")).toBe(2);
  expect(emulator.call("INFO", "errorstats")).toContain("errorstat_LOADING:count=1");
});

it("cuts the connection before the command is applied, and ioredis sends it again", async () => {
  const { faults, redis, count } = await start();
  faults.add({ on: "INCR", times: 3, effect: "reset" });
  expect(await redis.incr("hits")).toBe(1);
  expect(count("incr hits")).toBe(4);
});

it("loses the reply, and ioredis applies the command again", async () => {
  const { emulator, faults, redis } = await start();
  faults.add({ on: "INCR", times: 1, effect: "lost-reply" });
  expect(await redis.incr("hits")).toBe(2);
  expect(emulator.call("GET", "hits")).toBe("2");
});

it("is an error of ioredis where it is to send nothing again", async () => {
  const { emulator, faults, redis, count } = await start({ maxRetriesPerRequest: 0 });
  faults.add({ on: "INCR", times: 1, effect: "lost-reply" });
  await expect(redis.incr("hits")).rejects.toThrow(
    "Reached the max retries per request limit (which is 0)",
  );
  expect(count("incr hits")).toBe(1);
  expect(emulator.call("GET", "hits")).toBe("1");
});

it("applies a part of a pipeline where it is cut at the command behind", async () => {
  const { emulator, faults, redis } = await start({ autoResendUnfulfilledCommands: false });
  faults.add({ on: "INCR", after: 2, times: 1, effect: "reset" });
  const replies = await redis.pipeline().incr("a").incr("b").incr("c").incr("d").exec();
  const lost = "Command aborted due to connection close";
  const messages = replies?.map(([error]) => error?.message);
  expect(messages).toEqual([undefined, undefined, lost, lost]);
  expect(emulator.call("MGET", "a", "b", "c", "d")).toEqual(["1", "1", null, null]);
});

it("never answers, until the client gives up", async () => {
  const { faults, redis } = await start({ commandTimeout: 30 });
  faults.add({ on: "GET", effect: "never" });
  await expect(redis.get("k")).rejects.toThrow("Command timed out");
});

it("is slow on the emulator's clock, and keeps the order of a connection", async () => {
  const { emulator, faults, redis } = await start();
  emulator.clock.freeze();
  const rule = faults.add({ on: "INCR", effect: { latency: "1h" } });
  const order: string[] = [];
  const sent = redis.incr("hits").then(() => order.push("incr"));
  const behind = redis.get("hits").then((hits) => order.push(`get ${hits}`));
  await expect.poll(() => rule.fired).toBe(1);
  expect(emulator.call("GET", "hits")).toBeNull();
  emulator.clock.advance("1h");
  await Promise.all([sent, behind]);
  expect(order).toEqual(["incr", "get 1"]);
});

it("answers NOSCRIPT once, and ioredis sends the script", async () => {
  const { faults, redis, count } = await start();
  const sha = await redis.script("LOAD", "return 7");
  const rule = faults.add({ effect: "noscript" });
  await expect(redis.evalsha(String(sha), 0)).rejects.toThrow(
    "NOSCRIPT No matching script. Please use EVAL.",
  );
  expect(await redis.evalsha(String(sha), 0)).toBe(7);
  const other = new Redis({ ...redis.options, scripts: { seven: { lua: "return 7" } } });
  undo.push(() => other.disconnect());
  rule.remove();
  faults.add({ effect: "noscript" });
  expect(await Reflect.apply(Reflect.get(other, "seven"), other, [0])).toBe(7);
  expect(count("eval return 7 0")).toBe(1);
});

describe("a transaction", () => {
  it("is aborted by an error before EXEC, as by a real server's", async () => {
    const { emulator, faults, redis } = await start();
    faults.add({ on: "SET", key: "b", effect: { error: "OOM command not allowed" } });
    await expect(redis.multi().set("a", 1).set("b", 2).exec()).rejects.toThrow(
      "EXECABORT Transaction discarded because of previous errors.",
    );
    expect(emulator.call("MGET", "a", "b")).toEqual([null, null]);
    expect(await redis.multi().set("a", 1).exec()).toEqual([[null, "OK"]]);
  });

  it("is aborted by an error of EXEC itself", async () => {
    const { emulator, faults, redis } = await start();
    faults.add({ on: "EXEC", times: 1, effect: { error: "READONLY no writes" } });
    await expect(redis.multi().set("a", 1).exec()).rejects.toThrow(
      "EXECABORT Transaction discarded because of: READONLY no writes",
    );
    expect(emulator.call("EXISTS", "a")).toBe(0);
    expect(await redis.set("a", 1)).toBe("OK");
  });

  it("is dropped with its connection before EXEC", async () => {
    const { emulator, faults, redis } = await start({ autoResendUnfulfilledCommands: false });
    faults.add({ on: "EXEC", times: 1, effect: "reset" });
    await expect(redis.multi().set("a", 1).exec()).rejects.toThrow("Command aborted");
    expect(emulator.call("EXISTS", "a")).toBe(0);
  });

  it("is applied when the reply of EXEC is lost", async () => {
    const { emulator, faults, redis } = await start({ autoResendUnfulfilledCommands: false });
    faults.add({ on: "EXEC", times: 1, effect: "lost-reply" });
    await expect(redis.multi().set("a", 1).exec()).rejects.toThrow("Command aborted");
    expect(emulator.call("GET", "a")).toBe("1");
  });
});

describe("what only HTTP has", () => {
  it.each<[Fault["effect"], string]>([
    [{ status: 503 }, "1"],
    [{ status: 504, applied: true }, "2"],
    ["torn", "2"],
    ["invalid-json", "2"],
    ["wrong-base64", "2"],
  ])("is a connection that is cut: %j", async (effect, hits) => {
    const { emulator, faults, redis, count } = await start();
    const rule = faults.add({ on: "INCR", times: 1, effect });
    await redis.incr("hits");
    expect(rule.fired).toBe(1);
    expect(count("incr hits")).toBe(2);
    expect(emulator.call("GET", "hits")).toBe(hits);
  });

  it.each<Fault["effect"]>(["half-applied", { applyFirst: 1 }, "stale-sync-token"])(
    "does not happen: %j",
    async (effect) => {
      const { faults, redis, count } = await start();
      const rule = faults.add({ on: "INCR", effect });
      expect(await redis.pipeline().incr("hits").incr("hits").exec()).toEqual([
        [null, 1],
        [null, 2],
      ]);
      expect(rule.fired).toBe(0);
      expect(count("incr hits")).toBe(2);
    },
  );
});

describe("a scope", () => {
  it("is the connection's name", async () => {
    const { faults, redis } = await start({ connectionName: "worker" });
    faults.add({ on: "GET", client: "worker", effect: { error: "ERR refused" } });
    await expect(redis.get("k")).rejects.toThrow("ERR refused");
    const other = new Redis({ ...redis.options, connectionName: "app" });
    undo.push(() => other.disconnect());
    expect(await other.get("k")).toBeNull();
  });

  it("is the door", async () => {
    const { emulator, faults, redis } = await start();
    faults.add({ on: "GET", door: "resp", effect: { error: "ERR refused" } });
    await expect(redis.get("k")).rejects.toThrow("ERR refused");
    const request = new Request("https://any.host/get/k");
    expect(await (await emulator.fetch(request)).json()).toEqual({ result: null });
  });
});
