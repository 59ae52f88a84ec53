/** Reads JSON as RedisJSON does, which leaves it to Rust's serde_json: the error texts and their positions are that library's. */
import { bytes, sliceBytes, utf8, type ByteString } from "../bytes.js";
import { JsonFloat, type JsonObject, type JsonValue } from "./json.js";

/** Why a text is no JSON. `message` names the place. */
export class JsonError extends Error {
  override readonly name = "JsonError";
}

/** So many arrays and objects can not stand in each other. */
const DEPTH_LIMIT = 128;

const MIN_INTEGER = -(2n ** 63n);
const MAX_INTEGER = 2n ** 64n - 1n;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;

export function parseJson(source: ByteString): JsonValue {
  return new Parser(source).document();
}

class Parser {
  readonly #source: ByteString;
  #index = 0;
  #depth = 0;

  constructor(source: ByteString) {
    this.#source = source;
  }

  document(): JsonValue {
    const value = this.#value();
    if (this.#peek() !== undefined) throw this.#nextError("trailing characters");
    return value;
  }

  /** The next byte that is no white space, without taking it. */
  #peek(): number | undefined {
    for (; this.#index < this.#source.length; this.#index++) {
      const byte = this.#source.charCodeAt(this.#index);
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
    }
    return undefined;
  }

  /** The byte at the index; undefined at the end. */
  #byte(): number | undefined {
    return this.#index < this.#source.length ? this.#source.charCodeAt(this.#index) : undefined;
  }

  #value(): JsonValue {
    const byte = this.#peek();
    switch (byte) {
      case undefined:
        throw this.#nextError("EOF while parsing a value");
      case 0x6e:
        return this.#word("null", null);
      case 0x74:
        return this.#word("true", true);
      case 0x66:
        return this.#word("false", false);
      case QUOTE:
        this.#index++;
        return this.#string();
      case 0x5b:
        return this.#nested(() => this.#array());
      case 0x7b:
        return this.#nested(() => this.#object());
      default:
        if (byte === 0x2d || isDigit(byte)) return this.#number();
        throw this.#nextError("expected value");
    }
  }

  #word<Value>(word: string, value: Value): Value {
    for (const letter of word) {
      const byte = this.#source[this.#index];
      if (byte === undefined) throw this.#error("EOF while parsing a value");
      this.#index++;
      if (byte !== letter) throw this.#error("expected ident");
    }
    return value;
  }

  #nested<Value>(read: () => Value): Value {
    if (++this.#depth === DEPTH_LIMIT) throw this.#nextError("recursion limit exceeded");
    this.#index++;
    const value = read();
    this.#index++;
    this.#depth--;
    return value;
  }

  #array(): JsonValue[] {
    const array: JsonValue[] = [];
    for (;;) {
      const byte = this.#peek();
      if (byte === undefined) throw this.#nextError("EOF while parsing a list");
      if (byte === 0x5d) return array;
      if (array.length > 0) {
        if (byte !== COMMA) throw this.#nextError("expected `,` or `]`");
        this.#index++;
        if (this.#peek() === 0x5d) throw this.#nextError("trailing comma");
      }
      array.push(this.#value());
    }
  }

  #object(): JsonObject {
    const object: JsonObject = new Map();
    for (let first = true; ; first = false) {
      let byte = this.#peek();
      if (byte === undefined) throw this.#nextError("EOF while parsing an object");
      if (byte === 0x7d) return object;
      if (!first) {
        if (byte !== COMMA) throw this.#nextError("expected `,` or `}`");
        this.#index++;
        byte = this.#peek();
        if (byte === undefined) throw this.#nextError("EOF while parsing a value");
        if (byte === 0x7d) throw this.#nextError("trailing comma");
      }
      if (byte !== QUOTE) throw this.#nextError("key must be a string");
      this.#index++;
      const key = this.#string();
      const colon = this.#peek();
      if (colon === undefined) throw this.#nextError("EOF while parsing an object");
      if (colon !== 0x3a) throw this.#nextError("expected `:`");
      this.#index++;
      object.set(key, this.#value());
    }
  }

  #number(): JsonValue {
    const start = this.#index;
    const negative = this.#byte() === 0x2d;
    if (negative) this.#index++;
    const first = this.#byte();
    if (first === undefined) throw this.#error("EOF while parsing a value");
    this.#index++;
    if (!isDigit(first)) throw this.#error("invalid number");
    if (first === 0x30) {
      if (isDigit(this.#byte())) throw this.#nextError("invalid number");
    } else this.#digits();

    let whole = true;
    if (this.#byte() === 0x2e) {
      whole = false;
      this.#index++;
      if (!isDigit(this.#byte())) {
        throw this.#nextError(
          this.#byte() === undefined ? "EOF while parsing a value" : "invalid number",
        );
      }
      this.#digits();
    }
    const letter = this.#byte();
    if (letter === 0x65 || letter === 0x45) {
      whole = false;
      this.#index++;
      const sign = this.#byte();
      if (sign === 0x2b || sign === 0x2d) this.#index++;
      const digit = this.#byte();
      if (digit === undefined) throw this.#error("EOF while parsing a value");
      this.#index++;
      if (!isDigit(digit)) throw this.#error("invalid number");
      this.#digits();
    }

    const digits = this.#source.slice(start, this.#index);
    const value = Number(digits);
    if (whole) {
      if (Number.isSafeInteger(value)) return Object.is(value, -0) ? new JsonFloat(-0) : value;
      const exact = BigInt(digits);
      if (exact >= MIN_INTEGER && exact <= MAX_INTEGER) return exact;
    }
    if (!Number.isFinite(value)) throw this.#error("number out of range");
    return new JsonFloat(value);
  }

  #digits(): void {
    while (isDigit(this.#byte())) this.#index++;
  }

  /** The rest of a string whose first quote has been taken. */
  #string(): ByteString {
    let result = "";
    for (;;) {
      const start = this.#index;
      let byte = this.#byte();
      while (byte !== undefined && byte !== QUOTE && byte !== BACKSLASH && byte >= 0x20) {
        this.#index++;
        byte = this.#byte();
      }
      result += this.#source.slice(start, this.#index);
      if (byte === undefined) throw this.#error("EOF while parsing a string");
      this.#index++;
      if (byte === QUOTE) return bytes(result);
      if (byte !== BACKSLASH) {
        throw this.#error("control character (\\u0000-\\u001F) found while parsing a string");
      }
      result += this.#escape();
    }
  }

  #escape(): string {
    const letter = this.#source[this.#index];
    if (letter === undefined) throw this.#error("EOF while parsing a string");
    this.#index++;
    if (letter !== "u") {
      const character = ESCAPES[letter];
      if (character === undefined) throw this.#error("invalid escape");
      return character;
    }
    const code = this.#hexadecimal();
    if (code >= 0xdc00 && code <= 0xdfff) throw this.#error("lone leading surrogate in hex escape");
    if (code < 0xd800 || code > 0xdbff) return utf8(String.fromCharCode(code));
    for (const expected of ["\\", "u"]) {
      const next = this.#source[this.#index];
      if (next === undefined) throw this.#error("EOF while parsing a string");
      this.#index++;
      if (next !== expected) throw this.#error("unexpected end of hex escape");
    }
    const low = this.#hexadecimal();
    if (low < 0xdc00 || low > 0xdfff) throw this.#error("lone leading surrogate in hex escape");
    return utf8(String.fromCharCode(code, low));
  }

  #hexadecimal(): number {
    const digits = sliceBytes(this.#source, this.#index, this.#index + 4);
    this.#index += digits.length;
    if (digits.length < 4) throw this.#error("EOF while parsing a string");
    if (!/^[\da-f]{4}$/i.test(digits)) throw this.#error("invalid escape");
    return Number.parseInt(digits, 16);
  }

  /** An error at the last byte that was taken. */
  #error(message: string, index = this.#index): JsonError {
    const before = this.#source.slice(0, index);
    const line = before.split("\n").length;
    const column = index - (before.lastIndexOf("\n") + 1);
    return new JsonError(`${message} at line ${line} column ${column}`);
  }

  /** An error at the next byte. */
  #nextError(message: string): JsonError {
    return this.#error(message, Math.min(this.#source.length, this.#index + 1));
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}
