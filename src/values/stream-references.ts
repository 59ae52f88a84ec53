/** What consumer groups hold of a stream's entries, and deleting entries with regard to it, as Redis 8.2 does on demand. */
import type { StreamId } from "./stream-id.js";
import { compareIds, MAX_ID, MIN_ID, nextId } from "./stream-id.js";
import type { Stream, Trim } from "./stream.js";

/**
 * What becomes of references to a deleted entry: they stay, or go with it; or an entry is only deleted that every group has read and
 * acknowledged.
 */
export type References = "KEEPREF" | "DELREF" | "ACKED";

/** Whether a group has yet to read the entry, or holds it pending. */
export function isReferenced(stream: Stream, id: StreamId): boolean {
  return stream
    .groups()
    .some(([, group]) => compareIds(id, group.lastId) > 0 || group.pending.get(id) !== undefined);
}

/** Takes an entry out of the pending entries of every group. */
export function forgetReferences(stream: Stream, id: StreamId): void {
  for (const [, group] of stream.groups()) group.acknowledge(id);
}

/** Trims; returns how many entries went. Referenced ones that ACKED keeps do not hinder the ones behind them. */
export function trimWithReferences(stream: Stream, trim: Trim, references: References): number {
  const ids = references === "ACKED" ? unreferenced(stream, trim) : trimmed(stream, trim);
  for (const id of ids) {
    if (references === "DELREF") forgetReferences(stream, id);
    else stream.delete(id);
  }
  if (references === "DELREF") stream.cut(stream.plan(trim));
  return ids.length;
}

function trimmed(stream: Stream, trim: Trim): StreamId[] {
  const { total } = stream.plan(trim);
  return stream.range(MIN_ID, MAX_ID, total).map(({ id }) => id);
}

/** Entries at a time. */
const CHUNK = 100;

function unreferenced(stream: Stream, trim: Trim): StreamId[] {
  const { keep, approximate } = trim;
  if (approximate) return trimmed(stream, trim).filter((id) => !isReferenced(stream, id));
  const found: StreamId[] = [];
  let start: StreamId | undefined = MIN_ID;
  while (start !== undefined) {
    const entries = stream.range(start, MAX_ID, CHUNK);
    for (const { id } of entries) {
      const enough =
        typeof keep === "number" ? stream.size - found.length <= keep : compareIds(id, keep) >= 0;
      if (enough) return found;
      if (!isReferenced(stream, id)) found.push(id);
    }
    const last = entries.at(-1);
    start = last === undefined ? undefined : nextId(last.id);
  }
  return found;
}
