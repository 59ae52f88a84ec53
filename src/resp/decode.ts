/**
 * The bytes of RESP as values, however they were split: replies with every type of the wire kept apart (RESP2 and RESP3), and requests
 * as a server reads them, inline commands included (networking.c, processMultibulkBuffer and processInlineBuffer). Each byte is read
 * once: what a chunk leaves unfinished waits in the decoder. After a ProtocolError a decoder is of no more use.
 */
import { bytes, lengthWithout, sliceBytes, type ByteString } from "../bytes.js";
import { parseInteger } from "../values/numbers.js";

/** A value as it stood on the wire. The items of a map alternate key and value. */
export type RespValue =
  | { readonly type: LineType; readonly text: ByteString }
  | { readonly type: "bulk" | "verbatim"; readonly text: ByteString }
  | { readonly type: "nil" | "nil-array" | "null" }
  | { readonly type: AggregateType; readonly items: readonly RespValue[] };

export type LineType = "status" | "error" | "integer" | "double" | "boolean" | "big-number";
export type AggregateType = "array" | "map" | "set" | "push";

const LINES: Readonly<Record<string, LineType>> = {
  "+": "status",
  "-": "error",
  ":": "integer",
  ",": "double",
  "#": "boolean",
  "(": "big-number",
};

const AGGREGATES: Readonly<Record<string, AggregateType>> = {
  "*": "array",
  "%": "map",
  "~": "set",
  ">": "push",
};

const DECIMAL = /^[+-]?\d+$/;

/** What a line of each type may hold. */
const LINE_TEXTS: Readonly<Record<LineType, RegExp>> = {
  status: /^/,
  error: /^/,
  integer: DECIMAL,
  double: /^(?:[+-]?(?:\d+(?:\.\d*)?(?:e[+-]?\d+)?|inf)|-?nan)$/i,
  boolean: /^[tf]$/,
  "big-number": DECIMAL,
};

/** Thrown where bytes are no RESP. Of a request the message is Redis's, to be sent behind `ERR `. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
}

/** Decodes replies. */
export class RespDecoder {
  readonly #input = new Input();
  /** The aggregates whose items are still coming, the outermost first. */
  readonly #open: OpenAggregate[] = [];
  /** The bulk or verbatim string whose header has been read. */
  #bulk: OpenBulk | undefined = undefined;

  push(chunk: ByteString): void {
    this.#input.push(chunk);
  }

  /** The next whole value; undefined until all its bytes are there. Throws a ProtocolError for bytes that are no RESP. */
  next(): RespValue | undefined {
    let value = this.#unnested();
    while (value !== undefined) {
      const parent = this.#open.at(-1);
      if (parent === undefined) return value;
      parent.items.push(value);
      if (parent.items.length < parent.length) value = this.#unnested();
      else {
        this.#open.pop();
        value = { type: parent.type, items: parent.items };
      }
    }
    return undefined;
  }

  /** The next value that has no items; opens the aggregates before it. */
  #unnested(): RespValue | undefined {
    for (;;) {
      if (this.#bulk !== undefined) return this.#finishBulk(this.#bulk);
      const line = this.#input.lineTo("\r\n");
      if (line === undefined) return undefined;
      const value = this.#begin(line.slice(0, 1), sliceBytes(line, 1));
      if (value !== undefined) return value;
    }
  }

  /** The value that a line holds; undefined where the line only begins one. */
  #begin(mark: string, rest: ByteString): RespValue | undefined {
    const lineType = LINES[mark];
    if (lineType !== undefined) return lineValue(lineType, rest);
    if (mark === "_" && rest === "") return { type: "null" };
    if (mark === "$" && rest === "-1") return { type: "nil" };
    if (mark === "*" && rest === "-1") return { type: "nil-array" };
    if (mark === "$" || mark === "=") {
      this.#bulk = { type: mark === "$" ? "bulk" : "verbatim", length: count(rest) };
      return undefined;
    }
    const type = AGGREGATES[mark];
    if (type === undefined) throw new ProtocolError(`${JSON.stringify(mark)} begins no RESP value`);
    const length = count(rest) * (type === "map" ? 2 : 1);
    if (length === 0) return { type, items: [] };
    this.#open.push({ type, length, items: [] });
    return undefined;
  }

  #finishBulk({ type, length }: OpenBulk): RespValue | undefined {
    const text = this.#input.take(length + 2);
    if (text === undefined) return undefined;
    if (!text.endsWith("\r\n"))
      throw new ProtocolError(`a ${type} string is longer than its length`);
    this.#bulk = undefined;
    return { type, text: sliceBytes(text, 0, length) };
  }
}

interface OpenAggregate {
  readonly type: AggregateType;
  readonly length: number;
  readonly items: RespValue[];
}

interface OpenBulk {
  readonly type: "bulk" | "verbatim";
  readonly length: number;
}

function lineValue(type: LineType, text: ByteString): RespValue {
  if (LINE_TEXTS[type].test(text)) return { type, text };
  throw new ProtocolError(`${JSON.stringify(text)} is no ${type}`);
}

function count(text: ByteString): number {
  if (!/^\d+$/.test(text)) throw new ProtocolError(`${JSON.stringify(text)} is no length`);
  return Number(text);
}

/** Longest line of a request (PROTO_INLINE_MAX_SIZE in server.h). */
const MAX_LINE = 64 * 1024;
/** Longest argument of a request (the default of proto-max-bulk-len). */
const MAX_BULK = 512 * 1024 * 1024;
const MAX_ARGUMENTS = 2 ** 31 - 1;
/** What a client that has yet to say who it is may send. */
const MAX_STRANGE_BULK = 16 * 1024;
const MAX_STRANGE_ARGUMENTS = 10;

/** Decodes requests: arrays of bulk strings, and inline commands as typed into telnet. */
export class RequestDecoder {
  readonly #input = new Input();
  #argv: ByteString[] = [];
  #expected = 0;
  #bulkLength: number | undefined = undefined;
  readonly #isStranger: () => boolean;

  /** How many bytes have come that are in no command yet, but for the arguments of one that is still coming. */
  get unread(): number {
    return this.#input.length;
  }

  /** `isStranger` tells whether the client has yet to authenticate: then it may send little. */
  constructor(isStranger: () => boolean = () => false) {
    this.#isStranger = isStranger;
  }

  push(chunk: ByteString): void {
    this.#input.push(chunk);
  }

  /** The next whole command, never empty; undefined until all its bytes are there. Throws a ProtocolError in Redis's words. */
  next(): readonly ByteString[] | undefined {
    while (this.#expected > 0 || this.#begin()) {
      while (this.#argv.length < this.#expected) {
        const argument = this.#argument();
        if (argument === undefined) return undefined;
        this.#argv.push(argument);
      }
      const argv = this.#argv;
      this.#argv = [];
      this.#expected = 0;
      if (argv.length > 0) return argv;
    }
    return undefined;
  }

  /** Reads a command's first line, of an inline command all of it; false until the line is there. */
  #begin(): boolean {
    if (this.#input.startsWith("*")) {
      const expected = this.#input.plainLength("*") ?? this.#length("mbulk", multibulkLength);
      if (expected === undefined) return false;
      if (expected > MAX_STRANGE_ARGUMENTS && this.#isStranger()) {
        throw protocolError("unauthenticated multibulk length");
      }
      this.#expected = expected;
      return true;
    }
    const line = this.#input.lineTo("\n");
    if (line === undefined) {
      if (this.#input.length > MAX_LINE) throw protocolError("too big inline request");
      return false;
    }
    const argv = splitArguments(line);
    if (argv === undefined) throw protocolError("unbalanced quotes in request");
    this.#argv = argv;
    this.#expected = argv.length;
    return true;
  }

  #argument(): ByteString | undefined {
    if (this.#bulkLength === undefined) {
      const length = this.#input.plainLength("$") ?? this.#length("bulk", bulkLength);
      if (length === undefined) return undefined;
      if (length > MAX_STRANGE_BULK && this.#isStranger()) {
        throw protocolError("unauthenticated bulk length");
      }
      this.#bulkLength = length;
    }
    // Redis does not look at the two bytes that end an argument.
    const argument = this.#input.take(this.#bulkLength, 2);
    if (argument !== undefined) this.#bulkLength = undefined;
    return argument;
  }

  /** What a line says; undefined while it is not there. */
  #length(type: "mbulk" | "bulk", read: (line: ByteString) => number): number | undefined {
    const line = this.#input.lineTo("\r\n");
    if (line !== undefined) return read(line);
    if (this.#input.length > MAX_LINE) throw protocolError(`too big ${type} count string`);
    return undefined;
  }
}

/** Below 1 for a command without words, which Redis passes over. */
function multibulkLength(line: ByteString): number {
  const length = parseInteger(sliceBytes(line, 1));
  if (length === undefined || length > MAX_ARGUMENTS) {
    throw protocolError("invalid multibulk length");
  }
  return Number(length);
}

function bulkLength(line: ByteString): number {
  if (!line.startsWith("$")) throw protocolError(`expected '$', got '${line.slice(0, 1) || "\r"}'`);
  const length = parseInteger(sliceBytes(line, 1));
  if (length === undefined || length < 0 || length > MAX_BULK) {
    throw protocolError("invalid bulk length");
  }
  return Number(length);
}

function protocolError(reason: string): ProtocolError {
  return new ProtocolError(`Protocol error: ${reason}`);
}

/** Spaces, then a bare word that may end in a quoted part; a quoted part ends its word. */
const ARGUMENT =
  /[ \t-\r]*([^ \t\n\r"']*)(?:"((?:[^"\\]|\\[^])*)"(?=[ \t-\r]|$)|'((?:[^'\\]|\\'|\\(?!'))*)'(?=[ \t-\r]|$))?/y;

/** Splits a line into words and unquotes them as redis-cli and inline commands do (sds.c, sdssplitargs); undefined for unbalanced quotes. */
export function splitArguments(line: ByteString): ByteString[] | undefined {
  const end = lengthWithout(" \t\n\v\f\r", line);
  const argv: ByteString[] = [];
  ARGUMENT.lastIndex = 0;
  while (ARGUMENT.lastIndex < end) {
    const start = ARGUMENT.lastIndex;
    const [, bare = "", double, single] = ARGUMENT.exec(line) ?? [];
    const next = line.charAt(ARGUMENT.lastIndex);
    if (ARGUMENT.lastIndex === start || next === '"' || next === "'") return undefined;
    argv.push(bytes(bare + unquoted(double, single)));
  }
  return argv;
}

function unquoted(double: string | undefined, single: string | undefined): string {
  if (double !== undefined) return unescapeBytes(double);
  return single?.replaceAll("\\'", "'") ?? "";
}

/** The bytes between double quotes, `\xHH`, `\n`, `\r`, `\t`, `\a` and `\b` resolved; any other escaped character is itself. */
export function unescapeBytes(escaped: string): ByteString {
  return bytes(
    escaped.replace(
      /\\(?:x([\da-fA-F]{2})|([^]))/g,
      (_, hex: string | undefined, character: string) =>
        hex === undefined
          ? (UNESCAPES[character] ?? character)
          : String.fromCharCode(Number.parseInt(hex, 16)),
    ),
  );
}

const UNESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  a: "\x07",
  b: "\b",
};

const ZERO = 0x30;
/** A number of so many digits is within the limits of every length. */
const MAX_PLAIN_DIGITS = 8;

/** Bytes that have come in and are not yet read. */
class Input {
  #buffer = "";
  #position = 0;

  get length(): number {
    return this.#buffer.length - this.#position;
  }

  push(chunk: ByteString): void {
    this.#buffer = this.#buffer.slice(this.#position) + chunk;
    this.#position = 0;
  }

  startsWith(mark: string): boolean {
    return this.#buffer.startsWith(mark, this.#position);
  }

  /** The bytes before `end`, which is read too; undefined while it has not come. */
  lineTo(end: string): ByteString | undefined {
    const index = this.#buffer.indexOf(end, this.#position);
    if (index < 0) return undefined;
    const line = this.#buffer.slice(this.#position, index);
    this.#position = index + end.length;
    return bytes(line);
  }

  /**
   * Reads a line that holds a length as clients write it, behind its mark; undefined, and nothing is read, where there is none. It makes no
   * strings: most of the lines of requests are such.
   */
  plainLength(mark: string): number | undefined {
    if (!this.startsWith(mark)) return undefined;
    const start = this.#position + 1;
    let length = 0;
    let end = start;
    for (; end < start + MAX_PLAIN_DIGITS; end++) {
      const digit = this.#buffer.charCodeAt(end) - ZERO;
      if (!(digit >= 0 && digit <= 9)) break;
      length = length * 10 + digit;
    }
    const isPadded = this.#buffer.charCodeAt(start) === ZERO && end > start + 1;
    if (end === start || isPadded || !this.#buffer.startsWith("\r\n", end)) return undefined;
    this.#position = end + 2;
    return length;
  }

  /** The next `length` bytes; those `behind` them are read too. Undefined while they are not all there. */
  take(length: number, behind = 0): ByteString | undefined {
    if (this.length < length + behind) return undefined;
    const start = this.#position;
    this.#position += length + behind;
    return bytes(this.#buffer.slice(start, start + length));
  }
}
