/** Run by `node --test`, which ends only when nothing is left open: a subscription to each door, left before the door is closed. */
import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { Redis } from "@upstash/redis";
import { setupServer } from "msw/node";
import { createEmulator, type Emulator } from "../../../src/emulator.js";
import { kvHandlers } from "../../../src/msw/handlers.js";
import { startServer } from "../../../src/node/server.js";

void test("a subscription to the HTTP server", async () => {
  const server = await startServer();
  await subscribe(server.emulator, server);
  await server.close();
});

void test("a subscription to the handlers of MSW", async () => {
  const [emulator, database] = [createEmulator(), { url: "https://db.example", token: "token" }];
  const msw = setupServer(...kvHandlers(emulator, database));
  msw.listen();
  await subscribe(emulator, database);
  msw.close();
});

async function subscribe(
  emulator: Emulator,
  { url, token }: { readonly url: string; readonly token: string },
): Promise<void> {
  const redis = new Redis({ url, token });
  const subscriber = redis.subscribe<string>("chat");
  await new Promise((resolve) => subscriber.on("subscribe", resolve));
  const heard = new Promise((resolve) => subscriber.on("message", resolve));
  emulator.call("PUBLISH", "chat", "hello");
  deepEqual(await heard, { channel: "chat", message: "hello" });
  await subscriber.unsubscribe();
}
