/** The pieces of RDB (rdb.c): lengths, strings (as integers or compressed where that is shorter), doubles and times. */
import { bytes, type ByteString } from "../../bytes.js";
import { parseInteger } from "../numbers.js";
import { compress } from "./lzf.js";
import { littleEndian } from "./integers.js";

/** The longest text that may stand for a 32-bit integer. */
const MAX_INTEGER_TEXT = 11;
/** Redis compresses only what is longer. */
const MAX_PLAIN = 20;

export class RdbWriter {
  #text = "";

  get bytes(): ByteString {
    return bytes(this.#text);
  }

  raw(text: string): void {
    this.#text += text;
  }

  byte(value: number): void {
    this.#text += String.fromCharCode(value);
  }

  /** A length, or any unsigned number of up to 64 bits. */
  length(value: number | bigint): void {
    if (value < 64) this.byte(Number(value));
    else if (value < 16_384)
      this.raw(String.fromCharCode(0x40 | (Number(value) >> 8), Number(value) & 0xff));
    else if (value < 2 ** 32) this.raw(`\x80${reversed(littleEndian(value, 4))}`);
    else this.raw(`\x81${reversed(littleEndian(value, 8))}`);
  }

  /** Bytes behind their length, an integer in its bytes, or compressed. */
  string(value: ByteString): void {
    const integer = value.length <= MAX_INTEGER_TEXT ? parseInteger(value) : undefined;
    if (integer !== undefined && integer >= -(2 ** 31) && integer < 2 ** 31) {
      this.#integer(Number(integer));
      return;
    }
    const compressed = value.length > MAX_PLAIN ? compress(value, value.length - 4) : undefined;
    if (compressed === undefined) {
      this.length(value.length);
      this.raw(value);
    } else {
      this.byte(0xc3);
      this.length(compressed.length);
      this.length(value.length);
      this.raw(compressed);
    }
  }

  /** Eight bytes from the lowest: a time in milliseconds, -1 for none. */
  time(value: number | bigint): void {
    this.raw(littleEndian(value, 8));
  }

  double(value: number): void {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, value, true);
    this.time(view.getBigUint64(0, true));
  }

  #integer(value: number): void {
    const [code, size] =
      value >= -128 && value <= 127
        ? [0xc0, 1]
        : value >= -(2 ** 15) && value < 2 ** 15
          ? [0xc1, 2]
          : [0xc2, 4];
    this.byte(code);
    this.raw(littleEndian(value, size));
  }
}

export function reversed(text: string): string {
  let result = "";
  for (let at = text.length - 1; at >= 0; at--) result += text.charAt(at);
  return result;
}
