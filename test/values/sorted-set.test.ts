import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytes, type ByteString } from "../../src/bytes.js";
import {
  SortedSet,
  type LexBound,
  type RankRange,
  type ScoreBound,
} from "../../src/values/sorted-set.js";

const names = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 3 }).map(bytes);
const scores = fc.constantFrom(-Infinity, -1, 0, 1, 2, 3.5, Infinity);
const scoreBounds = fc.record({ value: scores, exclusive: fc.boolean() });
const lexBounds: fc.Arbitrary<LexBound> = fc.oneof(
  fc.constantFrom("-" as const, "+" as const),
  fc.record({ member: names, exclusive: fc.boolean() }),
);

function setOf(entries: Iterable<readonly [ByteString, number]>): SortedSet {
  const set = new SortedSet();
  for (const [member, score] of entries) set.set(member, score);
  return set;
}

/** `size` members, all of score 0 where `score` is not given. */
function numbered(size: number, score = (_rank: number) => 0): SortedSet {
  return setOf(Array.from({ length: size }, (_, rank) => [name(rank), score(rank)] as const));
}

function name(rank: number): ByteString {
  return bytes(`m${String(rank).padStart(5, "0")}`);
}

function entriesOf(set: SortedSet, range: RankRange = [0, set.size]): [ByteString, number][] {
  const found: [ByteString, number][] = [];
  set.forEach(range, (member, score) => found.push([member, score]));
  return found;
}

/** What a change from an old score to a new one, or to none, answers. */
function expectedResult(old: number | undefined, score: number | undefined): boolean | string {
  if (score === undefined) return old !== undefined;
  if (old === undefined) return "added";
  return old === score ? "same" : "updated";
}

function ordered(model: ReadonlyMap<ByteString, number>): [ByteString, number][] {
  return [...model].sort(([a, scoreA], [b, scoreB]) => {
    if (scoreA !== scoreB) return scoreA < scoreB ? -1 : 1;
    return a < b ? -1 : 1;
  });
}

function between(score: number, min: ScoreBound, max: ScoreBound): boolean {
  const above = min.exclusive ? score > min.value : score >= min.value;
  return above && (max.exclusive ? score < max.value : score <= max.value);
}

function betweenLex(member: ByteString, min: LexBound, max: LexBound): boolean {
  if (min === "+" || max === "-") return false;
  const above = min === "-" || (min.exclusive ? member > min.member : member >= min.member);
  return above && (max === "+" || (max.exclusive ? member < max.member : member <= max.member));
}

describe("SortedSet", () => {
  it("holds what a Map sorted by score and member holds", () => {
    const steps = fc.array(fc.tuple(names, fc.option(scores, { nil: undefined })), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(steps, (list) => {
        const set = new SortedSet();
        const model = new Map<ByteString, number>();
        for (const [member, score] of list) {
          const old = model.get(member);
          const result = score === undefined ? set.delete(member) : set.set(member, score);
          expect(result).toBe(expectedResult(old, score));
          if (score === undefined) model.delete(member);
          else model.set(member, score);
        }
        const expected = ordered(model);
        expect(entriesOf(set)).toEqual(expected);
        for (const [rank, [member, score]] of expected.entries()) {
          expect([set.rank(member), set.score(member), set.at(rank)]).toEqual([
            rank,
            score,
            member,
          ]);
        }
      }),
    );
  });

  it("gives the ranks of exactly the members between two scores", () => {
    fc.assert(
      fc.property(fc.dictionary(names, scores), scoreBounds, scoreBounds, (entries, min, max) => {
        const model = new Map(Object.entries(entries).map(([key, score]) => [bytes(key), score]));
        const set = setOf(model);
        const expected = ordered(model).filter(([, score]) => between(score, min, max));
        expect(entriesOf(set, set.scoreRange(min, max))).toEqual(expected);
      }),
    );
  });

  it.each(["listpack", "skiplist"])(
    "gives the ranks of exactly the members between two members (%s)",
    (encoding) => {
      fc.assert(
        fc.property(fc.uniqueArray(names), lexBounds, lexBounds, (members, min, max) => {
          const set = new SortedSet();
          set.prepareFor(encoding === "skiplist" ? 129 : 0);
          for (const member of members) set.set(member, 7);
          const expected = members.filter((member) => betweenLex(member, min, max)).sort();
          expect(entriesOf(set, set.lexRange(min, max)).map(([member]) => member)).toEqual(
            expected,
          );
        }),
      );
    },
  );

  it("deletes a range of ranks and forgets its scores", () => {
    const set = numbered(1000, (rank) => rank);
    expect(set.deleteRange([10, 990])).toBe(980);
    expect(set.deleteRange([20, 30])).toBe(0);
    expect([set.size, set.score(name(10)), set.rank(name(990))]).toEqual([20, undefined, 10]);
  });

  it("has no rank, score or member outside", () => {
    const set = numbered(3);
    expect([set.rank(bytes("x")), set.score(bytes("x")), set.at(3), set.at(-1)]).toEqual(
      Array.from({ length: 4 }),
    );
    expect(set.delete(bytes("x"))).toBe(false);
  });

  it("visits descending what it visits ascending, the other way round", () => {
    const set = numbered(500, (rank) => rank % 7);
    const found: [ByteString, number][] = [];
    set.forEachReverse([100, 400], (member, score) => found.push([member, score]));
    expect(found.reverse()).toEqual(entriesOf(set, [100, 400]));
  });

  it("is a listpack up to 128 members of up to 64 bytes", () => {
    expect(numbered(128).encoding).toBe("listpack");
    expect(numbered(129).encoding).toBe("skiplist");
    expect(setOf([[bytes("y".repeat(64)), 1]]).encoding).toBe("listpack");
    expect(setOf([[bytes("y".repeat(65)), 1]]).encoding).toBe("skiplist");
  });

  it("stays a skiplist when it shrinks", () => {
    const set = numbered(129);
    set.deleteRange([5, 129]);
    expect(set.encoding).toBe("skiplist");
  });

  it("becomes a skiplist for a command with more than 128 members, though they repeat", () => {
    const set = new SortedSet();
    set.prepareFor(129);
    set.set(bytes("a"), 1);
    expect(set.encoding).toBe("skiplist");
  });

  it("loses the sign of -0 in a listpack and keeps it in a skiplist", () => {
    const set = setOf([[bytes("a"), -0]]);
    expect(set.score(bytes("a"))).toBe(0);
    const long = bytes("y".repeat(65));
    set.set(long, -0);
    expect([set.score(bytes("a")), set.score(long)]).toEqual([0, -0]);
    const full = numbered(128, (rank) => rank + 1);
    full.set(bytes("last"), -0);
    expect(full.score(bytes("last"))).toBe(-0);
  });

  it("scans a listpack at once, in the order of scores", () => {
    const found: string[] = [];
    const set = setOf([
      [bytes("b"), 2],
      [bytes("c"), 1],
      [bytes("d"), 0],
    ]);
    expect(set.scan(0, 1, (member, score) => found.push(`${score}${member}`))).toBe(0);
    expect(found).toEqual(["0d", "1c", "2b"]);
  });

  it("scans every member of a skiplist that stays, whatever else is deleted", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(299), { maxLength: 60 }), (gone) => {
        const set = numbered(300);
        const deletes = [...gone];
        const found = new Set<ByteString>();
        let cursor = 0;
        do {
          cursor = set.scan(cursor, 10, (member) => found.add(member));
          for (const rank of deletes.splice(0, 3)) set.delete(name(rank));
        } while (cursor !== 0);
        for (const [member] of entriesOf(set)) expect(found).toContain(member);
      }),
    );
  });

  it.each([3, 300])("clones %i members into a set of its own", (size) => {
    const set = numbered(size, (rank) => rank);
    const copy = set.clone();
    expect(copy.encoding).toBe(set.encoding);
    set.set(name(0), 1000);
    set.delete(name(1));
    expect([copy.size, copy.score(name(0)), copy.rank(name(1)), copy.rank(name(2))]).toEqual([
      size,
      0,
      1,
      2,
    ]);
  });
});
