/** Finds the values that a parsed path means, each with its place in the document. */
import { text, type ByteString } from "../bytes.js";
import { equalJson, jsonNumber, type JsonValue } from "./json.js";
import type { Filter, Operator, Selector, Step, Term } from "./json-path.js";

/** A value and where it stands; the root has no parent. */
export interface Place {
  readonly value: JsonValue;
  readonly parent: Place | undefined;
  /** In its parent; the empty path's own is never read. */
  readonly key: ByteString | number;
}

/** Whether `..` gives a value before those in it (RedisJSON) or behind them (Upstash). */
export type DescentOrder = "outer-first" | "inner-first";

/** Every place in a document that the steps lead to, as often as they do. */
export function select(root: JsonValue, steps: readonly Step[], order: DescentOrder): Place[] {
  const selection = new Selection(root, order);
  return selection.run(root, steps);
}

class Selection {
  readonly #root: JsonValue;
  readonly #order: DescentOrder;

  constructor(root: JsonValue, order: DescentOrder) {
    this.#root = root;
    this.#order = order;
  }

  run(start: JsonValue, steps: readonly Step[]): Place[] {
    const found: Place[] = [];
    this.#walk({ value: start, parent: undefined, key: 0 }, steps, 0, found);
    return found;
  }

  #walk(place: Place, steps: readonly Step[], index: number, found: Place[]): void {
    const step = steps[index];
    if (step === undefined) {
      found.push(place);
      return;
    }
    const take = (child: Place): void => this.#walk(child, steps, index + 1, found);
    if (!step.deep) {
      this.#apply(place, step.selector, take);
      return;
    }
    const descend = (at: Place): void => {
      if (this.#order === "outer-first") this.#apply(at, step.selector, take);
      forEachChild(at, descend);
      if (this.#order === "inner-first") this.#apply(at, step.selector, take);
    };
    descend(place);
  }

  #apply(place: Place, selector: Selector, take: (child: Place) => void): void {
    const { value } = place;
    switch (selector.kind) {
      case "all":
        forEachChild(place, take);
        break;
      case "names":
        if (!(value instanceof Map)) return;
        for (const name of selector.names) {
          const child = value.get(name);
          if (child !== undefined) take({ value: child, parent: place, key: name });
        }
        break;
      case "indexes":
        for (const index of selector.indexes) takeItem(place, absolute(index, value), take);
        break;
      case "slice": {
        const end = selector.end === undefined ? Infinity : absolute(selector.end, value);
        const length = Array.isArray(value) ? value.length : 0;
        const start = absolute(selector.start ?? 0, value);
        for (let index = start; index < Math.min(end, length); index += selector.step) {
          takeItem(place, index, take);
        }
        break;
      }
      case "filter":
        forEachChild(place, (child) => {
          if (this.#holds(selector.filter, child.value)) take(child);
        });
    }
  }

  #holds(filter: Filter, current: JsonValue): boolean {
    switch (filter.kind) {
      case "and":
        return this.#holds(filter.left, current) && this.#holds(filter.right, current);
      case "or":
        return this.#holds(filter.left, current) || this.#holds(filter.right, current);
      case "not":
        return !this.#holds(filter.filter, current);
      case "exists":
        return this.#evaluate(filter.term, current) !== undefined;
      case "compare":
        return compare(
          filter.operator,
          this.#evaluate(filter.left, current),
          this.#evaluate(filter.right, current),
        );
    }
  }

  /** What a term stands for; undefined for a query without a result, or with several. */
  #evaluate(term: Term, current: JsonValue): JsonValue | undefined {
    switch (term.kind) {
      case "query": {
        const found = this.run(term.from === "root" ? this.#root : current, term.steps);
        return found.length === 1 ? found[0]?.value : undefined;
      }
      case "null":
        return null;
      default:
        return term.value;
    }
  }
}

function forEachChild(place: Place, visit: (child: Place) => void): void {
  const { value } = place;
  if (Array.isArray(value)) {
    value.forEach((item, key) => visit({ value: item, parent: place, key }));
  } else if (value instanceof Map) {
    for (const [key, child] of value) visit({ value: child, parent: place, key });
  }
}

function takeItem(place: Place, index: number, take: (child: Place) => void): void {
  if (!Array.isArray(place.value)) return;
  const item = place.value[index];
  if (item !== undefined) take({ value: item, parent: place, key: index });
}

/** An index from the front; one before the first item means the first. */
function absolute(index: number, value: JsonValue): number {
  if (index >= 0 || !Array.isArray(value)) return index;
  return Math.max(0, value.length + index);
}

function compare(operator: Operator, a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (operator === "=~") return matches(a, b);
  if (operator === "==") return areEqual(a, b);
  if (operator === "!=") return !areEqual(a, b);
  const order = ordered(a, b);
  if (order === undefined) return false;
  switch (operator) {
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
  }
}

function areEqual(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  const order = ordered(a, b);
  return order === undefined ? equalJson(a, b) : order === 0;
}

/** Below, at or above 0; undefined where the two can not be compared. */
function ordered(a: JsonValue | undefined, b: JsonValue | undefined): number | undefined {
  if (typeof a === "string") {
    if (typeof b !== "string") return undefined;
    return a < b ? -1 : Number(a > b);
  }
  if (typeof a === "boolean" && typeof b === "boolean") return Number(a) - Number(b);
  if (a === undefined || b === undefined) return undefined;
  const left = jsonNumber(a);
  const right = jsonNumber(b);
  if (left === undefined || right === undefined) return undefined;
  if (typeof a === "bigint" && typeof b === "bigint") return a < b ? -1 : Number(a > b);
  return left < right ? -1 : Number(left > right);
}

const FLAGS = /^\(\?([ims]+)\)/;

/** Whether a pattern is found in a string; a malformed pattern is found nowhere. */
function matches(value: JsonValue | undefined, pattern: JsonValue | undefined): boolean {
  if (typeof value !== "string" || typeof pattern !== "string") return false;
  const [prefix = "", flags = ""] = FLAGS.exec(pattern) ?? [];
  try {
    return new RegExp(text(pattern).slice(prefix.length), `u${flags}`).test(text(value));
  } catch {
    return false;
  }
}
