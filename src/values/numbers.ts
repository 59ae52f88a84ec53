/**
 * Numbers as Redis reads and prints them: 64-bit integers in canonical decimal, doubles as strtod takes them and fpconv prints
 * them. Integers are numbers while they are safe and bigints past 2^53.
 */
import { bytes, type ByteString } from "../bytes.js";

const MAX_INTEGER = 2n ** 63n - 1n;
const MIN_INTEGER = -(2n ** 63n);

/** So many digits always fit a safe integer. */
const SAFE_DIGITS = 15;

/** A canonical 64-bit integer (no plus sign, no leading zeros, no `-0`, no spaces); undefined for anything else. */
export function parseInteger(operand: ByteString): number | bigint | undefined {
  const negative = operand.charCodeAt(0) === MINUS;
  const start = negative ? 1 : 0;
  const digits = operand.length - start;
  if (digits === 1 && operand.charCodeAt(start) === ZERO) return negative ? undefined : 0;
  const first = operand.charCodeAt(start);
  if (digits === 0 || digits > 19 || first === ZERO) return undefined;
  let value = 0;
  for (let index = start; index < operand.length; index++) {
    const digit = operand.charCodeAt(index) - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  if (digits <= SAFE_DIGITS) return negative ? -value : value;
  const exact = BigInt(operand);
  return exact >= MIN_INTEGER && exact <= MAX_INTEGER ? normalize(exact) : undefined;
}

/** The exact sum; undefined where it does not fit 64 bits. */
export function addIntegers(a: number | bigint, b: number | bigint): number | bigint | undefined {
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  const exact = BigInt(a) + BigInt(b);
  return exact >= MIN_INTEGER && exact <= MAX_INTEGER ? normalize(exact) : undefined;
}

function normalize(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

const MINUS = 0x2d;
const ZERO = 0x30;

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const HEXADECIMAL = /^([+-]?)0x([\da-f]*)\.?([\da-f]*)(?:p([+-]?\d+))?$/i;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;

/**
 * A double as scores, increments and weights are given: decimal, hexadecimal or infinite. Undefined for anything else, NaN and
 * spaces among it, and for what overflows or underflows.
 */
export function parseDouble(operand: ByteString): number | undefined {
  if (DECIMAL.test(operand)) {
    const value = Number(operand);
    const lost = value === 0 ? /^[^e]*[1-9]/i.test(operand) : !Number.isFinite(value);
    return lost ? undefined : value;
  }
  return parseInfinite(operand) ?? parseHexadecimal(operand);
}

/**
 * A double as the bounds of score ranges and SORT's weights are given: decimal or infinite, where an overflow is an infinity and
 * an empty operand 0. Undefined for anything else.
 */
export function parseRangeBound(operand: ByteString): number | undefined {
  if (operand === "") return 0;
  return DECIMAL.test(operand) ? Number(operand) : parseInfinite(operand);
}

function parseInfinite(operand: string): number | undefined {
  const [, sign] = INFINITE.exec(operand) ?? [];
  if (sign === undefined) return undefined;
  return sign === "-" ? -Infinity : Infinity;
}

function parseHexadecimal(operand: string): number | undefined {
  const [, sign, whole = "", fraction = "", exponent = "0"] = HEXADECIMAL.exec(operand) ?? [];
  if (sign === undefined || whole + fraction === "") return undefined;
  const mantissa = BigInt(`0x${whole}${fraction}`);
  const value = Number(mantissa) * 2 ** (Number(exponent) - 4 * fraction.length);
  const lost = value === 0 ? mantissa !== 0n : !Number.isFinite(value);
  if (lost) return undefined;
  return sign === "-" ? -value : value;
}

/** Doubles up to this, in either direction, are printed as integers where they are whole. */
const MAX_PRINTED_INTEGER = 2 ** 62;

/** A double as Redis prints it. */
export function formatDouble(value: number): ByteString {
  if (Number.isSafeInteger(value)) return bytes(Object.is(value, -0) ? "-0" : String(value));
  if (Number.isNaN(value)) return bytes("nan");
  if (!Number.isFinite(value)) return bytes(value > 0 ? "inf" : "-inf");
  if (Number.isInteger(value) && Math.abs(value) <= MAX_PRINTED_INTEGER) {
    return bytes(String(BigInt(value)));
  }
  return bytes((value < 0 ? "-" : "") + layOut(Math.abs(value)));
}

/** Lays the shortest digits out as fpconv does: plain while few zeros are needed, else with an exponent. */
function layOut(value: number): string {
  const [mantissa = "", exponent = "0"] = value.toExponential().split("e");
  const digits = mantissa.replace(".", "");
  const power = Number(exponent);
  const scale = power - digits.length + 1;
  const size = Math.abs(power);

  if (scale >= 0 && size < digits.length + 7) return digits + "0".repeat(scale);
  if (scale < 0 && (scale > -7 || size < 4)) {
    const point = digits.length + scale;
    if (point <= 0) return `0.${"0".repeat(-point)}${digits}`;
    return `${digits.slice(0, point)}.${digits.slice(point)}`;
  }
  const shown = digits.slice(0, 18);
  const fraction = shown.length > 1 ? `.${shown.slice(1)}` : "";
  return `${shown.slice(0, 1)}${fraction}e${power < 0 ? "-" : "+"}${size}`;
}
