/** Reads the pieces of RDB. What is malformed throws CorruptRdb; nothing has been changed by then. */
import { bytes, sliceBytes, type ByteString } from "../../bytes.js";
import { decodeListpack } from "./listpack-bytes.js";
import { readInteger, readLength, readUnsigned } from "./integers.js";
import { decompress } from "./lzf.js";
import { reversed } from "./writer.js";

export class CorruptRdb extends Error {
  override readonly name = "CorruptRdb";
}

export class RdbReader {
  readonly #data: ByteString;
  readonly #end: number;
  #at = 0;

  /** Reads up to `end`. */
  constructor(data: ByteString, end: number) {
    this.#data = data;
    this.#end = end;
  }

  more(): boolean {
    return this.#at < this.#end;
  }

  raw(length: number): ByteString {
    const start = this.#at;
    if (!(length <= this.#end - start)) throw new CorruptRdb();
    this.#at += length;
    return sliceBytes(this.#data, start, this.#at);
  }

  byte(): number {
    return this.raw(1).charCodeAt(0);
  }

  /** A length that what is left can hold at a byte each. */
  count(): number {
    const count = this.length();
    if (count > this.#end - this.#at) throw new CorruptRdb();
    return Number(count);
  }

  /** An unsigned number of up to 64 bits; a bigint past 2^53. */
  length(): number | bigint {
    const value = this.#lengthOrEncoding();
    if (typeof value === "object") throw new CorruptRdb();
    return value;
  }

  string(): ByteString {
    const length = this.#lengthOrEncoding();
    if (typeof length !== "object") return this.raw(Number(length));
    switch (length.encoding) {
      case 0:
        return bytes(String(readInteger(this.raw(1), 0, 1)));
      case 1:
        return bytes(String(readInteger(this.raw(2), 0, 2)));
      case 2:
        return bytes(String(readInteger(this.raw(4), 0, 4)));
      case 3:
        return this.#compressed();
      default:
        throw new CorruptRdb();
    }
  }

  /** The elements of a listpack that stands as a string. */
  listpack(): ByteString[] {
    const elements = decodeListpack(this.string());
    if (elements === undefined) throw new CorruptRdb();
    return elements;
  }

  /** Eight bytes as a signed number. */
  time(): number | bigint {
    return readInteger(this.raw(8), 0, 8);
  }

  double(): number {
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, readUnsigned(this.raw(8), 0, 8), true);
    return view.getFloat64(0, true);
  }

  #compressed(): ByteString {
    const compressed = this.length();
    const length = this.length();
    const value = decompress(this.raw(Number(compressed)), Number(length));
    if (value === undefined) throw new CorruptRdb();
    return value;
  }

  #lengthOrEncoding(): number | bigint | { readonly encoding: number } {
    const first = this.byte();
    switch (first >> 6) {
      case 0:
        return first;
      case 1:
        return ((first & 0x3f) << 8) | this.byte();
      case 3:
        return { encoding: first & 0x3f };
      default:
        if (first === 0x80) return readLength(bytes(reversed(this.raw(4))), 0, 4);
        if (first === 0x81) {
          const value = readUnsigned(bytes(reversed(this.raw(8))), 0, 8);
          return value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
        }
        throw new CorruptRdb();
    }
  }
}
