/**
 * The tokens of JSON as lua-cjson 2.1.0 reads them: a zero byte ends the text, control characters may stand in strings, and numbers are
 * what C's `strtod` takes, hexadecimal ones, infinities and NaN among them unless that is switched off.
 */
import { sliceBytes, utf8, type ByteString } from "../../bytes.js";

export type TokenType =
  | "T_OBJ_BEGIN"
  | "T_OBJ_END"
  | "T_ARR_BEGIN"
  | "T_ARR_END"
  | "T_STRING"
  | "T_NUMBER"
  | "T_BOOLEAN"
  | "T_NULL"
  | "T_COLON"
  | "T_COMMA"
  | "T_END"
  | "T_ERROR";

const SINGLE: Readonly<Record<string, TokenType>> = {
  "{": "T_OBJ_BEGIN",
  "}": "T_OBJ_END",
  "[": "T_ARR_BEGIN",
  "]": "T_ARR_END",
  ":": "T_COLON",
  ",": "T_COMMA",
};

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  t: "\t",
  n: "\n",
  f: "\f",
  r: "\r",
};

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

const NUMBER =
  /[+-]?(?:0x(?:[\da-f]+\.?[\da-f]*|\.[\da-f]+)(?:p[+-]?\d+)?|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|nan)/iy;
const HEXADECIMAL = /^([+-]?)0x([\da-f]*)\.?([\da-f]*)(?:p([+-]?\d+))?$/i;
const IRREGULAR = /\+|-?(?:0[x\d]|inf|nan)/iy;
const SPACE = /[ \t\n\r]*/y;
const WORD = /true|false|null/y;
const HEX_4 = /^[\da-f]{4}$/i;

/** Reads token by token; what the last one was stands in the fields. */
export class JsonReader {
  readonly #text: ByteString;
  readonly #irregularNumbers: boolean;
  #at = 0;
  type: TokenType = "T_END";
  /** Where the token starts; an error, where it is. Counted from 0. */
  index = 0;
  /** The value of a T_STRING. */
  string = "";
  /** The value of a T_NUMBER; 1 or 0 of a T_BOOLEAN. */
  number = 0;
  /** What is wrong, of a T_ERROR. */
  error = "";

  constructor(text: ByteString, irregularNumbers: boolean) {
    this.#text = text;
    this.#irregularNumbers = irregularNumbers;
  }

  /** How far the text has been read. */
  get position(): number {
    return this.#at;
  }

  next(): void {
    SPACE.lastIndex = this.#at;
    SPACE.test(this.#text);
    this.#at = SPACE.lastIndex;
    this.index = this.#at;
    const first = this.#text.charAt(this.#at);
    const single = SINGLE[first];
    if (single !== undefined) {
      this.#at++;
      this.type = single;
    } else if (first === '"') this.#readString();
    else if (first === "" || first === "\0") this.type = "T_END";
    else if (first === "-" || (first >= "0" && first <= "9")) this.#readNumber();
    else this.#readWord();
  }

  #fail(error: string): void {
    this.type = "T_ERROR";
    this.index = this.#at;
    this.error = error;
  }

  #readWord(): void {
    WORD.lastIndex = this.#at;
    const [word] = WORD.exec(this.#text) ?? [];
    if (word === undefined) {
      if (this.#irregularNumbers && this.#isIrregular()) this.#readNumber();
      else this.#fail("invalid token");
      return;
    }
    this.#at += word.length;
    this.type = word === "null" ? "T_NULL" : "T_BOOLEAN";
    this.number = word === "true" ? 1 : 0;
  }

  #isIrregular(): boolean {
    IRREGULAR.lastIndex = this.#at;
    return IRREGULAR.test(this.#text);
  }

  #readNumber(): void {
    NUMBER.lastIndex = this.#at;
    const [digits] = NUMBER.exec(this.#text) ?? [];
    const regular = this.#irregularNumbers || !this.#isIrregular();
    if (digits === undefined || !regular) {
      this.#fail("invalid number");
      return;
    }
    this.#at += digits.length;
    this.type = "T_NUMBER";
    this.number = parseNumber(digits);
  }

  #readString(): void {
    const text = this.#text;
    let value = "";
    let start = this.#at + 1;
    let at = start;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) break;
      if (Number.isNaN(code) || code === 0) {
        this.#at = at;
        this.#fail("unexpected end of string");
        return;
      }
      if (code !== BACKSLASH) {
        at++;
        continue;
      }
      value += text.slice(start, at);
      const escape = text.charAt(at + 1);
      const plain = escape === "u" ? this.#unicode(at) : ESCAPES[escape];
      if (plain === undefined) {
        this.#at = at;
        this.#fail(escape === "u" ? "invalid unicode escape code" : "invalid escape code");
        return;
      }
      value += plain;
      at += escape === "u" ? (plain.length === 4 ? 12 : 6) : 2;
      start = at;
    }
    this.string = value + text.slice(start, at);
    this.#at = at + 1;
    this.type = "T_STRING";
  }

  /** The bytes of the character that `\u` at a position, or a pair of them, stands for. */
  #unicode(at: number): string | undefined {
    const first = this.#hexadecimal(at + 2);
    if (first === undefined) return undefined;
    if ((first & 0xf800) !== 0xd800) return utf8(String.fromCharCode(first));
    if ((first & 0x400) !== 0 || this.#text.slice(at + 6, at + 8) !== "\\u") return undefined;
    const second = this.#hexadecimal(at + 8);
    if (second === undefined || (second & 0xfc00) !== 0xdc00) return undefined;
    return utf8(String.fromCharCode(first, second));
  }

  #hexadecimal(at: number): number | undefined {
    const digits = sliceBytes(this.#text, at, at + 4);
    return HEX_4.test(digits) ? Number.parseInt(digits, 16) : undefined;
  }
}

function parseNumber(digits: string): number {
  const hexadecimal = HEXADECIMAL.exec(digits);
  if (hexadecimal !== null) {
    const [, sign, whole = "", fraction = "", power = "0"] = hexadecimal;
    const mantissa = Number(BigInt(`0x0${whole}${fraction}`));
    const value = mantissa * 2 ** (Number(power) - 4 * fraction.length);
    return sign === "-" ? -value : value;
  }
  if (/nan/i.test(digits)) return Number.NaN;
  if (/inf/i.test(digits)) return digits.startsWith("-") ? -Infinity : Infinity;
  return Number(digits);
}
