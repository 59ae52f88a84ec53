/** A real Redis behind the REST API: what clients get, and that no command is lost or doubled when it goes away. */
import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import { fileURLToPath } from "node:url";
import { Ratelimit } from "@upstash/ratelimit";
import { Redis } from "@upstash/redis";
import { createClient } from "@vercel/kv";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import results from "../../fixtures/rest/client-results.json" with { type: "json" };
import { bytes, utf8 } from "../../src/bytes.js";
import { Disruption } from "../../src/disruption.js";
import { VercelKV } from "../../src/kv/kv.js";
import { sha1 } from "../../src/lua/sha1.js";
import { kvHandlers } from "../../src/msw/handlers.js";
import { plain } from "../../src/plain.js";
import {
  createBackend,
  startServer,
  type RedisBackend,
  type RestServer,
} from "../../src/node/server.js";
import { interceptFetch } from "../../src/rest/intercept-fetch.js";
import { IOREDIS, post, startProxy, useIoredis, type Answer } from "../support/backends.js";
import { until } from "../support/until.js";
import type { Session } from "../../src/session.js";
import { comparable, examples, outcome, REFUSED, seedsFor } from "../support/client-examples.js";
import {
  freePort,
  startRedis,
  type RedisConnection,
  type RedisServer,
} from "../support/redis-server.js";

const recorded: Readonly<Record<string, unknown>> = results;

function fixture(name: string): string {
  return fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
}

const closing: (() => Promise<unknown> | void)[] = [];

async function closeAll(): Promise<void> {
  for (const close of closing.splice(0).toReversed()) await close();
}

async function serve(port: number): Promise<{ backend: RedisBackend; server: RestServer }> {
  const backend = await createBackend(`redis://127.0.0.1:${port}`);
  closing.push(() => backend.close());
  const server = await startServer({ backend });
  closing.push(() => server.close());
  return { backend, server };
}

let redis: RedisServer;
let admin: RedisConnection;

async function direct(...words: readonly string[]): Promise<string> {
  const reply = await admin.send(words.map(utf8));
  return "text" in reply ? reply.text : reply.type;
}

/** Whether no connection subscribes to anything. */
async function silent(): Promise<boolean> {
  return (await direct("INFO", "clients")).includes("pubsub_clients:0");
}

beforeAll(async () => {
  redis = await startRedis();
  admin = await redis.connect(2);
});

afterAll(() => {
  admin.close();
  redis.stop();
});

describe.each(IOREDIS)("behind %s", (library) => {
  let backend: RedisBackend;
  let server: RestServer;

  beforeAll(() => useIoredis(library));

  beforeEach(async () => {
    await direct("FLUSHALL");
    await direct("SCRIPT", "FLUSH");
    ({ backend, server } = await serve(redis.port));
  });

  afterEach(closeAll);

  const send = (body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer> =>
    post(server, "/", body, headers);

  const stream = (): Promise<Response> =>
    fetch(`${server.url}/subscribe/chat`, {
      headers: { authorization: `Bearer ${server.token}`, accept: "text/event-stream" },
    });

  it.each(examples.filter(({ call }) => call in recorded))(
    "$call gives what it gives with the emulator",
    async (example) => {
      for (const words of seedsFor(example)) await direct(...words);
      const client = createClient({ ...server, enableAutoPipelining: false });
      const result = comparable(example.call, await outcome(example.call, client));
      expect(result).toEqual(REFUSED[example.call] ?? recorded[example.call]);
    },
  );

  it("tells the status OK from the same text", async () => {
    const base64 = { "upstash-encoding": "base64" };
    expect((await send(["SET", "k", "OK"], base64)).body).toEqual({ result: "OK" });
    expect((await send(["GET", "k"], base64)).body).toEqual({ result: btoa("OK") });
    const script = "return redis.status_reply('OK')";
    expect((await send(["EVAL", script, "0"], base64)).body).toEqual({ result: "OK" });
  });

  it("keeps every byte", async () => {
    await admin.send([bytes("SET"), bytes("k"), bytes("\x00\xff\r\n$-1\r\n\x80")]);
    expect(await send(["GET", "k"], { "upstash-encoding": "base64" })).toEqual({
      status: 200,
      body: { result: btoa("\x00\xff\r\n$-1\r\n\x80") },
    });
    await post(server, "/set/p%FF%00", "x");
    expect(await admin.send([bytes("GET"), bytes("p\xff\x00")])).toEqual({
      type: "bulk",
      text: '"x"',
    });
  });

  it("keeps integers whole that no double can hold", async () => {
    await direct("SET", "n", "9007199254740992");
    const response = await fetch(`${server.url}/incr/n?_token=${server.token}`);
    expect(await response.text()).toBe('{"result":9007199254740993}');
    expect(await (await fetch(`${server.url}/incr/n?_token=${server.token}`)).text()).toBe(
      '{"result":9007199254740994}',
    );
  });

  it("gives the replies as RESP2 where that is asked for", async () => {
    const response = await fetch(`${server.url}/pipeline`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${server.token}`,
        "upstash-response-format": "resp2",
      },
      body: '[["SET","k","v"],["GET","k"],["GET","none"],["MGET","k","none"],["INCR","k"],["XREAD","STREAMS","s","0"]]',
    });
    expect(await response.text()).toBe(
      "+OK\r\n$1\r\nv\r\n$-1\r\n*2\r\n$1\r\nv\r\n$-1\r\n-ERR value is not an integer or out of range\r\n*-1\r\n",
    );
  });

  it("answers the commands of a pipeline in their order, refused ones among them", async () => {
    const commands = [["SET", "k", "1"], ["NOSUCH"], ["INCR", "k"], ["LPUSH", "k", "x"]];
    const { status, body } = await post(server, "/pipeline", commands);
    expect(status).toBe(200);
    expect(body).toEqual([
      { result: "OK" },
      { error: expect.stringContaining("ERR Command is not available: 'NOSUCH'") },
      { result: 2 },
      { error: "WRONGTYPE Operation against a key holding the wrong kind of value" },
    ]);
  });

  it("runs transactions as one, however many are under way", async () => {
    const increments = Array.from({ length: 5 }, () => ["INCR", "n"]);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => post(server, "/multi-exec", increments)),
    );
    const firsts = answers.map(({ body }) => {
      const values = Array.isArray(body) ? body.map((each) => Number(each.result)) : [];
      const [first = 0] = values;
      expect(values).toEqual([0, 1, 2, 3, 4].map((step) => first + step));
      return first;
    });
    expect(firsts.toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, index) => 1 + 5 * index),
    );
  });

  it("goes on with a transaction after an error, and discards one with a bad command", async () => {
    await direct("SET", "k", "x");
    const commands = [
      ["SET", "a", "1"],
      ["INCR", "k"],
      ["GET", "a"],
    ];
    expect((await post(server, "/multi-exec", commands)).body).toEqual([
      { result: "OK" },
      { error: "ERR value is not an integer or out of range" },
      { result: "1" },
    ]);
    expect(
      await post(server, "/multi-exec", [
        ["SET", "b", "1"],
        ["EVALSHA_RO", "x"],
      ]),
    ).toEqual({
      status: 400,
      body: { error: "ERR wrong number of arguments for 'evalsha_ro' command" },
    });
    expect(await direct("EXISTS", "b")).toBe("0");
  });

  it("lets a read-only token read", async () => {
    const reader = new Redis({ url: server.url, token: server.readOnlyToken });
    expect(await reader.get("k")).toBeNull();
    await expect(reader.set("k", 1)).rejects.toThrow("NOPERM");
    expect((await post({ ...server, token: "wrong" }, "/", ["GET", "k"])).status).toBe(401);
  });

  it.each([
    [["XREAD", "BLOCK", "0", "STREAMS", "s", "$"], null],
    [["WAIT", "1", "0"], 0],
  ])("does not wait for %j", async (command, result) => {
    expect(await send(command)).toEqual({ status: 200, body: { result } });
  });

  it.each([["SUBSCRIBE", "c"], ["MONITOR"], ["BLPOP", "l", "0"]])(
    "refuses %s, as Upstash does",
    async (...command) => {
      const { status, body } = await send(command);
      expect(status).toBe(400);
      expect(body).toEqual({ error: expect.stringContaining("is not allowed in REST") });
    },
  );

  describe("scripts with allow-key-locking", () => {
    const source = "#!lua flags=no-writes,allow-key-locking\nreturn redis.call('get',KEYS[1])";
    const sha = sha1(utf8(source));

    it("are run by EVAL, and by their own digest then", async () => {
      await direct("SET", "k", "v");
      expect((await send(["EVALSHA", sha, "1", "k"])).body).toEqual({
        error: "NOSCRIPT No matching script. Please use EVAL.",
      });
      expect((await send(["EVAL", source, "1", "k"])).body).toEqual({ result: "v" });
      expect((await send(["EVALSHA", sha.toUpperCase(), "1", "k"])).body).toEqual({ result: "v" });
    });

    it("are loaded under their own digest", async () => {
      expect((await send(["SCRIPT", "EXISTS", sha])).body).toEqual({ result: [0] });
      expect((await send(["SCRIPT", "LOAD", source])).body).toEqual({ result: sha });
      expect((await send(["SCRIPT", "EXISTS", sha, sha1(utf8("x"))])).body).toEqual({
        result: [1, 0],
      });
      await direct("SCRIPT", "FLUSH");
      expect((await send(["SCRIPT", "EXISTS", sha])).body).toEqual({ result: [0] });
    });

    it("keep their other flags", async () => {
      const writing = source.replace("'get',KEYS[1]", "'set',KEYS[1],1");
      expect((await send(["EVAL", writing, "1", "k"])).body).toEqual({
        error: expect.stringContaining("Write commands are not allowed from read-only scripts"),
      });
    });

    it("limit rates", async () => {
      const limiter = new Ratelimit({
        redis: new Redis({ url: server.url, token: server.token }),
        limiter: Ratelimit.slidingWindow(2, "1 h"),
        ephemeralCache: false,
      });
      const allowed: boolean[] = [];
      for (let left = 3; left > 0; left--) allowed.push((await limiter.limit("ada")).success);
      expect(allowed).toEqual([true, true, false]);
      expect(await direct("DBSIZE")).toBe("1");
    });
  });

  it("stands behind the double, MSW and fetch, too", async () => {
    await new VercelKV({}, backend).set("user", { name: "ada" });
    const url = "https://backend.example";
    const msw = setupServer(...kvHandlers(backend, { url, token: "t" }));
    msw.listen();
    expect(await createClient({ url, token: "t" }).get("user")).toEqual({ name: "ada" });
    msw.close();
    const restore = interceptFetch(backend, { url, token: "t" });
    expect(await createClient({ url, token: "t" }).strlen("user")).toBe(14);
    restore();
    expect(await direct("GET", "user")).toBe('{"name":"ada"}');
  });

  it("has links of its own around the calls", async () => {
    const names: string[] = [];
    const remove = backend.intercept((call, next) => {
      names.push(...call.commands.flatMap((argv) => argv.slice(0, 1)));
      if (call.atomic) throw new Disruption();
      return next(call);
    });
    await send(["SET", "k", "v"]);
    await expect(post(server, "/multi-exec", [["DEL", "k"]])).rejects.toThrow("fetch failed");
    remove();
    expect((await send(["GET", "k"])).body).toEqual({ result: "v" });
    expect(names).toEqual(["SET", "DEL"]);
  });

  it("is reached with TLS, where its certificate is trusted", async () => {
    const tlsPort = await freePort();
    const certificate = fixture("tls/certificate.pem");
    const options = ["--tls-port", String(tlsPort), "--tls-auth-clients", "no"];
    const files = ["--tls-cert-file", certificate, "--tls-key-file", fixture("tls/key.pem")];
    const own = await startRedis(undefined, [
      ...options,
      ...files,
      "--tls-ca-cert-file",
      certificate,
    ]);
    closing.push(() => own.stop());
    const url = `rediss://127.0.0.1:${tlsPort}`;
    const behind = async (tls?: ConnectionOptions): Promise<RestServer> => {
      const trusting = await createBackend(tls === undefined ? url : { url, tls });
      closing.push(() => trusting.close());
      const front = await startServer({ backend: trusting });
      closing.push(() => front.close());
      return front;
    };
    const front = await behind({ ca: readFileSync(certificate) });
    expect(await post(front, "/", ["INCR", "n"])).toEqual({ status: 200, body: { result: 1 } });
    expect(await post(await behind(), "/", ["INCR", "n"])).toEqual({
      status: 503,
      body: { error: expect.stringContaining("self-signed certificate") },
    });
    // Closed while it tries: an error that nobody hears would end the process.
    for (let delay = 0; delay < 3; delay += 0.25) {
      const trying = await createBackend(url);
      await new Promise((resolve) => setTimeout(resolve, delay));
      trying.close();
    }
  });

  it("hands on what a session listens to, until the session is closed", async () => {
    const heard: string[] = [];
    const listen = async (...words: readonly string[]): Promise<Session> => {
      const session = backend.createSession("upstash", (message) =>
        heard.push(JSON.stringify(plain(message))),
      );
      const commands = [words.map(utf8)];
      const replies = await backend.handle({
        commands,
        session,
        door: "rest",
        atomic: false,
        client: "default",
      });
      heard.push(JSON.stringify(replies.map(plain)));
      return session;
    };
    const session = await listen("SUBSCRIBE", "a", "b");
    await send(["PUBLISH", "b", "x,y"]);
    await until(() => heard.length === 2);
    expect(heard.splice(0)).toEqual([
      '[[["subscribe","a",1],["subscribe","b",2]]]',
      '["message","b","x,y"]',
    ]);
    session.close();
    await until(async () => (await direct("PUBLISH", "b", "x")) === "0");
    heard.length = 0;
    const monitor = await listen("MONITOR");
    await send(["GET", "k"]);
    await until(() => heard.length >= 2);
    expect(heard[0]).toBe('[["OK"]]');
    expect(heard[1]).toMatch(/\[0 127\.0\.0\.1:\d+\] \\"GET\\" \\"k\\""$/);
    monitor.close();
  });

  describe("the real client", () => {
    it("hears messages of its channels and patterns until it leaves", async () => {
      const client = new Redis({ url: server.url, token: server.token });
      const heard: unknown[] = [];
      const subscriber = client.subscribe<unknown>(["chat", "news"]);
      subscriber.on("subscribe", () => heard.push("subscribe"));
      subscriber.on("message", (data) => heard.push(data));
      const patterns = client.psubscribe<unknown>("user:*");
      patterns.on("psubscribe", () => heard.push("psubscribe"));
      patterns.on("pmessage", (data) => heard.push(data));
      for (const each of [subscriber, patterns]) each.on("error", (error) => heard.push(error));
      await until(() => heard.length === 3);
      heard.length = 0;

      expect(await client.publish("chat", { from: "ada", text: "ä, 😀" })).toBe(1);
      await until(() => heard.length === 1);
      expect(await direct("PUBLISH", "user:1", '{"n":1}')).toBe("1");
      await until(() => heard.length === 2);
      expect(heard).toEqual([
        { channel: "chat", message: { from: "ada", text: "ä, 😀" } },
        { pattern: "user:*", channel: "user:1", message: { n: 1 } },
      ]);

      await subscriber.unsubscribe();
      await patterns.unsubscribe();
      await until(silent);
      expect(await admin.send(["PUBSUB", "CHANNELS"].map(utf8))).toEqual({
        type: "array",
        items: [],
      });
    });

    it("leaves no subscription behind when it goes at once, or the server does", async () => {
      const client = new Redis({ url: server.url, token: server.token });
      await client.subscribe("chat").unsubscribe();
      await until(silent);
      const ended = (await stream()).text();
      expect(await direct("PUBLISH", "chat", "x")).toBe("1");
      await Promise.all([expect(ended).rejects.toThrow("terminated"), server.close()]);
      await until(silent);
    });

    it("hears that the Redis went away: its stream ends", async () => {
      const response = await stream();
      expect(response.status).toBe(200);
      await direct("CLIENT", "KILL", "TYPE", "pubsub");
      expect(await response.text()).toBe("data: subscribe,chat,1\n\n");
      await until(silent);
    });
  });

  describe("that goes away", () => {
    it("answers 503 until it is back on its port", async () => {
      const own = await startRedis();
      const { server: front } = await serve(own.port);
      expect((await post(front, "/", ["SET", "k", "v"])).status).toBe(200);
      own.stop();
      const isAway = async (): Promise<boolean> =>
        JSON.stringify(await post(front, "/", ["GET", "k"])).includes("ECONNREFUSED");
      await until(isAway);
      const error = `ERR kv-emulator: the Redis behind it is away (connect ECONNREFUSED 127.0.0.1:${own.port}); the command was not sent`;
      const refused = { status: 503, body: { error } };
      expect(await post(front, "/", ["GET", "k"])).toEqual(refused);
      expect(await post(front, "/pipeline", [["GET", "k"]])).toEqual(refused);
      expect(await post(front, "/multi-exec", [["GET", "k"]])).toEqual(refused);
      await expect(new Redis({ ...front, retry: false }).get("k")).rejects.toThrow("is away");

      const again = await startRedis(own.port);
      closing.push(() => again.stop());
      await until(async () => (await post(front, "/", ["PING"])).status === 200);
      expect(await post(front, "/", ["INCR", "n"])).toEqual({ status: 200, body: { result: 1 } });
    });

    it("does not send a command again whose reply was lost", async () => {
      const proxy = await startProxy(redis.port);
      closing.push(() => proxy.close());
      const { server: front } = await serve(proxy.port);
      expect((await post(front, "/", ["PING"])).status).toBe(200);
      proxy.losesReplies = true;
      const lost = {
        status: 503,
        body: { error: expect.stringMatching(/went away .* the command may have been applied$/) },
      };
      expect(await post(front, "/", ["INCR", "n"])).toEqual(lost);
      proxy.losesReplies = false;
      await until(async () => (await post(front, "/", ["PING"])).status === 200);
      proxy.losesReplies = true;
      expect(await post(front, "/multi-exec", [["INCR", "n"]])).toEqual(lost);
      proxy.losesReplies = false;
      await until(async () => (await post(front, "/", ["PING"])).status === 200);
      expect(await direct("GET", "n")).toBe("2");
    });

    it("applies no command of a transaction without the others", async () => {
      for (let round = 0; round < 20; round++) {
        const all = Array.from({ length: 20 }, () =>
          post(server, "/multi-exec", [
            ["INCR", "a"],
            ["PUBLISH", "c", "x"],
            ["INCR", "b"],
          ]),
        );
        await Promise.race(all);
        await direct("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
        await Promise.all(all);
        await until(async () => (await send(["PING"])).status === 200);
      }
      expect(Number(await direct("GET", "a"))).toBeGreaterThan(0);
      expect(await direct("GET", "a")).toBe(await direct("GET", "b"));
    });

    it("neither loses nor doubles an INCR when its connection is killed", async () => {
      let applied = 0;
      let unknown = 0;
      let unsent = 0;
      const increment = async (): Promise<void> => {
        const { status, body } = await send(["INCR", "n"]);
        if (status === 200) applied++;
        else if (JSON.stringify(body).includes("may have been applied")) unknown++;
        else unsent++;
      };
      // These wait in the server when the connection is cut: they are never run.
      await direct("CLIENT", "PAUSE", "100000", "WRITE");
      const held = post(server, "/pipeline", [
        ["INCR", "n"],
        ["INCR", "n"],
      ]);
      await until(async () => /blocked_clients:[1-9]/.test(await direct("INFO", "clients")));
      await direct("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      expect(await held).toEqual({
        status: 503,
        body: { error: expect.stringContaining("may have been applied") },
      });
      await direct("CLIENT", "UNPAUSE");
      expect(await direct("EXISTS", "n")).toBe("0");

      for (let round = 0; round < 20; round++) {
        const some = Array.from({ length: 20 }, increment);
        await Promise.race(some);
        await direct("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
        await Promise.all(some);
        await until(async () => (await send(["PING"])).status === 200);
      }
      const value = Number(await direct("GET", "n"));
      expect(applied + unknown + unsent).toBe(400);
      expect(applied).toBeGreaterThan(0);
      expect(value).toBeGreaterThanOrEqual(applied);
      expect(value).toBeLessThanOrEqual(applied + unknown);
      await increment();
      expect(Number(await direct("GET", "n"))).toBe(value + 1);
    });

    it("answers with an error after close()", async () => {
      backend.close();
      expect((await send(["PING"])).status).toBe(503);
    });
  });

  it("is there without its Redis, and says what is wrong", async () => {
    await direct("CONFIG", "SET", "requirepass", "secret");
    const { server: front } = await serve(redis.port);
    expect((await post(front, "/", ["PING"])).body).toEqual({
      error: expect.stringContaining("NOAUTH"),
    });
    await direct("CONFIG", "SET", "requirepass", "");
  });
});

describe("createBackend", () => {
  afterEach(closeAll);

  it("takes credentials and a database from the URL", async () => {
    await direct("ACL", "SETUSER", "ann", "on", ">p@ss/word", "~*", "+@all");
    const backend = await createBackend({
      url: `redis://ann:${encodeURIComponent("p@ss/word")}@127.0.0.1:${redis.port}/3`,
    });
    closing.push(() => backend.close());
    await new VercelKV({}, backend).set("k", "in 3");
    await direct("SELECT", "3");
    expect(await direct("GET", "k")).toBe("in 3");
    await direct("SELECT", "0");
    await direct("ACL", "DELUSER", "ann");
  });

  it.each([
    ["http://localhost", '"http://localhost" is no URL of a Redis; pass one like'],
    ["redis://u:secret@h/x", '"redis://…@h/x" is no URL of a Redis; pass one like'],
    ["localhost:6379", '"localhost:6379" is no URL of a Redis; pass one like'],
    [[], "the list is empty; pass the URLs of one or more nodes"],
  ])("rejects with a TypeError for %j", async (url, message) => {
    const created = createBackend(url);
    await expect(created).rejects.toThrow(TypeError);
    await expect(created).rejects.toThrow(message);
  });

  it("tells what to install where ioredis is missing", async () => {
    vi.doMock("ioredis", () => Promise.reject(new Error("not found")));
    await expect(createBackend("redis://127.0.0.1:1")).rejects.toThrow(
      "createBackend needs ioredis 5 or later, which could not be loaded; install it: npm install --save-dev ioredis",
    );
    vi.doUnmock("ioredis");
  });
});

describe("startServer({ backend })", () => {
  afterEach(closeAll);

  it("names the Redis in KV_URL", async () => {
    const { server, backend } = await serve(redis.port);
    expect(server.env.KV_URL).toBe(backend.url);
    expect(server.env.KV_REST_API_URL).toBe(server.url);
  });

  it("rejects with a TypeError where it is to serve RESP, too", async () => {
    const { backend } = await serve(redis.port);
    const options = { backend, redisPort: 0 };
    await expect(startServer(options)).rejects.toThrow(
      `startServer({ backend, redisPort }): the backend stands in the emulator's place, and Redis clients go to ${backend.url}; leave redisPort out`,
    );
  });
});
