/**
 * The law of the doors: whichever way equal commands come in, they are answered alike and leave the same behind. Exceptions stand with
 * the doors, each with commands that show it.
 */
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { text, utf8 } from "../../src/bytes.js";
import { clientCall, type ClientCall } from "../../src/conformance/client-calls.js";
import { familyNames, isFamily } from "../../src/conformance/families.js";
import { sequences } from "../../src/conformance/sequences.js";
import type { Emulator } from "../../src/emulator.js";
import type { RedisConfig } from "../../src/kv/upstash.js";
import { refusal } from "../../src/rest/availability.js";
import { contents } from "../support/contents.js";
import {
  callExceptions,
  double,
  freshEmulator,
  jsonDoor,
  oneByOne,
  raw,
  realClients,
  restDoors,
  server,
  transactionDoor,
  ways,
  type Client,
  type ClientDoor,
  type Exception,
  type Outcome,
  type RestDoor,
  type Spelling,
  type Way,
  type Words,
} from "./doors.js";

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterAll(() => server.close());

const RUNS = { numRuns: 1000 };

vi.setConfig({ testTimeout: 60_000 });

/** Texts that travel badly: halves of surrogate pairs, byte order marks, what has a meaning in JSON, base64 or a URL. */
const HOSTILE: readonly string[] = [
  ..."\ud800 a\udfffb \ud83d \ude00 \ud83d\ude00\ud83d \ufeff \ufeffa \u2028 é".split(" "),
  ...'/ a/b . .. %41 % %zz a+b ? # ; = & \\u0041 \\ \\" OK T0s= QUJD'.split(" "),
  ..."__proto__ undefined NaN true 1.50 1E+2 -0 123456789012345678901".split(" "),
  "",
  "a b&c=d",
];

/** Sequences in which up to three words have given way to hostile ones, each wherever it stood. */
function commandsOf(length: number): fc.Arbitrary<readonly Words[]> {
  const steps = sequences({
    families: familyNames.filter(isFamily),
    length,
    textOnly: true,
    sessions: false,
    pauses: 0,
    timing: { short: [20], wait: [100] },
  });
  return fc.tuple(steps, fc.array(change, { maxLength: 3 })).map(([steps, changes]) => {
    const commands = steps.map((step): Words => ("argv" in step ? step.argv.map(text) : []));
    return changes.reduce(replaced, commands);
  });
}

const change = fc.record({ at: fc.nat({ max: 40 }), word: fc.constantFrom(...HOSTILE) });

function replaced(
  commands: readonly Words[],
  { at, word }: { readonly at: number; readonly word: string },
): readonly Words[] {
  const words = commands.flatMap(([, ...args]) => args);
  const old = words[at % Math.max(1, words.length)];
  return commands.map(([name = "", ...args]) => [
    name,
    ...args.map((arg) => (arg === old ? word : arg)),
  ]);
}

const commands = commandsOf(12);

/** The commands for which a test passes, if there are any. */
function commandsThat(passes: (words: Words) => boolean): fc.Arbitrary<readonly Words[]> {
  return commands.map((all) => all.filter(passes)).filter((all) => all.length > 0);
}

function except(exceptions: readonly Exception[]): (words: Words) => boolean {
  return (words) => !exceptions.some(({ holdsFor }) => holdsFor(words));
}

/** Whether a command is refused before it could run. */
function isRefused(words: Words): boolean {
  return refusal(words.map(utf8), "full") !== undefined;
}

const spelling: fc.Arbitrary<Spelling> = fc.record({
  inPath: fc.integer({ min: 1, max: 4 }),
  body: fc.boolean(),
});

/** Sequences as far as the client has calls for them. */
const calls = commandsOf(7)
  .map(asCalls)
  .filter((calls) => calls.length > 0);

function asCalls(commands: readonly Words[]): readonly ClientCall[] {
  return commands.map(clientCall).filter((call) => call !== undefined);
}

const hostile = fc.constantFrom(...HOSTILE);

/** What an app may hand in as an argument, whether the types allow it or not. */
const anything = fc.oneof(
  fc.constantFrom<unknown>("a", "b", 1, 0, -0, 1.5, 1e21, NaN, Infinity, null, undefined, {}),
  hostile,
  fc.anything({ values: [hostile, fc.double(), fc.boolean(), fc.string({ unit: "binary" })] }),
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, maxDepth: 1 }),
);

const METHODS = [
  ..."get set getset append mset mget setex hset hget hgetall hdel rpush lrange lpos lrem".split(
    " ",
  ),
  ..."sadd smembers sismember zadd zscore zrange zincrby echo type del expire".split(" "),
];

/** Calls of any method with any arguments, most of them behind a key. */
const wildCalls: fc.Arbitrary<readonly ClientCall[]> = fc.array(
  fc
    .record({
      method: fc.constantFrom(...METHODS),
      key: fc.constantFrom(["k"], ["l"], ["h"], []),
      rest: fc.array(anything, { maxLength: 3 }),
    })
    .map(({ method, key, rest }) => ({ method, args: [...key, ...rest] })),
  { maxLength: 6 },
);

const config: fc.Arbitrary<RedisConfig> = fc.record(
  {
    enableAutoPipelining: fc.boolean(),
    automaticDeserialization: fc.boolean(),
    responseEncoding: fc.constantFrom<false | "base64">(false, "base64"),
  },
  { requiredKeys: [] },
);

/** A client that adds nothing to what it sends and receives. */
const PLAIN: RedisConfig = {
  enableAutoPipelining: false,
  automaticDeserialization: false,
  responseEncoding: false,
};

/** What an emulator holds, and how often that changed. */
function state(emulator: Emulator) {
  return { contents: contents(emulator), changes: emulator.changes };
}

async function overRest(door: RestDoor, commands: readonly Words[], spelling?: Spelling) {
  const emulator = freshEmulator();
  const body = await door.run(emulator, commands, spelling);
  return { body, state: state(emulator) };
}

async function overClient(
  door: ClientDoor,
  config: RedisConfig,
  run: (client: Client) => Promise<readonly Outcome[]>,
) {
  const emulator = freshEmulator();
  const outcomes = await door.use(emulator, config, run);
  return { outcomes, state: state(emulator) };
}

/** What comes of commands over REST, as the client would tell it. */
async function jsonOutcomes(commands: readonly Words[]) {
  const { body, state } = await overRest(jsonDoor, commands);
  const outcomes: unknown = JSON.parse(body);
  return { outcomes, state };
}

/** What comes of commands or calls in the double, as the response would have it: the client puts words of its own around an error. */
async function doubleOutcomes(run: (client: Client) => Promise<readonly Outcome[]>) {
  const { outcomes, state } = await overClient(double, PLAIN, run);
  const asSent = outcomes.map((outcome) =>
    "result" in outcome ? outcome : { error: outcome.error.replace(/, command was: \[.*\]$/s, "") },
  );
  return { outcomes: asSent, state };
}

describe("the REST API", () => {
  it.each(restDoors)("answers alike to a POST for each command and to $name", async (door) => {
    await fc.assert(
      fc.asyncProperty(
        commandsThat(except(door.exceptions)),
        spelling,
        async (commands, spelling) => {
          const expected = await overRest(jsonDoor, commands);
          expect(await overRest(door, commands, spelling)).toEqual(expected);
        },
      ),
      { ...RUNS, examples: [[[["MSET", "", "", "a", ""]], { inPath: 1, body: false }]] },
    );
  });

  it.each(restDoors.flatMap((door) => door.exceptions.map((exception) => ({ door, exception }))))(
    "answers otherwise to $door.name: $exception.reason",
    async ({ door, exception: { witness, holdsFor } }) => {
      expect(witness.some(holdsFor)).toBe(true);
      expect(await overRest(door, witness)).not.toEqual(await overRest(jsonDoor, witness));
    },
  );

  it("answers alike to a POST for each command and to one POST to /multi-exec", async () => {
    await fc.assert(
      fc.asyncProperty(
        commandsThat((words) => !isRefused(words)),
        async (commands) => {
          const expected = await overRest(jsonDoor, commands);
          expect(await overRest(transactionDoor, commands)).toEqual(expected);
        },
      ),
      RUNS,
    );
  });

  it("answers a transaction with the error of the first command that it refuses, and runs none", async () => {
    await fc.assert(
      fc.asyncProperty(
        commands.filter((all) => all.some(isRefused)),
        async (commands) => {
          const { body, state } = await overRest(transactionDoor, commands);
          const refused = await overRest(jsonDoor, commands.filter(isRefused).slice(0, 1));
          expect({ body: `[${body}]`, state }).toEqual(refused);
        },
      ),
      RUNS,
    );
  });

  it("answers alike to a POST for each command and to the double's exec", async () => {
    await fc.assert(
      fc.asyncProperty(commands, async (commands) => {
        const received = await doubleOutcomes((client) => raw(client, commands));
        expect(received).toEqual(await jsonOutcomes(commands));
      }),
      RUNS,
    );
  });

  it("answers alike to a POST for each command and to the double's methods", async () => {
    await fc.assert(
      fc.asyncProperty(
        commandsThat((words) => clientCall(words) !== undefined && except(callExceptions)(words)),
        async (commands) => {
          const received = await doubleOutcomes((client) => oneByOne(client, asCalls(commands)));
          expect(received).toEqual(await jsonOutcomes(commands));
        },
      ),
      RUNS,
    );
  });

  it.each(callExceptions)(
    "answers otherwise to the double's methods: $reason",
    async (exception) => {
      const { witness, holdsFor } = exception;
      expect(witness.some(holdsFor)).toBe(true);
      const received = await doubleOutcomes((client) => oneByOne(client, asCalls(witness)));
      expect(received).not.toEqual(await jsonOutcomes(witness));
    },
  );
});

describe.each(realClients)("the double and $name", (real) => {
  it.each(Object.entries(ways))("answer alike to calls %s", async (_, way: Way) => {
    await fc.assert(
      fc.asyncProperty(calls, config, async (calls, config) => {
        const expected = await overClient(real, config, (client) => way(client, calls));
        expect(await overClient(double, config, (client) => way(client, calls))).toEqual(expected);
      }),
      RUNS,
    );
  });

  it("answer alike to calls with arguments of every kind", async () => {
    await fc.assert(
      fc.asyncProperty(wildCalls, config, async (calls, config) => {
        const expected = await overClient(real, config, (client) => oneByOne(client, calls));
        const received = await overClient(double, config, (client) => oneByOne(client, calls));
        expect(received).toEqual(expected);
      }),
      RUNS,
    );
  });
});
