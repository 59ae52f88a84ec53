/** Redis's listpacks byte for byte (listpack.c): a header, elements with their length behind them, and an end. */
import { bytes, sliceBytes, type ByteString } from "../../bytes.js";
import { parseInteger } from "../numbers.js";
import { littleEndian, readInteger, readLength } from "./integers.js";

/** Header and end. */
const FRAME = 7;
const END = 0xff;
const MANY = 0xffff;

/** The longest text of a 64-bit integer. */
const MAX_INTEGER_TEXT = 20;

/** The listpack of these elements; a text that is an integer is kept as one. */
export function encodeListpack(elements: readonly (ByteString | number | bigint)[]): ByteString {
  let body = "";
  for (const element of elements) {
    const encoded = typeof element === "string" ? encodeText(element) : encodeInteger(element);
    body += encoded + backLength(encoded.length);
  }
  const count = Math.min(elements.length, MANY);
  return bytes(`${littleEndian(body.length + FRAME, 4)}${littleEndian(count, 2)}${body}\xff`);
}

function encodeText(text: ByteString): string {
  const integer = text.length > MAX_INTEGER_TEXT ? undefined : parseInteger(text);
  if (integer !== undefined) return encodeInteger(integer);
  const { length } = text;
  if (length < 64) return String.fromCharCode(0x80 | length) + text;
  if (length < 4096) return String.fromCharCode(0xe0 | (length >> 8), length & 0xff) + text;
  return `\xf0${littleEndian(length, 4)}${text}`;
}

function encodeInteger(value: number | bigint): string {
  if (value >= 0 && value <= 127) return String.fromCharCode(Number(value));
  if (value >= -4096 && value <= 4095) {
    const bits = Number(value) & 0x1fff;
    return String.fromCharCode(0xc0 | (bits >> 8), bits & 0xff);
  }
  for (const [code, size] of SIZES) {
    const limit = 2 ** (8 * size - 1);
    if (value >= -limit && value < limit) return code + littleEndian(value, size);
  }
  return `\xf4${littleEndian(value, 8)}`;
}

const SIZES = [
  ["\xf1", 2],
  ["\xf2", 3],
  ["\xf3", 4],
] as const;

/** Seven bits a byte, from the highest; all but the first marked. */
function backLength(length: number): string {
  if (length <= 127) return String.fromCharCode(length);
  const size = length < 16_383 ? 2 : length < 2_097_151 ? 3 : length < 268_435_455 ? 4 : 5;
  let text = "";
  for (let at = size - 1; at >= 0; at--) {
    const bits = Math.floor(length / 128 ** at) & 127;
    text += String.fromCharCode(at === size - 1 ? bits : bits | 128);
  }
  return text;
}

/** The elements; undefined where the bytes are no listpack. */
export function decodeListpack(data: ByteString): ByteString[] | undefined {
  if (data.length < FRAME || readLength(data, 0, 4) !== data.length) return undefined;
  const count = readLength(data, 4, 2);
  const elements: ByteString[] = [];
  let at = 6;
  while (at < data.length - 1) {
    const found = decodeElement(data, at);
    if (found === undefined) return undefined;
    const { element, size } = found;
    const back = backLength(size);
    at += size;
    if (data.slice(at, at + back.length) !== back) return undefined;
    at += back.length;
    elements.push(element);
  }
  if (at !== data.length - 1 || data.charCodeAt(at) !== END) return undefined;
  return count === MANY || count === elements.length ? elements : undefined;
}

function decodeElement(
  data: ByteString,
  at: number,
): { readonly element: ByteString; readonly size: number } | undefined {
  const first = data.charCodeAt(at);
  const second = data.charCodeAt(at + 1);
  const text = (header: number, length: number) => {
    const size = header + length;
    if (!(at + size < data.length)) return undefined;
    return { element: sliceBytes(data, at + header, at + size), size };
  };
  const integer = (size: number) => {
    if (at + 1 + size >= data.length) return undefined;
    return { element: bytes(String(readInteger(data, at + 1, size))), size: size + 1 };
  };
  if (first < 0x80) return { element: bytes(String(first)), size: 1 };
  if (first < 0xc0) return text(1, first & 0x3f);
  if (first < 0xe0) {
    const bits = ((first & 0x1f) << 8) | second;
    const value = bits >= 4096 ? bits - 8192 : bits;
    return at + 2 < data.length ? { element: bytes(String(value)), size: 2 } : undefined;
  }
  if (first < 0xf0) return text(2, ((first & 0x0f) << 8) | second);
  switch (first) {
    case 0xf0:
      return at + 5 < data.length ? text(5, readLength(data, at + 1, 4)) : undefined;
    case 0xf1:
      return integer(2);
    case 0xf2:
      return integer(3);
    case 0xf3:
      return integer(4);
    case 0xf4:
      return integer(8);
    default:
      return undefined;
  }
}
