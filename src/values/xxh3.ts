/**
 * XXH3, 64 bits, seed 0 and the default secret, after the specification of xxHash. Up to 240 bytes are mixed at once; longer inputs run
 * through eight accumulators, 64 bytes at a time. Numbers are BigInt, wrapped to 64 bits.
 */
import type { ByteString } from "../bytes.js";

const SECRET = Uint8Array.from(
  (
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221" +
    "b8084674f743248ee03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8" +
    "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb" +
    "170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e"
  ).match(/../g) ?? [],
  (digits) => Number.parseInt(digits, 16),
);

const PRIME32_1 = 0x9e3779b1n;
const PRIME32_2 = 0x85ebca77n;
const PRIME32_3 = 0xc2b2ae3dn;
const PRIME64_1 = 0x9e3779b185ebca87n;
const PRIME64_2 = 0xc2b2ae3d27d4eb4fn;
const PRIME64_3 = 0x165667b19e3779f9n;
const PRIME64_4 = 0x85ebca77c2b2ae63n;
const PRIME64_5 = 0x27d4eb2f165667c5n;
const PRIME_MX1 = 0x165667919e3779f9n;
const PRIME_MX2 = 0x9fb21c651e98df25n;

const STRIPE = 64;
const LANES = 8;
const MIN_SECRET = 136;
/** Rounds of one block: a stripe moves on by 8 bytes of the secret. */
const STRIPES_PER_BLOCK = (192 - STRIPE) / 8;
const BLOCK = STRIPE * STRIPES_PER_BLOCK;

/** The hash of the bytes as 16 lower-case hexadecimal digits. */
export function xxh3(value: ByteString): string {
  const input = new DataView(new ArrayBuffer(value.length));
  for (let at = 0; at < value.length; at++) input.setUint8(at, value.charCodeAt(at));
  return hash(input).toString(16).padStart(16, "0");
}

const secret = new DataView(SECRET.buffer);

function hash(input: DataView): bigint {
  const length = input.byteLength;
  if (length > 240) return hashLong(input);
  if (length > 128) return hash129To240(input);
  if (length > 16) return hash17To128(input);
  if (length > 8) return hash9To16(input);
  if (length >= 4) return hash4To8(input);
  return length > 0 ? hash1To3(input) : avalanche64(read64(secret, 56) ^ read64(secret, 64));
}

function hash1To3(input: DataView): bigint {
  const length = input.byteLength;
  const first = input.getUint8(0);
  const middle = input.getUint8(length >> 1);
  const last = input.getUint8(length - 1);
  const combined = wrap(
    (BigInt(first) << 16n) | (BigInt(middle) << 24n) | BigInt(last) | (BigInt(length) << 8n),
  );
  return avalanche64(combined ^ (read32(secret, 0) ^ read32(secret, 4)));
}

function hash4To8(input: DataView): bigint {
  const length = input.byteLength;
  const combined = read32(input, length - 4) + (read32(input, 0) << 32n);
  let keyed = combined ^ (read64(secret, 8) ^ read64(secret, 16));
  keyed ^= rotate(keyed, 49n) ^ rotate(keyed, 24n);
  keyed = wrap(keyed * PRIME_MX2);
  keyed ^= (keyed >> 35n) + BigInt(length);
  keyed = wrap(keyed * PRIME_MX2);
  return keyed ^ (keyed >> 28n);
}

function hash9To16(input: DataView): bigint {
  const length = input.byteLength;
  const low = read64(input, 0) ^ (read64(secret, 24) ^ read64(secret, 32));
  const high = read64(input, length - 8) ^ (read64(secret, 40) ^ read64(secret, 48));
  return avalanche(BigInt(length) + swap(low) + high + fold(low, high));
}

function hash17To128(input: DataView): bigint {
  const length = input.byteLength;
  let sum = BigInt(length) * PRIME64_1;
  for (let pair = (length - 1) >> 5; pair >= 0; pair--) {
    sum += mix16(input, 16 * pair, 32 * pair);
    sum += mix16(input, length - 16 * (pair + 1), 32 * pair + 16);
  }
  return avalanche(sum);
}

function hash129To240(input: DataView): bigint {
  const length = input.byteLength;
  let sum = BigInt(length) * PRIME64_1;
  for (let round = 0; round < 8; round++) sum += mix16(input, 16 * round, 16 * round);
  sum = avalanche(sum);
  for (let round = 8; round < length >> 4; round++) {
    sum += mix16(input, 16 * round, 16 * (round - 8) + 3);
  }
  return avalanche(sum + mix16(input, length - 16, MIN_SECRET - 17));
}

function hashLong(input: DataView): bigint {
  const length = input.byteLength;
  const lanes = [
    PRIME32_3,
    PRIME64_1,
    PRIME64_2,
    PRIME64_3,
    PRIME64_4,
    PRIME32_2,
    PRIME64_5,
    PRIME32_1,
  ];
  const blocks = Math.floor((length - 1) / BLOCK);
  for (let block = 0; block < blocks; block++) {
    for (let stripe = 0; stripe < STRIPES_PER_BLOCK; stripe++) {
      accumulate(lanes, input, block * BLOCK + stripe * STRIPE, stripe * 8);
    }
    scramble(lanes);
  }
  const stripes = Math.floor((length - 1 - blocks * BLOCK) / STRIPE);
  for (let stripe = 0; stripe < stripes; stripe++) {
    accumulate(lanes, input, blocks * BLOCK + stripe * STRIPE, stripe * 8);
  }
  accumulate(lanes, input, length - STRIPE, 192 - STRIPE - 7);
  return merge(lanes, 11, wrap(BigInt(length) * PRIME64_1));
}

function accumulate(lanes: bigint[], input: DataView, at: number, secretAt: number): void {
  for (let lane = 0; lane < LANES; lane++) {
    const value = read64(input, at + 8 * lane);
    const keyed = value ^ read64(secret, secretAt + 8 * lane);
    lanes[lane ^ 1] = wrap((lanes[lane ^ 1] ?? 0n) + value);
    lanes[lane] = wrap((lanes[lane] ?? 0n) + (keyed & LOW) * (keyed >> 32n));
  }
}

function scramble(lanes: bigint[]): void {
  for (const [lane, value] of lanes.entries()) {
    const mixed = value ^ (value >> 47n) ^ read64(secret, 192 - STRIPE + 8 * lane);
    lanes[lane] = wrap(mixed * PRIME32_1);
  }
}

function merge(lanes: readonly bigint[], secretAt: number, start: bigint): bigint {
  let sum = start;
  for (let lane = 0; lane < LANES; lane += 2) {
    const a = (lanes[lane] ?? 0n) ^ read64(secret, secretAt + 8 * lane);
    const b = (lanes[lane + 1] ?? 0n) ^ read64(secret, secretAt + 8 * lane + 8);
    sum += fold(a, b);
  }
  return avalanche(sum);
}

function mix16(input: DataView, at: number, secretAt: number): bigint {
  return fold(
    read64(input, at) ^ read64(secret, secretAt),
    read64(input, at + 8) ^ read64(secret, secretAt + 8),
  );
}

const LOW = 0xffffffffn;

function wrap(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}

/** The product of 128 bits, its halves put together. */
function fold(a: bigint, b: bigint): bigint {
  const product = a * b;
  return wrap(product) ^ (product >> 64n);
}

function rotate(value: bigint, by: bigint): bigint {
  return wrap(value << by) | (value >> (64n - by));
}

/** The bytes in the opposite order. */
function swap(value: bigint): bigint {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setBigUint64(0, value, true);
  return bytes.getBigUint64(0, false);
}

function avalanche(value: bigint): bigint {
  let mixed = wrap(value);
  mixed ^= mixed >> 37n;
  mixed = wrap(mixed * PRIME_MX1);
  return mixed ^ (mixed >> 32n);
}

/** XXH64's, for the shortest inputs. */
function avalanche64(value: bigint): bigint {
  let mixed = value ^ (value >> 33n);
  mixed = wrap(mixed * PRIME64_2);
  mixed ^= mixed >> 29n;
  mixed = wrap(mixed * PRIME64_3);
  return mixed ^ (mixed >> 32n);
}

function read32(from: DataView, at: number): bigint {
  return BigInt(from.getUint32(at, true));
}

function read64(from: DataView, at: number): bigint {
  return from.getBigUint64(at, true);
}
