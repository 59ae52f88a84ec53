/** Recordings of what clients did through every door, run again. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEmulator, manualClock, type Emulator } from "kv-emulator";
import { record, replay, startServer } from "kv-emulator/node";
import { Redis as Double } from "kv-emulator/upstash";
import { Redis } from "ioredis";
import { afterEach, describe, expect, it } from "vitest";
import { until } from "../support/until.js";

const directory = mkdtempSync(join(tmpdir(), "kv-emulator-"));
const file = join(directory, "run.jsonl");
const closing: (() => unknown)[] = [() => rmSync(directory, { recursive: true })];
afterEach(async () => {
  for (const close of closing.splice(1).toReversed()) await close();
});

/** What an app does, with chance, time and errors in it. */
async function work(emulator: Emulator): Promise<void> {
  const redis = new Double({}, emulator, "app");
  await redis.sadd("tags", "a", "b", "c", "d", "e");
  for (let n = 0; n < 5; n++) await redis.srandmember("tags");
  await redis.spop("tags", 2);
  await redis.set("session", { user: "Ada – 1" }, { ex: 10 });
  emulator.clock.advance("9s");
  await redis.ttl("session");
  emulator.clock.advance("1s");
  await redis.get("session");
  await redis.multi().xadd("events", "*", { kind: "login" }).incr("hits").exec();
  await redis.eval("return {KEYS[1], math.random(), redis.call('TIME')}", ["k"], []);
  await expect(redis.lpush("hits", 1)).rejects.toThrow("WRONGTYPE");
  emulator.call("SET", "bytes", new Uint8Array([0, 255, 128]));
}

describe("a recording", () => {
  it("is run again with the same replies, chance and time among them", async () => {
    const emulator = createEmulator();
    const stop = record(emulator, file);
    await work(emulator);
    stop();
    await new Double({}, emulator).set("later", 1);
    const replayed = replay(file);
    expect(replayed.calls).toBe(14);
    expect(replayed.emulator.call("DUMP", "tags")).toEqual(emulator.call("DUMP", "tags"));
    expect(replayed.emulator.call("XRANGE", "events", "-", "+")).toEqual(
      emulator.call("XRANGE", "events", "-", "+"),
    );
    expect(replayed.emulator.call("EXISTS", "later")).toBe(0);
  });

  it("begins with what there was: keys in their order, scripts, functions, users, parameters and chance", async () => {
    const emulator = createEmulator({ clock: manualClock("2026-01-01T00:00:00Z") });
    for (let n = 0; n < 50; n++) emulator.call("SET", `key:${n}`, n, "PX", 1000 + n);
    for (let n = 0; n < 20; n++) emulator.call("DEL", `key:${n}`);
    const sha = String(emulator.call("SCRIPT", "LOAD", "return ARGV[1]"));
    const library =
      "#!lua name=mine\nredis.register_function('twice', function(_, a) return a[1] .. a[1] end)";
    emulator.call("FUNCTION", "LOAD", library);
    emulator.call("ACL", "SETUSER", "reader", "on", ">secret", "~*", "+@read");
    emulator.call("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
    emulator.call("RANDOMKEY");
    const stop = record(emulator, file);
    const asked = () => [
      emulator.call("SCAN", 0, "COUNT", 7),
      emulator.call("RANDOMKEY"),
      emulator.call("RANDOMKEY"),
      emulator.call("EVALSHA", sha, 0, "x"),
      emulator.call("FCALL", "twice", 0, "x"),
      emulator.call("ACL", "LIST"),
      emulator.call("CONFIG", "GET", "maxmemory-policy"),
      emulator.call("PTTL", "key:30"),
      emulator.call("INFO", "server"),
    ];
    asked();
    emulator.clock.advance("1020ms");
    emulator.call("DBSIZE");
    stop();
    expect(replay(file).calls).toBe(10);
  });

  it("has what connections wait for and are sent, in its order, and no password", async () => {
    const server = await startServer({ token: "s3cret" });
    closing.push(() => server.close());
    const stop = record(server.emulator, file);
    const [one, two] = [new Redis(server.redisUrl), new Redis(server.redisUrl)];
    closing.push(
      () => one.disconnect(),
      () => two.disconnect(),
    );
    await two.config("SET", "notify-keyspace-events", "KEA");
    const heard: string[] = [];
    one.on("message", (channel) => heard.push(channel));
    await one.subscribe("news", "__keyevent@0__:expired");
    const other = new Redis(server.redisUrl);
    closing.push(() => other.disconnect());
    const popped = other.blpop("queue", 0);
    await until(() => String(server.emulator.call("CLIENT", "LIST")).includes("cmd=blpop"));
    await two.rpush("queue", "job");
    await two.set("short", 1, "PX", 5);
    await popped;
    await two.publish("news", "hello");
    await until(() => heard.length === 2);
    stop();
    expect(readFileSync(file, "utf8")).not.toContain("s3cret");
    expect(readFileSync(file, "utf8")).toContain('"push"');
    expect(replay(file).calls).toBeGreaterThan(10);
  });

  it("has clients go when they went, and what they waited for stays", async () => {
    const server = await startServer();
    closing.push(() => server.close());
    const stop = record(server.emulator, file);
    const [one, two] = [new Redis(server.redisUrl), new Redis(server.redisUrl)];
    closing.push(() => two.disconnect());
    void one.blpop("queue", 0).catch(() => undefined);
    const waiting = async () => String(await two.client("LIST")).includes("cmd=blpop");
    await until(waiting);
    one.disconnect();
    await until(async () => !(await waiting()));
    await two.rpush("queue", "job");
    expect(await two.llen("queue")).toBe(1);
    stop();
    expect(replay(file).emulator.call("LLEN", "queue")).toBe(1);
  });

  it("names the first reply that differs", async () => {
    const emulator = createEmulator({ clock: manualClock(0) });
    const stop = record(emulator, file);
    emulator.call("INCR", "hits");
    emulator.call("GET", "hits");
    stop();
    const changed = readFileSync(file, "utf8").replace(
      String.raw`"replies":["$1\r\n1\r\n"]`,
      String.raw`"replies":["$1\r\n2\r\n"]`,
    );
    writeFileSync(file, changed);
    expect(() => replay(file)).toThrow(
      `${file}:6 is answered otherwise: "GET" "hits"\n  recorded "$1\\r\\n2\\r\\n"\n  replayed "$1\\r\\n1\\r\\n"`,
    );
  });

  it("may end in the middle of a line", () => {
    const emulator = createEmulator();
    const stop = record(emulator, file);
    emulator.call("INCR", "hits");
    stop();
    writeFileSync(file, `${readFileSync(file, "utf8")}{"comma`);
    expect(replay(file).emulator.call("GET", "hits")).toBe("1");
  });

  it("is no other file", () => {
    writeFileSync(file, '{"format":"something"}\n');
    expect(() => replay(file)).toThrow(
      `${file} is no recording of kv-emulator; choose another file`,
    );
    expect(() => replay(join(directory, "none"))).toThrow(
      /can not be read: no such file or directory/,
    );
    expect(() => record(createEmulator(), join(directory, "no", "where"))).toThrow(
      /can not be written to/,
    );
  });
});
