/** LZF as liblzf compresses with Redis's settings (HLOG 16, VERY_FAST), so that the bytes are Redis's. */
import { fromUint8Array, type ByteString } from "../../bytes.js";

const MAX_LITERALS = 32;
const MAX_OFFSET = 8192;
const MAX_REFERENCE = 264;
const SLOTS = 65_536;
const MAX_PLACE = 2 ** 32 - 1;

/** Where a hash of three bytes was seen last, for all inputs as if they followed each other: a new table would cost more than most. */
const table = new Uint32Array(SLOTS);
/** Where the next input starts; what the table has from before is no part of it. */
let base = 0;

/** The compressed bytes; undefined where they would be more than `limit`. */
export function compress(input: ByteString, limit: number): ByteString | undefined {
  const { length } = input;
  if (length === 0 || limit <= 0) return undefined;
  const at = (index: number): number => input.charCodeAt(index);
  if (base + length > MAX_PLACE) {
    table.fill(0);
    base = 0;
  }
  const start = base;
  base += length;
  const slot = (index: number): number => {
    const hash = (at(index) << 16) | (at(index + 1) << 8) | at(index + 2);
    return ((hash >>> 8) - hash * 5) & (SLOTS - 1);
  };
  const output = new Uint8Array(limit + 8);
  let out = 1;
  let literals = 0;
  let index = 0;

  while (index < length - 2) {
    const hash = slot(index);
    const reference = (table[hash] ?? 0) - start;
    table[hash] = start + index;
    const offset = index - reference - 1;
    const matches =
      reference > 0 &&
      offset < MAX_OFFSET &&
      at(reference) === at(index) &&
      at(reference + 1) === at(index + 1) &&
      at(reference + 2) === at(index + 2);
    if (!matches) {
      if (out >= limit) return undefined;
      literals++;
      output[out++] = at(index++);
      if (literals === MAX_LITERALS) {
        output[out - literals - 1] = literals - 1;
        literals = 0;
        out++;
      }
      continue;
    }

    if (out - (literals === 0 ? 1 : 0) + 4 >= limit) return undefined;
    output[out - literals - 1] = literals - 1;
    if (literals === 0) out--;
    const most = Math.min(MAX_REFERENCE, length - index - 2);
    const more = matchLength(at, reference, index, most) - 2;
    if (more < 7) output[out++] = (offset >> 8) + (more << 5);
    else {
      output[out++] = (offset >> 8) + (7 << 5);
      output[out++] = more - 7;
    }
    output[out++] = offset & 0xff;
    literals = 0;
    out++;
    index += more + 2;
    if (index >= length - 2) break;
    table[slot(index - 2)] = start + index - 2;
    table[slot(index - 1)] = start + index - 1;
  }

  if (out + 3 > limit) return undefined;
  while (index < length) {
    literals++;
    output[out++] = at(index++);
    if (literals === MAX_LITERALS) {
      output[out - literals - 1] = literals - 1;
      literals = 0;
      out++;
    }
  }
  output[out - literals - 1] = literals - 1;
  if (literals === 0) out--;
  return fromUint8Array(output.subarray(0, out));
}

/** How far two places agree, three bytes at least; the first sixteen that follow are compared whatever `most` is, as liblzf does. */
function matchLength(
  at: (index: number) => number,
  reference: number,
  index: number,
  most: number,
): number {
  let matched = 2;
  if (most > UNROLLED) {
    for (let step = 0; step < UNROLLED; step++) {
      matched++;
      if (at(reference + matched) !== at(index + matched)) return matched;
    }
  }
  do matched++;
  while (matched < most && at(reference + matched) === at(index + matched));
  return matched;
}

const UNROLLED = 16;

/** The `length` bytes that were compressed; undefined where the input is corrupt. */
export function decompress(input: ByteString, length: number): ByteString | undefined {
  if (length > MAX_RATIO * (input.length + 1)) return undefined;
  const output = new Uint8Array(length);
  let out = 0;
  let index = 0;
  while (index < input.length) {
    const control = input.charCodeAt(index++);
    if (control < MAX_LITERALS) {
      const end = index + control + 1;
      if (end > input.length || out + control + 1 > length) return undefined;
      while (index < end) output[out++] = input.charCodeAt(index++);
      continue;
    }
    let more = control >> 5;
    if (more === 7) more += input.charCodeAt(index++);
    let from = out - ((control & 0x1f) << 8) - 1 - input.charCodeAt(index++);
    const end = out + more + 2;
    if (index > input.length || !(from >= 0) || end > length) return undefined;
    while (out < end) output[out++] = output[from++] ?? 0;
  }
  return out === length ? fromUint8Array(output) : undefined;
}

/** Three bytes stand for 264 at most. */
const MAX_RATIO = 264;
