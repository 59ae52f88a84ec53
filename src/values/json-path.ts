/**
 * Paths in RedisJSON's dialect of JSONPath, parsed: names, wildcards, `..`, indexes, slices, unions and filters. A path that does not
 * begin with `$` is of the legacy kind: `.a.b`, `a[0]` or `.` for the root; it means one value instead of any number.
 */
import { bytes, type ByteString } from "../bytes.js";

/** One step of a path. `deep` takes it at every level below as well, as `..` does. */
export interface Step {
  readonly deep: boolean;
  readonly selector: Selector;
}

export type Selector =
  | { readonly kind: "all" }
  | { readonly kind: "names"; readonly names: readonly ByteString[] }
  | { readonly kind: "indexes"; readonly indexes: readonly number[] }
  | {
      readonly kind: "slice";
      readonly start: number | undefined;
      readonly end: number | undefined;
      readonly step: number;
    }
  | { readonly kind: "filter"; readonly filter: Filter };

export type Filter =
  | { readonly kind: "and" | "or"; readonly left: Filter; readonly right: Filter }
  | { readonly kind: "not"; readonly filter: Filter }
  | { readonly kind: "exists"; readonly term: Term }
  | {
      readonly kind: "compare";
      readonly operator: Operator;
      readonly left: Term;
      readonly right: Term;
    };

export type Operator = "==" | "!=" | "<=" | "<" | ">=" | ">" | "=~";

export type Term =
  | { readonly kind: "query"; readonly from: "root" | "current"; readonly steps: readonly Step[] }
  | { readonly kind: "integer" | "float"; readonly value: number }
  | { readonly kind: "string"; readonly value: ByteString }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "null" };

export class JsonPathError extends Error {
  override readonly name = "JsonPathError";
}

/** The path as it begins with `$`, and whether it did so before. */
export function normalizePath(path: ByteString): { text: ByteString; legacy: boolean } {
  if (/^\$(?:$|[.[])/.test(path)) return { text: path, legacy: false };
  if (path === ".") return { text: bytes("$"), legacy: true };
  return { text: bytes(`${path.startsWith(".") ? "$" : "$."}${path}`), legacy: true };
}

/** The steps of a path that begins with `$`. */
export function parsePath(text: ByteString): readonly Step[] {
  return new PathParser(text).path();
}

/** Whether a path names one place: names and single indexes only. */
export function isStatic(steps: readonly Step[]): boolean {
  return steps.every(
    ({ deep, selector }) =>
      !deep &&
      ((selector.kind === "names" && selector.names.length === 1) ||
        (selector.kind === "indexes" && selector.indexes.length === 1)),
  );
}

const NAME = /[\w\-`~+#%$^/:]+/y;
const INTEGER = /-?(?:[1-9]\d*|\d)/y;
const DECIMAL = /-?(?:[1-9]\d*|\d)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\]|\\["\\])*"|'(?:[^'\\]|\\['\\])*'/y;
const OPERATOR = /[!=<>]=|=~|[<>]/y;
const WORD = /true|false|null/y;
const SPACES = / */y;

const OPERATORS: ReadonlyMap<string, Operator> = new Map(
  (["==", "!=", "<=", "<", ">=", ">", "=~"] as const).map((operator) => [operator, operator]),
);

class PathParser {
  readonly #text: string;
  #index = 0;

  constructor(text: string) {
    this.#text = text;
  }

  path(): readonly Step[] {
    this.#expect("$");
    const steps = this.#steps();
    if (this.#index < this.#text.length) throw this.#error("the end of the path");
    return steps;
  }

  #steps(): Step[] {
    const steps: Step[] = [];
    for (;;) {
      if (this.#take("..")) {
        const selector = this.#take("[") ? this.#bracket() : this.#nameOrAll();
        steps.push({ deep: true, selector });
      } else if (this.#take(".")) {
        const selector = this.#take("[") ? this.#bracket() : this.#nameOrAll();
        steps.push({ deep: false, selector });
      } else if (this.#take("[")) steps.push({ deep: false, selector: this.#bracket() });
      else return steps;
    }
  }

  #nameOrAll(): Selector {
    if (this.#take("*")) return { kind: "all" };
    const name = this.#match(NAME);
    if (name === undefined) throw this.#error("a name, `*` or `[`");
    return { kind: "names", names: [bytes(name)] };
  }

  /** What stands behind `[`, with the closing bracket. */
  #bracket(): Selector {
    const selector = this.#inBracket();
    this.#expect("]");
    return selector;
  }

  #inBracket(): Selector {
    if (this.#take("*")) return { kind: "all" };
    if (this.#take("?")) return { kind: "filter", filter: this.#filter() };
    const string = this.#string();
    if (string !== undefined) {
      const names = [string];
      while (this.#take(",")) names.push(this.#string() ?? this.#fail("a string"));
      return { kind: "names", names };
    }
    const first = this.#integer();
    if (this.#take(":")) return this.#slice(first);
    if (first === undefined) throw this.#error("a string, a number, `*`, `?` or `:`");
    const indexes = [first];
    while (this.#take(",")) indexes.push(this.#integer() ?? this.#fail("a number"));
    return { kind: "indexes", indexes };
  }

  #slice(start: number | undefined): Selector {
    const end = this.#integer();
    const step = this.#take(":") ? (this.#integer() ?? 1) : 1;
    if (step < 1) throw this.#error("a positive step");
    return { kind: "slice", start, end, step };
  }

  #filter(): Filter {
    let filter = this.#conjunction();
    while (this.#take("||")) filter = { kind: "or", left: filter, right: this.#conjunction() };
    return filter;
  }

  #conjunction(): Filter {
    let filter = this.#condition();
    while (this.#take("&&")) filter = { kind: "and", left: filter, right: this.#condition() };
    return filter;
  }

  #condition(): Filter {
    if (this.#take("!")) return { kind: "not", filter: this.#condition() };
    if (this.#take("(")) {
      const filter = this.#filter();
      this.#expect(")");
      return filter;
    }
    const left = this.#term();
    const operator = OPERATORS.get(this.#match(OPERATOR) ?? "");
    if (operator === undefined) return { kind: "exists", term: left };
    return { kind: "compare", operator, left, right: this.#term() };
  }

  #term(): Term {
    if (this.#take("@")) return { kind: "query", from: "current", steps: this.#steps() };
    if (this.#take("$")) return { kind: "query", from: "root", steps: this.#steps() };
    const string = this.#string();
    if (string !== undefined) return { kind: "string", value: string };
    const digits = this.#match(DECIMAL);
    if (digits !== undefined) {
      return { kind: /[.eE]/.test(digits) ? "float" : "integer", value: Number(digits) };
    }
    const word = this.#match(WORD);
    if (word === undefined) throw this.#error("`@`, `$` or a value");
    return word === "null" ? { kind: "null" } : { kind: "boolean", value: word === "true" };
  }

  #string(): ByteString | undefined {
    const quoted = this.#match(STRING);
    return quoted === undefined ? undefined : bytes(quoted.slice(1, -1).replace(/\\(.)/g, "$1"));
  }

  #integer(): number | undefined {
    const digits = this.#match(INTEGER);
    return digits === undefined ? undefined : Number(digits);
  }

  #match(pattern: RegExp): string | undefined {
    this.#skipSpaces();
    pattern.lastIndex = this.#index;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#index += found.length;
    return found;
  }

  #take(symbol: string): boolean {
    this.#skipSpaces();
    if (!this.#text.startsWith(symbol, this.#index)) return false;
    this.#index += symbol.length;
    return true;
  }

  #expect(symbol: string): void {
    if (!this.#take(symbol)) throw this.#error(`\`${symbol}\``);
  }

  #skipSpaces(): void {
    SPACES.lastIndex = this.#index;
    SPACES.exec(this.#text);
    this.#index = SPACES.lastIndex;
  }

  #fail(expected: string): never {
    throw this.#error(expected);
  }

  #error(expected: string): JsonPathError {
    return new JsonPathError(`Error occurred on position ${this.#index}, expected ${expected}`);
  }
}
