import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytes, type ByteString } from "../../src/bytes.js";
import { seededRandom } from "../../src/random.js";
import { SetValue } from "../../src/values/set.js";

function setOf(...members: readonly (string | number)[]): SetValue {
  const set = new SetValue();
  for (const member of members) set.add(bytes(String(member)));
  return set;
}

function upTo(size: number): number[] {
  return Array.from({ length: size }, (_, number) => number);
}

function numbered(size: number): SetValue {
  return setOf(...upTo(size).map((number) => `m${number}`));
}

function afterPreparing(set: SetValue, count: number, first: string): string {
  set.prepareFor(count, bytes(first));
  set.add(bytes(first));
  return set.encoding;
}

function scanAll(set: SetValue, count: number): ByteString[] {
  const found: ByteString[] = [];
  let cursor = 0;
  do cursor = set.scan(cursor, count, (member) => found.push(member));
  while (cursor !== 0);
  return found;
}

const names = fc.constantFrom("a", "b", "1", "-1", "01", "-0", "22", "x".repeat(65)).map(bytes);

describe("SetValue", () => {
  it("holds what a Set holds", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), names), { maxLength: 60 }), (steps) => {
        const set = new SetValue();
        const model = new Set<ByteString>();
        for (const [adds, member] of steps) {
          const changed = adds ? set.add(member) : set.delete(member);
          expect(changed).toBe(adds !== model.has(member));
          if (adds) model.add(member);
          else model.delete(member);
        }
        expect(set.size).toBe(model.size);
        expect(set.members().toSorted()).toEqual([...model].sort());
        for (const member of model) expect(set.has(member)).toBe(true);
      }),
    );
  });

  it("has the integers of an intset in numeric order", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { maxLength: 100 }),
        (integers) => {
          const set = setOf(...integers.map(String));
          const expected = integers.toSorted((a, b) => (a < b ? -1 : 1)).map(String);
          expect(set.encoding).toBe("intset");
          expect(set.members()).toEqual(expected);
          expect(scanAll(set, 1)).toEqual(expected);
        },
      ),
    );
  });

  it("takes only canonical 64-bit integers for integers", () => {
    expect(setOf("9223372036854775807", "-9223372036854775808", "0", "-1").encoding).toBe("intset");
    for (const text of [
      "9223372036854775808",
      "-9223372036854775809",
      "-0",
      "01",
      "+1",
      "1.0",
      " 1",
      "",
      "-",
    ]) {
      expect([text, setOf(text).encoding]).toEqual([text, "listpack"]);
    }
  });

  it("is an intset up to 512 integers, then a hashtable", () => {
    expect(setOf(...upTo(512)).encoding).toBe("intset");
    expect(setOf(...upTo(513)).encoding).toBe("hashtable");
  });

  it("is a listpack in the order of insertion up to 128 members of up to 64 bytes", () => {
    expect(setOf("b", "a", "1", "c").members()).toEqual(["b", "a", "1", "c"]);
    expect(numbered(128).encoding).toBe("listpack");
    expect(numbered(129).encoding).toBe("hashtable");
    expect(setOf("a", "y".repeat(64)).encoding).toBe("listpack");
    expect(setOf("a", "y".repeat(65)).encoding).toBe("hashtable");
  });

  it("turns an intset into a listpack behind its sorted integers, a hashtable from 128 integers or for a long member", () => {
    const set = setOf(3, 1, 2, "x", 0);
    expect([set.encoding, set.members()]).toEqual(["listpack", ["1", "2", "3", "x", "0"]]);
    expect(setOf(...upTo(127), "x").encoding).toBe("listpack");
    expect(setOf(...upTo(128), "x").encoding).toBe("hashtable");
    expect(setOf(1, "y".repeat(65)).encoding).toBe("hashtable");
  });

  it("never goes back when members are deleted", () => {
    const set = setOf(1, "x");
    set.delete(bytes("x"));
    expect(set.encoding).toBe("listpack");
    const large = setOf(...upTo(513));
    for (const number of upTo(510)) large.delete(bytes(String(number)));
    expect(large.encoding).toBe("hashtable");
  });

  it("converts for a command with many members, though they repeat", () => {
    expect(afterPreparing(new SetValue(), 128, "a")).toBe("listpack");
    expect(afterPreparing(new SetValue(), 129, "a")).toBe("hashtable");
    expect(afterPreparing(new SetValue(), 512, "1")).toBe("intset");
    expect(afterPreparing(new SetValue(), 513, "1")).toBe("hashtable");
    expect(afterPreparing(setOf("x"), 129, "x")).toBe("hashtable");
    expect(afterPreparing(setOf("1"), 512, "1")).toBe("intset");
  });

  it("repacks a hashtable that fits a listpack, integers or not", () => {
    const set = setOf("x", ...upTo(200));
    set.repack();
    expect(set.encoding).toBe("hashtable");
    set.delete(bytes("x"));
    for (const number of upTo(190)) set.delete(bytes(String(number)));
    set.repack();
    expect([set.encoding, set.size, set.has(bytes("195"))]).toEqual(["listpack", 10, true]);
    const long = setOf("y".repeat(65));
    long.repack();
    expect(long.encoding).toBe("hashtable");
  });

  it("scans a small set at once, a hashtable in steps and each member once where nothing changes", () => {
    const found: ByteString[] = [];
    expect(numbered(100).scan(0, 10, (member) => found.push(member))).toBe(0);
    expect(found).toHaveLength(100);
    expect(scanAll(numbered(600), 10).sort()).toEqual(numbered(600).members().toSorted());
  });

  it.each([setOf(1, 2, 3), setOf("a", "b"), numbered(300)])(
    "picks random members from all (%#)",
    (set) => {
      const random = seededRandom(1);
      const picks = Array.from({ length: 20 * set.size }, () => set.randomMember(random));
      expect(new Set(picks)).toEqual(new Set(set.members()));
      expect(new SetValue().randomMember(random)).toBeUndefined();
    },
  );

  it.each([setOf(3, 1, 2), setOf("b", "a"), numbered(300)])(
    "clones into a set of its own (%#)",
    (set) => {
      const members = [...set.members()];
      const copy = set.clone();
      set.add(bytes("new"));
      for (const member of members) set.delete(member);
      expect([copy.members(), copy.size]).toEqual([members, members.length]);
      expect(setOf(3, 1, 2).clone().encoding).toBe("intset");
    },
  );
});
