import { describe, expect, it } from "vitest";
import { bytes } from "../../src/bytes.js";
import { MAX_ID, MIN_ID, nextId, previousId } from "../../src/values/stream-id.js";
import { Stream, type Trim } from "../../src/values/stream.js";

function streamOf(size: number, value = "v"): Stream {
  const stream = new Stream();
  for (let ms = 1; ms <= size; ms++) {
    stream.append({ id: { ms, seq: 0 }, fields: [bytes("f"), bytes(value)] });
  }
  return stream;
}

function trimmed(stream: Stream, trim: Partial<Trim>): number {
  const cut = stream.plan({ keep: 0, approximate: true, limit: 0, ...trim });
  stream.cut(cut);
  return cut.total;
}

describe("Stream", () => {
  it("begins a node after 100 entries", () => {
    expect([100, 101, 200, 201].map((size) => streamOf(size).nodeCount)).toEqual([1, 2, 2, 3]);
  });

  it("begins a node where an entry would fill 4096 bytes", () => {
    expect([3, 4].map((size) => streamOf(size, "v".repeat(1300)).nodeCount)).toEqual([1, 2]);
  });

  it("trims whole nodes approximately, as far as the limit allows", () => {
    const stream = streamOf(1000);
    expect(trimmed(stream, { keep: 150 })).toBe(800);
    expect(trimmed(streamOf(1000), { keep: 150, limit: 250 })).toBe(200);
    expect(trimmed(stream, { keep: { ms: 950, seq: 0 } })).toBe(100);
    expect(trimmed(stream, { keep: { ms: 950, seq: 0 }, approximate: false })).toBe(49);
    expect(stream.first?.id).toEqual({ ms: 950, seq: 0 });
  });

  it("counts deleted entries of a node among its 100", () => {
    const stream = streamOf(100);
    for (let ms = 2; ms <= 100; ms++) stream.delete({ ms, seq: 0 });
    stream.append({ id: { ms: 101, seq: 0 }, fields: [bytes("f"), bytes("v")] });
    expect([stream.size, stream.nodeCount]).toEqual([2, 2]);
  });

  it("reads ranges over nodes from both ends", () => {
    const stream = streamOf(350);
    const range = stream.range({ ms: 95, seq: 1 }, { ms: 305, seq: 0 }).map(({ id }) => id.ms);
    expect([range.length, range[0], range.at(-1)]).toEqual([210, 96, 305]);
    const reverse = stream.reverseRange({ ms: 305, seq: 0 }, { ms: 95, seq: 1 });
    expect(reverse.map(({ id }) => id.ms).reverse()).toEqual(range);
    expect(stream.reverseRange(MAX_ID, MIN_ID, 1).map(({ id }) => id.ms)).toEqual([350]);
  });
});

describe("the IDs beside one", () => {
  it("carry between milliseconds and sequence numbers", () => {
    const last = { ms: 5, seq: 2n ** 64n - 1n };
    expect(nextId(last)).toEqual({ ms: 6, seq: 0 });
    expect(previousId({ ms: 6, seq: 0 })).toEqual(last);
    expect(nextId({ ms: 1, seq: Number.MAX_SAFE_INTEGER })?.seq).toBe(2n ** 53n);
    expect(previousId({ ms: 1, seq: 2n ** 53n })?.seq).toBe(Number.MAX_SAFE_INTEGER);
    expect([nextId(MAX_ID), previousId(MIN_ID)]).toEqual([undefined, undefined]);
  });
});
