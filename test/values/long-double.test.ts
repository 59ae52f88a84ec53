/** Sums of long doubles. All rows were recorded from a real Redis 8.0.2 with SET and INCRBYFLOAT. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytes, type ByteString } from "../../src/bytes.js";
import {
  addLongDoubles,
  formatLongDouble,
  isInfinite,
  parseLongDouble,
  type LongDouble,
} from "../../src/values/long-double.js";

const MAX = "1.18973149535723176502e4932";

function parsed(operand: string): LongDouble {
  const value = parseLongDouble(bytes(operand));
  if (value === undefined) throw new Error(`${operand} is no long double`);
  return value;
}

/** What INCRBYFLOAT answers; undefined where the sum is infinite or not a number. */
function sum(a: string, b: string): ByteString | undefined {
  const value = addLongDoubles(parsed(a), parsed(b));
  return value === undefined ? undefined : formatLongDouble(value);
}

describe("addLongDoubles", () => {
  it.each([
    ["3", "4", "7"],
    ["3.0e3", "200", "3200"],
    ["5.0e3", "-5000", "0"],
    ["9007199254740991", "1", "9007199254740992"],
    ["9007199254740993", "1", "9007199254740994"],
    ["9223372036854775807", "1", "9223372036854775808"],
    ["-9223372036854775808", "-1", "-9223372036854775809"],
    ["18446744073709551615", "1", "18446744073709551616"],
  ])("adds integers exactly: %s and %s", (a, b, expected) => {
    expect(sum(a, b)).toBe(expected);
  });

  it.each([
    ["18446744073709551616", "1", "18446744073709551616"],
    ["18446744073709551616", "2", "18446744073709551618"],
    ["18446744073709551616", "3", "18446744073709551620"],
    ["1e17", "0.1", "100000000000000000.1015625"],
    ["99999999999999999", "0.99", "99999999999999999.9921875"],
    ["-18899274664.449", "0", "-18899274664.44899999909102917"],
    ["123456789012345678901234567890", "0", "123456789012345678899921813504"],
  ])("rounds to 64 bits, half to even: %s and %s", (a, b, expected) => {
    expect(sum(a, b)).toBe(expected);
  });

  it.each([
    ["0", "0.1", "0.1"],
    ["0.1", "0.2", "0.3"],
    ["10.5", "0.1", "10.6"],
    ["100.1", "0.2", "100.3"],
    ["-.5", "5.", "4.5"],
    ["1.5", "-1.5", "0"],
    ["0.12345678901234567890123", "0", "0.12345678901234568"],
    ["0.00000000000000001", "0", "0.00000000000000001"],
    ["15e-18", "0", "0.00000000000000002"],
    ["0x1p-18", "0", "0.00000381469726562"],
    ["-0x1p-18", "0", "-0.00000381469726562"],
  ])("prints up to 17 decimals, rounded half to even: %s and %s", (a, b, expected) => {
    expect(sum(a, b)).toBe(expected);
  });

  it.each([
    ["-0", "-0"],
    ["-1e-20", "0"],
    ["-5e-18", "0"],
    ["3.6e-4951", "0"],
    ["0x1.8p-16446", "0"],
  ])("prints what has no digits as 0: %s and %s", (a, b) => {
    expect(sum(a, b)).toBe("0");
  });

  it.each([
    ["inf", "1"],
    ["1", "-infinity"],
    ["inf", "-inf"],
    [MAX, "1e4932"],
  ])("has no sum of %s and %s", (a, b) => {
    expect(sum(a, b)).toBeUndefined();
  });

  it("takes the largest long double", () => {
    const digits = sum(MAX, "1");
    expect(digits).toHaveLength(4933);
    expect(digits?.slice(0, 40)).toBe("1189731495357231765021263853030970205169");
  });

  it("counts in steps of 0.1 without drift", () => {
    let total = "0";
    for (let step = 0; step < 1000; step++) total = sum(total, "0.1") ?? "";
    expect(total).toBe("100");
  });

  it("adds safe integers as bigints add", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), (a, b) => {
        expect(sum(String(a), String(b))).toBe(String(BigInt(a) + BigInt(b)));
      }),
    );
  });

  it("adds decimals of up to 15 digits below 1 as decimals add", () => {
    const numerators = fc.integer({ min: 1, max: 10 ** 15 - 1 });
    fc.assert(
      fc.property(numerators, numerators, (a, b) => {
        const whole = BigInt(a) + BigInt(b);
        const fraction = String(whole % 10n ** 15n)
          .padStart(15, "0")
          .replace(/0+$/, "");
        const expected = String(whole / 10n ** 15n) + (fraction === "" ? "" : `.${fraction}`);
        expect(sum(`${a}e-15`, `${b}e-15`)).toBe(expected);
      }),
    );
  });
});

describe("parseLongDouble", () => {
  it.each([
    ["+1", "1"],
    ["1e18", "1000000000000000000"],
    ["0x1.8p1", "3"],
    ["0X10", "16"],
    ["0x0.000p99999999999999999999", "0"],
    ["0e99999999999999999999", "0"],
    ["18446744073709551617", "18446744073709551616"],
  ])("reads %s", (operand, expected) => {
    expect(formatLongDouble(parsed(operand))).toBe(expected);
  });

  it.each([
    ["numbers without digits", ["", ".", "-", "e5"]],
    ["unfinished exponents", ["1e", "1e+", "0x1p"]],
    ["spaces and zero bytes", [" 1", "1 ", "1\0"]],
    ["what follows a number", ["1_0", "12x", "0x", "0x."]],
    ["two signs", ["--1"]],
    ["NaN and halves of infinity", ["nan", "-nan", "infinit"]],
    ["overflow", ["1e4933", "1.18973149535723176506e4932", "1e99999999999999999999"]],
    ["hexadecimal overflow", ["0x1p16384", "0x1p99999999999999999999"]],
    ["underflow to 0", ["1e-4951", "0x1p-16446", "0x1p-99999999999999999999"]],
  ])("refuses %s", (_, operands) => {
    for (const operand of operands) expect(parseLongDouble(bytes(operand))).toBeUndefined();
  });

  it("reads up to 5119 bytes", () => {
    expect(parseLongDouble(bytes("7".padStart(5119, "0")))).toStrictEqual(parsed("7.0"));
    expect(parseLongDouble(bytes("7".padStart(5120, "0")))).toBeUndefined();
  });

  it("weighs digits and exponent against each other", () => {
    expect(formatLongDouble(parsed(`1${"0".repeat(5000)}e-5000`))).toBe("1");
    expect(formatLongDouble(parsed(`0.${"0".repeat(5000)}1e5001`))).toBe("1");
  });

  it.each(["inf", "+inf", "-INF", "Infinity", "-infinity"])("knows %s as infinite", (operand) => {
    expect(isInfinite(parsed(operand))).toBe(true);
    expect(isInfinite(parsed("1e4932"))).toBe(false);
  });
});
