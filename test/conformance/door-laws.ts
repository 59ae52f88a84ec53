/** What the laws of the doors draw, and what comes of it at a door. */
import * as fc from "fast-check";
import { text, utf8 } from "../../src/bytes.js";
import { clientCall, type ClientCall } from "../../src/conformance/client-calls.js";
import { familyNames, isFamily } from "../../src/conformance/families.js";
import { sequences } from "../../src/conformance/sequences.js";
import type { Emulator } from "../../src/emulator.js";
import type { RedisConfig } from "../../src/kv/upstash.js";
import { refusal } from "../../src/rest/availability.js";
import { contents } from "../support/contents.js";
import {
  double,
  freshEmulator,
  jsonDoor,
  type Client,
  type ClientDoor,
  type Exception,
  type Outcome,
  type RestDoor,
  type Spelling,
  type Words,
} from "./doors.js";

export const RUNS = { numRuns: 1000 };

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

export const commands = commandsOf(12);

/** The commands for which a test passes, if there are any. */
export function commandsThat(passes: (words: Words) => boolean): fc.Arbitrary<readonly Words[]> {
  return commands.map((all) => all.filter(passes)).filter((all) => all.length > 0);
}

export function except(exceptions: readonly Exception[]): (words: Words) => boolean {
  return (words) => !exceptions.some(({ holdsFor }) => holdsFor(words));
}

/** Whether a command is refused before it could run. */
export function isRefused(words: Words): boolean {
  return refusal(words.map(utf8), "full") !== undefined;
}

export const spelling: fc.Arbitrary<Spelling> = fc.record({
  inPath: fc.integer({ min: 1, max: 4 }),
  body: fc.boolean(),
});

/** Sequences as far as the client has calls for them. */
export const calls = commandsOf(7)
  .map(asCalls)
  .filter((calls) => calls.length > 0);

export function asCalls(commands: readonly Words[]): readonly ClientCall[] {
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
export const wildCalls: fc.Arbitrary<readonly ClientCall[]> = fc.array(
  fc
    .record({
      method: fc.constantFrom(...METHODS),
      key: fc.constantFrom(["k"], ["l"], ["h"], []),
      rest: fc.array(anything, { maxLength: 3 }),
    })
    .map(({ method, key, rest }) => ({ method, args: [...key, ...rest] })),
  { maxLength: 6 },
);

export const config: fc.Arbitrary<RedisConfig> = fc.record(
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

export async function overRest(door: RestDoor, commands: readonly Words[], spelling?: Spelling) {
  const emulator = freshEmulator();
  const body = await door.run(emulator, commands, spelling);
  return { body, state: state(emulator) };
}

export async function overClient(
  door: ClientDoor,
  config: RedisConfig,
  run: (client: Client) => Promise<readonly Outcome[]>,
) {
  const emulator = freshEmulator();
  const outcomes = await door.use(emulator, config, run);
  return { outcomes, state: state(emulator) };
}

/** What comes of commands over REST, as the client would tell it. */
export async function jsonOutcomes(commands: readonly Words[]) {
  const { body, state } = await overRest(jsonDoor, commands);
  const outcomes: unknown = JSON.parse(body);
  return { outcomes, state };
}

/** What comes of commands or calls in the double, as the response would have it: the client puts words of its own around an error. */
export async function doubleOutcomes(run: (client: Client) => Promise<readonly Outcome[]>) {
  const { outcomes, state } = await overClient(double, PLAIN, run);
  const asSent = outcomes.map((outcome) =>
    "result" in outcome ? outcome : { error: outcome.error.replace(/, command was: \[.*\]$/s, "") },
  );
  return { outcomes: asSent, state };
}
