import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/random.js";
import { IndexedMap } from "../../src/values/indexed-map.js";

function mapOf(size: number): IndexedMap<number, string> {
  const map = new IndexedMap<number, string>();
  for (let key = 0; key < size; key++) map.set(key, `v${key}`);
  return map;
}

const changes = fc.array(fc.tuple(fc.boolean(), fc.nat(60)), { maxLength: 120 });

describe("IndexedMap", () => {
  it("holds what a Map holds after any changes, each entry at its index", () => {
    fc.assert(
      fc.property(changes, (steps) => {
        const map = new IndexedMap<number, number>();
        const model = new Map<number, number>();
        for (const [step, [adds, key]] of steps.entries()) {
          const changed = adds ? map.set(key, step) : map.delete(key);
          expect(changed).toBe(adds !== model.has(key));
          if (adds) model.set(key, step);
          else model.delete(key);
        }
        expect(map.size).toBe(model.size);
        expect(new Set(map.keys())).toEqual(new Set(model.keys()));
        for (const [key, value] of model) {
          const index = map.indexOf(key) ?? -1;
          expect([map.has(key), map.get(key), map.keys()[index], map.valueAt(index)]).toEqual([
            true,
            value,
            key,
            value,
          ]);
        }
      }),
    );
  });

  it("visits every entry that stays through a whole scan, whatever is added and deleted between the calls", () => {
    const calls = fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), changes), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(fc.nat(60), calls, (size, between) => {
        const map = mapOf(size);
        const stayed = new Set(map.keys());
        const found = new Set<number>();
        const visit = (key: number): unknown => found.add(key);
        let cursor = 0;
        for (const [count, steps] of between) {
          cursor = map.scan(cursor, count, visit);
          if (cursor === 0) break;
          for (const [adds, key] of steps) {
            if (adds) map.set(key, "new");
            else if (map.delete(key)) stayed.delete(key);
          }
        }
        while (cursor !== 0) cursor = map.scan(cursor, 10, visit);
        for (const key of stayed) expect(found).toContain(key);
      }),
      { numRuns: 500 },
    );
  });

  it("visits each entry once where nothing changes, at most `count` a call", () => {
    const map = mapOf(25);
    const found: number[] = [];
    let cursor = 0;
    let calls = 0;
    do {
      cursor = map.scan(cursor, 10, (key) => found.push(key));
      calls++;
    } while (cursor !== 0);
    expect(calls).toBe(3);
    expect(found.sort((a, b) => a - b)).toEqual([...mapOf(25).keys()]);
  });

  it("ends a scan from a cursor that it never gave", () => {
    const found: number[] = [];
    expect(mapOf(3).scan(2 ** 60, 10, (key) => found.push(key))).toBe(0);
    expect(found).toEqual([2, 1, 0]);
  });

  it("moves the last entry into the place of a deleted one", () => {
    const map = mapOf(4);
    map.delete(1);
    expect([map.indexOf(3), map.keys()]).toEqual([1, [0, 3, 2]]);
  });

  it("picks random keys from all, the same ones for the same seed", () => {
    const map = mapOf(5);
    const picks = (seed: number): unknown[] => {
      const random = seededRandom(seed);
      return Array.from({ length: 100 }, () => map.randomKey(random));
    };
    expect(new Set(picks(1))).toEqual(new Set(map.keys()));
    expect(picks(2)).toEqual(picks(2));
    expect(new IndexedMap().randomKey(seededRandom(1))).toBeUndefined();
  });

  it("is empty after clear", () => {
    const map = mapOf(5);
    map.clear();
    expect([map.size, map.get(1), map.scan(0, 10, () => expect.unreachable())]).toEqual([
      0,
      undefined,
      0,
    ]);
  });

  it("clones into a map of its own", () => {
    const map = mapOf(5);
    const copy = map.clone();
    map.delete(0);
    map.set(1, "changed");
    expect([copy.size, copy.get(0), copy.get(1), copy.indexOf(4)]).toEqual([5, "v0", "v1", 4]);
  });
});
