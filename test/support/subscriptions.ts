/** What `subscribe()` and `psubscribe()` of the client do, whether it is the real one on some door or the double. */
import type { Redis } from "@upstash/redis";
import { expect, it } from "vitest";
import type { Emulator } from "../../src/emulator.js";
import { until } from "./until.js";

export interface Connected {
  readonly emulator: Emulator;
  /** A new client of the emulator. */
  readonly client: (config?: { automaticDeserialization?: boolean }) => Redis;
}

/** What listens to an emulator: its channels, how many patterns, and how many sessions are open. */
function listening(emulator: Emulator): readonly unknown[] {
  const sessions = String(emulator.call("CLIENT", "LIST")).trim().split("\n");
  return [
    emulator.call("PUBSUB", "CHANNELS"),
    emulator.call("PUBSUB", "NUMPAT"),
    sessions.length - 1,
  ];
}

const NOBODY = JSON.stringify([[], 0, 0]);

/** Waits until nothing listens to the emulator, and no session for it is left. */
export async function untilNobodyListens(emulator: Emulator): Promise<void> {
  await until(() => JSON.stringify(listening(emulator)) === NOBODY);
}

type Subscriber = ReturnType<typeof Redis.prototype.subscribe<unknown>>;

/** Collects events of the given types, each behind its type. */
function collect(
  subscriber: Subscriber,
  types: readonly Parameters<Subscriber["on"]>[0][],
): unknown[] {
  const events: unknown[] = [];
  for (const type of types) subscriber.on(type, (data: unknown) => events.push([type, data]));
  return events;
}

export function itSubscribes(connect: () => Promise<Connected>): void {
  it("hears messages of its channels, parsed as other replies are", async () => {
    const { client } = await connect();
    const redis = client();
    const subscriber = redis.subscribe<unknown>(["chat", "news"]);
    const events = collect(subscriber, ["subscribe", "message", "message:news", "error"]);
    await until(() => events.length === 2);
    expect(events).toEqual([
      ["subscribe", 1],
      ["subscribe", 1],
    ]);
    expect(await redis.publish("chat", { from: "ada", text: "ä, 😀" })).toBe(1);
    await until(() => events.length === 3);
    expect(await redis.publish("news", "plain, with commas")).toBe(1);
    await until(() => events.length === 5);
    expect(events.slice(2)).toEqual([
      ["message", { channel: "chat", message: { from: "ada", text: "ä, 😀" } }],
      ["message", { channel: "news", message: "plain, with commas" }],
      ["message:news", { channel: "news", message: "plain, with commas" }],
    ]);
    await subscriber.unsubscribe();
  });

  it("hears messages as text where nothing is to be parsed", async () => {
    const { client } = await connect();
    const redis = client({ automaticDeserialization: false });
    const subscriber = redis.subscribe<unknown>("chat");
    const events = collect(subscriber, ["subscribe", "message"]);
    await until(() => events.length === 1);
    await redis.publish("chat", "1.50");
    await until(() => events.length === 2);
    expect(events[1]).toEqual(["message", { channel: "chat", message: "1.50" }]);
    await subscriber.unsubscribe();
  });

  it("hears messages of channels that fit a pattern", async () => {
    const { client } = await connect();
    const redis = client();
    const subscriber = redis.psubscribe<unknown>("user:*:[ab]");
    const events = collect(subscriber, ["psubscribe", "pmessage", "pmessage:user:*:[ab]"]);
    await until(() => events.length === 1);
    expect(await redis.publish("user:1:c", 1)).toBe(0);
    expect(await redis.publish("user:1:b", { n: 1 })).toBe(1);
    await until(() => events.length === 3);
    const message = { pattern: "user:*:[ab]", channel: "user:1:b", message: { n: 1 } };
    expect(events).toEqual([
      ["psubscribe", 1],
      ["pmessage", message],
      ["pmessage:user:*:[ab]", message],
    ]);
    await subscriber.unsubscribe();
  });

  it("takes the parts of a channel with a slash for channels, as the URL says", async () => {
    const { client, emulator } = await connect();
    const subscriber = client().subscribe("room/1 ä");
    const events = collect(subscriber, ["subscribe"]);
    await until(() => events.length === 2);
    expect(events.map(String)).toEqual(["subscribe,1", "subscribe,2"]);
    expect(emulator.call("PUBSUB", "CHANNELS")).toEqual(["room", "1 ä"]);
    await subscriber.unsubscribe();
  });

  it("leaves one channel, then all, and nothing is left behind", async () => {
    const { client, emulator } = await connect();
    const redis = client();
    const subscriber = redis.subscribe<unknown>(["chat", "news"]);
    const patterns = redis.psubscribe<unknown>("*");
    const events = collect(subscriber, ["subscribe", "message"]);
    const fitting = collect(patterns, ["psubscribe"]);
    await until(() => events.length === 2 && fitting.length === 1);
    await subscriber.unsubscribe(["chat"]);
    await until(() => String(emulator.call("PUBSUB", "CHANNELS")) === "news");
    expect(subscriber.getSubscribedChannels()).toEqual(["news"]);
    await redis.publish("chat", "unheard");
    await redis.publish("news", "heard");
    await until(() => events.length === 3);
    expect(events[2]).toEqual(["message", { channel: "news", message: "heard" }]);
    await subscriber.unsubscribe();
    await patterns.unsubscribe();
    await untilNobodyListens(emulator);
    expect(await redis.publish("news", "unheard")).toBe(0);
    expect(events).toHaveLength(3);
  });

  it("is heard by nobody when it leaves at once, or has removed its listeners", async () => {
    const { client, emulator } = await connect();
    const redis = client();
    const subscriber = redis.subscribe<unknown>("chat");
    const events = collect(subscriber, ["subscribe", "message", "error"]);
    await subscriber.unsubscribe();
    await untilNobodyListens(emulator);
    const other = redis.subscribe<unknown>("chat");
    const heard = collect(other, ["subscribe", "message"]);
    await until(() => heard.length === 1);
    other.removeAllListeners();
    await redis.publish("chat", "unheard");
    await other.unsubscribe();
    await untilNobodyListens(emulator);
    expect([...events, ...heard]).toEqual([["subscribe", 1]]);
  });

  it("tells its listeners why it can not subscribe", async () => {
    const { client } = await connect();
    const subscriber = client().subscribe("");
    const errors = collect(subscriber, ["error"]);
    await until(() => errors.length === 1);
    expect(String(errors[0])).toContain(
      "UpstashError: ERR wrong number of arguments for 'subscribe' command, command was: []",
    );
  });
}
