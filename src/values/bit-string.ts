/**
 * A string that is changed bit by bit: its bytes in an array that grows as it is written to, so that a bit costs the same in a string of
 * any length. Bit 0 is the highest bit of the first byte, and bits past the end are 0 (bitops.c).
 */
import { fromUint8Array, toUint8Array, type ByteString } from "../bytes.js";

export class BitString {
  readonly encoding = "raw";
  #array: Uint8Array;
  #length: number;
  #bytes: ByteString | undefined;

  constructor(bytes: ByteString) {
    this.#array = toUint8Array(bytes);
    this.#length = bytes.length;
    this.#bytes = bytes;
  }

  get bytes(): ByteString {
    return (this.#bytes ??= fromUint8Array(this.#array.subarray(0, this.#length)));
  }

  /** The length in bytes. */
  get length(): number {
    return this.#length;
  }

  byteAt(index: number): number {
    return index < this.#length ? (this.#array[index] ?? 0) : 0;
  }

  bit(offset: number): 0 | 1 {
    return bitOf(this.byteAt(Math.floor(offset / 8)), offset);
  }

  /** Makes the string at least so many bytes long, padded with zero bytes. */
  grow(length: number): void {
    if (length <= this.#length) return;
    if (length > this.#array.length) {
      const larger = new Uint8Array(Math.max(length, this.#array.length * 2));
      larger.set(this.#array);
      this.#array = larger;
    }
    this.#length = length;
    this.#bytes = undefined;
  }

  /** Sets a bit within the string. */
  setBit(offset: number, bit: 0 | 1): void {
    const index = Math.floor(offset / 8);
    const mask = 0x80 >> (offset % 8);
    const old = this.byteAt(index);
    this.#array[index] = bit === 1 ? old | mask : old & ~mask;
    this.#bytes = undefined;
  }

  /** Sets a byte within the string. */
  setByte(index: number, byte: number): void {
    this.#array[index] = byte;
    this.#bytes = undefined;
  }

  /** Puts bytes in the place of `count` others. */
  splice(start: number, count: number, replacement: readonly number[]): void {
    const tail = this.#array.slice(start + count, this.#length);
    const length = start + replacement.length + tail.length;
    if (length > this.#length) this.grow(length);
    this.#array.set(replacement, start);
    this.#array.set(tail, start + replacement.length);
    this.#length = length;
    this.#bytes = undefined;
  }

  clone(): BitString {
    return new BitString(this.bytes);
  }
}

/** The bit that a byte holds at an offset into the string. */
export function bitOf(byte: number, offset: number): 0 | 1 {
  return (byte & (0x80 >> (offset % 8))) === 0 ? 0 : 1;
}
