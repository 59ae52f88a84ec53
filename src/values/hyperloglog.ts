/**
 * HyperLogLogs as Redis lays them out in a string (hyperloglog.c): a header with the last count, then 16,384 registers of 6 bits, dense,
 * or as runs of equal registers, sparse, while they are few. Counts are equal to Redis's, not only close, because the bytes are.
 */
import { bytes, type ByteString } from "../bytes.js";
import type { BitString } from "./bit-string.js";
import { murmurHash64 } from "./murmur.js";

const REGISTERS = 16_384;
/** Bits of a hash that choose the register. */
const INDEX_BITS = 14;
/** Bits of a hash whose trailing zeros are counted. */
const COUNTED_BITS = 50;
const HASH_SEED = 0xadc83b19;

const HEADER = 16;
const DENSE = 0;
const SPARSE = 1;
const ENCODING_AT = 4;
const CACHE_AT = 8;
const CACHE_FLAG_AT = 15;
const DENSE_LENGTH = HEADER + (REGISTERS * 6) / 8;

/** A sparse one that would grow past this, in bytes, becomes dense (hll-sparse-max-bytes). */
const MAX_SPARSE_LENGTH = 3000;
const MAX_SPARSE_VALUE = 32;
const MAX_ZERO_RUN = 64;
const MAX_VALUE_RUN = 4;

/** No element yet: one run of zeros. */
export const EMPTY: ByteString = bytes(`HYLL\x01${"\0".repeat(11)}\x7f\xff`);

/** Whether a string can be a HyperLogLog; its runs may yet be corrupt. */
export function isHyperLogLog(value: ByteString): boolean {
  const encoding = value.charCodeAt(ENCODING_AT);
  if (value.length < HEADER || !value.startsWith("HYLL") || encoding > SPARSE) return false;
  return encoding !== DENSE || value.length === DENSE_LENGTH;
}

/** Counts an element in. Returns whether a register changed; undefined where the string is corrupt. */
export function add(target: BitString, element: ByteString): boolean | undefined {
  const { high, low } = murmurHash64(element, HASH_SEED);
  return setRegister(target, low & (REGISTERS - 1), trailingZeros(high, low) + 1);
}

/** Of the hash's upper bits; as many as there are bits where all are 0. */
function trailingZeros(high: number, low: number): number {
  const rest = low >>> INDEX_BITS;
  if (rest !== 0) return 31 - Math.clz32(rest & -rest);
  const offset = 32 - INDEX_BITS;
  return high === 0 ? COUNTED_BITS : offset + 31 - Math.clz32(high & -high);
}

/** Raises a register; returns whether it was lower, undefined where the string is corrupt. */
export function setRegister(target: BitString, index: number, value: number): boolean | undefined {
  if (target.byteAt(ENCODING_AT) === DENSE) return setDense(target, index, value);
  return value > MAX_SPARSE_VALUE ? promote(target, index, value) : setSparse(target, index, value);
}

function setDense(target: BitString, index: number, value: number): boolean {
  if (denseRegister(target, index) >= value) return false;
  const at = HEADER + Math.floor((index * 6) / 8);
  const shift = (index * 6) % 8;
  const both = target.byteAt(at) | (target.byteAt(at + 1) << 8);
  const changed = (both & ~(0x3f << shift)) | (value << shift);
  target.setByte(at, changed & 0xff);
  if (shift > 2) target.setByte(at + 1, changed >> 8);
  return true;
}

function denseRegister(source: Source, index: number): number {
  const at = HEADER + Math.floor((index * 6) / 8);
  const both = source.byteAt(at) | (source.byteAt(at + 1) << 8);
  return (both >> ((index * 6) % 8)) & 0x3f;
}

function promote(target: BitString, index: number, value: number): boolean | undefined {
  if (!makeDense(target)) return undefined;
  return setDense(target, index, value);
}

/** Turns sparse into dense, the count in the header with it; false where the string is corrupt. */
export function makeDense(target: BitString): boolean {
  if (target.byteAt(ENCODING_AT) === DENSE) return true;
  const values = registers(target);
  if (values === undefined) return false;
  target.splice(HEADER, target.length - HEADER, zeros(DENSE_LENGTH - HEADER));
  target.setByte(ENCODING_AT, DENSE);
  for (const [index, value] of values.entries()) if (value > 0) setDense(target, index, value);
  return true;
}

function zeros(length: number): number[] {
  return Array.from({ length }, () => 0);
}

/** A run of equal registers. */
interface Run {
  readonly value: number;
  readonly length: number;
  /** How many bytes it takes. */
  readonly size: 1 | 2;
}

function runAt(source: Source, at: number): Run {
  const byte = source.byteAt(at);
  if ((byte & 0x80) !== 0) {
    return { value: ((byte >> 2) & 0x1f) + 1, length: (byte & 3) + 1, size: 1 };
  }
  if ((byte & 0x40) === 0) return { value: 0, length: (byte & 0x3f) + 1, size: 1 };
  return { value: 0, length: (((byte & 0x3f) << 8) | source.byteAt(at + 1)) + 1, size: 2 };
}

/** A run as bytes; none for no registers. */
function runBytes(value: number, length: number): readonly number[] {
  if (length === 0) return [];
  if (value > 0) return [0x80 | ((value - 1) << 2) | (length - 1)];
  if (length <= MAX_ZERO_RUN) return [length - 1];
  return [0x40 | ((length - 1) >> 8), (length - 1) & 0xff];
}

function setSparse(target: BitString, index: number, value: number): boolean | undefined {
  let at = HEADER;
  let first = 0;
  let previous = HEADER;
  let run = runAt(target, at);
  while (at < target.length && index >= first + run.length) {
    previous = at;
    first += run.length;
    at += run.size;
    run = runAt(target, at);
  }
  if (at >= target.length) return undefined;
  if (run.value >= value) return false;

  const last = first + run.length - 1;
  const parts = [
    ...runBytes(run.value, index - first),
    ...runBytes(value, 1),
    ...runBytes(run.value, last - index),
  ];
  const growth = parts.length - run.size;
  if (growth > 0 && target.length + growth > MAX_SPARSE_LENGTH)
    return promote(target, index, value);
  target.splice(at, run.size, parts);
  mergeRuns(target, previous);
  return true;
}

/** How many runs are looked at behind a change. */
const MERGE_DISTANCE = 5;

/** Joins neighbouring runs of one value, as far as a run can be long. */
function mergeRuns(target: BitString, start: number): void {
  let at = start;
  for (let looked = 0; looked < MERGE_DISTANCE && at < target.length; looked++) {
    const run = runAt(target, at);
    const next = at + 1 < target.length ? runAt(target, at + 1) : undefined;
    const joined = run.length + (next?.length ?? 0);
    if (run.value > 0 && next?.value === run.value && joined <= MAX_VALUE_RUN) {
      target.splice(at, 2, runBytes(run.value, joined));
    } else {
      at += run.size;
    }
  }
}

/** What is only read: a string that is changed in place, or any other. */
export interface Source {
  readonly length: number;
  byteAt(index: number): number;
}

/** All registers; undefined where the runs do not add up. */
export function registers(source: Source): Uint8Array | undefined {
  const values = new Uint8Array(REGISTERS);
  if (source.byteAt(ENCODING_AT) === DENSE) {
    for (let index = 0; index < REGISTERS; index++) values[index] = denseRegister(source, index);
    return values;
  }
  let first = 0;
  for (let at = HEADER; at < source.length;) {
    const { value, length, size } = runAt(source, at);
    if (first + length > REGISTERS) return undefined;
    if (value > 0) values.fill(value, first, first + length);
    first += length;
    at += size;
  }
  return first === REGISTERS ? values : undefined;
}

export function isSparse(source: Source): boolean {
  return source.byteAt(ENCODING_AT) === SPARSE;
}

/** The count that the header keeps; undefined after a change. */
export function cachedCount(source: Source): number | undefined {
  if ((source.byteAt(CACHE_FLAG_AT) & 0x80) !== 0) return undefined;
  let count = 0;
  for (let index = 7; index >= 0; index--) count = count * 256 + source.byteAt(CACHE_AT + index);
  return count;
}

export function cacheCount(target: BitString, count: number): void {
  let rest = count;
  for (let index = 0; index < 8; index++) {
    target.setByte(CACHE_AT + index, rest % 256);
    rest = Math.floor(rest / 256);
  }
}

export function forgetCount(target: BitString): void {
  target.setByte(CACHE_FLAG_AT, target.byteAt(CACHE_FLAG_AT) | 0x80);
}

const ALPHA = 0.7213475204444817;

/** The estimate from the registers, after Ertl's "New cardinality estimation algorithms for HyperLogLog sketches". */
export function estimate(values: Uint8Array): number {
  const histogram = zeros(64);
  for (const value of values) histogram[value] = (histogram[value] ?? 0) + 1;
  let z = REGISTERS * tau((REGISTERS - (histogram[COUNTED_BITS + 1] ?? 0)) / REGISTERS);
  for (let value = COUNTED_BITS; value >= 1; value--) z = (z + (histogram[value] ?? 0)) * 0.5;
  z += REGISTERS * sigma((histogram[0] ?? 0) / REGISTERS);
  return Math.round((ALPHA * REGISTERS * REGISTERS) / z);
}

function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let x = share;
  let y = 1;
  let z = 1 - x;
  let before: number;
  do {
    x = Math.sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) ** 2 * y;
  } while (before !== z);
  return z / 3;
}

function sigma(share: number): number {
  if (share === 1) return Infinity;
  let x = share;
  let y = 1;
  let z = x;
  let before: number;
  do {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  } while (before !== z);
  return z;
}
