import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { IdMap } from "../../src/values/id-map.js";
import type { StreamId } from "../../src/values/stream-id.js";

interface Entry {
  readonly id: StreamId;
  readonly step: number;
}

const idOf = (ms: number): StreamId => ({ ms, seq: 0 });

describe("IdMap", () => {
  it("holds what a sorted Map holds after any changes", () => {
    const change = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.nat(600));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 900, size: "max" }), (steps) => {
        const map = new IdMap<Entry>();
        const model = new Map<number, number>();
        for (const [step, [kind, ms]] of steps.entries()) {
          const deletes = kind === 0;
          expect(deletes && map.delete(idOf(ms))).toBe(deletes && model.delete(ms));
          if (deletes) continue;
          map.set({ id: idOf(ms), step });
          model.set(ms, step);
        }
        const sorted = [...model].sort(([a], [b]) => a - b);
        expect([...map.from()].map(({ id, step }) => [id.ms, step])).toEqual(sorted);
        expect(map.size).toBe(model.size);
        for (const start of [0, 100, 333, 600]) {
          const expected = sorted.filter(([ms]) => ms >= start);
          expect([...map.from(idOf(start))].map(({ step }) => step)).toEqual(
            expected.map(([, step]) => step),
          );
          expect(map.ceiling(idOf(start))?.step).toBe(expected[0]?.[1]);
          expect(map.get(idOf(start))?.step).toBe(model.get(start));
        }
        expect(map.first?.id.ms).toBe(sorted[0]?.[0]);
        expect(map.last?.id.ms).toBe(sorted.at(-1)?.[0]);
      }),
      { numRuns: 30 },
    );
  });
});
