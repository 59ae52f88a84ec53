/**
 * Numbers as Redis reads and prints them: 64-bit integers in canonical decimal (string2ll), doubles as strtod or fast_float take them
 * and fpconv prints them (util.c). Integers are numbers while they are safe and bigints past 2^53. Redis reads doubles in two ways:
 * scores and increments with `parseDouble`, the bounds of score ranges and SORT's weights with `parseRangeBound`.
 */
import { bytes, type ByteString } from "../bytes.js";
import { parseHexadecimal, parseInfinite, roundToFormat } from "./binary-float.js";
import { decimalDigits } from "./double-digits.js";

const MAX_INTEGER = 2n ** 63n - 1n;
const MIN_INTEGER = -(2n ** 63n);
const MAX_INTEGER_DIGITS = 19;

const MINUS = 0x2d;
const ZERO = 0x30;

/** A canonical 64-bit integer (no plus sign, no leading zeros, no `-0`, no spaces); undefined for anything else. */
export function parseInteger(operand: ByteString): number | bigint | undefined {
  const negative = operand.charCodeAt(0) === MINUS;
  const start = negative ? 1 : 0;
  const digits = operand.length - start;
  if (digits === 0 || digits > MAX_INTEGER_DIGITS) return undefined;
  if (operand.charCodeAt(start) === ZERO) return operand.length === 1 ? 0 : undefined;

  let value = 0;
  for (let index = start; index < operand.length; index++) {
    const digit = operand.charCodeAt(index) - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  // Rounding sets in past the safe integers and never leads back among them.
  if (value <= Number.MAX_SAFE_INTEGER) return negative ? -value : value;
  const exact = BigInt(operand);
  return fitsInteger(exact) ? exact : undefined;
}

/** The exact sum; undefined where it does not fit 64 bits. */
export function addIntegers(a: number | bigint, b: number | bigint): number | bigint | undefined {
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  const exact = BigInt(a) + BigInt(b);
  return fitsInteger(exact) ? normalize(exact) : undefined;
}

function fitsInteger(value: bigint): boolean {
  return value >= MIN_INTEGER && value <= MAX_INTEGER;
}

function normalize(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

/** A digit other than 0 before the exponent. */
const NON_ZERO = /^[^e]*[1-9]/i;

/**
 * A double as scores, increments, weights and coordinates are given (getDoubleFromObject): decimal, hexadecimal as `0x1.8p3`, or
 * infinite. Undefined for anything else, NaN, spaces and the empty string among it, and for what overflows or underflows to 0.
 */
export function parseDouble(operand: ByteString): number | undefined {
  const integer = parseInteger(operand);
  if (integer !== undefined) return Number(integer);
  if (!DECIMAL.test(operand)) return parseInfinite(operand) ?? parseHexadecimalDouble(operand);
  const value = Number(operand);
  if (!Number.isFinite(value)) return undefined;
  return value === 0 && NON_ZERO.test(operand) ? undefined : value;
}

/**
 * A double as the bounds of score ranges, without their `(`, and SORT's weights are given (zslParseRange, sortCommand): decimal or
 * infinite. Overflow gives an infinity and underflow 0, the empty operand is 0, and all from the first zero byte on is ignored.
 * Undefined for anything else.
 */
export function parseRangeBound(operand: ByteString): number | undefined {
  const integer = parseInteger(operand);
  if (integer !== undefined) return Number(integer);
  const end = operand.indexOf("\0");
  const text = end < 0 ? operand : operand.slice(0, end);
  return text === "" || DECIMAL.test(text) ? Number(text) : parseInfinite(text);
}

const DOUBLE = { bits: 53, minExponent: -1074, maxExponent: 971 };

function parseHexadecimalDouble(operand: ByteString): number | undefined {
  const parsed = parseHexadecimal(operand);
  if (parsed === undefined) return undefined;
  const rounded = roundToFormat(DOUBLE, parsed.mantissa, 1n, parsed.exponent);
  if (rounded === undefined) return undefined;
  if (rounded.mantissa === 0n && parsed.mantissa !== 0n) return undefined;
  const value = Number(rounded.mantissa) * 2 ** rounded.exponent;
  return parsed.negative ? -value : value;
}

/** Whole doubles up to this, in either direction, are printed as integers. */
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

/** The digits as fpconv lays them out: plain while few zeros are needed, else with an exponent. */
function layOut(value: number): string {
  const { digits, exponent } = decimalDigits(value);
  const power = exponent + digits.length - 1;
  const size = Math.abs(power);

  if (exponent >= 0 && size < digits.length + 7) return digits + "0".repeat(exponent);
  if (exponent < 0 && (exponent > -7 || size < 4)) {
    const point = digits.length + exponent;
    if (point <= 0) return `0.${"0".repeat(-point)}${digits}`;
    return `${digits.slice(0, point)}.${digits.slice(point)}`;
  }
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
  return `${digits.slice(0, 1)}${fraction}e${power < 0 ? "-" : "+"}${size}`;
}

/** How many digits `%.17g` shows. */
const G_DIGITS = 17;

/** A double as C's `%.17g` prints it, which Redis takes for the scores that ZSCAN finds in a skiplist (t_zset.c, scanCallback). */
export function formatDouble17(value: number): ByteString {
  return formatGeneral(value, G_DIGITS);
}

/** A double as C's `%.<digits>g` prints it; a NaN has no sign. */
export function formatGeneral(value: number, digits: number): ByteString {
  if (!Number.isFinite(value) || value === 0) return formatDouble(value);
  if (Number.isSafeInteger(value) && Math.abs(value) < 10 ** digits) return bytes(String(value));
  const [mantissa = "", power = ""] = roundedHalfEven(Math.abs(value), digits).split("e");
  const shown = mantissa.replace(".", "").replace(/0+$/, "");
  return bytes((value < 0 ? "-" : "") + general(shown, Number(power), digits));
}

/** So many digits in scientific notation; where a double lies halfway between two, JavaScript takes the greater, C the even one. */
function roundedHalfEven(value: number, digits: number): string {
  const exact = value.toExponential(MAX_DIGITS);
  const end = exact.indexOf("e");
  const tie = /^50*$/.test(exact.slice(digits + 1, end));
  const kept = exact.slice(0, digits + 1);
  return tie && /[02468]\.?$/.test(kept)
    ? kept + exact.slice(end)
    : value.toExponential(digits - 1);
}

/** The most decimals that JavaScript gives; a double halfway between two of 17 digits has no more. */
const MAX_DIGITS = 100;

function general(digits: string, power: number, precision: number): string {
  if (power < -4 || power >= precision) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
    const size = String(Math.abs(power)).padStart(2, "0");
    return `${digits.slice(0, 1)}${fraction}e${power < 0 ? "-" : "+"}${size}`;
  }
  if (power < 0) return `0.${"0".repeat(-power - 1)}${digits}`;
  const whole = digits.slice(0, power + 1).padEnd(power + 1, "0");
  const fraction = digits.slice(power + 1);
  return fraction === "" ? whole : `${whole}.${fraction}`;
}
