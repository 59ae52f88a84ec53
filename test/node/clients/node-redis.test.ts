/** node-redis 6 gets the same from the RESP server as from a real Redis, in RESP2 and in RESP3. */
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startPair, type Pair } from "./pair.js";
import { script } from "./script.js";

let pair: Pair;
beforeAll(async () => (pair = await startPair()));
afterAll(() => pair.close());

async function open(port: number, RESP: 2 | 3) {
  const client = createClient({ url: `redis://127.0.0.1:${port}`, RESP });
  await client.connect();
  return client;
}

type Client = Awaited<ReturnType<typeof open>>;

/** What the emulator and Redis give for what is done with a client. */
async function onBoth(
  version: 2 | 3,
  use: (client: Client, another: () => Promise<Client>) => Promise<unknown>,
): Promise<readonly [unknown, unknown]> {
  const outcomes: unknown[] = [];
  for (const port of [pair.redis, pair.emulator]) {
    const opened: Client[] = [];
    const another = async (): Promise<Client> => {
      const client = await open(port, version);
      opened.push(client);
      return client;
    };
    const client = await another();
    await client.flushAll();
    outcomes.push(await use(client, another));
    for (const each of opened) each.destroy();
  }
  return [outcomes[1], outcomes[0]];
}

describe.each([2, 3] as const)("node-redis in RESP%i", (version) => {
  it("runs a script over every family", async () => {
    const [given, expected] = await onBoth(version, async (client) => {
      const replies: unknown[] = [];
      for (const words of script) {
        replies.push(await client.sendCommand([...words]).catch((error: unknown) => error));
      }
      expect(replies.length).toBeGreaterThan(100);
      return replies;
    });
    expect(given).toEqual(expected);
  });

  it("has transactions, and WATCH that breaks them", async () => {
    const [given, expected] = await onBoth(version, async (client, another) => {
      await client.watch("k");
      await (await another()).set("k", "changed");
      const broken = await client
        .multi()
        .set("k", "mine")
        .exec()
        .catch((error: unknown) => error);
      return [broken, await client.multi().incr("n").get("k").exec()];
    });
    expect(given).toEqual(expected);
  });

  it("hears what is published, by name and by pattern", async () => {
    const [given, expected] = await onBoth(version, async (client, another) => {
      const heard: unknown[] = [];
      const listener = await another();
      let listening: Promise<void> | undefined;
      const all = new Promise<void>((resolve) => {
        const hear = (...message: unknown[]): void => {
          heard.push(message);
          if (heard.length === 2) resolve();
        };
        listening = listener.subscribe("news", hear).then(() => listener.pSubscribe("n*", hear));
      });
      await listening;
      const receivers = await client.publish("news", "hello");
      await all;
      await listener.unsubscribe("news");
      return [receivers, heard];
    });
    expect(given).toEqual(expected);
  });

  it("blocks until another pushes", async () => {
    const [given, expected] = await onBoth(version, async (client, another) => {
      const waiting = await another();
      const popped = waiting.blPop(["empty", "queue"], 0);
      while ((await client.clientList()).every(({ cmd }) => cmd !== "blpop")) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      await client.rPush("queue", "job");
      return [await popped, await waiting.blPop("queue", 0.01)];
    });
    expect(given).toEqual(expected);
  });
});
