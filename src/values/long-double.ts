/**
 * The x86-64 long double in which INCRBYFLOAT and HINCRBYFLOAT count (string2ld and ld2string in util.c): a mantissa of 64 bits, rounded
 * half to even after each step, and printed with up to 17 decimals. Safe integers stay plain numbers: their sums are exact either way.
 */
import { bytes, type ByteString } from "../bytes.js";
import {
  parseHexadecimal,
  parseInfinite,
  roundedQuotient,
  roundToFormat,
  type BinaryFloat,
} from "./binary-float.js";
import { parseInteger } from "./numbers.js";

/** A safe integer or an infinity as a number, anything else exact. */
export type LongDouble = number | BinaryFloat;

const LONG_DOUBLE = { bits: 64, minExponent: -16_445, maxExponent: 16_320 };

/** Redis reads the operand into a buffer of this many bytes, its end included. */
const BUFFER = 5 * 1024;

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i;

/** Powers of ten past this overflow or underflow whatever the digits are. */
const MAX_POWER = 5000;

/**
 * Decimal, hexadecimal as `0x1.8p3`, or infinite. Undefined for anything else, NaN, spaces and the empty string among it, for 5120
 * bytes and more, and for what overflows or underflows to 0.
 */
export function parseLongDouble(operand: ByteString): LongDouble | undefined {
  const integer = parseInteger(operand);
  if (typeof integer === "number") return integer;
  if (operand.length >= BUFFER) return undefined;
  return parseInfinite(operand) ?? parseDecimal(operand) ?? parseRoundedHexadecimal(operand);
}

function parseDecimal(operand: string): LongDouble | undefined {
  const [, sign, whole = "", fraction = "", exponent = "0"] = DECIMAL.exec(operand) ?? [];
  if (sign === undefined || whole + fraction === "") return undefined;
  const digits = (whole + fraction).replace(/^0+/, "");
  const power = Number(exponent) - fraction.length;
  if (digits === "") return 0;
  if (Math.abs(digits.length + power) > MAX_POWER) return undefined;

  const scale = 10n ** BigInt(Math.abs(power));
  return power >= 0
    ? roundedOperand(sign === "-", BigInt(digits) * scale, 1n, 0)
    : roundedOperand(sign === "-", BigInt(digits), scale, 0);
}

function parseRoundedHexadecimal(operand: string): LongDouble | undefined {
  const parsed = parseHexadecimal(operand);
  if (parsed === undefined) return undefined;
  if (parsed.mantissa === 0n) return 0;
  return roundedOperand(parsed.negative, parsed.mantissa, 1n, parsed.exponent);
}

/** Undefined where a magnitude above 0 overflows or underflows to 0. */
function roundedOperand(
  negative: boolean,
  numerator: bigint,
  denominator: bigint,
  exponent: number,
): BinaryFloat | undefined {
  const rounded = roundToFormat(LONG_DOUBLE, numerator, denominator, exponent);
  if (rounded === undefined || rounded.mantissa === 0n) return undefined;
  return negative ? negate(rounded) : rounded;
}

function negate({ mantissa, exponent }: BinaryFloat): BinaryFloat {
  return { mantissa: -mantissa, exponent };
}

/** The sum, rounded; undefined where it is infinite or not a number, as it always is when an operand is infinite. */
export function addLongDoubles(a: LongDouble, b: LongDouble): LongDouble | undefined {
  if (isInfinite(a) || isInfinite(b)) return undefined;
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return addExact(toBinary(a), toBinary(b));
}

function addExact(a: BinaryFloat, b: BinaryFloat): BinaryFloat | undefined {
  const exponent = Math.min(a.exponent, b.exponent);
  const sum =
    (a.mantissa << BigInt(a.exponent - exponent)) + (b.mantissa << BigInt(b.exponent - exponent));
  const rounded = roundToFormat(LONG_DOUBLE, sum < 0n ? -sum : sum, 1n, exponent);
  return rounded !== undefined && sum < 0n ? negate(rounded) : rounded;
}

function toBinary(value: LongDouble): BinaryFloat {
  return typeof value === "number" ? { mantissa: BigInt(value), exponent: 0 } : value;
}

/** HINCRBYFLOAT complains about an infinite increment before it looks at the field. */
export function isInfinite(value: LongDouble): boolean {
  return value === Infinity || value === -Infinity;
}

const DECIMALS = 17;
const SCALE = 10n ** BigInt(DECIMALS);

/** Plain decimal notation with up to 17 decimals, without trailing zeros; never `-0`. */
export function formatLongDouble(value: LongDouble): ByteString {
  if (isInfinite(value)) return bytes(value === Infinity ? "inf" : "-inf");
  if (typeof value === "number") return bytes(String(value));

  const { mantissa, exponent } = value;
  const magnitude = (mantissa < 0n ? -mantissa : mantissa) * SCALE;
  const scaled =
    exponent >= 0
      ? magnitude << BigInt(exponent)
      : roundedQuotient(magnitude, 1n << BigInt(-exponent));
  const digits = String(scaled).padStart(DECIMALS + 1, "0");
  const fraction = digits.slice(-DECIMALS).replace(/0+$/, "");
  const text = digits.slice(0, -DECIMALS) + (fraction === "" ? "" : `.${fraction}`);
  return bytes(mantissa < 0n && text !== "0" ? `-${text}` : text);
}
