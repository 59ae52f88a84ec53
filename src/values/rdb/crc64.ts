/** The checksum of RDB files and DUMP payloads: CRC-64 with Jones's polynomial, reflected, in two halves of 32 bits. */
import type { ByteString } from "../../bytes.js";

const POLYNOMIAL_HIGH = 0x95ac9329;
const POLYNOMIAL_LOW = 0xac4bc9b5;

/** Made when the first checksum is. */
let table: readonly [highs: Uint32Array, lows: Uint32Array] | undefined;

/** The checksum of the first `length` bytes, as 8 bytes from the lowest. */
export function crc64(data: ByteString, length = data.length): string {
  table ??= tables();
  const [highs, lows] = table;
  let high = 0;
  let low = 0;
  for (let at = 0; at < length; at++) {
    const index = (low ^ data.charCodeAt(at)) & 0xff;
    const shifted = (low >>> 8) | (high << 24);
    high = (high >>> 8) ^ (highs[index] ?? 0);
    low = shifted ^ (lows[index] ?? 0);
  }
  return fourBytes(low) + fourBytes(high);
}

function fourBytes(half: number): string {
  return String.fromCharCode(
    half & 0xff,
    (half >>> 8) & 0xff,
    (half >>> 16) & 0xff,
    (half >>> 24) & 0xff,
  );
}

function tables(): readonly [highs: Uint32Array, lows: Uint32Array] {
  const highs = new Uint32Array(256);
  const lows = new Uint32Array(256);
  for (let index = 0; index < 256; index++) {
    let high = 0;
    let low = index;
    for (let bit = 0; bit < 8; bit++) {
      const odd = (low & 1) === 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (odd) {
        high ^= POLYNOMIAL_HIGH;
        low ^= POLYNOMIAL_LOW;
      }
    }
    highs[index] = high;
    lows[index] = low;
  }
  return [highs, lows];
}
