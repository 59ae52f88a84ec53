/** How bytes that are no UTF-8 stand in data that people write: `$base64:` and their base64. Text that begins so is written so, too. */
import { bytes, text, utf8, type ByteString } from "../bytes.js";

const PREFIX = "$base64:";

/** Bytes as `seed` takes them. */
export function written(value: ByteString): string {
  const plain = text(value);
  return utf8(plain) === value && !plain.startsWith(PREFIX) ? plain : PREFIX + btoa(value);
}

/** The bytes that are written so; undefined where what stands behind `$base64:` is no base64. */
export function read(word: string): ByteString | undefined {
  if (!word.startsWith(PREFIX)) return utf8(word);
  try {
    return bytes(atob(word.slice(PREFIX.length)));
  } catch {
    return undefined;
  }
}
