import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytes, type ByteString } from "../../src/bytes.js";
import { seededRandom } from "../../src/random.js";
import { Hash } from "../../src/values/hash.js";

function numbered(size: number): Hash {
  const hash = new Hash();
  for (let field = 0; field < size; field++) hash.set(bytes(`f${field}`), bytes(`v${field}`));
  return hash;
}

function hashOf(field: string, value: string): Hash {
  const hash = new Hash();
  hash.set(bytes(field), bytes(value));
  return hash;
}

function entriesOf(hash: Hash): [ByteString, ByteString][] {
  const found: [ByteString, ByteString][] = [];
  hash.forEach((field, value) => found.push([field, value]));
  return found;
}

const names = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 3 }).map(bytes);

describe("Hash", () => {
  it("holds what a Map holds, in the same order while it is a listpack", () => {
    const steps = fc.array(fc.tuple(names, fc.option(names, { nil: undefined })), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(steps, (list) => {
        const hash = new Hash();
        const model = new Map<ByteString, ByteString>();
        for (const [field, value] of list) {
          const adds = value !== undefined;
          const changed = adds ? hash.set(field, value) : hash.delete(field);
          expect(changed).toBe(adds !== model.has(field));
          if (adds) model.set(field, value);
          else model.delete(field);
          expect([hash.has(field), hash.get(field)]).toEqual([model.has(field), model.get(field)]);
        }
        expect(hash.encoding).toBe("listpack");
        expect(entriesOf(hash)).toEqual([...model]);
      }),
    );
  });

  it("keeps its fields as a hashtable", () => {
    const hash = numbered(600);
    hash.delete(bytes("f7"));
    expect(hash.size).toBe(599);
    expect(new Map(entriesOf(hash)).size).toBe(599);
    expect([hash.get(bytes("f599")), hash.get(bytes("f7"))]).toEqual(["v599", undefined]);
  });

  it("is a listpack up to 512 fields, with fields and values of up to 64 bytes", () => {
    expect(numbered(512).encoding).toBe("listpack");
    expect(numbered(513).encoding).toBe("hashtable");
    expect(hashOf("f".repeat(64), "v".repeat(64)).encoding).toBe("listpack");
    expect(hashOf("f".repeat(65), "v").encoding).toBe("hashtable");
    expect(hashOf("f", "v".repeat(65)).encoding).toBe("hashtable");
  });

  it("stays a hashtable when it shrinks", () => {
    const hash = hashOf("f", "v".repeat(65));
    hash.set(bytes("f"), bytes("v"));
    expect(hash.encoding).toBe("hashtable");
  });

  it("becomes a hashtable for a command with more than 512 fields, though they repeat", () => {
    const hash = new Hash();
    hash.prepareFor(513);
    hash.set(bytes("f"), bytes("v"));
    expect(hash.encoding).toBe("hashtable");
  });

  it("scans a listpack at once", () => {
    const found: ByteString[] = [];
    expect(numbered(100).scan(0, 10, (field) => found.push(field))).toBe(0);
    expect(found).toHaveLength(100);
  });

  it("scans a hashtable in steps, each field once where nothing changes", () => {
    const hash = numbered(600);
    const found: [ByteString, ByteString][] = [];
    let cursor = 0;
    do cursor = hash.scan(cursor, 10, (field, value) => found.push([field, value]));
    while (cursor !== 0);
    expect(found).toHaveLength(600);
    expect(new Map(found)).toEqual(new Map(entriesOf(hash)));
  });

  it.each([3, 600])("picks random fields from all %i", (size) => {
    const hash = numbered(size);
    const random = seededRandom(1);
    const picks = Array.from({ length: 20 * size }, () => hash.randomField(random));
    expect(new Set(picks).size).toBe(size);
    expect(new Hash().randomField(random)).toBeUndefined();
  });

  it.each([3, 600])("clones %i fields into a hash of its own", (size) => {
    const hash = numbered(size);
    const copy = hash.clone();
    hash.set(bytes("f0"), bytes("changed"));
    hash.delete(bytes("f1"));
    expect([copy.size, copy.encoding, copy.get(bytes("f0"))]).toEqual([size, hash.encoding, "v0"]);
    expect(copy.get(bytes("f1"))).toBe("v1");
  });
});
