/**
 * Redis's number formats. All rows with an expected text, number or refusal were recorded from a real Redis 8.0.2: integers with INCRBY,
 * operands with ZADD and ZCOUNT, digits with ZSCORE. Only `nan` is not: no score can be it.
 */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytes } from "../../src/bytes.js";
import {
  addIntegers,
  formatDouble,
  parseDouble,
  parseInteger,
  parseRangeBound,
} from "../../src/values/numbers.js";

const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;

/** 64-bit integers, as a number where it is safe. */
const integers = fc
  .oneof(fc.bigInt({ min: MIN, max: MAX }), fc.maxSafeInteger().map(BigInt))
  .map(asReply);

function asReply(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

describe("parseInteger", () => {
  it.each([
    ["0", 0],
    ["7", 7],
    ["-12", -12],
    ["999999999999999", 999_999_999_999_999],
    ["9007199254740991", 9_007_199_254_740_991],
    ["9007199254740992", 9_007_199_254_740_992n],
    ["-9007199254740993", -9_007_199_254_740_993n],
    ["9223372036854775807", 9_223_372_036_854_775_807n],
    ["-9223372036854775808", -9_223_372_036_854_775_808n],
  ])("reads %s", (operand, value) => {
    expect(parseInteger(bytes(operand))).toBe(value);
  });

  it.each([
    ["what is no number", ["", "-", "a", "1a", "a1", "--1", "\xb2"]],
    ["a plus sign", ["+1"]],
    ["leading zeros and -0", ["01", "-01", "00", "-0"]],
    ["spaces and zero bytes", [" 1", "1 ", "1\0"]],
    ["other notations", ["1.0", "1e3", "0x1"]],
    [
      "what is past 64 bits",
      ["9223372036854775808", "-9223372036854775809", "18446744073709551616"],
    ],
  ])("refuses %s", (_, operands) => {
    for (const operand of operands) expect(parseInteger(bytes(operand))).toBeUndefined();
  });

  it("reads every 64-bit integer back from its digits", () => {
    fc.assert(
      fc.property(integers, (value) => {
        expect(parseInteger(bytes(String(value)))).toBe(value);
      }),
    );
  });
});

describe("addIntegers", () => {
  it.each([
    [MAX, 1, undefined],
    [MIN, -1, undefined],
    [MAX, MIN, -1],
    [Number.MAX_SAFE_INTEGER, 1, 9_007_199_254_740_992n],
    [9_007_199_254_740_992n, -1, Number.MAX_SAFE_INTEGER],
  ])("adds %s and %s", (a, b, sum) => {
    expect(addIntegers(a, b)).toBe(sum);
  });

  it("equals the sum of bigints, or overflows where that leaves 64 bits", () => {
    fc.assert(
      fc.property(integers, integers, (a, b) => {
        const sum = BigInt(a) + BigInt(b);
        expect(addIntegers(a, b)).toBe(sum < MIN || sum > MAX ? undefined : asReply(sum));
      }),
    );
  });
});

describe("parseDouble and parseRangeBound", () => {
  it.each([
    ["12", 12],
    ["+12", 12],
    ["00012", 12],
    ["-0.5", -0.5],
    [".5", 0.5],
    ["5.", 5],
    ["1e3", 1000],
    ["1E+3", 1000],
    ["1e-2", 0.01],
    ["9007199254740993", 9_007_199_254_740_992],
    ["123456789012345678901234567890", 1.2345678901234568e29],
    ["3e-324", 5e-324],
    ["0e-400", 0],
    ["0e99999999999999999999", 0],
    ["1.7976931348623158e308", Number.MAX_VALUE],
    ["inf", Infinity],
    ["+inf", Infinity],
    ["-INF", -Infinity],
    ["Infinity", Infinity],
    ["-infinity", -Infinity],
  ])("both read %s", (operand, value) => {
    expect(parseDouble(bytes(operand))).toBe(value);
    expect(parseRangeBound(bytes(operand))).toBe(value);
  });

  it.each([
    ["numbers without digits", ["-", "+", ".", "-.", "e5", ".e5"]],
    ["unfinished exponents", ["1e", "1e+", "0x1p"]],
    ["spaces", [" 1", "1 ", "\t1", " "]],
    ["what follows a number", ["1.2.3", "1_0", "1,5", "12x", "1p3", "0b1", "0x", "0x.", "0x1g"]],
    ["two signs", ["--1", "+-1"]],
    ["NaN", ["nan", "NaN", "-nan", "nan(1)"]],
    ["halves of infinity", ["in", "infinit", "infx"]],
    [
      "hexadecimals that are lost",
      ["0x1p-1075", "0x1.fffffffffffff8p1023", "0x1p99999999999999999999"],
    ],
    ["hexadecimals with a zero byte", ["0x10\0"]],
  ])("both refuse %s", (_, operands) => {
    for (const operand of operands) {
      expect(parseDouble(bytes(operand))).toBeUndefined();
      expect(parseRangeBound(bytes(operand))).toBeUndefined();
    }
  });

  it.each([
    ["1e400", Infinity],
    ["-1e400", -Infinity],
    ["1.7976931348623159e308", Infinity],
    ["2e-324", 0],
    ["1e-99999999999999999999", 0],
    ["", 0],
    ["1\0", 1],
    ["12\0.5", 12],
    ["\x001", 0],
    ["inf\0nity", Infinity],
  ])("only a bound may be %j", (operand, value) => {
    expect(parseDouble(bytes(operand))).toBeUndefined();
    expect(parseRangeBound(bytes(operand))).toBe(value);
  });

  it.each([
    ["0x10", 16],
    ["0X1P3", 8],
    ["-0x.8", -0.5],
    ["+0x1.8p1", 3],
    ["0x1.", 1],
    ["0x0p99999999999999999999", 0],
    ["0x1p-1074", 5e-324],
    ["0x1.8p-1075", 5e-324],
    ["0x1.00000000000008p0", 1],
    ["0x1.00000000000018p0", 1.0000000000000004],
    ["0x1.fffffffffffff7p1023", Number.MAX_VALUE],
  ])("only a score may be %s", (operand, value) => {
    expect(parseDouble(bytes(operand))).toBe(value);
    expect(parseRangeBound(bytes(operand))).toBeUndefined();
  });

  it("keeps the sign of zero", () => {
    expect(parseDouble(bytes("-0"))).toBe(-0);
    expect(parseDouble(bytes("-0x0"))).toBe(-0);
  });

  it("refuses a long operand in linear time", () => {
    expect(parseDouble(bytes(`${"1".repeat(200_000)}x`))).toBeUndefined();
  });
});

describe("formatDouble", () => {
  it.each([
    [0, "0"],
    [-0, "-0"],
    [-7, "-7"],
    [9_007_199_254_740_992, "9007199254740992"],
    [1e18, "1000000000000000000"],
    [2 ** 62, "4611686018427387904"],
    [-(2 ** 62), "-4611686018427387904"],
    [Infinity, "inf"],
    [-Infinity, "-inf"],
    [NaN, "nan"],
  ])("prints %s, whole up to 2^62 or not finite", (value, text) => {
    expect(formatDouble(value)).toBe(text);
  });

  it.each([
    [0.5, "0.5"],
    [3.14, "3.14"],
    [-2.5, "-2.5"],
    [0.30000000000000004, "0.30000000000000004"],
    [123.456, "123.456"],
    [0.00001, "0.00001"],
    [0.000001, "0.000001"],
    [0.001234567890123, "0.001234567890123"],
    [4_611_686_018_427_388_928, "4611686018427389000"],
  ])("prints %d plainly", (value, text) => {
    expect(formatDouble(value)).toBe(text);
  });

  it.each([
    [1e-7, "1e-7"],
    [1.5e-7, "1.5e-7"],
    [0.0001234, "1.234e-4"],
    [0.00001234567, "1.234567e-5"],
    [1234567.1234567, "1.2345671234567e+6"],
    [1e19, "1e+19"],
    [12e20, "1.2e+21"],
    [1.23456789e23, "1.23456789e+23"],
    [1.5e300, "1.5e+300"],
    [-1e-10, "-1e-10"],
    [5e-324, "5e-324"],
    [2.2250738585072014e-308, "2.2250738585072014e-308"],
    [-Number.MAX_VALUE, "-1.7976931348623157e+308"],
  ])("prints %d with an exponent where fpconv does", (value, text) => {
    expect(formatDouble(value)).toBe(text);
  });

  it.each([
    [264230240375077.38, "264230240375077.37"],
    [1824800364396281.8, "1824800364396281.7"],
    [-54158948.00446162, "-5.4158948004461616e+7"],
    [5.284211590999147e-6, "5.2842115909991474e-6"],
    [2 ** -25, "2.9802322387695313e-8"],
    [8.51e21, "8510000000000001000000"],
    [1e23, "99999999999999990000000"],
  ])("prints %d in Grisu2's digits, not in the shortest or nearest", (value, text) => {
    expect(formatDouble(value)).toBe(text);
  });

  it("prints digits that read back as the same double", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        expect(parseDouble(formatDouble(value))).toBe(value);
      }),
      { numRuns: 1000 },
    );
  });
});
