/** What raw operands must be, with the error Redis answers where they are not. */
import type { ByteString } from "../bytes.js";
import { invalidExpire, mustBePositive, notFloat, notInteger, type ReplyError } from "../errors.js";
import type { UnixTime } from "../keyspace/expiry.js";
import { parseDouble, parseInteger } from "../values/numbers.js";

/** A 64-bit integer: a number, or a bigint past 2^53. */
export function integer(operand: ByteString, error = notInteger): number | bigint {
  const value = parseInteger(operand);
  if (value === undefined) throw error();
  return value;
}

/** A 64-bit integer used as an index, count or offset, where digits past 2^53 make no difference. */
export function index(operand: ByteString, error = notInteger): number {
  return Number(integer(operand, error));
}

/** An integer of at least 0, as the counts of LPOP and SPOP. */
export function naturalNumber(operand: ByteString, error = mustBePositive): number {
  const value = index(operand, error);
  if (value < 0) throw error();
  return value;
}

/** A double; infinities are valid, NaN is not. */
export function float(operand: ByteString, error = notFloat): number {
  const value = parseDouble(operand);
  if (value === undefined) throw error();
  return value;
}

/** How an option names a point in time: seconds or milliseconds, from now or since the epoch. */
export type TimeUnit = "EX" | "PX" | "EXAT" | "PXAT";

/** The latest deadline: Redis keeps milliseconds in 64 bits, signed. */
const LATEST = 2n ** 63n - 1n;

/**
 * The absolute deadline in milliseconds that an expiry option names. Throws ERR value is not an integer, or ERR invalid expire time
 * in '`command`' command where it is not positive or past 64 bits.
 */
export function deadline(
  unit: TimeUnit,
  operand: ByteString,
  now: number,
  command: string,
): UnixTime {
  const amount = integer(operand);
  if (amount <= 0) throw invalidExpire(command);
  return absoluteTime(unit, amount, now, () => invalidExpire(command));
}

/** The absolute time in milliseconds of an amount in a unit, which may be past; throws where it does not fit 64 bits. */
export function absoluteTime(
  unit: TimeUnit,
  amount: number | bigint,
  now: number,
  error: () => ReplyError,
): UnixTime {
  const scale = unit === "EX" || unit === "EXAT" ? 1000 : 1;
  const base = unit === "EX" || unit === "PX" ? now : 0;
  const time = Number(amount) * scale + base;
  if (Number.isSafeInteger(time)) return time;
  const exact = BigInt(amount) * BigInt(scale) + BigInt(base);
  if (exact > LATEST || exact < -LATEST - 1n) throw error();
  return exact;
}
