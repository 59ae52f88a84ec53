/**
 * What Redis's two binary floating-point types, double and long double, have in common: the hexadecimal and infinite spellings that
 * strtod takes beside decimal ones, and exact rounding to a mantissa of so many bits.
 */

/** mantissa · 2^exponent, exact. */
export interface BinaryFloat {
  readonly mantissa: bigint;
  readonly exponent: number;
}

export interface BinaryFormat {
  /** Bits of a full mantissa. */
  readonly bits: number;
  /** The exponent of the smallest subnormal number: the last bit of a mantissa is never worth less. */
  readonly minExponent: number;
  /** The exponent of the largest finite number's last bit. */
  readonly maxExponent: number;
}

const ZERO: BinaryFloat = { mantissa: 0n, exponent: 0 };

/**
 * numerator / denominator · 2^exponent, rounded half to even. Undefined where it overflows; 0 where it underflows. Neither part is
 * negative.
 */
export function roundToFormat(
  { bits, minExponent, maxExponent }: BinaryFormat,
  numerator: bigint,
  denominator: bigint,
  exponent: number,
): BinaryFloat | undefined {
  if (numerator === 0n) return ZERO;
  const magnitude = bitLength(numerator) - bitLength(denominator);
  if (magnitude + exponent > maxExponent + bits + 1) return undefined;
  if (magnitude + exponent < minExponent - 2) return ZERO;

  let shift = Math.max(magnitude - bits, minExponent - exponent);
  let mantissa = shiftedQuotient(numerator, denominator, shift);
  if (bitLength(mantissa) > bits) mantissa = shiftedQuotient(numerator, denominator, ++shift);
  if (bitLength(mantissa) > bits) {
    mantissa >>= 1n;
    shift++;
  }
  return exponent + shift > maxExponent ? undefined : { mantissa, exponent: exponent + shift };
}

/** numerator / denominator / 2^shift, rounded half to even. */
function shiftedQuotient(numerator: bigint, denominator: bigint, shift: number): bigint {
  return shift >= 0
    ? roundedQuotient(numerator, denominator << BigInt(shift))
    : roundedQuotient(numerator << BigInt(-shift), denominator);
}

/** The quotient rounded half to even; neither part is negative. */
export function roundedQuotient(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twice = (numerator - quotient * denominator) * 2n;
  if (twice < denominator || (twice === denominator && quotient % 2n === 0n)) return quotient;
  return quotient + 1n;
}

/** How many bits a positive integer takes; 0 for 0. */
export function bitLength(value: bigint): number {
  if (value === 0n) return 0;
  const digits = value.toString(16);
  return 4 * digits.length + 28 - Math.clz32(Number.parseInt(digits.slice(0, 1), 16));
}

const HEXADECIMAL = /^([+-]?)0x([\da-f]*)(?:\.([\da-f]*))?(?:p([+-]?\d+))?$/i;

/** The magnitude and sign of a hexadecimal number such as `-0x1.8p3`, not yet rounded; undefined for anything else. */
export function parseHexadecimal(
  operand: string,
): (BinaryFloat & { readonly negative: boolean }) | undefined {
  const [, sign, whole = "", fraction = "", exponent = "0"] = HEXADECIMAL.exec(operand) ?? [];
  const digits = whole + fraction;
  if (sign === undefined || digits === "") return undefined;
  return {
    negative: sign === "-",
    mantissa: BigInt(`0x${digits}`),
    exponent: Number(exponent) - 4 * fraction.length,
  };
}

const INFINITE = /^([+-]?)inf(?:inity)?$/i;

/** ±Infinity from `inf` or `infinity` in any case; undefined for anything else. */
export function parseInfinite(operand: string): number | undefined {
  const [, sign] = INFINITE.exec(operand) ?? [];
  if (sign === undefined) return undefined;
  return sign === "-" ? -Infinity : Infinity;
}
