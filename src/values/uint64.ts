/** Unsigned 64-bit integers, of which stream IDs are made: numbers while they are safe, bigints past 2^53, so that `<` and `===` hold. */
import type { ByteString } from "../bytes.js";
import { parseInteger } from "./numbers.js";

export type UInt64 = number | bigint;

export const MAX_UINT64 = 2n ** 64n - 1n;

/** An integer in its one form: a number where it is safe. */
export function exact(value: bigint): UInt64 {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

export function add(a: UInt64, b: UInt64): UInt64 {
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return exact(BigInt(a) + BigInt(b));
}

export function subtract(a: UInt64, b: UInt64): UInt64 {
  return typeof a === "number" && typeof b === "number" ? a - b : exact(BigInt(a) - BigInt(b));
}

/** As Redis prints it in a reply, whose integers have a sign. */
export function signed(value: UInt64): UInt64 {
  return typeof value === "number" ? value : exact(BigInt.asIntN(64, value));
}

/**
 * As Redis reads one (util.c, string2ull): a canonical integer that is not negative, or else what strtoull takes, which is spaces, signs
 * and leading zeros too, with `-01` for the largest.
 */
export function parseUInt64(operand: ByteString): UInt64 | undefined {
  const canonical = parseInteger(operand);
  if (canonical !== undefined) return canonical < 0 ? undefined : canonical;
  const [, sign, digits] = STRTOULL.exec(operand) ?? [];
  if (digits === undefined) return undefined;
  const value = BigInt(digits);
  if (value > MAX_UINT64) return undefined;
  return exact(sign === "-" ? BigInt.asUintN(64, -value) : value);
}

const STRTOULL = /^[ \t\n\v\f\r]*([+-]?)(\d+)$/;
