/** Whole numbers as bytes from the lowest to the highest, as RDB has them nearly everywhere. */
import type { ByteString } from "../../bytes.js";

/** The lowest `size` bytes of a number, negative or not. */
export function littleEndian(value: number | bigint, size: number): string {
  if (size <= 4) {
    let text = "";
    const bits = Number(value) | 0;
    const unsigned = Number(value) >= 2 ** 31 ? Number(value) : bits;
    for (let at = 0; at < size; at++) {
      text += String.fromCharCode(Math.floor(unsigned / 256 ** at) & 0xff);
    }
    return text;
  }
  let rest = BigInt.asUintN(8 * size, BigInt(value));
  let text = "";
  for (let at = 0; at < size; at++) {
    text += String.fromCharCode(Number(rest & 0xffn));
    rest >>= 8n;
  }
  return text;
}

/** An unsigned number of up to 6 bytes. */
export function readLength(data: ByteString, at: number, size: number): number {
  let value = 0;
  for (let index = size - 1; index >= 0; index--) value = value * 256 + data.charCodeAt(at + index);
  return value;
}

/** A signed number: a bigint past 2^53. */
export function readInteger(data: ByteString, at: number, size: number): number | bigint {
  const value = BigInt.asIntN(8 * size, readUnsigned(data, at, size));
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

export function readUnsigned(data: ByteString, at: number, size: number): bigint {
  let value = 0n;
  for (let index = size - 1; index >= 0; index--) {
    value = (value << 8n) | BigInt(data.charCodeAt(at + index));
  }
  return value;
}
