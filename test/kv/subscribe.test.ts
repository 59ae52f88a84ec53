/** Channels through the double: the client's own Subscriber, in process. */
import { getEventListeners } from "node:events";
import type { Requester } from "@upstash/redis";
import { describe, expect, it, vi } from "vitest";
import { createEmulator } from "../../src/emulator.js";
import { Redis } from "../../src/kv/upstash.js";
import { itSubscribes, untilNobodyListens } from "../support/subscriptions.js";
import { until } from "../support/until.js";

describe("the double", () => {
  itSubscribes(() => {
    const emulator = createEmulator();
    return Promise.resolve({ emulator, client: (config) => new Redis(config, emulator) });
  });

  it("hands messages on before PUBLISH is answered, but not within it", async () => {
    const redis = new Redis({}, createEmulator());
    const subscriber = redis.subscribe<number>("chat");
    const order: unknown[] = [];
    subscriber.on("message", ({ message }) => order.push(message));
    const published = redis.publish("chat", 1);
    order.push("sent");
    await published;
    order.push("answered");
    expect(order).toEqual(["sent", 1, "answered"]);
    await subscriber.unsubscribe();
  });

  it("ends the stream when a listener of errors throws, as the real client does", async () => {
    const emulator = createEmulator();
    const redis = new Redis({}, emulator);
    const report = vi.spyOn(console, "error").mockReturnValue();
    const subscriber = redis.subscribe("chat");
    const bug = new Error("a bug of the app");
    for (const type of ["message", "error"] as const) {
      subscriber.on(type, () => {
        throw bug;
      });
    }
    await redis.publish("chat", 1);
    await redis.publish("chat", 2);
    await untilNobodyListens(emulator);
    expect(report.mock.calls).toEqual([["Stream reading error:", bug]]);
    report.mockRestore();
  });

  it("ends with the server, and leaves no listener with a signal", async () => {
    const emulator = createEmulator();
    const { signal } = new AbortController();
    const heard: string[] = [];
    const onMessage = (data: string): void => void heard.push(data);
    const request = { path: ["monitor"], body: [], isStreaming: true, onMessage, signal };
    await new Exposed({}, emulator).requester.request(request);
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    emulator.call("GET", "k");
    emulator.call("CLIENT", "KILL", "TYPE", "normal");
    await until(() => getEventListeners(signal, "abort").length === 0);
    expect(heard).toEqual(['"OK"', expect.stringContaining('"GET" "k"')]);
    await untilNobodyListens(emulator);
  });
});

class Exposed extends Redis {
  get requester(): Requester {
    return this.client;
  }
}
