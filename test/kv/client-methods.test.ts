/**
 * Every call of the client that fixtures/rest/client-methods.json lists with a command we have: the real client gives the same result
 * on the double as through MSW, and sends the words that were recorded from it.
 */
import { createClient } from "@vercel/kv";
import { setupServer } from "msw/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import methods from "../../fixtures/rest/client-methods.json" with { type: "json" };
import { lowerAscii } from "../../src/bytes.js";
import { manualClock } from "../../src/clock.js";
import { commandTable } from "../../src/commands/table.js";
import { createEmulator, type Emulator } from "../../src/emulator.js";
import { VercelKV } from "../../src/kv/kv.js";
import { kvHandlers } from "../../src/msw/handlers.js";
import { contents } from "../support/contents.js";

const connection = { url: "https://client-methods.example", token: "token" };

interface Example {
  readonly group: string;
  readonly call: string;
  readonly wire: readonly unknown[];
}

const examples: readonly Example[] = methods.flatMap(({ group, command, examples: listed }) =>
  listed
    .map(({ call, ...rest }) => ({ group, call, wire: "wire" in rest ? rest.wire : [command] }))
    .filter(({ wire }) => commandTable.has(lowerAscii(String(wire[0])))),
);

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

/** An emulator in which every word of a call is also a key, with a value of the type that the call's group works on. */
function seeded({ group, call, wire }: Example): Emulator {
  const emulator = createEmulator({ clock: manualClock(1_700_000_000_000), seed: 7 });
  const quoted = [...call.matchAll(/"(\w+)"/g)].map(([, word]) => word ?? "");
  for (const word of new Set([...quoted, ...wire.slice(1).map(String)])) {
    emulator.call(...seedFor(group, call, word));
  }
  return emulator;
}

const JSON_DOCUMENT =
  '{"a":[1,2.5,"x",{"y":null}],"b":{"a":"x"},"x":true,"c":{"a":false,"d":{"a":3}}}';

function seedFor(group: string, call: string, word: string): readonly [string, ...string[]] {
  const kind = group === "@vercel/kv" ? call : group;
  if (kind === "json") return ["JSON.SET", word, "$", JSON_DOCUMENT];
  if (/hash|hscan/.test(kind)) return ["HSET", word, "f", "1", "g", "1.5", "json", '{"a":[1]}'];
  if (/set|sscan/.test(kind) && !/zset/.test(kind)) return ["SADD", word, "a", "b", "1", "1.50"];
  if (/zset|zscan/.test(kind)) return ["ZADD", word, "1", "a", "2.5", "b", "3", "c"];
  if (kind === "list") return ["RPUSH", word, "a", "1", "b", "a", '{"a":1}'];
  if (kind === "stream") return ["XADD", word, "1-0", "f", "1", "json", '{"a":[1]}'];
  return ["SET", word, "10", "PX", "5000"];
}

/** What a call resolves to (an iterator: all it yields), or the error it rejects with. */
async function outcome(call: string, client: object): Promise<unknown> {
  try {
    // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- the calls are code, written down as data
    const result: unknown = await new Function("redis", "kv", `return ${call}`)(client, client);
    return isIterable(result) ? await collect(result) : result;
  } catch (error) {
    if (error instanceof Error) return { name: error.name, message: error.message };
    throw error;
  }
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

async function collect(iterable: AsyncIterable<unknown>): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const item of iterable) items.push(item);
  return items;
}
