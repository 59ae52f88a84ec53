/**
 * Strings as arrays of bits, after bitops.c: bit 0 is the highest bit of the first byte. Whole integers in them are bitfield.ts. SETBIT
 * leaves a string `raw` even where it changes nothing.
 */
import { bytes, type ByteString } from "../bytes.js";
import { ReplyError, stringTooLong, syntaxError, wrongType } from "../errors.js";
import type { Database } from "../keyspace/database.js";
import { STRING } from "../keyspace/events.js";
import { typeName } from "../keyspace/value.js";
import type { Reply } from "../reply.js";
import { BitString, bitOf } from "../values/bit-string.js";
import { parseInteger } from "../values/numbers.js";
import type { Args } from "./args.js";
import { command, firstKey, type CommandTable, type Context, type KeyRange } from "./command.js";
import { index, integer } from "./operands.js";
import { MAX_LENGTH } from "./string.js";

const destinationAndSources: KeyRange = [2, -1, 1];

export const bitmapCommands = {
  /** `BITCOUNT key [start end [BYTE | BIT]]` → how many bits are 1. */
  bitcount: command(-2, ["readonly"], firstKey, ({ db }, args) => {
    const key = args.next();
    const range = args.more() ? countRange(args) : undefined;
    const bits = bitsAt(db, key);
    if (bits === undefined) return 0;
    return ones(bits, bitRange(bits, range));
  }),

  /**
   * `BITOP AND | OR | XOR | NOT | DIFF | DIFF1 | ANDOR | ONE destination key [key …]` → the length of the result in bytes; an empty
   * result deletes the destination. DIFF to ONE as in Redis 8.2.
   */
  bitop: command(-4, ["write", "denyoom"], destinationAndSources, bitop),

  /** `BITPOS key bit [start [end [BYTE | BIT]]]` → where the first such bit is, or -1. */
  bitpos: command(-3, ["readonly"], firstKey, bitpos),

  /** `GETBIT key offset` → the bit, 0 past the end. */
  getbit: command(3, ["readonly", "fast"], firstKey, ({ db }, args) => {
    const key = args.next();
    const offset = bitOffset(args.next());
    return bitsAt(db, key)?.bit(offset) ?? 0;
  }),

  /** `SETBIT key offset 0 | 1` → the bit that stood there. */
  setbit: command(4, ["write", "denyoom"], firstKey, ({ db }, args) => {
    const key = args.next();
    const offset = bitOffset(args.next());
    const bit = parseInteger(args.next());
    if (bit !== 0 && bit !== 1) throw new ReplyError("ERR bit is not an integer or out of range");
    const { bits, longer } = changeableBits(db, key, Math.floor(offset / 8) + 1);
    const old = bits.bit(offset);
    if (longer || old !== bit) {
      db.write(key);
      bits.setBit(offset, bit);
      db.notify("setbit", STRING, key);
    }
    return old;
  }),
} satisfies CommandTable;

/** What the commands read bits from. */
interface Bits {
  /** In bytes. */
  readonly length: number;
  byteAt(index: number): number;
  bit(offset: number): 0 | 1;
}

/** A string whose bits are only read. */
class PlainBits implements Bits {
  readonly #bytes: ByteString;

  constructor(value: ByteString) {
    this.#bytes = value;
  }

  get length(): number {
    return this.#bytes.length;
  }

  byteAt(position: number): number {
    return position < this.#bytes.length ? this.#bytes.charCodeAt(position) : 0;
  }

  bit(offset: number): 0 | 1 {
    return bitOf(this.byteAt(Math.floor(offset / 8)), offset);
  }
}

/** The bits of a string; undefined without a key, WRONGTYPE where it holds no string. */
export function bitsAt(db: Database, key: ByteString): Bits | undefined {
  const value = db.get(key);
  if (value === undefined || value instanceof BitString) return value;
  if (typeName(value) !== "string") throw wrongType();
  return new PlainBits(db.string(key) ?? bytes(""));
}

/** The string at the key, at least so many bytes long and ready to be changed; it is created where it is missing. */
export function changeableBits(
  db: Database,
  key: ByteString,
  length: number,
): { readonly bits: BitString; readonly longer: boolean } {
  const value = db.get(key);
  if (length > MAX_LENGTH) throw stringTooLong();
  if (value instanceof BitString) {
    const longer = length > value.length;
    if (longer) db.write(key);
    value.grow(length);
    return { bits: value, longer };
  }
  const old = db.string(key);
  const bits = new BitString(old ?? bytes(""));
  const longer = length > bits.length;
  bits.grow(length);
  if (longer) db.put(key, bits);
  else db.reencode(key, bits);
  return { bits, longer };
}

/** An offset in bits into the longest string. */
export function bitOffset(operand: ByteString): number {
  const offset = parseInteger(operand);
  if (offset === undefined || offset < 0 || offset >= MAX_LENGTH * 8) throw offsetError();
  return Number(offset);
}

export function offsetError(): ReplyError {
  return new ReplyError("ERR bit offset is not an integer or out of range");
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly unit: 1 | 8;
}

function countRange(args: Args): Range {
  if (args.left < 2 || args.left > 3) throw syntaxError();
  const start = index(args.next());
  const end = index(args.next());
  const unit = unitOption(args);
  // BITCOUNT alone finds nothing between two ends that are both before the first byte.
  return start < 0 && end < 0 && start > end ? NOTHING : { start, end, unit };
}

const NOTHING: Range = { start: 1, end: 0, unit: 8 };

/** Bits in a unit of the range. */
function unitOption(args: Args): 1 | 8 {
  if (!args.more()) return 8;
  const option = args.option();
  args.end();
  if (option === "BIT") return 1;
  if (option === "BYTE") return 8;
  throw syntaxError();
}

/** The half-open range of bits. */
function bitRange(
  { length }: Bits,
  { start, end, unit }: Range = { start: 0, end: -1, unit: 8 },
): readonly [start: number, end: number] {
  const total = (length * 8) / unit;
  const first = Math.max(0, start < 0 ? total + start : start);
  const last = Math.min(total - 1, Math.max(0, end < 0 ? total + end : end));
  return first > last ? [0, 0] : [first * unit, (last + 1) * unit];
}

const ONES = Uint8Array.from(
  { length: 256 },
  (_, byte) => byte.toString(2).replaceAll("0", "").length,
);

function ones(bits: Bits, [start, end]: readonly [number, number]): number {
  let count = 0;
  let offset = start;
  for (; offset < end && offset % 8 !== 0; offset++) count += bits.bit(offset);
  for (; offset + 8 <= end; offset += 8) count += ONES[bits.byteAt(offset / 8)] ?? 0;
  for (; offset < end; offset++) count += bits.bit(offset);
  return count;
}

function bitpos({ db }: Context, args: Args): Reply {
  const key = args.next();
  const bit = integer(args.next());
  if (bit !== 0 && bit !== 1) throw new ReplyError("ERR The bit argument must be 1 or 0.");
  if (args.left > 3) throw syntaxError();
  const start = args.more() ? index(args.next()) : 0;
  const endGiven = args.more();
  const last = endGiven ? args.next() : bytes("-1");
  const unit = unitOption(args);
  const end = index(last);

  const bits = bitsAt(db, key);
  if (bits === undefined) return bit === 1 ? -1 : 0;
  const [from, to] = bitRange(bits, { start, end, unit });
  if (from === to) return -1;
  const found = firstBit(bits, bit, from, to);
  // Without an end the string is taken to go on with zero bits.
  if (found === undefined) return bit === 0 && !endGiven ? bits.length * 8 : -1;
  return found;
}

function firstBit(bits: Bits, bit: 0 | 1, start: number, end: number): number | undefined {
  const other = bit === 1 ? 0 : 0xff;
  let offset = start;
  while (offset < end) {
    if (offset % 8 === 0 && bits.byteAt(offset / 8) === other) offset += 8;
    else if (bits.bit(offset) === bit) return offset;
    else offset++;
  }
  return undefined;
}

type Combine = (sources: readonly number[]) => number;

/** One byte of the result from a byte of each source; those past a source's end are 0. */
const operations: Readonly<Record<string, Combine>> = {
  AND: (sources) => sources.reduce((result, byte) => result & byte),
  OR: any,
  XOR: (sources) => sources.reduce((result, byte) => result ^ byte),
  NOT: ([byte = 0]) => ~byte & 0xff,
  DIFF: ([first = 0, ...others]) => first & ~any(others),
  DIFF1: ([first = 0, ...others]) => any(others) & ~first,
  ANDOR: ([first = 0, ...others]) => first & any(others),
  ONE: (sources) => {
    let once = 0;
    let more = 0;
    for (const byte of sources) {
      more |= once & byte;
      once |= byte;
    }
    return once & ~more;
  },
};

function any(sources: readonly number[]): number {
  return sources.reduce((result, byte) => result | byte, 0);
}

function bitop({ db }: Context, args: Args): Reply {
  const name = args.option();
  const destination = args.next();
  const keys = args.rest();
  const combine = operations[name];
  if (combine === undefined) throw syntaxError();
  if (name === "NOT" && keys.length !== 1) {
    throw new ReplyError("ERR BITOP NOT must be called with a single source key.");
  }
  if (/^(?:DIFF1?|ANDOR)$/.test(name) && keys.length < 2) {
    throw new ReplyError(`ERR BITOP ${name} must be called with at least two source keys.`);
  }

  const sources = keys.map((key) => bitsAt(db, key));
  const length = Math.max(...sources.map((source) => source?.length ?? 0));
  if (length === 0) {
    db.delete(destination);
    return 0;
  }
  const result = new BitString(bytes(""));
  result.grow(length);
  for (let position = 0; position < length; position++) {
    result.setByte(position, combine(sources.map((source) => source?.byteAt(position) ?? 0)));
  }
  db.set(destination, result);
  db.notify("set", STRING, destination);
  return length;
}
