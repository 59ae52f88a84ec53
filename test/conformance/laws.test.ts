/**
 * The suite's own laws, and what it draws its commands from: which replies agree, for each command of which Redis leaves something open
 * and for all others; that every command of the table has a grammar; and that sequences are mostly valid, come again with their seed
 * and shrink to what matters.
 */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytes, text, utf8 } from "../../src/bytes.js";
import { manualClock } from "../../src/clock.js";
import { commandTable } from "../../src/commands/table.js";
import { families, familyNames, isFamily, weights } from "../../src/conformance/families.js";
import { agree, commandName, commandNames, type Reference } from "../../src/conformance/laws.js";
import {
  sequences,
  type Argv,
  type Sequence,
  type SequenceOptions,
} from "../../src/conformance/sequences.js";
import { createEmulator } from "../../src/emulator.js";
import { ReplyError } from "../../src/errors.js";
import { splitArguments } from "../../src/resp/decode.js";
import { parse } from "../support/notation.js";

/** What the reference answers to what a law asks. */
const ANSWERS: Readonly<Record<string, string>> = {
  "OBJECT ENCODING small": '"listpack"',
  "OBJECT ENCODING large": '"hashtable"',
  "OBJECT ENCODING ranked": '"skiplist"',
  "KEYS *": '["small" "large" "ranked"]',
  "SMEMBERS small": '["a" "b" "c"]',
  "HKEYS small": '["f" "g"]',
  "HGETALL small": '["f" "1" "g" "2"]',
  "ZRANGE small 0 -1": '["x" "y"]',
  "ZRANGE small 0 -1 WITHSCORES": '["x" "1" "y" "2"]',
  "SCAN 0 COUNT 2 COUNT 1000000": '["0" ["small" "large" "ranked"]]',
  "SSCAN large 0 COUNT 1000000": '["0" ["a" "b" "c"]]',
  "HSCAN large 0 COUNT 1000000": '["0" ["f" "1" "g" "2"]]',
  "SORT_RO large BY nosort": '["a" "b" "c"]',
  "ZSCAN ranked 0 COUNT 1000000": '["0" ["x" "1" "y" "2"]]',
};

/** Keeps small collections in order, and its clock within two seconds. */
const REFERENCE: Reference = {
  ask: (argv) => parse(ANSWERS[argv.join(" ")] ?? '-"ERR no such key"'),
  ordered: true,
  tolerance: 2000,
};

/** A law by examples: an expected reply, and which others agree with it and which do not. */
interface Fact {
  readonly command: string;
  readonly queued?: readonly string[];
  readonly reference?: Partial<Reference>;
  readonly expected: string;
  readonly agree: readonly string[];
  readonly differ: readonly string[];
}

const ORDER_IS_FREE: readonly Fact[] = [
  {
    command: "KEYS *",
    expected: '["a" "b"]',
    agree: ['["b" "a"]'],
    differ: ['["a"]', '["a" "b" "b"]', '["a" "c"]', "nil"],
  },
  ...["SUNION small small", "SDIFF small other"].map((command) => ({
    command,
    expected: '["a" "b"]',
    agree: ['["b" "a"]'],
    differ: ['["a"]', '["a" "a"]', '["a" "c"]', "nil"],
  })),
  ...["SMEMBERS large", "SINTER small large", "HKEYS large", "HVALS large"].map((command) => ({
    command,
    expected: '["a" "b" "c"]',
    agree: ['["c" "a" "b"]'],
    differ: ['["a" "b"]', '["a" "b" "b"]', '["a" "b" "d"]', '~["c" "a" "b"]'],
  })),
  {
    command: "HGETALL large",
    expected: '["f" "1" "g" "2"]',
    agree: ['["g" "2" "f" "1"]'],
    differ: ['["f" "2" "g" "1"]', '["1" "f" "g" "2"]', '["f" "1"]', '["f" "1" "f" "1"]'],
  },
  {
    command: "HGETALL large",
    expected: '%["f" "1" "g" "2"]',
    agree: ['%["g" "2" "f" "1"]'],
    differ: ['%["f" "2" "g" "1"]', '["f" "1" "g" "2"]'],
  },
];

const ORDER_COUNTS: readonly Fact[] = [
  ...["SMEMBERS small", "SINTER small small", "HKEYS small", "HVALS small"].map((command) => ({
    command,
    expected: '["a" "b"]',
    agree: [],
    differ: ['["b" "a"]'],
  })),
  {
    command: "HGETALL small",
    expected: '["f" "1" "g" "2"]',
    agree: [],
    differ: ['["g" "2" "f" "1"]'],
  },
  { command: "LRANGE l 0 -1", expected: '["a" "b"]', agree: [], differ: ['["b" "a"]'] },
  { command: "HMGET large f g", expected: '["1" "2"]', agree: [], differ: ['["2" "1"]'] },
  { command: "ZRANGE ranked 0 -1", expected: '["x" "y"]', agree: [], differ: ['["y" "x"]'] },
];

const SAMPLES: readonly Fact[] = [
  {
    command: "SRANDMEMBER small",
    expected: '"a"',
    agree: ['"b"', '"c"'],
    differ: ['"d"', "nil", '["b"]', '"ab"'],
  },
  {
    command: "SRANDMEMBER small 2",
    expected: '["a" "b"]',
    agree: ['["c" "a"]'],
    differ: ['["a"]', '["a" "b" "c"]', '["a" "a"]', '["a" "d"]', "nil"],
  },
  {
    command: "SRANDMEMBER small -3",
    expected: '["a" "b" "b"]',
    agree: ['["c" "c" "c"]', '["a" "b" "c"]'],
    differ: ['["c" "c"]', '["c" "c" "d"]', '["a" "b" "c" "c"]'],
  },
  { command: "SRANDMEMBER gone", expected: "nil", agree: [], differ: ['"a"', "[]", "nil-array"] },
  {
    command: "HRANDFIELD small 1",
    expected: '["f"]',
    agree: ['["g"]'],
    differ: ['["1"]', '["h"]', '["f" "g"]'],
  },
  {
    command: "HRANDFIELD small 1 WITHVALUES",
    expected: '["f" "1"]',
    agree: ['["g" "2"]'],
    differ: ['["g" "1"]', '["g"]', '["2" "g"]', '["f" "1" "g" "2"]'],
  },
  {
    command: "HRANDFIELD small 2 WITHVALUES",
    expected: '[["f" "1"] ["g" "2"]]',
    agree: ['[["g" "2"] ["f" "1"]]'],
    differ: ['[["f" "1"] ["f" "1"]]', '[["f" "2"] ["g" "1"]]', '[["f" "1"]]'],
  },
  {
    command: "ZRANDMEMBER small",
    expected: '"x"',
    agree: ['"y"'],
    differ: ['"1"', '"z"', "nil"],
  },
  {
    command: "ZRANDMEMBER small -2 WITHSCORES",
    expected: '["x" "1" "y" "2"]',
    agree: ['["y" "2" "y" "2"]'],
    differ: ['["y" "1" "y" "2"]', '["y" "2"]'],
  },
  {
    command: "RANDOMKEY",
    expected: '"small"',
    agree: ['"large"'],
    differ: ['"other"', "nil", '["large"]'],
  },
  { command: "SPOP s", expected: '"a"', agree: ['"b"'], differ: ["nil", '["b"]', '-"ERR x"'] },
  {
    command: "SPOP s 2",
    expected: '["a" "b"]',
    agree: ['["b" "c"]'],
    differ: ['["b" "b"]', '["b"]', '["a" "b" "c"]', '~["b" "c"]', "nil"],
  },
];

const SCANS: readonly Fact[] = [
  {
    command: "SCAN 0 COUNT 2",
    expected: '["0" ["small" "large"]]',
    agree: ['["0" ["large" "small"]]'],
    differ: ['["0" ["small"]]', '["0" ["small" "other"]]', '["0" ["small" "small"]]', '["0"]'],
  },
  {
    command: "SCAN 0 COUNT 2",
    expected: '["2" ["small" "large"]]',
    agree: ['["5" ["ranked"]]', '["0" ["ranked" "small" "large"]]', '["7" []]'],
    differ: ['["5" ["other"]]', "nil", "[]"],
  },
  {
    command: "SSCAN small 0",
    expected: '["0" ["a" "b"]]',
    agree: [],
    differ: ['["0" ["b" "a"]]'],
  },
  {
    command: "SSCAN large 0",
    expected: '["0" ["a" "b" "c"]]',
    agree: ['["0" ["c" "b" "a"]]', '["4" ["c"]]'],
    differ: ['["0" ["a" "b"]]', '["4" ["d"]]'],
  },
  {
    command: "HSCAN large 0",
    expected: '["0" ["f" "1" "g" "2"]]',
    agree: ['["0" ["g" "2" "f" "1"]]', '["3" ["g" "2"]]'],
    differ: ['["0" ["f" "2" "g" "1"]]', '["0" ["f" "g"]]', '["3" ["h" "2"]]'],
  },
  {
    command: "HSCAN large 0 NOVALUES",
    expected: '["0" ["f" "g" "h"]]',
    agree: ['["0" ["h" "g" "f"]]'],
    differ: ['["0" ["f" "g"]]', '["0" ["f" "1" "g" "2"]]'],
  },
  {
    command: "ZSCAN ranked 0",
    expected: '["0" ["x" "1" "y" "2"]]',
    agree: ['["0" ["y" "2" "x" "1"]]', '["2" ["y" "2"]]'],
    differ: ['["0" ["x" "2" "y" "1"]]', '["2" ["z" "2"]]'],
  },
  {
    command: "SSCAN large 77",
    expected: '["0" ["a"]]',
    agree: ['["5" ["b" "c"]]'],
    differ: ["nil", '["a"]', '-"ERR invalid cursor"'],
  },
];

const SORTS: readonly Fact[] = [
  { command: "SORT small", expected: '["1" "2"]', agree: [], differ: ['["2" "1"]'] },
  { command: "SORT small ALPHA", expected: '["a" "b"]', agree: [], differ: ['["b" "a"]'] },
  { command: "SORT small BY w_*", expected: '["1" "2"]', agree: [], differ: ['["2" "1"]'] },
  {
    command: "SORT small BY w_* ALPHA",
    expected: '["a" "b" "c"]',
    agree: ['["b" "a" "c"]'],
    differ: ['["a" "b"]', '["a" "b" "d"]', '["a" "a" "b"]', "nil"],
  },
  {
    command: "SORT_RO large BY nosort",
    expected: '["a" "b" "c"]',
    agree: ['["c" "b" "a"]'],
    differ: ['["a" "b"]', '["a" "b" "d"]'],
  },
  {
    command: "SORT large BY nosort LIMIT 0 2",
    expected: '["a" "b"]',
    agree: ['["c" "a"]'],
    differ: ['["a"]', '["a" "b" "c"]', "nil", '-"ERR x"'],
  },
  { command: "SORT small BY w_* ALPHA STORE k", expected: "2", agree: [], differ: ["3", '["a"]'] },
];

const TIMES: readonly Fact[] = [
  ...["TTL k", "EXPIRETIME k"].map((command) => ({
    command,
    expected: "100",
    agree: ["98", "102"],
    differ: ["97", "103", "-1", "-2", '"100"', "nil"],
  })),
  ...["PTTL k", "PEXPIRETIME k"].map((command) => ({
    command,
    expected: "100000",
    agree: ["98000", "102000"],
    differ: ["97999", "102001", "-1", "-2", '"100000"'],
  })),
  { command: "TTL k", expected: "0", agree: ["2"], differ: ["-1", "-2"] },
  {
    command: "TTL k",
    reference: { tolerance: 0 },
    expected: "100",
    agree: [],
    differ: ["99", "101"],
  },
  {
    command: "TIME",
    expected: '["1" "2"]',
    agree: ['["9" "8"]'],
    differ: ['["1"]', '"1"', "[1 2]"],
  },
  { command: "INFO", expected: '"a:1"', agree: ['"b:2"'], differ: ["nil", '["a:1"]', "1"] },
  { command: "OBJECT IDLETIME k", expected: "0", agree: ["7"], differ: ["nil", '"0"'] },
  { command: "OBJECT REFCOUNT k", expected: "1", agree: [], differ: ["2"] },
  {
    command: "DUMP k",
    expected: '"\\x15\\xef\\xbf\\xbda"',
    agree: ['"\\x15\\xef\\xbf\\xbdb"'],
    differ: ['"\\x04\\xef\\xbf\\xbda"', "nil"],
  },
  {
    command: "DUMP k",
    expected: '"\\x00\\xef\\xbf\\xbda"',
    agree: [],
    differ: ['"\\x00\\xef\\xbf\\xbdb"'],
  },
];

const TRANSACTIONS: readonly Fact[] = [
  {
    command: "EXEC",
    queued: ["SET k v", "SMEMBERS small", "TTL k", "GET k"],
    expected: '[+OK ["a" "b"] 100 "v"]',
    agree: ['[+OK ["b" "a"] 99 "v"]'],
    differ: [
      '[+OK ["a" "c"] 100 "v"]',
      '[+OK ["a" "b"] 90 "v"]',
      '[+OK ["a" "b"] 100 "w"]',
      '["v" 100 ["a" "b"] +OK]',
      '[+OK ["a" "b"] 100]',
      '[+OK ["a" "b"] 100 "v" "v"]',
      "nil-array",
      '-"EXECABORT x"',
    ],
  },
  {
    command: "EXEC",
    queued: ["GET k", "SRANDMEMBER small 2", "SPOP s"],
    expected: '[-"WRONGTYPE x" ["a" "b"] "c"]',
    agree: ['[-"WRONGTYPE x" ["b" "c"] "d"]'],
    differ: [
      '[-"ERR x" ["a" "b"] "c"]',
      '[nil ["a" "b"] "c"]',
      '[-"WRONGTYPE x" ["a"] "c"]',
      '[-"WRONGTYPE x" ["a" "b"] nil]',
    ],
  },
  {
    command: "EXEC",
    queued: ["KEYS *"],
    expected: "nil-array",
    agree: [],
    differ: ["[[]]", "nil"],
  },
  { command: "EXEC", expected: "[1]", agree: [], differ: ["[2]", "[]"] },
];

const DIFFERENCES: readonly Fact[] = [
  {
    command: "GET k",
    reference: {
      tolerates: ({ expected, received }) => expected.type === "bulk" && received.type === "nil",
    },
    expected: '"a"',
    agree: ["nil"],
    differ: ['"b"'],
  },
  {
    command: "SMEMBERS small",
    reference: { ordered: false },
    expected: '["a" "b"]',
    agree: ['["b" "a"]'],
    differ: ['["a" "c"]'],
  },
  {
    command: "OBJECT REFCOUNT k",
    reference: { ask: undefined },
    expected: "1",
    agree: ["2"],
    differ: ["nil"],
  },
];

/** Differences that a law could easily miss. */
const EASILY_MISSED: readonly Fact[] = [
  { command: "TTL k", expected: "-1", agree: [], differ: ["-2"] },
  { command: "PTTL k", expected: "-2", agree: [], differ: ["-1"] },
  { command: "PEXPIRETIME k", expected: "-1", agree: [], differ: ["-2"] },
  {
    command: "SCAN 0 COUNT 2",
    expected: '["2" ["small"]]',
    agree: [],
    differ: ['["0" ["large"]]'],
  },
  { command: "SCAN 0 COUNT 2", expected: '["2" ["small"]]', agree: [], differ: ['["5" "large"]'] },
  {
    command: "SCAN 0 COUNT 2",
    expected: '["2" ["small"]]',
    agree: [],
    differ: ['["5" ["large" "large"]]'],
  },
  {
    command: "SCAN 0 COUNT 2",
    expected: '["2" ["small"]]',
    agree: [],
    differ: ['["5" ["small"] "small"]'],
  },
  { command: "HSCAN large 0", expected: '["3" ["f" "1"]]', agree: [], differ: ['["3" ["f" "2"]]'] },
  { command: "HSCAN large 0", expected: '["3" ["f" "1"]]', agree: [], differ: ['["3" ["f"]]'] },
  { command: "SSCAN large 77", expected: '["0" ["a"]]', agree: [], differ: ['["5" ["d"]]'] },
  { command: "SSCAN large 77", expected: '["0" ["a"]]', agree: [], differ: ['["5" 1]'] },
  {
    command: "HRANDFIELD small 1 WITHVALUES",
    expected: '[["f" "1"]]',
    agree: [],
    differ: ['["f" "1"]'],
  },
  {
    command: "SORT large BY nosort LIMIT 0 2",
    expected: '["a" "b"]',
    agree: [],
    differ: ['["a" "d"]'],
  },
];

function argvOf(command: string): Argv {
  return splitArguments(bytes(command)) ?? [];
}

/** Which of some replies agree with the expected one. */
async function agreeing(fact: Fact, replies: readonly string[]): Promise<readonly string[]> {
  const argv = argvOf(fact.command);
  const queued = fact.queued?.map(argvOf) ?? [];
  const reference = { ...REFERENCE, ...fact.reference };
  const found: string[] = [];
  for (const reply of replies) {
    const [expected, received] = [parse(fact.expected), parse(reply)];
    if (await agree({ argv, expected, received, queued }, reference)) found.push(reply);
  }
  return found;
}

describe.each([
  ["the order of a hash table is free", ORDER_IS_FREE],
  ["any other order counts", ORDER_COUNTS],
  ["a sample is any of what is there", SAMPLES],
  ["a step of SCAN comes as far as it will", SCANS],
  ["SORT leaves open what its weights do", SORTS],
  ["two clocks differ", TIMES],
  ["EXEC answers by each command's law", TRANSACTIONS],
  ["a reference may know of a difference", DIFFERENCES],
])("%s:", (_, facts) => {
  it.each(facts)("$command, expected $expected", async (fact) => {
    expect(await agreeing(fact, [fact.expected, ...fact.agree])).toEqual([
      fact.expected,
      ...fact.agree,
    ]);
    expect(fact.differ).not.toEqual([]);
    expect(await agreeing(fact, fact.differ)).toEqual([]);
  });
});

describe("agree", () => {
  it.each(EASILY_MISSED)(
    "rejects at $command, expected $expected, received $differ",
    async (fact) => {
      expect(await agreeing(fact, fact.differ)).toEqual([]);
    },
  );

  it("tells other types, sizes and errors apart for every command", async () => {
    const pairs = [
      ['["a" "b"]', ['["a"]', "nil", "nil-array", '-"ERR x"', "+OK", "12"]],
      ['"a"', ["nil", '["a"]', '-"ERR x"', "[]"]],
      ["1", ["nil", '-"ERR x"', "[1]"]],
      ["+OK", ["nil", '-"ERR x"', "[]"]],
      ["nil", ["nil-array", '-"ERR x"', "[]", '"a"']],
      ['-"ERR x"', ['-"ERR y"', '-"WRONGTYPE x"', "nil", '"ERR x"', "[]", "+OK"]],
    ] as const;
    const wrong: string[] = [];
    // How much these tell depends on what the server has gone through.
    const ofThePast = new Set(["latency|histogram", "memory|stats", "slowlog|get"]);
    for (const name of commandNames) {
      if (ofThePast.has(name)) continue;
      const command = `${name.replace("|", " ")} small 0`;
      for (const [expected, differ] of pairs) {
        const found = await agreeing({ command, expected, agree: [], differ }, differ);
        wrong.push(...found.map((reply) => `${command}: ${expected} and ${reply}`));
      }
    }
    expect(wrong).toEqual([]);
  });

  it("goes by the law of the command in any case", async () => {
    const fact: Fact = {
      command: "sMeMbErS large",
      expected: '["a" "b"]',
      agree: ['["b" "a"]'],
      differ: ['["a" "c"]'],
    };
    expect(await agreeing(fact, [...fact.agree, ...fact.differ])).toEqual(fact.agree);
  });
});

describe("families", () => {
  it("has a grammar for every command of the table, containers included, and for no other", () => {
    expect([...commandNames].toSorted()).toEqual([...commandTable.keys()].toSorted());
  });

  it("has each command in one family", () => {
    const names = Object.values(families).flatMap((grammars) => Object.keys(grammars));
    expect(names.length).toBe(new Set(names).size);
  });
});

const everything: SequenceOptions = {
  families: familyNames.filter(isFamily),
  length: 30,
  sessions: true,
  pauses: 0.01,
  textOnly: false,
  timing: { short: [40], wait: [80] },
};

interface Drawing extends SequenceOptions {
  readonly seed: number;
}

function drawn(numRuns: number, options: Partial<Drawing> = {}): readonly Sequence[] {
  const { seed = 1, ...others } = options;
  return fc.sample(sequences({ ...everything, ...others }), { seed, numRuns });
}

/** What became of a call: the name of its command, and the error that it was answered with. */
interface Answered {
  readonly name: string;
  readonly error: string | undefined;
}

const clock = manualClock();
const emulator = createEmulator({ clock, seed: 1 });

function answersTo(sequence: Sequence): readonly Answered[] {
  emulator.reset();
  const sessions = { 1: emulator.createSession(), 2: emulator.createSession() };
  const answers: Answered[] = [];
  for (const step of sequence) {
    if ("wait" in step) clock.advance(step.wait);
    else {
      const reply = emulator.execute(sessions[step.session], step.argv);
      const error = reply instanceof ReplyError ? reply.message : undefined;
      answers.push({ name: commandName(step.argv), error });
    }
  }
  return answers;
}

/** The share of calls that were answered with an error like that. */
function share(answers: readonly Answered[], error: RegExp): number {
  return answers.filter((answer) => error.test(answer.error ?? "")).length / answers.length;
}

/** Errors about how a call is put together. */
const MALFORMED = /syntax error|wrong number of arguments|unknown (?:sub)?command/;

describe("sequences", () => {
  const answers = drawn(1500).flatMap(answersTo);
  const answersByFamily = familyNames
    .filter(isFamily)
    .flatMap((family) => drawn(400, { families: [family] }).flatMap(answersTo));

  it("call every command of the table", () => {
    const called = new Set(answersByFamily.map(({ name }) => name));
    const drawable = [...commandNames].filter((name) => weights[name] !== 0);
    expect(drawable.filter((name) => !called.has(name))).toEqual([]);
  });

  it("call every command but bare containers, and what can not succeed, so that it answers without an error, too", () => {
    const fine = answersByFamily.filter(({ error }) => error === undefined);
    const called = new Set(fine.map(({ name }) => name));
    const refused = [...commandNames].filter((name) => !called.has(name) && weights[name] !== 0);
    const alone = refused.filter((name) => commandTable.get(name)?.subcommands.size === 0);
    expect(alone.toSorted()).toEqual([
      "acl|load",
      "acl|save",
      "asking",
      "client|caching",
      "cluster|info",
      "config|rewrite",
      "debug",
      "failover",
      "function|flush",
      "function|kill",
      "hello",
      "latency|graph",
      "module|load",
      "module|loadex",
      "module|unload",
      "readonly",
      "readwrite",
      "script|kill",
    ]);
  });

  it("are mostly valid, and malformed now and then", () => {
    expect(1 - share(answers, /./)).toBeGreaterThan(0.75);
    expect(1 - share(answers, /./)).toBeLessThan(0.95);
    expect(share(answers, MALFORMED)).toBeGreaterThan(0.02);
    expect(share(answers, MALFORMED)).toBeLessThan(0.1);
  });

  it("meet keys of another type", () => {
    expect(share(answers, /^WRONGTYPE/)).toBeGreaterThan(0.001);
  });

  it("call nothing but the commands that are asked for", () => {
    const called = drawn(200, { commands: new Set(["get", "set"]) }).flatMap(answersTo);
    expect(new Set(called.map(({ name }) => name))).toEqual(new Set(["get", "set"]));
  });

  it("hold text only where that is asked for", () => {
    const argvs = drawn(500, { textOnly: true }).flatMap(argvsOf);
    const words = argvs.flat().filter((word) => utf8(text(word)) !== word);
    expect(words).toEqual([]);
    expect(
      drawn(500)
        .flatMap(argvsOf)
        .flat()
        .some((word) => utf8(text(word)) !== word),
    ).toBe(true);
  });

  it("are no longer than asked for, and use one session unless two are", () => {
    const short = drawn(500, { length: 5, sessions: false });
    expect(Math.max(...short.map(({ length }) => length))).toBe(5);
    expect(short.flat().some((step) => "session" in step && step.session === 2)).toBe(false);
    expect(
      drawn(500)
        .flat()
        .some((step) => "session" in step && step.session === 2),
    ).toBe(true);
  });

  it("come again with their seed", () => {
    expect(drawn(200, { seed: 7 })).toEqual(drawn(200, { seed: 7 }));
    expect(drawn(200, { seed: 7 })).not.toEqual(drawn(200, { seed: 8 }));
  });

  it.each([1, 2, 3, 4, 5])("shrink to the two steps and the words that matter, seed %i", (seed) => {
    const law = fc.property(sequences(everything), (sequence) => {
      const names = argvsOf(sequence).map(([name]) => name);
      const first = names.indexOf(bytes("SET"));
      return first < 0 || !names.slice(first).includes(bytes("LPUSH"));
    });
    const { counterexample } = fc.check(law, { seed, numRuns: 2000 });
    expect(counterexample).toEqual([
      [
        { session: 1, argv: ["SET"] },
        { session: 1, argv: ["LPUSH"] },
      ],
    ]);
  });

  it.each([1, 2, 3])("shrink words to the simplest that still matter, seed %i", (seed) => {
    const law = fc.property(
      sequences(everything),
      (sequence) => !argvsOf(sequence).some((argv) => argv[0] === "ZADD" && argv.length > 5),
    );
    const { counterexample } = fc.check(law, { seed, numRuns: 2000 });
    const word: unknown = expect.stringMatching(/^a?$/);
    expect(counterexample).toEqual([
      [{ session: 1, argv: ["ZADD", word, word, word, word, word] }],
    ]);
  });
});

function argvsOf(sequence: Sequence): readonly Argv[] {
  return sequence.flatMap((step) => ("argv" in step ? [step.argv] : []));
}
