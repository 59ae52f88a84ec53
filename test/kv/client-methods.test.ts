/**
 * Every call of the client that fixtures/rest/client-methods.json lists with a command we have: the real client gives the same result
 * on the double as through MSW, and sends the words that were recorded from it.
 */
import { Redis } from "@upstash/redis";
import { createClient } from "@vercel/kv";
import { setupServer } from "msw/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import methods from "../../fixtures/rest/client-methods.json" with { type: "json" };
import results from "../../fixtures/rest/client-results.json" with { type: "json" };
import { manualClock } from "../../src/clock.js";
import { createEmulator, type Emulator } from "../../src/emulator.js";
import { VercelKV } from "../../src/kv/kv.js";
import { kvHandlers } from "../../src/msw/handlers.js";
import {
  CLIENT_CALLS,
  comparable,
  examples,
  outcome,
  REFUSED,
  rows,
  seedsFor,
  type Example,
} from "../support/client-examples.js";
import { contents } from "../support/contents.js";

const connection = { url: "https://client-methods.example", token: "token" };

/**
 * Calls that the real client can not make with auto-pipelining: it takes a builder of bit fields for a command, hands out a promise in
 * its place, and rejects it ("Pipeline is empty") where nobody can catch it.
 */
const NOT_AUTO_PIPELINED = /^redis\.bitfield\(/;

const settings = [true, false].flatMap((enableAutoPipelining) =>
  [true, false].map((automaticDeserialization) => ({
    enableAutoPipelining,
    automaticDeserialization,
  })),
);

const server = setupServer();
beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterAll(() => server.close());

describe.each(settings)(
  "with auto-pipelining $enableAutoPipelining and deserialization $automaticDeserialization",
  (options) => {
    const calls = options.enableAutoPipelining
      ? examples.filter(({ call }) => !NOT_AUTO_PIPELINED.test(call))
      : examples;

    it.each(calls)("$call gives the same on the double and through MSW", async (example) => {
      const behindDouble = seeded(example);
      const onDouble = await outcome(example.call, new VercelKV(options, behindDouble));

      const behindMsw = seeded(example);
      server.resetHandlers(...kvHandlers(behindMsw, connection));
      const throughMsw = await outcome(example.call, createClient({ ...connection, ...options }));

      expect(onDouble).toEqual(throughMsw);
      expect(contents(behindDouble)).toEqual(contents(behindMsw));
    });
  },
);

describe("on the wire", () => {
  it.each(examples.filter(({ wire }) => wire.length > 1))("$call sends $wire", async (example) => {
    const client = new VercelKV({ enableAutoPipelining: false }, seeded(example));
    const sent: unknown[] = [];
    client.use((request, next) => {
      sent.push(request.body);
      return next(request);
    });
    await outcome(example.call, client);
    expect(JSON.parse(JSON.stringify(sent[0]))).toEqual(example.wire);
  });
});

const recorded: Readonly<Record<string, unknown>> = results;

/** Where Upstash is not Redis 8.0.2: CLIENT is refused over REST, null is no word, and SCAN knows WITHTYPE. */
const UPSTASH_RESULTS: Readonly<Record<string, unknown>> = {
  ...REFUSED,
  'redis.scan(0,{withType:true,type:"hash"})': [
    "0",
    ["0", "hash", "withtype"].map((key) => ({ key, type: "string" })),
  ],
};

const expected = { ...recorded, ...UPSTASH_RESULTS };

describe("the results", () => {
  it.each(examples.filter(({ call }) => call in recorded))(
    "$call gives what it gives with Redis 8.0.2 behind the API",
    async (example) => {
      const client = new VercelKV({ enableAutoPipelining: false }, seeded(example));
      const result = comparable(example.call, await outcome(example.call, client));
      expect(result).toEqual(expected[example.call]);
    },
  );

  it("are recorded for all calls but those that Redis 8.0.2 does not know", () => {
    const missing = examples.filter(({ call }) => !(call in recorded)).map(({ call }) => call);
    expect(missing.filter((call) => !/^redis\.(?:json\.|xackdel|xdelex)/.test(call))).toEqual([]);
  });

  it.each(Object.entries(CLIENT_CALLS))("%s() gives what is documented", async (_, example) => {
    const client = new VercelKV({}, seeded({ group: "string", wire: [], ...example }));
    expect(await outcome(example.call, client)).toEqual(example.result);
  });
});

/** Functions of an object, its prototypes and the objects that it holds, but for what sends its requests. */
function methodsOf(object: object): string[] {
  const chain: object[] = [];
  for (let each: unknown = object; isOwn(each); each = Object.getPrototypeOf(each)) {
    chain.push(each);
  }
  const names = new Set(chain.flatMap((each) => Object.getOwnPropertyNames(each)));
  names.delete("constructor");
  names.delete("client");
  return [...names].flatMap((name) => {
    const value: unknown = Reflect.get(object, name);
    if (typeof value === "function") return [name];
    return isOwn(value) && !Array.isArray(value)
      ? methodsOf(value).map((inner) => `${name}.${inner}`)
      : [];
  });
}

function isOwn(value: unknown): value is object {
  return typeof value === "object" && value !== null && value !== Object.prototype;
}

/** Which are no calls of an app, or begin one that is listed whole, as `search.index().query`. */
const NO_CALLS = new Set(["chain", "length"]);
const listed = new Set(methods.map(({ method }) => method));

describe("the installed client", () => {
  const real = createClient({ ...connection, enableAutoPipelining: false });
  const clients = {
    "@vercel/kv": real,
    "@upstash/redis": new Redis({ ...connection, enableAutoPipelining: false }),
    pipeline: real.pipeline(),
  };

  it.each(Object.entries(clients))("%s has no method without a row", (_, client) => {
    const own = methodsOf(client).filter((name) => !NO_CALLS.has(name));
    expect(own.length).toBeGreaterThan(150);
    expect(
      own.filter(
        (name) => !listed.has(name) && ![...listed].some((row) => row.startsWith(`${name}()`)),
      ),
    ).toEqual([]);
  });

  it("has the methods of all rows, and each but those that are not there yet is called", () => {
    const own = new Set([...methodsOf(real), "readYourWritesSyncToken"]);
    const gone = [...listed].filter((name) => !own.has(name.replace(/\(\).*/, "")));
    expect(gone).toEqual([]);
    expect(
      rows.filter(({ method, examples: calls }) => calls.length === 0 && !(method in CLIENT_CALLS)),
    ).toEqual([]);
  });
});

/** An emulator in which every word of a call is also a key. */
function seeded(example: Example): Emulator {
  const emulator = createEmulator({ clock: manualClock(1_700_000_000_000), seed: 7 });
  for (const [name, ...words] of seedsFor(example)) emulator.call(name, ...words);
  return emulator;
}
