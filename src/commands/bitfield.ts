/** Integers of any width in a string, after bitops.c (bitfieldGeneric). A width goes to 64 bits signed, 63 unsigned. */
import { bytes, sliceBytes, untilZero, type ByteString } from "../bytes.js";
import { ReplyError, syntaxError } from "../errors.js";
import { STRING } from "../keyspace/events.js";
import type { Reply } from "../reply.js";
import type { BitString } from "../values/bit-string.js";
import { parseInteger } from "../values/numbers.js";
import type { Args } from "./args.js";
import { bitOffset, bitsAt, changeableBits, offsetError } from "./bitmap.js";
import { command, firstKey, type CommandTable, type Context } from "./command.js";
import { integer } from "./operands.js";

export const bitfieldCommands = {
  /**
   * `BITFIELD key [GET type offset | [OVERFLOW WRAP | SAT | FAIL] SET type offset value | INCRBY type offset increment] …` → what each
   * GET, SET (the old value) and INCRBY (the new one) gave; nil where FAIL kept a value from overflowing.
   */
  bitfield: command(-2, ["write", "denyoom"], firstKey, (context, args) =>
    bitfield(context, args.next(), operations(args, false)),
  ),

  /** `BITFIELD_RO key [GET type offset …]` → the integers. */
  bitfield_ro: command(-2, ["readonly", "fast"], firstKey, (context, args) =>
    bitfield(context, args.next(), operations(args, true)),
  ),
} satisfies CommandTable;

interface IntegerType {
  readonly signed: boolean;
  readonly width: number;
}

type Overflow = "WRAP" | "SAT" | "FAIL";

interface Operation {
  readonly name: "GET" | "SET" | "INCRBY";
  readonly type: IntegerType;
  /** In bits. */
  readonly offset: number;
  /** What is set or added; 0 for GET. */
  readonly value: bigint;
  readonly overflow: Overflow;
}

function operations(args: Args, readonly: boolean): readonly Operation[] {
  const found: Operation[] = [];
  let overflow: Overflow = "WRAP";
  let writes = false;
  while (args.more()) {
    const name = args.option();
    if (name === "OVERFLOW" && args.more()) {
      overflow = overflowOption(args);
      continue;
    }
    const operands = name === "GET" ? 2 : 3;
    if ((name !== "GET" && name !== "SET" && name !== "INCRBY") || args.left < operands) {
      throw syntaxError();
    }
    const type = integerType(args.next());
    const offset = fieldOffset(args.next(), type);
    if (name !== "GET") writes = true;
    const value = name === "GET" ? 0n : BigInt(integer(args.next()));
    found.push({ name, type, offset, value, overflow });
  }
  if (readonly && writes) {
    throw new ReplyError("ERR BITFIELD_RO only supports the GET subcommand");
  }
  return found;
}

function overflowOption(args: Args): Overflow {
  const overflow = args.option();
  if (overflow === "WRAP" || overflow === "SAT" || overflow === "FAIL") return overflow;
  throw new ReplyError("ERR Invalid OVERFLOW type specified");
}

/** `i1` to `i64`, `u1` to `u63`. */
function integerType(operand: ByteString): IntegerType {
  const sign = operand.slice(0, 1);
  const width = parseInteger(untilZero(sliceBytes(operand, 1)));
  const signed = sign === "i";
  const most = signed ? 64 : 63;
  if ((signed || sign === "u") && width !== undefined && width >= 1 && width <= most) {
    return { signed, width: Number(width) };
  }
  throw new ReplyError(
    "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.",
  );
}

/** In bits, or behind `#` in integers of the type. */
function fieldOffset(operand: ByteString, { width }: IntegerType): number {
  if (!operand.startsWith("#")) return bitOffset(operand);
  const position = parseInteger(sliceBytes(operand, 1));
  if (position === undefined) throw offsetError();
  return bitOffset(bytes(String(BigInt(position) * BigInt(width))));
}

function bitfield({ db }: Context, key: ByteString, all: readonly Operation[]): Reply {
  const writes = all.filter(({ name }) => name !== "GET");
  if (writes.length === 0) {
    db.countLookups();
    const bits = bitsAt(db, key);
    return all.map(({ type, offset }) => reply(read((at) => bits?.bit(at) ?? 0, type, offset)));
  }
  const ends = writes.map(({ type, offset }) => Math.floor((offset + type.width - 1) / 8) + 1);
  const { bits, longer } = changeableBits(db, key, Math.max(...ends));
  let changed = false;
  const store: Store = ({ type, offset }, old, value) => {
    if (value === old && !longer) return;
    if (!changed) db.write(key);
    changed = true;
    write(bits, type, offset, value);
  };
  const replies = all.map((operation) => run(bits, operation, store));
  if (changed) db.notify("setbit", STRING, key);
  return replies;
}

/** Puts a new value in the place of an old one. */
type Store = (operation: Operation, old: bigint, value: bigint) => void;

function run(bits: BitString, operation: Operation, store: Store): Reply {
  const { name, type, offset, value, overflow } = operation;
  const old = read((at) => bits.bit(at), type, offset);
  if (name === "GET") return reply(old);
  const wanted = name === "SET" ? asGiven(value, type) : old + value;
  const fitted = fit(wanted, type, overflow);
  if (fitted === undefined) return null;
  store(operation, old, fitted);
  return reply(name === "SET" ? old : fitted);
}

/**
 * What SET takes a value for: an unsigned type reads its 64 bits without a sign; a signed one has it overflow at the top when it is so
 * low that the distance to the largest value no longer fits 64 bits (bitops.c, checkSignedBitfieldOverflow).
 */
function asGiven(value: bigint, type: IntegerType): bigint {
  if (!type.signed) return BigInt.asUintN(64, value);
  const distance = largest(type) - value;
  return type.width < 64 && BigInt.asIntN(64, distance) !== distance ? value + 2n ** 64n : value;
}

function largest({ signed, width }: IntegerType): bigint {
  return 2n ** BigInt(signed ? width - 1 : width) - 1n;
}

function read(
  bit: (offset: number) => 0 | 1,
  { signed, width }: IntegerType,
  offset: number,
): bigint {
  let value = 0n;
  for (let index = 0; index < width; index++) value = (value << 1n) | BigInt(bit(offset + index));
  return signed ? BigInt.asIntN(width, value) : value;
}

function write(bits: BitString, { width }: IntegerType, offset: number, value: bigint): void {
  for (let index = 0; index < width; index++) {
    const bit = (value >> BigInt(width - 1 - index)) & 1n;
    bits.setBit(offset + index, bit === 1n ? 1 : 0);
  }
}

/** What an integer becomes in a type; undefined where it must not overflow. */
function fit(value: bigint, type: IntegerType, overflow: Overflow): bigint | undefined {
  const { signed, width } = type;
  const wrapped = signed ? BigInt.asIntN(width, value) : BigInt.asUintN(width, value);
  if (wrapped === value || overflow === "WRAP") return wrapped;
  if (overflow === "FAIL") return undefined;
  const most = largest(type);
  if (value > most) return most;
  return signed ? -most - 1n : 0n;
}

function reply(value: bigint): Reply {
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}
