/** Bytes as text that shows each of them. */
import type { ByteString } from "./bytes.js";

// oxlint-disable-next-line no-control-regex -- bytes that are not printed have to be named
const SPECIAL = /[\\"\x00-\x1f\x7f-\xff]/g;

/** Bytes in double quotes, escaped as Redis writes them in MONITOR and redis-cli reads them. */
export function quote(value: ByteString): string {
  const escaped = value.replace(SPECIAL, (character) => {
    const known = ESCAPES[character];
    if (known !== undefined) return known;
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
  return `"${escaped}"`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  '"': '\\"',
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\x07": "\\a",
  "\b": "\\b",
};
