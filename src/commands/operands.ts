/** What raw operands must be, with the error Redis answers where they are not. */
import { untilZero, type ByteString } from "../bytes.js";
import {
  invalidExpire,
  mustBePositive,
  notFloat,
  notInteger,
  outOfRange,
  ReplyError,
  syntaxError,
} from "../errors.js";
import type { Args } from "./args.js";
import type { UnixTime } from "../keyspace/expiry.js";
import { parseDouble, parseInteger } from "../values/numbers.js";

/** The largest and the smallest 64-bit integer. */
const MAX = 2n ** 63n - 1n;
const MIN = -(2n ** 63n);
const MAX_PAIRS = 2n ** 62n - 1n;

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

/** What a client tells of itself; `what` names it in the error. Like Redis's own look, this one ends at a zero byte. */
export function clientAttribute(value: ByteString, what: string): ByteString {
  if (/^[!-~]*$/.test(untilZero(value))) return value;
  throw new ReplyError(`ERR ${what} cannot contain spaces, newlines or special characters.`);
}

/** How an option names a point in time: seconds or milliseconds, from now or since the epoch. */
export type TimeUnit = "EX" | "PX" | "EXAT" | "PXAT";

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
  if (Number.isSafeInteger(time) && Number.isSafeInteger(time - base)) return time;
  const exact = BigInt(amount) * BigInt(scale);
  if (exact > MAX - BigInt(base) || exact < MIN) throw error();
  return exact + BigInt(base);
}

/** A 64-bit integer that can be negated, as the counts of SRANDMEMBER and the rank of LPOS. */
export function symmetricInteger(operand: ByteString): number {
  const value = integer(operand);
  if (value <= MIN) {
    throw new ReplyError(`ERR value is out of range, value must between ${-MAX} and ${MAX}`);
  }
  return Number(value);
}

/** The count of HRANDFIELD and ZRANDMEMBER with values: it may ask for half of what 64 bits hold, since each comes with its value. */
export function checkPairCount(operand: ByteString): void {
  const count = integer(operand);
  if (count > MAX_PAIRS || count < -MAX_PAIRS) throw outOfRange();
}

/** A whole number above 0; anything else is the one error that the command has for it. */
export function positiveNumber(operand: ByteString, message: string): number {
  const value = parseInteger(operand);
  if (value === undefined || value <= 0) throw new ReplyError(message);
  return Number(value);
}

/** The keys behind a count of keys (`numkeys key [key …]`); a syntax error where there are fewer. */
export function countedKeys(args: Args): ByteString[] {
  const count = positiveNumber(args.next(), "ERR numkeys should be greater than 0");
  return args.take(count);
}

/** A start and an end index, both included and negative from the end, as the half-open range inside a sequence of that length. */
export function indexRange(
  first: number,
  last: number,
  length: number,
): readonly [start: number, end: number] {
  const start = Math.min(length, Math.max(0, first < 0 ? length + first : first));
  const end = Math.min(length, (last < 0 ? length + last : last) + 1);
  return [start, Math.max(start, end)];
}

/** The `[COUNT n]` that ends LMPOP and ZMPOP; 1 where it is missing. */
export function countOption(args: Args): number {
  if (!args.more()) return 1;
  if (args.option() !== "COUNT") throw syntaxError();
  const count = positiveNumber(args.next(), "ERR count should be greater than 0");
  args.end();
  return count;
}

/** Whether the one option that may follow is there; a syntax error for anything else. */
export function onlyOption(args: Args, name: string): boolean {
  if (!args.more()) return false;
  if (args.option() !== name || args.more()) throw syntaxError();
  return true;
}

/** The `[LIMIT n]` that ends SINTERCARD and ZINTERCARD; 0, no limit, where it is missing. */
export function limitOption(args: Args): number {
  let limit = 0;
  while (args.more()) {
    if (args.option() !== "LIMIT" || !args.more()) throw syntaxError();
    limit = naturalNumber(args.next(), () => new ReplyError("ERR LIMIT can't be negative"));
  }
  return limit;
}

/** A subcommand that is called with too many words, or with options that it does not know. */
export function subcommandSyntax(container: string, { subcommand }: Args): ReplyError {
  const word = untilZero(subcommand).slice(0, 128);
  return new ReplyError(
    `ERR unknown subcommand or wrong number of arguments for '${word}'. Try ${container} HELP.`,
  );
}
