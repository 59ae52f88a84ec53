/**
 * Byte strings: every key and value of the engine is a string with one code unit (0–255) per byte. They compare by value, serve as
 * Map keys, and `<` orders them as memcmp does. The brand keeps text (UTF-16) from slipping in: `utf8` and `text` are the doors
 * between the two; this is the only file that casts.
 */
declare const brand: unique symbol;

/** Bytes as a latin1 string. `length` is the length in bytes. */
export type ByteString = string & { readonly [brand]: "bytes" };

// oxlint-disable-next-line no-control-regex -- a test for ASCII has to name the control range
const NON_ASCII = /[^\x00-\x7f]/;

/** The UTF-8 bytes of a text; a lone surrogate becomes U+FFFD, as in every web API. */
export function utf8(text: string): ByteString {
  return (NON_ASCII.test(text) ? encode(text) : text) as ByteString;
}

/** The text of UTF-8 bytes; bytes that are not UTF-8 become U+FFFD. */
export function text(bytes: ByteString): string {
  return NON_ASCII.test(bytes) ? decoder.decode(toUint8Array(bytes)) : bytes;
}

/** A byte string from a string that is known to hold bytes only (a literal, printed digits, a join of byte strings). */
export function bytes(latin1: string): ByteString {
  return latin1 as ByteString;
}

/** The bytes from `start` to before `end`, counted as `String.prototype.slice` does. */
export function sliceBytes(value: ByteString, start: number, end?: number): ByteString {
  return value.slice(start, end) as ByteString;
}

/** Whether a secret is the given one, in a time that does not tell how much of it is right. */
export function isSecret(given: string, secret: string): boolean {
  let difference = given.length ^ secret.length;
  for (let index = 0; index < given.length; index++) {
    difference |= given.charCodeAt(index) ^ secret.charCodeAt(index % secret.length);
  }
  return difference === 0;
}

/** What C takes for the whole of a string: all before its first zero byte. */
export function untilZero(value: ByteString): ByteString {
  const end = value.indexOf("\0");
  return end < 0 ? value : sliceBytes(value, 0, end);
}

/** How long a text is without those of the characters that stand behind it: `/[…]+$/` takes the square of a long run's length within the text. */
export function lengthWithout(characters: string, value: string): number {
  let length = value.length;
  while (length > 0 && characters.includes(value.charAt(length - 1))) length--;
  return length;
}

/** A word that C compares with keywords: to its first zero byte, in upper case. */
export function keyword(word: ByteString): string {
  return upperAscii(untilZero(word));
}

export function fromUint8Array(array: Uint8Array): ByteString {
  let result = "";
  for (let start = 0; start < array.length; start += CHUNK) {
    const chunk = array.subarray(start, start + CHUNK);
    result += fromAscii(chunk) ?? String.fromCharCode(...chunk);
  }
  return result as ByteString;
}

/** What the platform decodes at once; undefined for a few bytes, and where not all are ASCII. */
function fromAscii(chunk: Uint8Array): string | undefined {
  if (chunk.length < WORTH_DECODING) return undefined;
  const text = decoder.decode(chunk);
  return text.length === chunk.length && !NON_ASCII.test(text) ? text : undefined;
}

export function toUint8Array(value: ByteString): Uint8Array<ArrayBuffer> {
  const array = new Uint8Array(value.length);
  for (let index = 0; index < value.length; index++) array[index] = value.charCodeAt(index);
  return array;
}

/** Upper-cases `a`–`z` only, as Redis compares option names: no locale, no other alphabet. */
export function upperAscii(value: string): string {
  if (!NOT_ASCII.test(value)) return value.toUpperCase();
  return value.replace(LOWER_ASCII, (part) => part.toUpperCase());
}

/** Lower-cases `A`–`Z` only. */
export function lowerAscii(value: string): string {
  if (!NOT_ASCII.test(value)) return value.toLowerCase();
  return value.replace(UPPER_ASCII, (part) => part.toLowerCase());
}

const NOT_ASCII = /[\u0080-\uffff]/;
const LOWER_ASCII = /[a-z]+/g;
const UPPER_ASCII = /[A-Z]+/g;

/** `String.fromCharCode` takes its arguments on the stack, so long arrays go through it in pieces of this many bytes. */
const CHUNK = 8192;
const WORTH_DECODING = 256;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function encode(text: string): string {
  let result = "";
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) result += character;
    else if (code < 0x800) result += String.fromCharCode(0xc0 | (code >> 6), tail(code));
    else if (code >= 0xd800 && code <= 0xdfff) result += REPLACEMENT;
    else if (code < 0x10000)
      result += String.fromCharCode(0xe0 | (code >> 12), tail(code >> 6), tail(code));
    else
      result += String.fromCharCode(
        0xf0 | (code >> 18),
        tail(code >> 12),
        tail(code >> 6),
        tail(code),
      );
  }
  return result;
}

const REPLACEMENT = "\xef\xbf\xbd";

function tail(bits: number): number {
  return 0x80 | (bits & 0x3f);
}
