/**
 * The decimal digits of a double as Redis finds them (fpconv): Grisu2, from Florian Loitsch's "Printing Floating-Point Numbers Quickly
 * and Accurately with Integers". They always read back as the same double, but for about one double in a thousand they are not the
 * shortest that do, or not the nearest among the shortest; so JavaScript's digits will not do, though they say where to look.
 */
import { bitLength, roundToFormat, type BinaryFloat } from "./binary-float.js";

/** digits · 10^exponent */
export interface Decimal {
  readonly digits: string;
  readonly exponent: number;
}

/** The digits of a finite double above 0. */
export function decimalDigits(value: number): Decimal {
  const { mantissa, exponent } = decompose(value);

  // The double and the ends of the interval that reads back as it, all with the exponent at which the upper end fills 64 bits.
  const shift = MANTISSA_BITS - bitLength(mantissa);
  const below = mantissa === HIDDEN_BIT ? 4n : 2n;
  const near = mantissa << BigInt(shift);
  const half = 1n << BigInt(shift - 1);
  const lowerHalf = (2n * half) / below;

  // Times a power of ten, which brings one unit to between 2^32 and 2^60. Each product may be off by 1, so the interval shrinks by 1
  // at each end.
  const power = powerForExponent(exponent - shift);
  const unitBits = -(exponent - shift + power.exponent + MANTISSA_BITS);
  const upper = scale(near + half, power) - 1n;
  const delta = upper - (scale(near - lowerHalf, power) + 1n);
  const distance = upper - scale(near, power);

  // Cut digits off the upper end while what is cut off stays inside the interval: as many as possible. No more can go than
  // in the shortest digits of all, where the search begins.
  for (let cut = power.decimalExponent + lastShortestDigit(value); ; cut--) {
    const factor = 10n ** BigInt(Math.abs(cut));
    const unit = cut >= 0 ? factor << BigInt(unitBits) : 1n << BigInt(unitBits);
    const stretch = cut >= 0 ? 1n : factor;
    const kept = (upper * stretch) / unit;
    const rest = upper * stretch - kept * unit;
    const room = delta * stretch;
    if (rest < room || (rest === room && cut >= 0)) {
      const steps = stepsToNearest(rest, distance * stretch, room, unit);
      return { digits: String(kept - steps), exponent: cut - power.decimalExponent };
    }
  }
}

const MANTISSA_BITS = 64;
const FRACTION_BITS = 52n;
const HIDDEN_BIT = 1n << FRACTION_BITS;
const EXPONENT_BIAS = 1075;

const view = new DataView(new ArrayBuffer(8));

function decompose(value: number): BinaryFloat {
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const fraction = bits & (HIDDEN_BIT - 1n);
  const exponent = Number(bits >> FRACTION_BITS);
  return exponent === 0
    ? { mantissa: fraction, exponent: 1 - EXPONENT_BIAS }
    : { mantissa: fraction | HIDDEN_BIT, exponent: exponent - EXPONENT_BIAS };
}

/** The upper 64 bits of the product, rounded. */
function scale(value: bigint, power: BinaryFloat): bigint {
  return (value * power.mantissa + HALF) >> 64n;
}

const HALF = 1n << 63n;

/** How far the last digit goes down for the digits to come nearest to the double, `distance` below the upper end. */
function stepsToNearest(cutOff: bigint, distance: bigint, room: bigint, unit: bigint): bigint {
  let steps = 0n;
  let rest = cutOff;
  while (
    rest < distance &&
    room - rest >= unit &&
    (rest + unit < distance || distance - rest > rest + unit - distance)
  ) {
    steps++;
    rest += unit;
  }
  return steps;
}

/** The power of ten of the last of the shortest digits. */
function lastShortestDigit(value: number): number {
  const text = value.toExponential();
  const e = text.indexOf("e");
  return Number(text.slice(e + 1)) - Math.max(0, e - 2);
}

interface PowerOfTen extends BinaryFloat {
  readonly decimalExponent: number;
}

const FIRST_POWER = -348;
const POWER_STEP = 8;
const MIN_EXPONENT = -60;
const MAX_EXPONENT = -32;

/** fpconv's start of the search, which decides where two powers fit. */
const POWERS = 87;
const LOG10_2 = 0.30102999566398114;

/** The power of ten that brings a 64-bit mantissa's exponent into the range in which digits are made. */
function powerForExponent(exponent: number): PowerOfTen {
  const approximate = Math.trunc(-(exponent + POWERS) * LOG10_2);
  let index = Math.trunc((approximate - FIRST_POWER) / POWER_STEP);
  for (;;) {
    const power = powerOfTen(index);
    const product = exponent + power.exponent + MANTISSA_BITS;
    if (product < MIN_EXPONENT) index++;
    else if (product > MAX_EXPONENT) index--;
    else return power;
  }
}

const powers: PowerOfTen[] = [];

/** 10^(8 · index - 348) with 64 bits of mantissa. */
function powerOfTen(index: number): PowerOfTen {
  return (powers[index] ??= roundedPower(FIRST_POWER + POWER_STEP * index));
}

const POWER_FORMAT = { bits: MANTISSA_BITS, minExponent: -2000, maxExponent: 2000 };

function roundedPower(decimalExponent: number): PowerOfTen {
  const power = 10n ** BigInt(Math.abs(decimalExponent));
  const rounded =
    decimalExponent >= 0
      ? roundToFormat(POWER_FORMAT, power, 1n, 0)
      : roundToFormat(POWER_FORMAT, 1n, power, 0);
  if (rounded === undefined) throw new RangeError(`no power of ten ${decimalExponent}`);
  const missing = MANTISSA_BITS - bitLength(rounded.mantissa);
  return {
    mantissa: rounded.mantissa << BigInt(missing),
    exponent: rounded.exponent - missing,
    decimalExponent,
  };
}
