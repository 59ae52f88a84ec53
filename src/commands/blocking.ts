/** What commands share that wait for a key. */
import type { ByteString } from "../bytes.js";
import { ReplyError } from "../errors.js";
import { isInfinite, parseLongDouble, type LongDouble } from "../values/long-double.js";
import { integer } from "./operands.js";

/** Redis keeps times as 64-bit integers. */
const LATEST = 2 ** 63;

/** When a wait of so many seconds ends, in Unix milliseconds; Infinity for 0. */
export function timeout(operand: ByteString, now: number): number {
  const seconds = parseLongDouble(operand);
  if (seconds === undefined) {
    throw new ReplyError("ERR timeout is not a float or out of range");
  }
  return endOf(Math.ceil(toNumber(seconds) * 1000), now);
}

/** When a wait of so many milliseconds ends, in Unix milliseconds; Infinity for 0. */
export function timeoutInMilliseconds(operand: ByteString, now: number): number {
  return endOf(Number(integer(operand, notInteger)), now);
}

/** The Unix time in milliseconds at which so many milliseconds are over; 0 is now. */
export function timeAfter(operand: ByteString, now: number): number {
  const end = timeoutInMilliseconds(operand, now);
  return end === Infinity ? now : end;
}

function notInteger(): ReplyError {
  return new ReplyError("ERR timeout is not an integer or out of range");
}

function endOf(milliseconds: number, now: number): number {
  if (milliseconds < 0) throw new ReplyError("ERR timeout is negative");
  if (milliseconds >= LATEST - now) throw new ReplyError("ERR timeout is out of range");
  return milliseconds === 0 ? Infinity : now + milliseconds;
}

function toNumber(value: LongDouble): number {
  if (typeof value === "number" || isInfinite(value)) return Number(value);
  return Number(value.mantissa) * 2 ** value.exponent;
}
