/** Stream IDs: milliseconds and a sequence number, both unsigned 64-bit, in the order of one 128-bit number. */
import { bytes, type ByteString } from "../bytes.js";
import { add, MAX_UINT64, subtract, type UInt64 } from "./uint64.js";

export interface StreamId {
  readonly ms: UInt64;
  readonly seq: UInt64;
}

export const MIN_ID: StreamId = { ms: 0, seq: 0 };
export const MAX_ID: StreamId = { ms: MAX_UINT64, seq: MAX_UINT64 };

/** Negative where `a` comes first, 0 where they are equal. */
export function compareIds(a: StreamId, b: StreamId): number {
  if (a.ms !== b.ms) return a.ms < b.ms ? -1 : 1;
  if (a.seq === b.seq) return 0;
  return a.seq < b.seq ? -1 : 1;
}

export function isZero({ ms, seq }: StreamId): boolean {
  return ms === 0 && seq === 0;
}

/** The ID right behind; undefined behind the last. */
export function nextId({ ms, seq }: StreamId): StreamId | undefined {
  if (seq !== MAX_UINT64) return { ms, seq: add(seq, 1) };
  return ms === MAX_UINT64 ? undefined : { ms: add(ms, 1), seq: 0 };
}

/** The ID right before; undefined before 0-0. */
export function previousId({ ms, seq }: StreamId): StreamId | undefined {
  if (seq !== 0) return { ms, seq: subtract(seq, 1) };
  return ms === 0 ? undefined : { ms: subtract(ms, 1), seq: MAX_UINT64 };
}

export function formatId({ ms, seq }: StreamId): ByteString {
  return bytes(`${ms}-${seq}`);
}

/** The position in a sequence sorted by ID at which an ID stands or belongs. */
export function positionOf(sorted: readonly { readonly id: StreamId }[], id: StreamId): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = sorted[middle];
    if (entry !== undefined && compareIds(entry.id, id) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
