/** Data that people write: what each form becomes, and what wrong ones are told. */
import * as fc from "fast-check";
import { bytes, createEmulator, diff, manualClock, type Emulator } from "kv-emulator";
import { seed } from "kv-emulator/node";
import { describe, expect, it } from "vitest";
import { familyNames, isFamily } from "../../src/conformance/families.js";
import { sequences } from "../../src/conformance/sequences.js";

function seeded(data: unknown): Emulator {
  const emulator = createEmulator({ clock: manualClock("2026-01-01") });
  seed(emulator, data);
  return emulator;
}

describe("seed", () => {
  it("takes text and numbers for strings, arrays for lists, objects for hashes", () => {
    const { call } = bound({
      greeting: "hällo",
      visits: 42,
      isOpen: true,
      queue: ["first", 2, { a: 1 }],
      "user:1": { name: "Ada", langs: ["en"] },
    });
    expect(call("MGET", "greeting", "visits", "isOpen")).toEqual(["hällo", "42", "true"]);
    expect(call("LRANGE", "queue", 0, -1)).toEqual(["first", "2", '{"a":1}']);
    expect(call("HGETALL", "user:1")).toEqual(["name", "Ada", "langs", '["en"]']);
  });

  it("takes what else there is with its type", () => {
    const { call } = bound({
      cached: { $type: "string", value: { id: 7 } },
      tags: { $type: "set", value: ["a", "b"] },
      board: { $type: "zset", value: { ada: 1.5, grace: "inf" } },
      events: { $type: "stream", value: [{ $id: "1-1", kind: "login" }, { kind: "logout" }] },
      cities: { $type: "geo", value: { Palermo: [13.361389, 38.115556] } },
      doc: { $type: "json", value: { a: [1, null] } },
      visitors: { $type: "hyperloglog", value: ["ada", "grace", "ada"] },
      odd: { $type: "hash", value: { $type: "x" } },
    });
    expect(call("GET", "cached")).toBe('{"id":7}');
    expect(call("SISMEMBER", "tags", "b")).toBe(1);
    expect(call("ZRANGE", "board", 0, -1, "WITHSCORES")).toEqual(["ada", "1.5", "grace", "inf"]);
    expect(call("XRANGE", "events", "-", "+")).toEqual([
      ["1-1", ["kind", "login"]],
      ["1767225600000-0", ["kind", "logout"]],
    ]);
    expect(call("GEOHASH", "cities", "Palermo")).toEqual(["sqc8b49rny0"]);
    expect(call("JSON.GET", "doc", "$.a")).toBe("[[1,null]]");
    expect(call("PFCOUNT", "visitors")).toBe(2);
    expect(call("HGET", "odd", "$type")).toBe("x");
  });

  it("lets keys of every type die", () => {
    const { call } = bound({
      session: { value: "text", $ttl: "1h30m" },
      board: { $type: "zset", value: { ada: 1 }, $ttl: "250ms" },
    });
    expect(call("PTTL", "session")).toBe(5_400_000);
    expect(call("PTTL", "board")).toBe(250);
  });

  it("replaces what is at its keys and nothing else", () => {
    const emulator = seeded({ a: ["1"], b: "2" });
    seed(emulator, { a: ["3"] });
    expect(emulator.call("LRANGE", "a", 0, -1)).toEqual(["3"]);
    expect(emulator.call("GET", "b")).toBe("2");
  });

  it.each([
    [[], 'the data has to be an object of keys and values, such as { "key": "value" }'],
    [{ k: null }, 'k: null is no value; leave it out, or write ""'],
    [{ queue: [] }, "queue: Redis keeps nothing that is empty; leave the key out"],
    [{ "user:1": { tags: null } }, '["user:1"].tags: null is no value; leave it out, or write ""'],
    [
      { a: { $type: "sets", value: [] } },
      'a.$type: "sets" is no type; write one of string, list, set, hash, zset, geo, stream, json, dump, hyperloglog',
    ],
    [
      { a: { $type: "toString", value: [] } },
      'a.$type: "toString" is no type; write one of string, list, set, hash, zset, geo, stream, json, dump, hyperloglog',
    ],
    [{ a: { $type: "set" } }, 'a: value is missing; write { …, "value": … }'],
    [{ a: { $type: "set", value: "x" } }, 'a.value: "x" is no array; write [ … ]'],
    [
      { a: { $type: "zset", value: ["ada"] } },
      'a.value: ["ada"] is no object; write { "member": 1 }',
    ],
    [
      { board: { $type: "zset", value: { ada: "x" } } },
      'board.value.ada: "x" is no score; write a number, "inf" or "-inf"',
    ],
    [
      { a: { $ttl: 60, value: "x" } },
      'a.$ttl: 60 is no time to live; write text such as "30s", "15m", "1h30m" or "7d"',
    ],
    [
      { a: { $ttl: "0s", value: "x" } },
      'a.$ttl: "0s" is no time to live; write text such as "30s", "15m", "1h30m" or "7d"',
    ],
    [
      { a: { $tll: "1s", value: "x" } },
      'a.$tll: only $type, $ttl, $fieldTtl and value may stand here; a hash is { "$type": "hash", "value": { … } }',
    ],
    [
      { a: { $type: "geo", value: { b: [1] } } },
      "a.value.b: [1] is no place; write [longitude, latitude]",
    ],
    [
      { a: { $type: "stream", value: ["b"] } },
      'a.value[0]: "b" is no entry; write { "field": "value" }',
    ],
    [{ a: ["x", 2 ** 60] }, "a[1]: so large a number loses digits in JSON; write it in quotes"],
    [
      { a: { $type: "geo", value: { b: [200, 0] } } },
      "a: Redis refuses it: ERR invalid longitude,latitude pair 200.000000,0.000000",
    ],
  ])("tells of %j where and how to mend it", (data, message) => {
    expect(() => seeded(data)).toThrow(new TypeError(message));
  });

  it("sets nothing where anything is written wrongly", () => {
    const emulator = createEmulator();
    expect(() => seed(emulator, { a: "fine", b: null })).toThrow(TypeError);
    expect(emulator.call("DBSIZE")).toBe(0);
  });
});

function bound(data: unknown): { readonly call: Emulator["call"] } {
  const emulator = seeded(data);
  return { call: (name, ...args) => emulator.call(name, ...args) };
}

/** The bytes of a reply. */
function stringReply(emulator: Emulator, ...words: readonly string[]): string {
  const reply = emulator.execute(emulator.createSession(), words.map(bytes));
  if (typeof reply !== "string") throw new TypeError(`${words.join(" ")} answers with no string`);
  return reply;
}

describe("emulator.seed", () => {
  it("takes bytes, times of fields, payloads of DUMP and documents as their own text", () => {
    const emulator = createEmulator({ clock: manualClock("2026-01-01") });
    const other = createEmulator();
    other.call("RPUSH", "list", "a", "b");
    const payload = stringReply(other, "DUMP", "list");
    emulator.seed({
      "$base64:/w==": "$base64:AAE=",
      user: { $type: "hash", value: { name: "Ada", age: "36" }, $fieldTtl: { name: "15m" } },
      list: { $type: "dump", value: `$base64:${btoa(payload)}` },
      doc: { $type: "json", value: '$json:{"price":1.0}' },
    });
    const get = ["GET", "\xff"].map(bytes);
    expect(emulator.execute(emulator.createSession(), get)).toBe("\0\x01");
    expect(emulator.call("HPTTL", "user", "FIELDS", 2, "name", "age")).toEqual([900_000, -1]);
    expect(emulator.call("LRANGE", "list", 0, -1)).toEqual(["a", "b"]);
    expect(emulator.call("JSON.GET", "doc")).toBe('{"price":1.0}');
  });

  it.each([
    [{ a: "$base64:é" }, 'a: "$base64:é": what stands behind $base64: is no base64'],
    [
      { a: { $type: "set", value: ["x"], $fieldTtl: { x: "1s" } } },
      "a.$fieldTtl: only fields of a hash have a time to live, and this is a set",
    ],
    [
      { a: { value: { f: "x" }, $fieldTtl: { f: 5 } } },
      'a.$fieldTtl.f: 5 is no time to live; write text such as "30s", "15m", "1h30m" or "7d"',
    ],
  ])("tells what is wrong with %j", (data, message) => {
    expect(() => createEmulator().seed(data)).toThrow(new TypeError(message));
  });
});

describe("emulator.toJSON", () => {
  it("writes what is there in the plainest form", () => {
    const data = {
      board: { $type: "zset", value: { ada: 1.5, bob: "-inf" } },
      bytes: "$base64:AAH/",
      cached: { value: "x", $ttl: "1d1h1m1s1ms" },
      doc: { $type: "json", value: { a: [1, null, "x"] } },
      events: { $type: "stream", value: [{ $id: "1-1", kind: "login" }] },
      float: { $type: "json", value: "$json:[1.0]" },
      odd: { $type: "hash", value: { $type: "x" } },
      prefixed: "$base64:JGJhc2U2NDo=",
      queue: ["a", "b"],
      tags: { $type: "set", value: ["a", "b"] },
      text: "hällo",
      user: { $type: "hash", value: { name: "Ada" }, $fieldTtl: { name: "15m" }, $ttl: "1h" },
      "user:1": { name: "Ada", age: "36" },
    };
    const emulator = createEmulator({ clock: manualClock("2026-01-01") });
    emulator.seed(data);
    expect(JSON.parse(JSON.stringify(emulator))).toEqual(data);
    expect(Object.keys(emulator.toJSON())).toEqual(Object.keys(data));
  });

  it("gives back what seed makes the same database of, whatever was done to it", () => {
    const options = {
      families: familyNames.filter(isFamily),
      length: 40,
      sessions: false,
      pauses: 0.02,
      textOnly: false,
      timing: { short: [40], wait: [80] },
    };
    let keys = 0;
    const law = fc.property(sequences(options), (sequence) => {
      const clock = manualClock("2026-01-01");
      const emulator = createEmulator({ clock });
      const session = emulator.createSession();
      for (const step of sequence) {
        if ("wait" in step) clock.advance(step.wait);
        else emulator.execute(session, step.argv);
      }
      const copy = createEmulator({ clock });
      const json: unknown = JSON.parse(JSON.stringify(emulator));
      copy.seed(json);
      keys += Object.keys(copy.toJSON()).length;
      session.database = 0;
      for (const database of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]) {
        emulator.execute(session, ["SELECT", String(database)].map(bytes));
        emulator.execute(session, ["FLUSHDB"].map(bytes));
      }
      expect(String(diff(emulator, copy))).toBe("no difference");
      expect(copy.dump()).toBe(emulator.dump());
    });
    fc.assert(law, { numRuns: Number(process.env["SEED_RUNS"] ?? 500), seed: 1 });
    expect(keys).toBeGreaterThan(500);
  });
});
