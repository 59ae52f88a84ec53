/** A cluster of three masters behind the REST API. */
import { createClient } from "@vercel/kv";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import results from "../../fixtures/rest/client-results.json" with { type: "json" };
import { createBackend, startServer, type RestServer } from "../../src/node/server.js";
import { IOREDIS, post, useIoredis } from "../support/backends.js";
import { until } from "../support/until.js";
import { comparable, examples, outcome, REFUSED, seedsFor } from "../support/client-examples.js";
import { startCluster, type RedisCluster } from "../support/redis-cluster.js";
import { freePort } from "../support/redis-server.js";

const recorded: Readonly<Record<string, unknown>> = results;

let cluster: RedisCluster;

beforeAll(async () => {
  cluster = await startCluster(3);
});

afterAll(() => cluster.stop());

interface Difference {
  readonly calls: RegExp;
  readonly gives: unknown;
  readonly reason: string;
}

const CROSS_SLOT: unknown = {
  name: "UpstashError",
  message: expect.stringContaining("CROSSSLOT Keys in request don't hash to the same slot"),
};

/** Calls that give something else than on one Redis. */
const DIFFERENCES: readonly Difference[] = [
  {
    calls:
      /^redis\.(?:mget|mset|bitop|copy|rename|renamenx|lmove|smove|[sz](?:diff|inter|union)(?:store|card)?|geosearchstore|pfmerge)\(/,
    gives: CROSS_SLOT,
    reason: "their keys are of several slots, which a cluster refuses in one command",
  },
  {
    calls:
      /^redis\.(?:(?:del|exists|touch|unlink|pfcount|xread)\(\[?"\w","\w"|msetnx\(\{a:.*,b:|lmpop\(2)/,
    gives: CROSS_SLOT,
    reason: "so are these keys, where there are two",
  },
  {
    calls: /^redis\.scan\((?!.*withType)/,
    gives: [expect.stringMatching(/^[1-9]/), expect.any(Array)],
    reason: "SCAN goes through one master after another, so that it needs a call for each at least",
  },
];

describe.each(IOREDIS)("behind %s", (library) => {
  let server: RestServer;
  const closing: (() => Promise<unknown> | void)[] = [];

  beforeAll(() => useIoredis(library));

  beforeEach(async () => {
    await cluster.onAll("FLUSHALL");
    await cluster.onAll("FUNCTION", "FLUSH");
    const backend = await createBackend(cluster.urls.slice(0, 2));
    closing.push(() => backend.close());
    server = await startServer({ backend });
    closing.push(() => server.close());
  });

  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
  });

  it.each(examples.filter(({ call }) => call in recorded))(
    "$call gives what it gives on one Redis, or a listed difference",
    async (example) => {
      const { call } = example;
      const seeds = seedsFor(example);
      const seeded = await Promise.all(seeds.map((words) => post(server, "/", words)));
      expect(seeded.map(({ status }) => status)).toEqual(seeds.map(() => 200));
      const client = createClient({ ...server, enableAutoPipelining: false });
      const result = comparable(call, await outcome(call, client));
      const onOne = REFUSED[call] ?? recorded[call];
      const difference = DIFFERENCES.find(({ calls }) => calls.test(call));
      expect(result).toEqual(difference === undefined ? onOne : difference.gives);
    },
  );

  const keys = Array.from({ length: 30 }, (_, index) => `key:${index}`);

  it("answers a pipeline over all slots in its order", async () => {
    const sets = keys.map((key, index) => ["SET", key, String(index)]);
    const { body } = await post(server, "/pipeline", [...sets, ...keys.map((key) => ["GET", key])]);
    expect(body).toEqual([
      ...keys.map(() => ({ result: "OK" })),
      ...keys.map((_, index) => ({ result: String(index) })),
    ]);
    for (const size of await cluster.onAll("DBSIZE")) expect(Number(size)).toBeGreaterThan(0);
  });

  it("shows the cluster as one database", async () => {
    const kv = createClient(server);
    for (const key of keys) await kv.set(key, 1);
    expect(await kv.dbsize()).toBe(30);
    expect((await kv.keys("*")).toSorted()).toEqual(keys.toSorted());
    const found: string[] = [];
    for await (const key of kv.scanIterator({ count: 3 })) found.push(key);
    expect(found.toSorted()).toEqual(keys.toSorted());
    expect(keys).toContain(await kv.randomkey());
    expect(await kv.flushdb()).toBe("OK");
    expect(await kv.dbsize()).toBe(0);
    expect(await kv.randomkey()).toBeNull();
  });

  it("hears messages of channels, whichever node they are sent to", async () => {
    const { url, token } = server;
    const kv = createClient({ url, token });
    const heard: unknown[] = [];
    const subscriber = kv.subscribe<number>("chat");
    subscriber.on("subscribe", () => heard.push("subscribe"));
    subscriber.on("message", ({ message }) => heard.push(message));
    await until(() => heard.length === 1);
    for (let node = 0; node < cluster.nodes.length; node++) {
      await cluster.on(node, "PUBLISH", "chat", String(node));
      await until(() => heard.length === node + 2);
    }
    expect(heard).toEqual(["subscribe", 0, 1, 2]);
    await subscriber.unsubscribe();
    await until(async () => {
      const counts = await cluster.onAll("INFO", "clients");
      return counts.every((info) => info.includes("pubsub_clients:0"));
    });
  });

  it("runs a transaction where its keys are, and refuses one of several slots", async () => {
    for (const key of keys) {
      const commands = [
        ["SET", key, "1"],
        ["INCR", key],
      ];
      expect((await post(server, "/multi-exec", commands)).body).toEqual([
        { result: "OK" },
        { result: 2 },
      ]);
    }
    const { status } = await post(server, "/multi-exec", [
      ["SET", "{a}", "1"],
      ["SET", "{b}", "1"],
    ]);
    expect(status).not.toBe(200);
    expect((await post(server, "/", ["EXISTS", "{a}"])).body).toEqual({ result: 0 });
    expect((await post(server, "/", ["EXISTS", "{b}"])).body).toEqual({ result: 0 });
    expect((await post(server, "/", ["MGET", "{a}", "{b}"])).body).toEqual({
      error: "CROSSSLOT Keys in request don't hash to the same slot",
    });
  });

  it("answers 503 while no node is there", async () => {
    const port = await freePort();
    const backend = await createBackend([`redis://127.0.0.1:${port}`]);
    closing.push(() => backend.close());
    const front = await startServer({ backend });
    closing.push(() => front.close());
    const away = {
      status: 503,
      body: { error: expect.stringContaining("the Redis behind it is away") },
    };
    expect(await post(front, "/", ["GET", "k"])).toEqual(away);
    expect(await post(front, "/", ["DBSIZE"])).toEqual(away);
    expect(await post(front, "/multi-exec", [["GET", "k"]])).toEqual(away);
  });

  it("runs a script by its digest on every node", async () => {
    const script = "#!lua flags=allow-key-locking\nreturn redis.call('set',KEYS[1],ARGV[1])";
    const loaded = await post(server, "/", ["SCRIPT", "LOAD", script]);
    expect(loaded.body).toEqual({ result: expect.stringMatching(/^[\da-f]{40}$/) });
    const kv = createClient(server);
    const sha = await kv.scriptLoad(script);
    for (const key of keys) expect(await kv.evalsha(sha, [key], ["v"])).toBe("OK");
    expect(await kv.scriptExists(sha)).toEqual([1]);
    expect(await post(server, "/", ["EVAL", script, "1000000000", "k"])).toEqual({
      status: 400,
      body: { error: "ERR Number of keys can't be greater than number of args" },
    });
  });

  it("goes on when the connections to its nodes are killed, and doubles no INCR", async () => {
    let applied = 0;
    let unknown = 0;
    const increment = async (key: string): Promise<void> => {
      const { status, body } = await post(server, "/", ["INCR", key]);
      if (status === 200) applied++;
      else if (JSON.stringify(body).includes("may have been applied")) unknown++;
    };
    for (let round = 0; round < 10; round++) {
      const some = keys.map(increment);
      await Promise.race(some);
      await cluster.onAll("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      await Promise.all(some);
      await until(async () => {
        const reads = keys.map(async (key) => (await post(server, "/", ["GET", key])).status);
        return (await Promise.all(reads)).every((status) => status === 200);
      });
    }
    const { body } = await post(
      server,
      "/pipeline",
      keys.map((key) => ["GET", key]),
    );
    const values = Array.isArray(body) ? body.map(({ result }) => Number(result)) : [];
    const total = values.reduce((sum, value) => sum + value, 0);
    expect(applied).toBeGreaterThan(0);
    expect(total).toBeGreaterThanOrEqual(applied);
    expect(total).toBeLessThanOrEqual(applied + unknown);
  });
});
