/** Reads a stream from RDB, of the version that Redis 8.0 writes and the two before it. */
import { bytes, sliceBytes, type ByteString } from "../../bytes.js";
import type { ConsumerGroup, Pending } from "../consumer-group.js";
import { parseInteger } from "../numbers.js";
import { compareIds, type StreamId } from "../stream-id.js";
import { Stream, type StreamEntry, type StreamNode } from "../stream.js";
import { add, exact, MAX_UINT64, type UInt64 } from "../uint64.js";
import { readUnsigned } from "./integers.js";
import { decodeListpack } from "./listpack-bytes.js";
import { CorruptRdb, type RdbReader } from "./reader.js";
import { DELETED, SAME_FIELDS } from "./stream-save.js";
import { RdbType } from "./types.js";
import { reversed } from "./writer.js";

export function loadStream(reader: RdbReader, type: number): Stream {
  const stream = new Stream();
  const nodes = reader.count();
  for (let index = 0; index < nodes; index++) stream.appendNode(loadNode(reader, stream));
  if (reader.length() !== stream.size) throw new CorruptRdb();
  stream.lastId = loadId(reader);
  const { last } = stream;
  if (last !== undefined && compareIds(last.id, stream.lastId) > 0) throw new CorruptRdb();
  stream.entriesAdded = stream.size;
  if (type !== RdbType.streamListpacks) {
    loadId(reader);
    stream.maxDeletedId = loadId(reader);
    stream.entriesAdded = reader.length();
  }
  const groups = reader.count();
  for (let index = 0; index < groups; index++) loadGroup(reader, stream, type);
  return stream;
}

function loadNode(reader: RdbReader, { nodes }: Stream): StreamNode {
  const key = reader.string();
  const data = reader.string();
  const elements = decodeListpack(data);
  if (key.length !== 16 || elements === undefined) throw new CorruptRdb();
  const id = idOf(key);
  const previous = nodes.at(-1);
  if (previous !== undefined && compareIds(previous.lastId, id) >= 0) throw new CorruptRdb();

  const items = new Elements(elements);
  const counts = [items.integer(), items.integer()] as const;
  const names = items.take(items.integer());
  if (items.integer() !== 0) throw new CorruptRdb();
  const entries: StreamEntry[] = [];
  const deleted: StreamEntry[] = [];
  let lastId: StreamId | undefined;
  while (items.more) {
    const { entry, gone } = loadEntry(items, id, names);
    if (compareIds(entry.id, lastId ?? id) < (lastId === undefined ? 0 : 1)) throw new CorruptRdb();
    lastId = entry.id;
    (gone ? deleted : entries).push(entry);
  }
  const counted = counts[0] === entries.length && counts[1] === deleted.length;
  if (lastId === undefined || !counted) throw new CorruptRdb();
  return { id, lastId, names, bytes: data.length, deleted, entries };
}

function loadEntry(
  items: Elements,
  base: StreamId,
  names: readonly ByteString[],
): { readonly entry: StreamEntry; readonly gone: boolean } {
  const flags = items.integer();
  const id = { ms: moved(base.ms, items.signed()), seq: moved(base.seq, items.signed()) };
  const same = (flags & SAME_FIELDS) !== 0;
  const count = same ? names.length : items.integer();
  const words = items.take(same ? count : 2 * count);
  const fields = same ? names.flatMap((name, index) => [name, words[index] ?? name]) : words;
  if (items.integer() !== (same ? count + 3 : 2 * count + 4)) throw new CorruptRdb();
  return { entry: { id, fields }, gone: (flags & DELETED) !== 0 };
}

/** Differences wrap around at 64 bits. */
function moved(base: UInt64, difference: number | bigint): UInt64 {
  if (typeof difference === "number" && difference >= 0) return unsigned(add(base, difference));
  return unsigned(BigInt(base) + BigInt(difference));
}

function unsigned(value: UInt64): UInt64 {
  return typeof value === "number" && value >= 0 ? value : exact(BigInt.asUintN(64, BigInt(value)));
}

function loadGroup(reader: RdbReader, stream: Stream, type: number): void {
  const name = reader.string();
  if (stream.group(name) !== undefined) throw new CorruptRdb();
  const lastId = loadId(reader);
  const read = type === RdbType.streamListpacks ? MAX_UINT64 : reader.length();
  const group = stream.createGroup(name, lastId, read === MAX_UINT64 ? undefined : read);
  const pending = reader.count();
  const unowned = new Map<string, Omit<Pending, "consumer">>();
  for (let index = 0; index < pending; index++) {
    const key = reader.raw(16);
    const deliveredAt = Number(reader.time());
    const deliveries = exact(BigInt.asIntN(64, BigInt(reader.length())));
    unowned.set(key, { id: idOf(key), deliveredAt, deliveries });
  }
  if (unowned.size !== pending) throw new CorruptRdb();
  const consumers = reader.count();
  for (let index = 0; index < consumers; index++) loadConsumer(reader, group, type, unowned);
  if (unowned.size > 0) throw new CorruptRdb();
}

function loadConsumer(
  reader: RdbReader,
  group: ConsumerGroup,
  type: number,
  unowned: Map<string, Omit<Pending, "consumer">>,
): void {
  const name = reader.string();
  if (group.consumer(name) !== undefined) throw new CorruptRdb();
  const seenAt = Number(reader.time());
  const consumer = group.createConsumer(name, seenAt);
  const activeAt = type === RdbType.streamListpacks3 ? Number(reader.time()) : seenAt;
  consumer.activeAt = activeAt < 0 ? undefined : activeAt;
  const count = reader.count();
  for (let index = 0; index < count; index++) {
    const key = reader.raw(16);
    const found = unowned.get(key);
    if (found === undefined) throw new CorruptRdb();
    unowned.delete(key);
    group.assign({ ...found, consumer }, consumer);
  }
}

function loadId(reader: RdbReader): StreamId {
  return { ms: reader.length(), seq: reader.length() };
}

function idOf(key: ByteString): StreamId {
  const half = (start: number): UInt64 =>
    exact(readUnsigned(bytes(reversed(sliceBytes(key, start, start + 8))), 0, 8));
  return { ms: half(0), seq: half(8) };
}

/** The elements of a stream's listpack, one after the other. */
class Elements {
  readonly #elements: readonly ByteString[];
  #at = 0;

  constructor(elements: readonly ByteString[]) {
    this.#elements = elements;
  }

  get more(): boolean {
    return this.#at < this.#elements.length;
  }

  take(count: number): ByteString[] {
    if (count > this.#elements.length - this.#at) throw new CorruptRdb();
    this.#at += count;
    return this.#elements.slice(this.#at - count, this.#at);
  }

  signed(): number | bigint {
    const value = parseInteger(this.take(1)[0] ?? bytes(""));
    if (value === undefined) throw new CorruptRdb();
    return value;
  }

  /** A count or flags. */
  integer(): number {
    const value = this.signed();
    if (typeof value !== "number" || value < 0) throw new CorruptRdb();
    return value;
  }
}
