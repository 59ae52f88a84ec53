/**
 * A stream: entries in the order of their IDs, in nodes of up to 100 as Redis's radix tree of listpacks holds them (t_stream.c), since
 * approximate trimming takes whole nodes only. A node counts the bytes that its listpack would take, and keeps counting entries that
 * are deleted. Ranges begin with a binary search; appending and trimming cost O(1) an entry.
 */
import { bytes, type ByteString } from "../bytes.js";
import { ConsumerGroup } from "./consumer-group.js";
import { LISTPACK_HEADER, listpackSize } from "./listpack.js";
import { radixTreeNodes } from "./radix-tree.js";
import {
  compareIds,
  isZero,
  MAX_ID,
  MIN_ID,
  nextId,
  positionOf,
  type StreamId,
} from "./stream-id.js";
import { add, signed, subtract, type UInt64 } from "./uint64.js";

/** Redis's stream-node-max-entries and stream-node-max-bytes. */
export const NODE_MAX_ENTRIES = 100;
const NODE_MAX_BYTES = 4096;

export interface StreamEntry {
  readonly id: StreamId;
  /** Fields and values, alternating. */
  readonly fields: readonly ByteString[];
}

/** What XADD and XTRIM are to leave: so many entries, or those from an ID on. */
export interface Trim {
  readonly keep: number | StreamId;
  /** Whether only whole nodes go. */
  readonly approximate: boolean;
  /** The most entries to delete; 0 for no limit. */
  readonly limit: number;
}

/** What a trim takes: whole nodes from the start, entries of the node behind them, and how many entries that makes in all. */
export interface Cut {
  readonly nodes: number;
  readonly entries: number;
  readonly total: number;
}

/** A listpack of the stream, with what it has kept of deleted entries. */
export interface StreamNode {
  /** The ID of the entry that it began with. */
  readonly id: StreamId;
  /** The ID of the entry that was added last, deleted or not. */
  lastId: StreamId;
  /** The field names of the first entry, which others with the same need not repeat. */
  readonly names: readonly ByteString[];
  /** The bytes of its listpack. */
  bytes: number;
  /** Entries that are marked as deleted, in no order. */
  readonly deleted: StreamEntry[];
  readonly entries: StreamEntry[];
}

export class Stream {
  readonly encoding = "stream";
  lastId: StreamId = MIN_ID;
  maxDeletedId: StreamId = MIN_ID;
  /** How many entries were ever added. */
  entriesAdded: UInt64 = 0;
  readonly #nodes: StreamNode[] = [];
  readonly #groups = new Map<ByteString, ConsumerGroup>();
  #size = 0;

  /** The number of entries. */
  get size(): number {
    return this.#size;
  }

  /** The nodes in order. */
  get nodes(): readonly StreamNode[] {
    return this.#nodes;
  }

  /** Adds a whole node behind the others, as a stream is restored. */
  appendNode(node: StreamNode): void {
    this.#nodes.push(node);
    this.#size += node.entries.length;
  }

  get nodeCount(): number {
    return this.#nodes.length;
  }

  /** The nodes of Redis's radix tree; takes time with the size of the stream. */
  get radixTreeNodes(): number {
    return radixTreeNodes(this.#nodes.map(({ id }) => id));
  }

  get first(): StreamEntry | undefined {
    return this.#nodes.find(({ entries }) => entries.length > 0)?.entries[0];
  }

  get last(): StreamEntry | undefined {
    return this.#nodes.findLast(({ entries }) => entries.length > 0)?.entries.at(-1);
  }

  get(id: StreamId): StreamEntry | undefined {
    const entries = this.#nodes[this.#nodeOf(id)]?.entries ?? [];
    const entry = entries[positionOf(entries, id)];
    return entry !== undefined && compareIds(entry.id, id) === 0 ? entry : undefined;
  }

  /** Adds an entry, whose ID must be greater than the last. */
  append(entry: StreamEntry): void {
    const { id, fields } = entry;
    let node = this.#nodes.at(-1);
    if (node === undefined || isFull(node, fields)) {
      node = newNode(id, fields);
      this.#nodes.push(node);
    }
    node.bytes += entrySize(node, entry);
    node.lastId = id;
    node.entries.push(entry);
    this.#size++;
    this.entriesAdded = add(this.entriesAdded, 1);
    this.lastId = id;
  }

  /** Deletes an entry; tells whether it was there. */
  delete(id: StreamId): boolean {
    const index = this.#nodeOf(id);
    const node = this.#nodes[index];
    if (node === undefined) return false;
    const position = positionOf(node.entries, id);
    const entry = node.entries[position];
    if (entry === undefined || compareIds(entry.id, id) !== 0) return false;
    node.entries.splice(position, 1);
    node.deleted.push(entry);
    if (node.entries.length === 0) this.#nodes.splice(index, 1);
    this.#size--;
    if (compareIds(id, this.maxDeletedId) > 0) this.maxDeletedId = id;
    return true;
  }

  /** Up to `count` entries from `start` to `end`, both included. */
  range(start: StreamId, end: StreamId, count = Infinity): StreamEntry[] {
    const found: StreamEntry[] = [];
    for (let index = this.#nodeOf(start); index < this.#nodes.length; index++) {
      const entries = this.#nodes[index]?.entries ?? [];
      for (let at = positionOf(entries, start); at < entries.length; at++) {
        const entry = entries[at];
        if (entry === undefined || found.length >= count || compareIds(entry.id, end) > 0) {
          return found;
        }
        found.push(entry);
      }
    }
    return found;
  }

  /** Up to `count` entries from `end` back to `start`. */
  reverseRange(end: StreamId, start: StreamId, count = Infinity): StreamEntry[] {
    const found: StreamEntry[] = [];
    const behind = nextId(end);
    for (let index = Math.min(this.#nodeOf(end), this.#nodes.length - 1); index >= 0; index--) {
      const entries = this.#nodes[index]?.entries ?? [];
      const from = behind === undefined ? entries.length : positionOf(entries, behind);
      for (let at = from - 1; at >= 0; at--) {
        const entry = entries[at];
        if (entry === undefined || found.length >= count || compareIds(entry.id, start) < 0) {
          return found;
        }
        found.push(entry);
      }
    }
    return found;
  }

  /** What a trim takes, which `cut` then takes away. */
  plan({ keep, approximate, limit }: Trim): Cut {
    let nodes = 0;
    let total = 0;
    for (const node of this.#nodes) {
      const { length } = node.entries;
      const rest = this.#size - total;
      if (typeof keep === "number" && rest <= keep) break;
      if (limit > 0 && total + length > limit) break;
      const whole =
        typeof keep === "number" ? rest - length >= keep : compareIds(node.lastId, keep) < 0;
      if (whole) {
        nodes++;
        total += length;
        continue;
      }
      if (approximate) break;
      const entries = typeof keep === "number" ? rest - keep : positionOf(node.entries, keep);
      return { nodes, entries, total: total + entries };
    }
    return { nodes, entries: 0, total };
  }

  cut({ nodes, entries, total }: Cut): void {
    this.#nodes.splice(0, nodes);
    const [node] = this.#nodes;
    if (node !== undefined && entries > 0) {
      node.deleted.push(...node.entries.splice(0, entries));
    }
    this.#size -= total;
  }

  get groupCount(): number {
    return this.#groups.size;
  }

  group(name: ByteString): ConsumerGroup | undefined {
    return this.#groups.get(name);
  }

  /** All groups with their names, by name, as Redis lists them. */
  groups(): (readonly [name: ByteString, group: ConsumerGroup])[] {
    return [...this.#groups].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  createGroup(name: ByteString, lastId: StreamId, entriesRead: UInt64 | undefined): ConsumerGroup {
    const group = new ConsumerGroup(lastId, entriesRead);
    this.#groups.set(name, group);
    return group;
  }

  destroyGroup(name: ByteString): void {
    this.#groups.delete(name);
  }

  /** Moves a group on to an entry that it reads; keeps count where nothing behind its place is deleted. */
  advance(group: ConsumerGroup, id: StreamId): void {
    if (compareIds(id, group.lastId) <= 0) return;
    if (
      group.entriesRead !== undefined &&
      compareIds(group.lastId, this.#firstId) >= 0 &&
      !this.#hasDeletedFrom(group.lastId)
    ) {
      group.entriesRead = add(group.entriesRead, 1);
    } else if (this.entriesAdded !== 0) {
      group.entriesRead = this.#entriesUpTo(id);
    }
    group.lastId = id;
  }

  /** How many entries a group has not read yet; undefined where deletions make that unknown. */
  lag({ lastId, entriesRead }: ConsumerGroup): UInt64 | undefined {
    if (this.entriesAdded === 0 || this.#size === 0) return 0;
    const first = this.#firstId;
    if (compareIds(lastId, first) < 0 && compareIds(this.maxDeletedId, first) < 0) {
      return this.#size;
    }
    const known = entriesRead !== undefined && !this.#hasDeletedFrom(lastId);
    const read = known ? entriesRead : this.#entriesUpTo(lastId);
    return read === undefined ? undefined : subtract(this.entriesAdded, read);
  }

  clone(): Stream {
    const copy = new Stream();
    for (const node of this.#nodes) {
      copy.#nodes.push({ ...node, entries: [...node.entries], deleted: [...node.deleted] });
    }
    for (const [name, group] of this.#groups) copy.#groups.set(name, group.clone());
    copy.#size = this.#size;
    copy.lastId = this.lastId;
    copy.maxDeletedId = this.maxDeletedId;
    copy.entriesAdded = this.entriesAdded;
    return copy;
  }

  get #firstId(): StreamId {
    return this.first?.id ?? MIN_ID;
  }

  /** Whether an entry from the ID on is known to have been deleted. */
  #hasDeletedFrom(start: StreamId): boolean {
    return (
      this.#size > 0 && !isZero(this.maxDeletedId) && compareIds(start, this.maxDeletedId) <= 0
    );
  }

  /** How many entries were ever added up to an ID, after streamEstimateDistanceFromFirstEverEntry; undefined where that is unknown. */
  #entriesUpTo(id: StreamId): UInt64 | undefined {
    if (this.entriesAdded === 0) return 0;
    const toLast = compareIds(id, this.lastId);
    if (this.#size === 0 && toLast <= 0) return this.entriesAdded;
    if (!isZero(id) && compareIds(id, this.maxDeletedId) < 0) return undefined;
    if (toLast === 0) return this.entriesAdded;
    if (toLast > 0) return undefined;
    const first = this.#firstId;
    if (!isZero(this.maxDeletedId) && compareIds(this.maxDeletedId, first) >= 0) return undefined;
    const toFirst = compareIds(id, first);
    if (toFirst > 0) return undefined;
    const before = subtract(this.entriesAdded, this.#size);
    return toFirst === 0 ? add(before, 1) : before;
  }

  /** The first node that does not end before the ID. */
  #nodeOf(id: StreamId): number {
    let low = 0;
    let high = this.#nodes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const node = this.#nodes[middle];
      if (node !== undefined && compareIds(node.lastId, id) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** All entries there can be. */
export const WHOLE_STREAM: readonly [start: StreamId, end: StreamId] = [MIN_ID, MAX_ID];

function isFull(node: StreamNode, fields: readonly ByteString[]): boolean {
  let length = 0;
  for (const word of fields) length += word.length;
  return (
    node.bytes + length >= NODE_MAX_BYTES ||
    node.entries.length + node.deleted.length >= NODE_MAX_ENTRIES
  );
}

function newNode(id: StreamId, fields: readonly ByteString[]): StreamNode {
  const names = fields.filter((_, index) => index % 2 === 0);
  // Counts of entries and deleted ones, the names behind their number, and a zero.
  let size = LISTPACK_HEADER + 3 * SMALL_INTEGER + integerSize(names.length);
  for (const name of names) size += listpackSize(name);
  return { id, lastId: id, names, bytes: size, deleted: [], entries: [] };
}

/** Flags, the ID as differences to the node's, names where they are not the node's, values, and the number of elements. */
function entrySize({ id: base, names }: StreamNode, { id, fields }: StreamEntry): number {
  const count = fields.length / 2;
  const same = names.length === count && names.every((name, index) => fields[2 * index] === name);
  let size = SMALL_INTEGER + differenceSize(id.ms, base.ms) + differenceSize(id.seq, base.seq);
  if (!same) size += integerSize(count);
  for (const [index, word] of fields.entries()) {
    if (!same || index % 2 === 1) size += listpackSize(word);
  }
  return size + integerSize(same ? count + 3 : 2 * count + 4);
}

/** What an integer up to 127 takes. */
const SMALL_INTEGER = 2;

function integerSize(value: number): number {
  return value >= 0 && value <= 127 ? SMALL_INTEGER : listpackSize(bytes(String(value)));
}

/** Differences wrap around at 64 bits. */
function differenceSize(a: UInt64, b: UInt64): number {
  const difference = subtract(a, b);
  if (typeof difference === "number") return integerSize(difference);
  return listpackSize(bytes(String(signed(difference))));
}
