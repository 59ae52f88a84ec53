/** Commands as calls, played on the real client: what it sends is the command again, and calls are missing only where it would not be. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import methods from "../../fixtures/rest/client-methods.json" with { type: "json" };
import { lowerAscii } from "../../src/bytes.js";
import { manualClock } from "../../src/clock.js";
import { commandTable } from "../../src/commands/table.js";
import { clientCall, clientMethod } from "../../src/conformance/client-calls.js";
import { createEmulator } from "../../src/emulator.js";
import { Redis } from "../../src/kv/upstash.js";
import { contents } from "../support/contents.js";

type Argv = readonly string[];

/** What the client sends when the command is written as a call; undefined where there is none. */
async function sent(argv: Argv): Promise<Argv | undefined> {
  const call = clientCall(argv);
  if (call === undefined) return undefined;
  const client = new Redis({ enableAutoPipelining: false }, createEmulator());
  const bodies: unknown[] = [];
  client.use((request) => {
    bodies.push(request.body);
    return Promise.reject(new Error("not sent"));
  });
  const method = clientMethod(client, call.method);
  if (method === undefined) throw new TypeError(`the client has no ${call.method}()`);
  await expect(method(...call.args)).rejects.toThrow("not sent");
  const [body] = bodies;
  return Array.isArray(body) ? body.map(String) : undefined;
}

/** What Redis answers and what the database holds then. */
function effect([name = "", ...args]: Argv): unknown {
  const emulator = createEmulator({ clock: manualClock(1_700_000_000_000), seed: 7 });
  emulator.call("SET", "t", "10", "PX", "5000");
  emulator.call("HSET", "h", "f", "1", "g", "2");
  emulator.call("RPUSH", "l", "a", "b", "a");
  emulator.call("SADD", "s", "a", "b", "1");
  emulator.call("GEOADD", "g", "13.3", "38.1", "P", "15", "37", "Q");
  emulator.call("ZADD", "z", 1, "a", 2.5, "b", 3, "c");
  emulator.call("JSON.SET", "k", "$", '{"a":[1,2],"b":{"x":"y"},"x":true}');
  const reply = attempt(() => emulator.call(name, ...args));
  return { reply, contents: contents(emulator) };
}

function attempt(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return String(error);
  }
}

/** The words in any case and order. */
function folded(argv: Argv): Argv {
  return argv.map(lowerAscii).sort();
}

describe("clientCall", () => {
  it.each<[command: string, method: string, args: readonly unknown[]]>([
    ["GET k", "get", ["k"]],
    ["get k", "get", ["k"]],
    ["SET k v EX 10 NX", "set", ["k", "v", { ex: 10, nx: true }]],
    ["SET k v get KEEPTTL", "set", ["k", "v", { get: true, keepTtl: true }]],
    ["GETEX k PERSIST", "getex", ["k", { persist: true }]],
    ["GETRANGE k 0 -1", "getrange", ["k", 0, -1]],
    ["MSET a 1 b 2", "mset", [{ a: "1", b: "2" }]],
    ["HSET h f v", "hset", ["h", { f: "v" }]],
    ["HRANDFIELD h 2 WithValues", "hrandfield", ["h", 2, true]],
    ["HSCAN h 0 COUNT 5 MATCH a*", "hscan", ["h", "0", { count: 5, match: "a*" }]],
    ["LINSERT l BEFORE a b", "linsert", ["l", "before", "a", "b"]],
    ["LMOVE a b LEFT RIGHT", "lmove", ["a", "b", "left", "right"]],
    ["LMPOP 2 a b LEFT COUNT 3", "lmpop", [2, ["a", "b"], "LEFT", 3]],
    ["LMPOP 1 a right", "lmpop", [1, ["a"], "RIGHT"]],
    ["LPOS l a MAXLEN 5 RANK -1", "lpos", ["l", "a", { maxLen: 5, rank: -1 }]],
    ["SINTERCARD 2 a b LIMIT 0", "sintercard", [["a", "b"], { limit: 0 }]],
    ["SMISMEMBER s a b", "smismember", ["s", ["a", "b"]]],
    ["ZADD z 1 a 2.5 b", "zadd", ["z", { score: 1, member: "a" }, { score: 2.5, member: "b" }]],
    ["ZADD z NX 1 nx", "zadd", ["z", { nx: true }, { score: 1, member: "nx" }]],
    ["ZADD z GT CH 1 a", "zadd", ["z", { gt: true, ch: true }, { score: 1, member: "a" }]],
    ["ZCOUNT z -inf (5", "zcount", ["z", "-inf", "(5"]],
    ["ZCOUNT z 007 5", "zcount", ["z", "007", 5]],
    [
      "ZRANGE z 0 +inf BYSCORE LIMIT 1 2 WITHSCORES",
      "zrange",
      ["z", 0, "+inf", { byScore: true, offset: 1, count: 2, withScores: true }],
    ],
    [
      "ZUNION 2 a b AGGREGATE MAX WEIGHTS 2 0.5 WITHSCORES",
      "zunion",
      [2, ["a", "b"], { aggregate: "max", weights: [2, 0.5], withScores: true }],
    ],
    [
      "GEOADD g XX 1 0 eq 2 3 m",
      "geoadd",
      [
        "g",
        { xx: true },
        { longitude: 1, latitude: 0, member: "eq" },
        { longitude: 2, latitude: 3, member: "m" },
      ],
    ],
    ["GEOADD g 1 0 eq", "geoadd", ["g", {}, { longitude: 1, latitude: 0, member: "eq" }]],
    [
      "GEOSEARCH g FROMMEMBER m BYBOX 4 5 km desc WITHDIST COUNT 3 ANY",
      "geosearch",
      [
        "g",
        { type: "FROMMEMBER", member: "m" },
        { type: "BYBOX", rect: { width: 4, height: 5 }, rectType: "km" },
        "desc",
        { withDist: true, count: { limit: 3, any: true } },
      ],
    ],
    ["COPY a b REPLACE", "copy", ["a", "b", { replace: true }]],
    ["EXPIRE k 10 nx", "expire", ["k", 10, "NX"]],
    ["SCAN 0 TYPE hash", "scan", ["0", { type: "hash" }]],
    ["FLUSHALL ASYNC", "flushall", [[{ async: true }]]],
    ["FLUSHDB ASYNC", "flushdb", [{ async: true }]],
    ["PING", "ping", []],
    ["PING hello", "ping", [["hello"]]],
    ["EVAL s 1 k a b", "eval", ["s", ["k"], ["a", "b"]]],
    ["EVALSHA_RO s 0", "evalshaRo", ["s", [], []]],
    ["SCRIPT EXISTS a b", "scriptExists", ["a", "b"]],
    ["Script Flush SYNC", "scriptFlush", [{ sync: true }]],
    ["FCALL f 0 a", "functions.call", ["f", [], ["a"]]],
    ["FUNCTION LOAD REPLACE c", "functions.load", [{ replace: true, code: "c" }]],
    [
      "FUNCTION LIST WITHCODE LIBRARYNAME l*",
      "functions.list",
      [{ withCode: true, libraryName: "l*" }],
    ],
  ])("writes %s as %s(...%j)", (command, method, args) => {
    expect(clientCall(command.split(" "))).toEqual({ method, args });
  });

  it.each([
    // Not in the client.
    "OBJECT ENCODING k",
    "RPOPLPUSH a b",
    "constructor",
    "",
    // Malformed.
    "GET",
    "GET a b",
    "HSET h f",
    "SET k v EX",
    "SET k v FOO",
    "LMPOP 3 a LEFT",
    "LMPOP 1 a UP",
    "ZADD z NX",
    // More than the client can say.
    "SET k v NX XX",
    "SET k v EX 1 PX 1",
    "SET k v NX NX",
    "GEOSEARCH g FROMMEMBER m BYRADIUS 1 km",
    "GEOSEARCH g BYRADIUS 1 km FROMMEMBER m ASC",
    "BITFIELD k GET u4 0",
    "COPY a b DB 1",
    "EXPIRE k 10 XX GT",
    "FLUSHALL SYNC",
    "SCAN 0 MATCH a MATCH b",
    "ZRANK z a WITHSCORE",
    "EVAL s 2 k",
    "EVAL s -1",
    "FUNCTION FLUSH ASYNC",
    // Numbers that would be sent in other digits.
    "SETEX k 007 v",
    "INCRBY k +5",
    "INCRBY k -0",
    "INCRBY k 9007199254740993",
    "INCRBYFLOAT k 1e3",
    "INCRBYFLOAT k 1.50",
    "ZADD z inf a",
    "ZADD z 1 a 1.0 b",
    // Objects that would lose or sort their fields.
    "HSET h f 1 f 2",
    "MSET b 1 2 2",
    // What the client takes for absent.
    "EXPIRE k 0",
    "LMPOP 1 a LEFT COUNT 0",
  ])("has no call for %s", (command) => {
    expect(clientCall(command.split(" "))).toBeUndefined();
  });

  it("has no call for empty words that the client leaves out", () => {
    expect(clientCall(["EXPIRE", "", "10"])).toBeUndefined();
    expect(clientCall(["SCAN", "0", "MATCH", ""])).toBeUndefined();
  });

  it("keeps fields that are special in objects", async () => {
    expect(clientCall(["HSET", "h", "7", "a"])).toEqual({
      method: "hset",
      args: ["h", { 7: "a" }],
    });
    expect(await sent(["HSET", "h", "__proto__", "a", "toString", "b"])).toEqual([
      "hset",
      "h",
      "__proto__",
      "a",
      "toString",
      "b",
    ]);
  });

  it("has calls for all commands that are methods of the client, but for those that mean something else there", () => {
    const client = new Redis({}, createEmulator());
    const written = new Set(argvs.map(([name = ""]) => lowerAscii(name)));
    const missing = [...commandTable.keys()].filter(
      (name) => clientMethod(client, name) !== undefined && !written.has(name),
    );
    expect(missing).toEqual(["bitfield", "exec", "multi", "psubscribe", "subscribe"]);
  });
});

const wires: readonly Argv[] = methods
  .flatMap(({ examples }): readonly object[] => examples)
  .map((example) => ("wire" in example && Array.isArray(example.wire) ? example.wire : []))
  .map((wire) => wire.map(String))
  .filter(([name = ""]) => commandTable.has(lowerAscii(name)));

/** What the client sends for `expire("k", 0)`; no call is meant to send it. */
const malformed = JSON.stringify(["expire", "k"]);

/** A chain of calls that ends in `exec()`, which is no call of a method, and which clients that pipeline by themselves can not make. */
const CHAINED = /^bitfield$/i;

const argvs: readonly Argv[] = wires.filter(
  (wire) => JSON.stringify(wire) !== malformed && !CHAINED.test(wire[0] ?? ""),
);

describe("the client", () => {
  it.each(argvs.map((argv) => ({ argv })))("sends $argv again", async ({ argv }) => {
    expect((await sent(argv))?.map(lowerAscii)).toEqual(argv.map(lowerAscii));
  });

  it("sends the same command whatever its words are", async () => {
    let calls = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...argvs),
        fc.array(edit, { maxLength: 5 }),
        async (argv, edits) => {
          const edited = edits.reduce<Argv>((words, change) => change(words), argv);
          const wire = await sent(edited);
          if (wire === undefined) return;
          calls++;
          expect(folded(wire)).toEqual(folded(edited));
          expect(effect(wire)).toEqual(effect(edited));
        },
      ),
      { numRuns: 3000 },
    );
    expect(calls).toBeGreaterThan(500);
  });
});

/** A word taken out, put in or replaced, anywhere after the name. */
const edit = fc
  .record({
    at: fc.nat({ max: 8 }),
    removed: fc.integer({ min: 0, max: 2 }),
    word: fc.option(
      fc.oneof(
        fc.constantFrom(
          "",
          ..."t h l s z a b f * 0 1 2 -1 1.5 007 -0 1e3 (1 [a - + -inf".split(" "),
        ),
        fc.constantFrom(...new Set(argvs.flatMap((argv) => argv.slice(2)))),
      ),
    ),
  })
  .map(({ at, removed, word }) => ([name = "", ...words]: Argv): Argv => [
    name,
    ...words.toSpliced(at, removed, ...(word === null ? [] : [word])),
  ]);
