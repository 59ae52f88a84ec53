// The real client on our doors beside the same client on doors that answer a constant. Prints operations per second as JSON.
import { Redis } from "@upstash/redis";
import { http } from "msw";
import { setupServer } from "msw/node";
import { createEmulator, interceptFetch } from "../dist/index.js";
import { createKv } from "../dist/kv.js";
import { kvHandlers } from "../dist/msw.js";
import { asyncRate, report } from "./measure.mjs";

const connection = { url: "https://bench.example", token: "token", enableTelemetry: false };
const VALUE = "a plain value that is no JSON, of 64 bytes, as the other one is.";
const answer = () =>
  new Response(JSON.stringify([{ result: btoa(VALUE) }]), {
    headers: { "content-type": "application/json" },
  });
const figures = {};

const { kv } = createKv();
await kv.set("key", VALUE);
const constant = new Redis({ request: async () => [{ result: VALUE }] }).autoPipeline();
await alternate({ "client on a constant requester": constant, "kv.get on the double": kv }, 20_000);

const original = globalThis.fetch;
const client = new Redis(connection);
const emulator = createEmulator();
emulator.call("SET", "key", VALUE);
await alternate(
  { "client on a constant fetch": client, "client on interceptFetch": client },
  4_000,
  {
    "client on a constant fetch": () => {
      globalThis.fetch = async () => answer();
      return () => (globalThis.fetch = original);
    },
    "client on interceptFetch": () => interceptFetch(emulator, connection),
  },
);

const server = setupServer();
server.listen({ onUnhandledRequest: "error" });
await alternate(
  { "client on a trivial MSW handler": client, "client on kvHandlers": client },
  800,
  {
    "client on a trivial MSW handler": () =>
      use(http.post("https://bench.example/pipeline", answer)),
    "client on kvHandlers": () => use(...kvHandlers(emulator, connection)),
  },
);
server.close();
report(figures);

function use(...handlers) {
  server.resetHandlers(...handlers);
  return () => server.resetHandlers();
}

/** Measures the clients in turn, five times each after a warm-up, and keeps each one's median. */
async function alternate(clients, count, setUp = {}) {
  const rates = {};
  for (let round = 0; round < 6; round++) {
    for (const [name, redis] of Object.entries(clients)) {
      const undo = setUp[name]?.();
      const measured = await asyncRate(count, () => redis.get("key"));
      undo?.();
      if (round > 0) (rates[name] ??= []).push(measured);
    }
  }
  for (const [name, measured] of Object.entries(rates)) {
    figures[name] = measured.sort((a, b) => a - b)[2];
  }
}
