/** Both servers on one emulator: what clients that cannot import it meet. */
import { once } from "node:events";
import { request } from "node:http";
import { connect, type Socket } from "node:net";
import { createClient } from "@vercel/kv";
import { Redis } from "ioredis";
import { Disruption, manualClock } from "kv-emulator";
import { startServer, type KvServer } from "kv-emulator/node";
import { afterEach, describe, expect, it } from "vitest";
import { until } from "../support/until.js";

const closing: (() => Promise<unknown> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function start(options: Parameters<typeof startServer>[0] = {}): Promise<KvServer> {
  const server = await startServer(options);
  closing.push(() => server.close());
  return server;
}

function redis({ redisUrl }: KvServer): Redis {
  const client = new Redis(redisUrl);
  closing.push(() => client.disconnect());
  return client;
}

/** A connection that speaks for itself; `heard` is all that has come. */
async function raw(server: KvServer): Promise<{ socket: Socket; heard: () => string }> {
  const { hostname, port } = new URL(server.redisUrl);
  const socket = connect(Number(port), hostname).setEncoding("latin1");
  closing.push(() => void socket.destroy());
  let all = "";
  socket.on("data", (chunk: string) => (all += chunk));
  await once(socket, "connect");
  return { socket, heard: () => all };
}

describe("startServer", () => {
  it("tells in env where both servers are, on one database", async () => {
    const server = await start();
    const kv = createClient({
      url: server.env.KV_REST_API_URL ?? "",
      token: server.env.KV_REST_API_TOKEN ?? "",
    });
    await kv.set("user", { name: "ada" });
    expect(await redis(server).get("user")).toBe('{"name":"ada"}');
    expect(server.emulator.call("GET", "user")).toBe('{"name":"ada"}');
    expect(server.env.UPSTASH_REDIS_REST_URL).toBe(server.url);
    expect(server.env.KV_URL).toBe(server.redisUrl);
  });

  it("lets nobody in without a token, and lets the read-only one read", async () => {
    const server = await start({ token: "secret", readOnlyToken: "reader" });
    const reader = createClient({ url: server.url, token: "reader" });
    expect(await reader.get("k")).toBeNull();
    await expect(reader.set("k", 1)).rejects.toThrow("NOPERM");
    await expect(createClient({ url: server.url, token: "wrong" }).get("k")).rejects.toThrow(
      "WRONGPASS",
    );
    const { socket, heard } = await raw(server);
    socket.write("GET k\r\nAUTH wrong\r\nAUTH secret\r\nGET k\r\n");
    await until(() => heard().endsWith("$-1\r\n"));
    expect(heard()).toBe(
      "-NOAUTH Authentication required.\r\n" +
        "-WRONGPASS invalid username-password pair or user is disabled.\r\n+OK\r\n$-1\r\n",
    );
  });

  it("has other tokens every time", async () => {
    const [first, second] = [await start(), await start()];
    expect(first.token).not.toBe(second.token);
    expect(first.readOnlyToken).not.toBe(first.token);
  });

  it("rejects where a port is taken, and leaves nothing behind", async () => {
    const taken = Number(new URL((await start()).redisUrl).port);
    await expect(startServer({ redisPort: taken })).rejects.toThrow("EADDRINUSE");
  });

  it("says what is wrong with a port that is none", async () => {
    await expect(startServer({ port: 1.5 })).rejects.toThrow(
      new TypeError(
        "startServer({ port }): 1.5 is no port; pass a whole number from 0 (any free one) to 65535",
      ),
    );
  });

  it("ends every connection when it is closed", async () => {
    const server = await startServer();
    const { socket } = await raw(server);
    const closed = once(socket, "close");
    await server.close();
    await closed;
    await expect(fetch(server.url)).rejects.toThrow("fetch failed");
  });
});

describe("the HTTP server", () => {
  it("refuses a body that is too large, one of unknown length as well", async () => {
    const { url, token } = await start();
    const chunk = Buffer.alloc(1024 * 1024, "x");
    const headers = { authorization: `Bearer ${token}` };
    const whole = await fetch(url, { method: "POST", headers, body: Buffer.alloc(65 * 2 ** 20) });
    expect([whole.status, await whole.json()]).toEqual([
      413,
      {
        error:
          "ERR max request size exceeded. Limit: 67108864 bytes, Actual: 68157440 bytes. " +
          "See https://upstash.com/docs/redis/troubleshooting/max_request_size_exceeded for details",
      },
    ]);
    const sending = request(url, { method: "POST", headers });
    const answered = once(sending, "response");
    sending.on("error", () => undefined);
    for (let sent = 0; sent <= 64; sent++) sending.write(chunk);
    const [response] = await answered;
    expect(response).toMatchObject({ statusCode: 413 });
    sending.destroy();
  });

  it("leaves a response that a link keeps as it is", async () => {
    const server = await start();
    const headers: Record<string, string> = Object.freeze({ "x-gateway": "down" });
    const kept = new Disruption({ status: 502, headers, body: "down" });
    server.emulator.intercept(() => Promise.reject(kept), { disruptive: true });
    for (const path of ["/ping", "/get/k"]) {
      const response = await fetch(`${server.url}${path}?_token=${server.token}`);
      expect([response.status, response.headers.get("x-gateway")]).toEqual([502, "down"]);
      expect(await response.text()).toBe("down");
    }
  });

  it("says so before the body comes, and closes the connection behind it", async () => {
    const { url, token } = await start();
    const socket = connect(Number(new URL(url).port), "127.0.0.1").setEncoding("latin1");
    let heard = "";
    socket.on("data", (chunk: string) => (heard += chunk));
    socket.write(
      `POST / HTTP/1.1\r\nHost: x\r\nAuthorization: ${token}\r\nContent-Length: 99999999\r\n\r\n`,
    );
    await until(() => heard.endsWith("}"));
    expect(heard).toMatch(/^HTTP\/1.1 413 .*connection: close\r\n.*Actual: 99999999 bytes/s);
    socket.write("x".repeat(99_999_999));
    await once(socket, "close");
  });

  it("forgets streams that a client has asked for one behind the other, and left", async () => {
    const server = await start({ token: "secret" });
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    const ask = `GET /subscribe/news HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer secret\r\nAccept: text/event-stream\r\n\r\n`;
    socket.write(ask + ask);
    const listeners = () => server.emulator.call("PUBSUB", "NUMSUB", "news");
    await until(() => String(listeners()) === "news,2");
    socket.destroy();
    await until(() => String(listeners()) !== "news,2");
    expect(listeners()).toEqual(["news", 0]);
  });

  it("reads JSON nested however deep, and numbers beside however long a string", async () => {
    const { url, token, emulator } = await start();
    const ask = async (body: string): Promise<unknown> => {
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(url, { method: "POST", headers, body })).json();
    };
    const deep = "[".repeat(1_000_000) + "]".repeat(1_000_000);
    expect(await ask(deep)).toEqual({ error: 'ERR unsupported arg type: "[": json.Delim' });
    const long = '"\\'.repeat(2_500_000);
    expect(await ask(JSON.stringify(["SET", "k", long, "EX", 5]))).toEqual({ result: "OK" });
    expect(emulator.call("STRLEN", "k")).toBe(5_000_000);
    expect(await ask('["SET","k",1.50]')).toEqual({ result: "OK" });
    expect(emulator.call("GET", "k")).toBe("1.50");
  });
});

describe("the RESP server", () => {
  it("hands messages of channels to their subscribers", async () => {
    const server = await start();
    const [subscriber, publisher] = [redis(server), redis(server)];
    const messages: string[] = [];
    subscriber.on("message", (channel, message) => messages.push(`${channel} ${message}`));
    await subscriber.subscribe("news");
    expect(await publisher.publish("news", "hello")).toBe(1);
    await until(() => messages.length === 1);
    expect(messages).toEqual(["news hello"]);
  });

  it("runs transactions and pipelines in order", async () => {
    const client = redis(await start());
    const results = await client.multi().incr("n").incr("n").get("n").exec();
    expect(results).toEqual([
      [null, 1],
      [null, 2],
      [null, "2"],
    ]);
    const many = client.pipeline();
    for (let index = 0; index < 1000; index++) many.rpush("list", index);
    await many.exec();
    expect(await client.lrange("list", 998, -1)).toEqual(["998", "999"]);
  });

  it("lets a client wait for an element, and answers what it sent meanwhile in order", async () => {
    const server = await start();
    const [waiting, other] = [redis(server), redis(server)];
    const popped = waiting.blpop("queue", 0);
    const behind = waiting.incr("n");
    await other.ping();
    await other.set("n", "10");
    await other.rpush("queue", "job");
    expect(await popped).toEqual(["queue", "job"]);
    expect(await behind).toBe(11);
  });

  it("ends a wait when the emulator's clock says so", async () => {
    const clock = manualClock();
    const server = await start({ clock });
    let waits = false;
    server.emulator.intercept((call, next) => {
      const replies = next(call);
      waits ||= call.commands.some(([name]) => name === "blpop");
      return replies;
    });
    const popped = redis(server).blpop("queue", 3600);
    await until(() => waits);
    clock.advance("1h");
    expect(await popped).toBeNull();
  });

  it("takes requests split at any byte, inline commands among them", async () => {
    const { socket, heard } = await raw(await start({ token: "t" }));
    const request =
      "AUTH t\r\n*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\na\r\nbc\r\nGET k\r\n*0\r\n\r\nPING 'x y'\r\n";
    for (const byte of request) {
      socket.write(byte, "latin1");
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => heard().endsWith("x y\r\n"));
    expect(heard()).toBe("+OK\r\n+OK\r\n$5\r\na\r\nbc\r\n$3\r\nx y\r\n");
  });

  it.each([
    ["*1\r\n+PING\r\n", "-ERR Protocol error: expected '$', got '+'\r\n"],
    ["*x\r\n", "-ERR Protocol error: invalid multibulk length\r\n"],
    ["*1\r\n$-5\r\n", "-ERR Protocol error: invalid bulk length\r\n"],
    ['PING "\r\n', "-ERR Protocol error: unbalanced quotes in request\r\n"],
  ])("answers %j with Redis's protocol error, and ends the connection", async (request, error) => {
    const { socket, heard } = await raw(await start());
    socket.write(request);
    await once(socket, "end");
    expect(heard()).toBe(error);
  });

  it("runs no more for a client that does not read, and goes on when it does", async () => {
    const server = await start({ token: "t" });
    const asked = 200;
    let run = 0;
    server.emulator.call("SET", "k", "x".repeat(2 ** 20));
    server.emulator.intercept((call, next) => {
      if (call.commands.some(([name]) => name === "GET")) run++;
      return next(call);
    });
    const { socket } = await raw(server);
    socket.pause().write(`AUTH t\r\n${"GET k\r\n".repeat(asked)}`);
    await until(() => run > 0);
    await redis(server).ping();
    expect(run).toBeLessThan(asked / 2);
    let length = 0;
    socket.on("data", (chunk: string) => (length += chunk.length));
    socket.resume();
    const reply = "$1048576\r\n\r\n".length + 2 ** 20;
    await until(() => length === "+OK\r\n".length + asked * reply);
    expect(run).toBe(asked);
  });

  it("says goodbye to QUIT", async () => {
    const { socket, heard } = await raw(await start());
    socket.write("QUIT\r\nPING\r\n");
    await once(socket, "end");
    expect(heard()).toBe("+OK\r\n");
  });
});
