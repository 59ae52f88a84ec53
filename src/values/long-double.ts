/**
 * The x86-64 long double in which INCRBYFLOAT and HINCRBYFLOAT count: a mantissa of 64 bits, rounded half to even after each step,
 * and printed with up to 17 decimals.
 */
import { bytes, type ByteString } from "../bytes.js";

/** mantissa · 2^exponent, exact; or an infinity. */
export type LongDouble =
  { readonly mantissa: bigint; readonly exponent: number } | { readonly infinity: 1 | -1 };

const MANTISSA_BITS = 64;
const MIN_EXPONENT = -16_445;
const MAX_EXPONENT = 16_384 - MANTISSA_BITS;

/** Redis reads the operand into a buffer of this many bytes, its end included. */
const BUFFER = 256;

const DECIMAL = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i;
const HEXADECIMAL = /^([+-]?)0x([\da-f]*)\.?([\da-f]*)(?:p([+-]?\d+))?$/i;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;

/** Decimal, hexadecimal or infinite; undefined for anything else, NaN among it, and for what overflows or underflows. */
export function parseLongDouble(operand: ByteString): LongDouble | undefined {
  if (operand.length >= BUFFER) return undefined;
  const [, infinite] = INFINITE.exec(operand) ?? [];
  if (infinite !== undefined) return { infinity: infinite === "-" ? -1 : 1 };
  const decimal = DECIMAL.exec(operand);
  const [, sign, whole = "", fraction = "", exponent = "0"] =
    decimal ?? HEXADECIMAL.exec(operand) ?? [];
  if (sign === undefined || whole + fraction === "") return undefined;
  return decimal === null
    ? parsed(sign, BigInt(`0x${whole}${fraction}`), 1n, Number(exponent) - 4 * fraction.length)
    : parsedDecimal(sign, BigInt(whole + fraction), Number(exponent) - fraction.length);
}

/** Exponents past this overflow or underflow whatever the digits. */
const MAX_DECIMAL_EXPONENT = 6000;

function parsedDecimal(sign: string, digits: bigint, power: number): LongDouble | undefined {
  if (digits !== 0n && Math.abs(power) > MAX_DECIMAL_EXPONENT) return undefined;
  if (digits === 0n) return { mantissa: 0n, exponent: 0 };
  const scale = 10n ** BigInt(Math.abs(power));
  return power >= 0 ? parsed(sign, digits * scale, 1n, 0) : parsed(sign, digits, scale, 0);
}

function parsed(
  sign: string,
  numerator: bigint,
  denominator: bigint,
  exponent: number,
): LongDouble | undefined {
  if (numerator === 0n) return { mantissa: 0n, exponent: 0 };
  const value = round(numerator, denominator, exponent);
  if (value === undefined || value.mantissa === 0n) return undefined;
  return sign === "-" ? { mantissa: -value.mantissa, exponent: value.exponent } : value;
}

/** The sum, rounded; undefined where it is infinite or not a number. */
export function addLongDoubles(a: LongDouble, b: LongDouble): LongDouble | undefined {
  if ("infinity" in a || "infinity" in b) return undefined;
  const exponent = Math.min(a.exponent, b.exponent);
  const sum =
    (a.mantissa << BigInt(a.exponent - exponent)) + (b.mantissa << BigInt(b.exponent - exponent));
  const rounded = round(sum < 0n ? -sum : sum, 1n, exponent);
  if (rounded === undefined || sum >= 0n) return rounded;
  return { mantissa: -rounded.mantissa, exponent: rounded.exponent };
}

export function isInfinite(value: LongDouble): boolean {
  return "infinity" in value;
}

const DECIMALS = 17;

/** Plain decimal notation with up to 17 decimals, without trailing zeros; the value is finite. */
export function formatLongDouble(value: LongDouble): ByteString {
  if ("infinity" in value) return bytes(value.infinity > 0 ? "inf" : "-inf");
  const magnitude = value.mantissa < 0n ? -value.mantissa : value.mantissa;
  const scaled = scale(magnitude * 10n ** BigInt(DECIMALS), value.exponent);
  const digits = String(scaled).padStart(DECIMALS + 1, "0");
  const fraction = digits.slice(-DECIMALS).replace(/0+$/, "");
  const text = digits.slice(0, -DECIMALS) + (fraction === "" ? "" : `.${fraction}`);
  return bytes(value.mantissa < 0n && text !== "0" ? `-${text}` : text);
}

/** value · 2^exponent as an integer, rounded half to even. */
function scale(value: bigint, exponent: number): bigint {
  if (exponent >= 0) return value << BigInt(exponent);
  return divide(value, 1n << BigInt(-exponent));
}

/** numerator / denominator · 2^exponent in 64 bits of mantissa; undefined where it overflows. */
function round(
  numerator: bigint,
  denominator: bigint,
  exponent: number,
): { readonly mantissa: bigint; readonly exponent: number } | undefined {
  if (numerator === 0n) return { mantissa: 0n, exponent: 0 };
  const bits = bitLength(numerator) - bitLength(denominator);
  let shift = Math.max(bits - MANTISSA_BITS, MIN_EXPONENT - exponent);
  let mantissa = shifted(numerator, denominator, shift);
  if (bitLength(mantissa) > MANTISSA_BITS) mantissa = shifted(numerator, denominator, ++shift);
  if (bitLength(mantissa) > MANTISSA_BITS) {
    mantissa >>= 1n;
    shift++;
  }
  if (exponent + shift > MAX_EXPONENT) return undefined;
  return { mantissa, exponent: exponent + shift };
}

function shifted(numerator: bigint, denominator: bigint, shift: number): bigint {
  return shift >= 0
    ? divide(numerator, denominator << BigInt(shift))
    : divide(numerator << BigInt(-shift), denominator);
}

/** The quotient rounded half to even. */
function divide(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  if (twice < denominator || (twice === denominator && quotient % 2n === 0n)) return quotient;
  return quotient + 1n;
}

function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}
