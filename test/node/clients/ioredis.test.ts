/** ioredis 5 and 6 get the same from the RESP server as from a real Redis. */
import { Redis as Redis5 } from "ioredis";
import { Redis as Redis6 } from "ioredis-6";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startPair, type Pair } from "./pair.js";
import { script } from "./script.js";

let pair: Pair;
beforeAll(async () => (pair = await startPair()));
afterAll(() => pair.close());

type Client = Redis5 | Redis6;

const clients = {
  "ioredis 5": (port: number): Client => new Redis5(port),
  "ioredis 6": (port: number): Client => new Redis6(port),
  "ioredis 6 in RESP2": (port: number): Client => new Redis6(port, { protocol: 2 }),
};

/** What the emulator and Redis give for what is done with a client. */
async function onBoth(
  open: (port: number) => Client,
  use: (client: Client, another: () => Client) => Promise<unknown>,
): Promise<readonly [unknown, unknown]> {
  const outcomes: unknown[] = [];
  for (const port of [pair.redis, pair.emulator]) {
    const opened = [open(port)];
    const another = (): Client => {
      const client = open(port);
      opened.push(client);
      return client;
    };
    const [client = another()] = opened;
    await client.flushall();
    outcomes.push(await use(client, another));
    for (const each of opened) each.disconnect();
  }
  return [outcomes[1], outcomes[0]];
}

describe.each(Object.entries(clients))("%s", (_, open) => {
  it("runs a script over every family", async () => {
    const [given, expected] = await onBoth(open, async (client) => {
      const replies: unknown[] = [];
      for (const [name = "", ...words] of script) {
        replies.push(await client.call(name, ...words).catch((error: unknown) => error));
      }
      expect(replies.length).toBeGreaterThan(100);
      return replies;
    });
    expect(given).toEqual(expected);
  });

  it("has transactions, and WATCH that breaks them", async () => {
    const [given, expected] = await onBoth(open, async (client, another) => {
      await client.watch("k");
      await another().set("k", "changed");
      const broken = await client.multi().set("k", "mine").exec();
      return [broken, await client.multi().incr("n").lpush("n", "x").get("k").exec()];
    });
    expect(given).toEqual(expected);
  });

  it("has pipelines whose replies come in order", async () => {
    const [given, expected] = await onBoth(open, async (client) => {
      const pipeline = client.pipeline();
      for (let n = 0; n < 500; n++) pipeline.set(`k${n}`, n).get(`k${n}`);
      return pipeline.exec();
    });
    expect(given).toEqual(expected);
  });

  it("hears what is published, by name and by pattern", async () => {
    const [given, expected] = await onBoth(open, async (client, another) => {
      const heard: unknown[] = [];
      const listener = another();
      const all = new Promise<void>((resolve) => {
        const hear = (...message: unknown[]): void => {
          heard.push(message.map(String));
          if (heard.length === 4) resolve();
        };
        listener.on("message", hear);
        listener.on("pmessage", hear);
      });
      heard.push(await listener.subscribe("news"), await listener.psubscribe("n*"));
      const receivers = await client.publish("news", "hello");
      await all;
      return [
        receivers,
        heard,
        await listener.unsubscribe("news"),
        await listener.punsubscribe("n*"),
      ];
    });
    expect(given).toEqual(expected);
  });

  it("blocks until another pushes", async () => {
    const [given, expected] = await onBoth(open, async (client, another) => {
      const waiting = another();
      const popped = waiting.blpop("empty", "queue", 0);
      while (!String(await client.client("LIST")).includes("cmd=blpop")) await waitABit();
      await client.rpush("queue", "job");
      return [await popped, await waiting.blpop("queue", 0.01)];
    });
    expect(given).toEqual(expected);
  });
});

function waitABit(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
