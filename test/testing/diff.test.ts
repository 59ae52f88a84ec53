/** What `diff` tells of every type, exactly, and how it reads. */
import { createEmulator, diff, manualClock, type Change, type Emulator } from "kv-emulator";
import { describe, expect, it } from "vitest";

type Call = readonly [name: string, ...args: (string | number | Uint8Array)[]];

function emulatorWith(calls: readonly Call[] = []): Emulator {
  const emulator = createEmulator({ clock: manualClock("2026-01-01"), seed: 1 });
  run(emulator, calls);
  return emulator;
}

function run(emulator: Emulator, calls: readonly Call[]): void {
  for (const [name, ...args] of calls) emulator.call(name, ...args);
}

interface Fact {
  readonly of: string;
  readonly before: readonly Call[];
  readonly after: readonly Call[];
  readonly changes: readonly (readonly [
    at: string,
    before: string | undefined,
    after: string | undefined,
  ])[];
}

const none = undefined;

const FACTS: readonly Fact[] = [
  {
    of: "a string",
    before: [["SET", "k", "a"]],
    after: [["APPEND", "k", "é"]],
    changes: [["value", '"a"', '"aé"']],
  },
  {
    of: "bytes",
    before: [["SET", "k", "a"]],
    after: [["SET", "k", new Uint8Array([0, 255])]],
    changes: [["value", '"a"', String.raw`"\x00\xff"`]],
  },
  {
    of: "a bit",
    before: [["SETBIT", "k", 1, 1]],
    after: [["SETBIT", "k", 7, 1]],
    changes: [["value", '"@"', '"A"']],
  },
  {
    of: "a hash",
    before: [["HSET", "k", "a", "1", "b", "2", "gone field", "3"]],
    after: [
      ["HSET", "k", "a", "0", "new", "4"],
      ["HDEL", "k", "gone field"],
      ["HPEXPIRE", "k", 1500, "FIELDS", 1, "b"],
    ],
    changes: [
      ["a", '"1"', '"0"'],
      ["b", '"2"', '"2", expires 2026-01-01T00:00:01.500Z'],
      ['"gone field"', '"3"', none],
      ["new", none, '"4"'],
    ],
  },
  {
    of: "a set",
    before: [["SADD", "k", "a", "b"]],
    after: [
      ["SREM", "k", "a"],
      ["SADD", "k", "c"],
    ],
    changes: [
      ["a", "", none],
      ["c", none, ""],
    ],
  },
  {
    of: "a sorted set",
    before: [["ZADD", "k", 1, "ada", 2, "bob"]],
    after: [["ZADD", "k", "1.5", "ada", "+inf", "eve"]],
    changes: [
      ["ada", "1", "1.5"],
      ["eve", none, "inf"],
    ],
  },
  {
    of: "a list that was added to at its head",
    before: [["RPUSH", "k", "a", "b"]],
    after: [["LPUSH", "k", "z"]],
    changes: [["[0]", none, '"z"']],
  },
  {
    of: "a list in its middle",
    before: [["RPUSH", "k", "a", "b", "c", "d"]],
    after: [
      ["LSET", "k", 1, "x"],
      ["LREM", "k", 1, "c"],
    ],
    changes: [
      ["[1]", '"b"', '"x"'],
      ["[2]", '"c"', none],
    ],
  },
  {
    of: "a stream",
    before: [
      ["XADD", "k", "1-1", "kind", "login"],
      ["XADD", "k", "2-1", "kind", "logout"],
    ],
    after: [
      ["XDEL", "k", "1-1"],
      ["XADD", "k", "3-1", "kind", "a b", "n", 1],
    ],
    changes: [
      ["1-1", 'kind "login"', none],
      ["3-1", none, 'kind "a b", n "1"'],
    ],
  },
  {
    of: "a consumer group",
    before: [
      ["XADD", "k", "1-1", "a", "b"],
      ["XGROUP", "CREATE", "k", "g", 0],
    ],
    after: [["XREADGROUP", "GROUP", "g", "c", "STREAMS", "k", ">"]],
    changes: [
      ["group g", "last delivered 0-0", "last delivered 1-1"],
      ["group g, consumer c", none, "pending 1-1 (1x)"],
    ],
  },
  {
    of: "a JSON document",
    before: [["JSON.SET", "k", "$", '{"a":{"b":[1,2.0]},"c d":null}']],
    after: [
      ["JSON.SET", "k", "$.a.b[1]", "2"],
      ["JSON.DEL", "k", '$["c d"]'],
      ["JSON.SET", "k", "$.e", "{}"],
    ],
    changes: [
      ["$.a.b[1]", "2.0", "2"],
      ['$["c d"]', "null", none],
      ["$.e", none, "{}"],
    ],
  },
  {
    of: "a deadline",
    before: [["SET", "k", "a"]],
    after: [["PEXPIRE", "k", 60_000]],
    changes: [["expires", none, "2026-01-01T00:01:00.000Z"]],
  },
  {
    of: "a type",
    before: [["SET", "k", "a"]],
    after: [
      ["DEL", "k"],
      ["RPUSH", "k", 1, 2, 3, 4, 5, 6, 7],
    ],
    changes: [["type", 'string "a"', 'list "1", "2", "3", "4", "5", and 2 more']],
  },
];

describe("diff", () => {
  it.each(FACTS)("tells of $of what has changed, and the other way round", (fact) => {
    const emulator = emulatorWith(fact.before);
    const before = emulator.snapshot();
    run(emulator, fact.after);
    const changes = fact.changes.map(([at, old, present]) => ({ at, before: old, after: present }));
    const difference = diff(before, emulator);
    expect(difference).toMatchObject({
      appeared: [],
      vanished: [],
      changed: [{ key: "k", changes }],
    });
    const [back] = diff(emulator, before).changed;
    expect(
      sorted(back?.changes.map(({ at, before, after }) => ({ at, before: after, after: before }))),
    ).toEqual(sorted(changes));
    expect(diff(emulatorWith(fact.before), emulator).changed).toEqual(difference.changed);
  });

  it("tells which keys came and went, in any database", () => {
    const emulator = emulatorWith([
      ["SET", "a", 1],
      ["SET", "b", 1],
    ]);
    const before = emulator.snapshot();
    run(emulator, [
      ["DEL", "a"],
      ["SET", "a key", 1],
      ["SELECT", 2],
      ["SET", "c", 1],
    ]);
    expect(diff(before, emulator)).toMatchObject({
      appeared: ['"a key"', "[2] c"],
      vanished: ["a"],
      changed: [],
    });
  });

  it("finds none where all is as it was, wherever the keys stand and however often they changed", () => {
    const calls: readonly Call[] = [
      ["SET", "a", 1],
      ["SADD", "s", "x", "y"],
      ["SET", "b", 1],
    ];
    const emulator = emulatorWith(calls);
    const before = emulator.snapshot();
    run(emulator, [
      ["DEL", "a"],
      ["SET", "a", 1],
      ["SREM", "s", "x"],
      ["SADD", "s", "x"],
    ]);
    const difference = diff(before, emulator);
    expect(difference.isEmpty).toBe(true);
    expect(String(difference)).toBe("no difference");
    expect(diff(emulatorWith(calls), emulator).isEmpty).toBe(true);
  });

  it("looks at snapshots of any age, in any order, and leaves them as they are", () => {
    const emulator = emulatorWith();
    const snapshots = ["a", "b", "c"].map((key) => {
      run(emulator, [
        ["SET", key, 1],
        ["INCR", "n"],
      ]);
      return emulator.snapshot();
    });
    const [first, second, third] = snapshots;
    if (first === undefined || second === undefined || third === undefined) throw new Error();
    run(emulator, [["FLUSHALL"], ["SET", "d", 1]]);
    for (const restored of [undefined, second, first, third]) {
      if (restored !== undefined) emulator.restore(restored);
      expect(String(diff(first, third))).toBe('+ b: string "1"\n+ c: string "1"\n~ n: "1" → "3"');
      expect(String(diff(third, second))).toBe('- c: string "1"\n~ n: "3" → "2"');
    }
    expect(diff(third, emulator).isEmpty).toBe(true);
    expect(diff(emulator.fork(), third).isEmpty).toBe(true);
  });

  it("knows keys whose time is up as gone", () => {
    const clock = manualClock("2026-01-01");
    const emulator = createEmulator({ clock });
    emulator.call("SET", "k", "v", "PX", 10);
    const before = emulator.snapshot();
    clock.advance(10);
    expect(String(diff(before, emulator))).toBe(
      '- k: string "v", expires 2026-01-01T00:00:00.010Z',
    );
  });

  it("reads well", () => {
    const emulator = emulatorWith([
      ["HSET", "user:1", "name", "Ada", "age", 36],
      ["RPUSH", "queue", "first"],
      ["SET", "visits", 1],
    ]);
    const before = emulator.snapshot();
    run(emulator, [
      ["HSET", "user:1", "name", "Grace", "email", "g@x"],
      ["HDEL", "user:1", "age"],
      ["EXPIRE", "user:1", 60],
      ["DEL", "queue"],
      ["INCR", "visits"],
      ["ZADD", "board", 1, "ada"],
      ["EXPIRE", "board", 60],
    ]);
    expect(String(diff(before, emulator))).toBe(
      `
+ board: zset ada: 1, expires 2026-01-01T00:01:00.000Z
- queue: list "first"
~ user:1 (hash)
    - age: "36"
    ~ name: "Ada" → "Grace"
    + email: "g@x"
    + expires: 2026-01-01T00:01:00.000Z
~ visits: "1" → "2"`.trim(),
    );
  });

  it("tells what it can not take", () => {
    expect(() => Reflect.apply(diff, undefined, [emulatorWith(), {}])).toThrow(
      new TypeError(
        "diff(before, after): after is neither an emulator nor a snapshot; pass createEmulator() or emulator.snapshot()",
      ),
    );
  });
});

function sorted(changes: readonly Change[] = []): readonly Change[] {
  return changes.toSorted((a, b) => (a.at < b.at ? -1 : 1));
}
