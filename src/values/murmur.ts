/** MurmurHash64A, by which HyperLogLogs choose registers; in halves of 32 bits, since a bigint would cost more than all the rest. */
import type { ByteString } from "../bytes.js";

/** An unsigned 64-bit integer. */
export interface Hash64 {
  readonly high: number;
  readonly low: number;
}

const M_HIGH = 0xc6a4a793;
const M_LOW = 0x5bd1e995;
const SHIFT = 47;

export function murmurHash64(key: ByteString, seed: number): Hash64 {
  const { length } = key;
  let high = 0;
  let low = seed;
  const multiply = (h: number, l: number, factorHigh: number, factorLow: number): void => {
    high = (highProduct(l, factorLow) + Math.imul(h, factorLow) + Math.imul(l, factorHigh)) >>> 0;
    low = Math.imul(l, factorLow) >>> 0;
  };

  multiply(0, length, M_HIGH, M_LOW);
  low = (low ^ seed) >>> 0;

  let index = 0;
  for (; index + 8 <= length; index += 8) {
    const [h, l] = [high, low];
    multiply(word(key, index + 4), word(key, index), M_HIGH, M_LOW);
    low = (low ^ (high >>> (SHIFT - 32))) >>> 0;
    multiply(high, low, M_HIGH, M_LOW);
    multiply((h ^ high) >>> 0, (l ^ low) >>> 0, M_HIGH, M_LOW);
  }
  if (index < length) {
    high = (high ^ word(key, index + 4)) >>> 0;
    low = (low ^ word(key, index)) >>> 0;
    multiply(high, low, M_HIGH, M_LOW);
  }
  low = (low ^ (high >>> (SHIFT - 32))) >>> 0;
  multiply(high, low, M_HIGH, M_LOW);
  low = (low ^ (high >>> (SHIFT - 32))) >>> 0;
  return { high, low };
}

/** Four bytes, the lowest first; those past the end are 0. */
function word(key: ByteString, index: number): number {
  let value = 0;
  for (let byte = 3; byte >= 0; byte--) {
    value = (value << 8) | (index + byte < key.length ? key.charCodeAt(index + byte) : 0);
  }
  return value >>> 0;
}

/** The upper 32 bits of the product of two 32-bit integers. */
function highProduct(a: number, b: number): number {
  const [aHigh, aLow, bHigh, bLow] = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff];
  const low = aLow * bLow;
  const middle = aHigh * bLow + Math.floor(low / 0x10000);
  const carried = (middle % 0x10000) + aLow * bHigh;
  return aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carried / 0x10000);
}
