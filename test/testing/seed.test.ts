/** Data that people write: what each form becomes, and what wrong ones are told. */
import { createEmulator, manualClock, type Emulator } from "kv-emulator";
import { seed } from "kv-emulator/node";
import { describe, expect, it } from "vitest";

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
