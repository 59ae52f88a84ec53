import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytes, type ByteString } from "../../src/bytes.js";
import { CountedTree, LAST_MEMBER } from "../../src/values/counted-tree.js";

type Pair = readonly [score: number, member: ByteString];

const scores = fc.constantFrom(-Infinity, -1.5, -0, 0, 1, 2, 2.5, 1e9, Infinity);
const members = fc.string({ unit: fc.constantFrom("a", "b", "\0", "\xff"), maxLength: 3 });
const pairs = fc.tuple(scores, members.map(bytes));

/** Enough pairs for three levels of nodes. */
const LARGE = 6000;

function compare([score, member]: Pair, [otherScore, other]: Pair): number {
  if (score !== otherScore) return score < otherScore ? -1 : 1;
  if (member === other) return 0;
  return member < other ? -1 : 1;
}

function treeOf(list: readonly Pair[]): CountedTree {
  const tree = new CountedTree();
  for (const [score, member] of list) tree.insert(score, member);
  return tree;
}

function inserted(tree: CountedTree, pair: Pair): true {
  tree.insert(...pair);
  return true;
}

function pairsIn(tree: CountedTree, start = 0, end = tree.size): Pair[] {
  const found: Pair[] = [];
  tree.forEach(start, end, (member, score) => found.push([score, member]));
  return found;
}

function numbered(rank: number): Pair {
  return [rank >> 2, bytes(`m${String(rank).padStart(6, "0")}`)];
}

/** The ranks below `size` in an order that jumps about. */
function scattered(size: number): number[] {
  return Array.from({ length: size }, (_, step) => (step * 2741) % size);
}

describe("CountedTree", () => {
  it("holds what a sorted array holds after any inserts and deletes", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), pairs), { maxLength: 300 }), (steps) => {
        const tree = new CountedTree();
        let model: Pair[] = [];
        for (const [adds, pair] of steps) {
          const isThere = model.some((other) => compare(other, pair) === 0);
          if (adds && isThere) continue;
          const changed = adds ? inserted(tree, pair) : tree.delete(...pair);
          expect(changed).toBe(adds !== isThere);
          model = model.filter((other) => compare(other, pair) !== 0);
          if (adds) model = [...model, pair].sort(compare);
        }
        expect(pairsIn(tree)).toEqual(model);
        expect(tree.size).toBe(model.length);
      }),
    );
  });

  it("counts as many pairs before a bound as sort before it", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(pairs, { comparator: (a, b) => compare(a, b) === 0 }),
        pairs,
        (list, bound) => {
          const tree = treeOf(list);
          const [score] = bound;
          expect(tree.countBefore(...bound)).toBe(
            list.filter((pair) => compare(pair, bound) < 0).length,
          );
          expect(tree.countBefore(score, "")).toBe(list.filter(([other]) => other < score).length);
          expect(tree.countBefore(score, LAST_MEMBER)).toBe(
            list.filter(([other]) => other <= score).length,
          );
        },
      ),
    );
  });

  it("takes -0 and 0 for the same score", () => {
    const tree = treeOf([
      [0, bytes("b")],
      [-0, bytes("a")],
      [-0, bytes("c")],
    ]);
    expect(pairsIn(tree).map(([, member]) => member)).toEqual(["a", "b", "c"]);
    expect(tree.delete(0, bytes("c"))).toBe(true);
  });

  it("visits a range of ranks in both directions as a sorted array's slice", () => {
    const tree = treeOf(scattered(LARGE).map(numbered));
    const rank = fc.integer({ min: -5, max: LARGE + 5 });
    fc.assert(
      fc.property(rank, fc.integer({ min: 0, max: 200 }), (start, length) => {
        const expected = [];
        for (let at = Math.max(0, start); at < Math.min(LARGE, start + length); at++)
          expected.push(numbered(at));
        const descending: Pair[] = [];
        tree.forEachReverse(start, start + length, (member, score) =>
          descending.push([score, member]),
        );
        expect(pairsIn(tree, start, start + length)).toEqual(expected);
        expect(descending).toEqual(expected.reverse());
      }),
    );
  });

  it("finds the member of each rank and the rank of each member", () => {
    const tree = treeOf(scattered(LARGE).map(numbered));
    for (let rank = 0; rank < LARGE; rank++) {
      const [score, member] = numbered(rank);
      expect(tree.memberAt(rank)).toBe(member);
      expect(tree.countBefore(score, member)).toBe(rank);
    }
    expect(tree.memberAt(-1)).toBeUndefined();
    expect(tree.memberAt(LARGE)).toBeUndefined();
    expect(new CountedTree().memberAt(0)).toBeUndefined();
  });

  it("deletes a range of ranks as a sorted array's splice, and goes on as if built without it", () => {
    const ranges = fc.array(fc.tuple(fc.nat(LARGE), fc.nat(LARGE)), { maxLength: 8 });
    const all = scattered(LARGE).map(numbered);
    const sorted = all.toSorted(compare);
    fc.assert(
      fc.property(ranges, fc.array(fc.nat(LARGE - 1), { maxLength: 50 }), (cuts, added) => {
        const tree = treeOf(all);
        const model = [...sorted];
        for (const [start, length] of cuts) {
          expect(tree.deleteRange(start, start + length)).toBe(model.splice(start, length).length);
        }
        const there = new Set(model.map(([, member]) => member));
        for (const pair of new Set(added)) {
          const [score, member] = numbered(pair);
          expect(tree.delete(score, member)).toBe(there.has(member));
          tree.insert(score, member);
          if (!there.has(member)) model.push([score, member]);
        }
        expect(pairsIn(tree)).toEqual(model.sort(compare));
        expect(tree.size).toBe(model.length);
      }),
      { numRuns: 30 },
    );
  });

  it("stays in order while it shrinks to nothing and grows again", () => {
    const tree = treeOf(scattered(LARGE).map(numbered));
    for (const rank of scattered(LARGE)) expect(tree.delete(...numbered(rank))).toBe(true);
    expect(tree.size).toBe(0);
    expect(pairsIn(tree)).toEqual([]);
    for (const rank of scattered(LARGE)) tree.insert(...numbered(rank));
    expect(pairsIn(tree)).toEqual(Array.from({ length: LARGE }, (_, rank) => numbered(rank)));
  });

  it("stays in order as a queue: deleted at the low end, filled at the high end", () => {
    const tree = treeOf(Array.from({ length: 500 }, (_, rank) => numbered(rank)));
    for (let step = 0; step < LARGE; step++) {
      tree.delete(...numbered(step));
      tree.insert(...numbered(step + 500));
    }
    expect(pairsIn(tree)).toEqual(Array.from({ length: 500 }, (_, rank) => numbered(rank + LARGE)));
  });

  it("clones into a tree of its own", () => {
    const tree = treeOf(scattered(LARGE).map(numbered));
    const copy = tree.clone();
    tree.deleteRange(10, LARGE);
    expect(pairsIn(copy)).toEqual(Array.from({ length: LARGE }, (_, rank) => numbered(rank)));
    copy.delete(...numbered(0));
    expect(tree.memberAt(0)).toBe(numbered(0)[1]);
  });
});
