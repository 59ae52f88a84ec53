/** How many bytes an element takes in Redis's listpack: integers in 1 to 9 bytes, strings with a header, and the length behind. */
import type { ByteString } from "../bytes.js";
import { parseInteger } from "./numbers.js";

/** A listpack of up to so many bytes is one piece (list-max-listpack-size -2). */
export const MAX_LISTPACK_BYTES = 8192;

/** A listpack's own bytes: its header and its end. */
export const LISTPACK_HEADER = 7;

/** The bytes of an element. */
export function listpackSize(element: ByteString): number {
  const size = element.length <= MAX_INTEGER_TEXT ? encodedSize(element) : stringSize(element);
  return size + backLength(size);
}

/** The longest text of a 64-bit integer. */
const MAX_INTEGER_TEXT = 20;

function encodedSize(element: ByteString): number {
  const integer = parseInteger(element);
  if (integer === undefined) return stringSize(element);
  if (integer >= 0 && integer <= 127) return 1;
  if (integer >= -4096 && integer <= 4095) return 2;
  if (integer >= -(2 ** 15) && integer < 2 ** 15) return 3;
  if (integer >= -(2 ** 23) && integer < 2 ** 23) return 4;
  if (integer >= -(2 ** 31) && integer < 2 ** 31) return 5;
  return 9;
}

function stringSize({ length }: ByteString): number {
  if (length < 64) return length + 1;
  return length + (length < 4096 ? 2 : 5);
}

function backLength(size: number): number {
  if (size <= 127) return 1;
  if (size < 16_383) return 2;
  if (size < 2_097_151) return 3;
  return size < 268_435_455 ? 4 : 5;
}
