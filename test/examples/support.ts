/**
 * Runs the examples on both clients: the double, and the real `@vercel/kv` whose HTTP MSW answers. Programs import `kv` from here
 * where an app imports it from `@vercel/kv`; each test has a client and an emulator of its own, and its time stands at `START`
 * until it is moved with vitest's fake clock.
 */
import * as realUpstash from "@upstash/redis";
import * as realKv from "@vercel/kv";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, beforeEach, describe, vi } from "vitest";
import { createEmulator, type Emulator } from "../../src/emulator.js";
import * as doubleKv from "../../src/kv/kv.js";
import * as doubleUpstash from "../../src/kv/upstash.js";
import { kvHandlers } from "../../src/msw/handlers.js";

export const START = new Date("2026-01-01T00:00:00Z");

export const DATABASE = { url: "https://examples.kv.test", token: "examples" };

/** The running test's client: an app's `import { kv } from "@vercel/kv"`. */
export let kv: realKv.VercelKV;

/** The emulator behind `kv`. */
export let emulator: Emulator;

/** Describes the tests twice, once on each client. */
export function describeOnClients(name: string, tests: () => void): void {
  describe(`${name} on the double`, () => {
    standStill();
    beforeEach(() => {
      ({ kv, emulator } = doubleKv.createKv());
    });
    tests();
  });
  describeOnRealClient(name, tests);
}

/** Describes the tests once, on the real client. */
function describeOnRealClient(name: string, tests: () => void): void {
  describe(`${name} on the real client through MSW`, () => {
    const server = setupServer();
    standStill();
    beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
    beforeEach(() => {
      emulator = createEmulator();
      server.use(...kvHandlers(emulator, DATABASE));
      kv = realKv.createClient(DATABASE);
    });
    afterEach(() => server.resetHandlers());
    afterAll(() => server.close());
    tests();
  });
}

/** The modules that the running test's app knows as `@vercel/kv` and `@upstash/redis`. */
export let vercelKv: Pick<typeof realKv, "createClient">;
export let upstash: Pick<typeof realUpstash, "Redis">;

/** Describes the tests twice, once on each pair of modules; the environment names the database for the real ones alone. */
export function describeOnModules(name: string, tests: () => void): void {
  describe(`${name} on the double`, () => {
    standStill();
    beforeEach(() => {
      vercelKv = doubleKv;
      upstash = doubleUpstash;
      doubleKv.emulator.reset();
    });
    tests();
  });

  describe(`${name} on the real client through MSW`, () => {
    const server = setupServer();
    standStill();
    beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
    beforeEach(() => {
      vercelKv = realKv;
      upstash = realUpstash;
      stubEnvironment();
      server.use(...kvHandlers());
    });
    afterEach(() => {
      vi.unstubAllEnvs();
      server.resetHandlers();
    });
    afterAll(() => server.close());
    tests();
  });
}

/** Sets the variables that name the database to Vercel's and Upstash's clients, and to the handlers. */
export function stubEnvironment(): void {
  vi.stubEnv("KV_REST_API_URL", DATABASE.url);
  vi.stubEnv("KV_REST_API_TOKEN", DATABASE.token);
  vi.stubEnv("UPSTASH_REDIS_REST_URL", DATABASE.url);
  vi.stubEnv("UPSTASH_REDIS_REST_TOKEN", DATABASE.token);
}

/** Only `Date` is faked: promises and the client's own timers go on. */
export function standStill(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["Date"], now: START });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}

/** Moves the time on. */
export function pass(time: { readonly seconds: number }): void {
  vi.advanceTimersByTime(Math.round(time.seconds * 1000));
}

/** A function that counts its calls and answers what it is given: a database, an API. */
export function source<Value>(value: Value): (() => Promise<Value>) & { calls: number } {
  const fetcher = Object.assign(
    async () => {
      fetcher.calls++;
      return value;
    },
    { calls: 0 },
  );
  return fetcher;
}
