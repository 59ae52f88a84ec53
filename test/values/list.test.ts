import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytes, type ByteString } from "../../src/bytes.js";
import { List } from "../../src/values/list.js";

function listOf(...elements: readonly string[]): List {
  const list = new List();
  list.append(elements.map(bytes));
  return list;
}

function elementsOf(list: List): ByteString[] {
  return list.slice(0, list.length);
}

/** Elements that take `size` bytes of a listpack each: their header and their length behind are 3 or 4 bytes. */
function sized(size: number, count = 1): ByteString[] {
  return Array.from({ length: count }, () => bytes("v".repeat(size - (size < 130 ? 3 : 4))));
}

const elements = fc
  .constantFrom("a", "b", "7", "-300", "w".repeat(900), "x".repeat(5000), "y".repeat(8193))
  .map(bytes);
const ends = fc.constantFrom("LEFT", "RIGHT");

type Step =
  | { readonly kind: "push" | "pop"; readonly at: "LEFT" | "RIGHT"; readonly element: ByteString }
  | {
      readonly kind: "set" | "insert" | "insertAfter";
      readonly place: number;
      readonly element: ByteString;
    }
  | { readonly kind: "rotate"; readonly at: "LEFT" | "RIGHT"; readonly to: "LEFT" | "RIGHT" }
  | { readonly kind: "remove"; readonly count: number; readonly element: ByteString }
  | { readonly kind: "trim"; readonly place: number; readonly count: number };

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constantFrom("push" as const, "push" as const, "pop" as const),
    at: ends,
    element: elements,
  }),
  fc.record({
    kind: fc.constantFrom("set" as const, "insert" as const, "insertAfter" as const),
    place: fc.nat(30),
    element: elements,
  }),
  fc.record({ kind: fc.constant("rotate" as const), at: ends, to: ends }),
  fc.record({
    kind: fc.constant("remove" as const),
    count: fc.integer({ min: -2, max: 2 }),
    element: elements,
  }),
  fc.record({ kind: fc.constant("trim" as const), place: fc.nat(3), count: fc.nat(40) }),
);

/** The same step on a list and on an array; returns what each answered. */
function run(step: Step, list: List, model: ByteString[]): readonly [unknown, unknown] {
  switch (step.kind) {
    case "push":
      push(list, step.at, step.element);
      model.splice(step.at === "LEFT" ? 0 : model.length, 0, step.element);
      return [list.length, model.length];
    case "pop":
      return step.at === "LEFT" ? [list.popHead(), model.shift()] : [list.popTail(), model.pop()];
    case "rotate": {
      const element = step.at === "LEFT" ? model.shift() : model.pop();
      if (element !== undefined) model.splice(step.to === "LEFT" ? 0 : model.length, 0, element);
      return [list.rotate(step.at, step.to), element];
    }
    case "remove": {
      const { element, count } = step;
      return [list.removeMatching(element, count), removeFrom(model, element, count)];
    }
    case "trim": {
      const start = Math.min(step.place, model.length);
      const end = Math.min(start + step.count, model.length);
      list.trim(start, end);
      model.splice(0, model.length, ...model.slice(start, end));
      return [list.length, model.length];
    }
    default:
      if (model.length > 0) change(step.kind, step.place % model.length, step.element, list, model);
      return [list.length, model.length];
  }
}

function push(list: List, at: "LEFT" | "RIGHT", element: ByteString): void {
  if (at === "LEFT") list.pushHead(element);
  else list.pushTail(element);
}

function change(
  kind: "set" | "insert" | "insertAfter",
  place: number,
  element: ByteString,
  list: List,
  model: ByteString[],
): void {
  list[kind](place, element);
  model.splice(kind === "insertAfter" ? place + 1 : place, kind === "set" ? 1 : 0, element);
}

function removeFrom(model: ByteString[], element: ByteString, count: number): number {
  const limit = count === 0 ? model.length : Math.abs(count);
  let removed = 0;
  while (removed < limit) {
    const found = count < 0 ? model.lastIndexOf(element) : model.indexOf(element);
    if (found < 0) break;
    model.splice(found, 1);
    removed++;
  }
  return removed;
}

/** Two elements in a first node, one in a second. */
function twoNodes(): List {
  const list = listOf(...sized(1000, 8));
  list.pushTail(bytes("v".repeat(996)));
  list.trim(6, 9);
  return list;
}

describe("List", () => {
  it("holds what an array holds after any steps, as does a clone made on the way", () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 80 }), fc.nat(80), (list, cloned) => {
        let subject = new List();
        const model: ByteString[] = [];
        for (const [index, step] of list.entries()) {
          const [answer, expected] = run(step, subject, model);
          expect(answer).toBe(expected);
          if (index === cloned) subject = subject.clone();
        }
        expect(elementsOf(subject)).toEqual(model);
        expect(subject.at(0)).toBe(model[0]);
        expect(subject.indexOf(bytes("7"))).toBe(model.indexOf(bytes("7")));
      }),
      { numRuns: 300 },
    );
  });

  it("has no element before its head, though there is a gap", () => {
    const list = listOf("b");
    list.pushHead(bytes("a"));
    list.popHead();
    expect([list.at(-1), list.at(0), list.at(1), list.indexOf(bytes(""))]).toEqual([
      undefined,
      "b",
      undefined,
      -1,
    ]);
  });

  it.each([
    ["pushHead", "popTail"],
    ["pushTail", "popHead"],
  ] as const)("stays in order as a queue of %s and %s", (push, pop) => {
    const list = listOf(...Array.from({ length: 100 }, () => ""));
    const popped: (string | undefined)[] = [];
    for (let step = 0; step < 5000; step++) {
      list[push](bytes(String(step)));
      popped.push(list[pop]());
    }
    const pushed = Array.from({ length: 4900 }, (_, step) => String(step));
    expect(popped.slice(100)).toEqual(pushed);
    expect(list.length).toBe(100);
  });

  it("prepends one after the other, as LPUSH does", () => {
    const list = listOf("x");
    list.prepend(["a", "b", "c"].map(bytes));
    expect(elementsOf(list)).toEqual(["c", "b", "a", "x"]);
  });

  it("shares nothing with its clone", () => {
    const list = listOf(...sized(1000, 20));
    const copy = list.clone();
    list.trim(0, 1);
    expect([list.encoding, list.length, copy.encoding, copy.length]).toEqual([
      "listpack",
      1,
      "quicklist",
      20,
    ]);
    copy.trim(0, 1);
    expect(copy.encoding).toBe("listpack");
  });
});

describe("List's encoding", () => {
  it("leaves the listpack when its bytes and the plain length of what is added pass 8192", () => {
    const full = listOf(...sized(85, 96));
    full.pushTail(bytes("v".repeat(25)));
    expect(full.encoding).toBe("listpack");
    const over = listOf(...sized(85, 96));
    over.pushTail(bytes("v".repeat(26)));
    expect(over.encoding).toBe("quicklist");
  });

  it("measures all that one command adds by its plain length", () => {
    const list = listOf(...Array.from({ length: 8185 }, () => "1"));
    expect(list.encoding).toBe("listpack");
    expect(listOf(...Array.from({ length: 8186 }, () => "1")).encoding).toBe("quicklist");
    list.pushTail(bytes("1"));
    expect(list.encoding).toBe("quicklist");
  });

  it("counts integers by their encoding in 1 to 9 bytes", () => {
    const integers = ["127", "-4096", "32767", "-8388608", "2147483647", "-9223372036854775808"];
    const sizes = [2, 3, 4, 5, 6, 10];
    for (const [index, integer] of integers.entries()) {
      const size = sizes[index] ?? 0;
      const fits = Math.floor((8192 - 7 - integer.length) / size) + 1;
      const list = new List();
      for (let count = 0; count < fits; count++) list.pushTail(bytes(integer));
      expect([integer, list.encoding]).toEqual([integer, "listpack"]);
      list.pushTail(bytes(integer));
      expect([integer, list.encoding]).toEqual([integer, "quicklist"]);
    }
  });

  it("returns to a listpack when one node of at most 4096 bytes is left", () => {
    const list = listOf(...sized(100, 90));
    while (list.length > 41) list.popTail();
    expect(list.encoding).toBe("quicklist");
    list.popTail();
    expect(list.encoding).toBe("listpack");
  });

  it("does not return while two nodes are left, however small", () => {
    const list = listOf(...sized(1000, 8));
    list.pushTail(bytes("v".repeat(996)));
    list.trim(7, 9);
    expect(list.encoding).toBe("quicklist");
    list.popHead();
    expect(list.encoding).toBe("listpack");
  });

  it("is a quicklist while its only element is larger than 8192 bytes", () => {
    expect(listOf("y".repeat(8185)).encoding).toBe("listpack");
    const list = listOf("y".repeat(8193));
    expect(list.encoding).toBe("quicklist");
    list.set(0, bytes("small"));
    expect(list.encoding).toBe("listpack");
  });

  it("can differ between an insertion behind an element and one before the next", () => {
    const behind = twoNodes();
    behind.insertAfter(1, bytes("n"));
    const before = twoNodes();
    before.insert(2, bytes("n"));
    for (const list of [behind, before]) list.trim(2, 4);
    expect([behind.encoding, before.encoding]).toEqual(["quicklist", "listpack"]);
  });

  it("is judged for LMOVE within one key after the element has come back", () => {
    const list = listOf(...sized(100, 90));
    while (list.length > 41) list.popTail();
    list.rotate("LEFT", "RIGHT");
    expect(list.encoding).toBe("quicklist");
  });
});
