/** A stream as RDB holds it: its listpacks with what is marked as deleted, what it counts, and its consumer groups. */
import { bytes, type ByteString } from "../../bytes.js";
import type { ConsumerGroup } from "../consumer-group.js";
import type { IdMap } from "../id-map.js";
import { compareIds, MIN_ID, type StreamId } from "../stream-id.js";
import type { Stream, StreamEntry, StreamNode } from "../stream.js";
import { MAX_UINT64, signed, subtract } from "../uint64.js";
import { encodeListpack } from "./listpack-bytes.js";
import { littleEndian } from "./integers.js";
import { RdbType } from "./types.js";
import { reversed, type RdbWriter } from "./writer.js";

/** How an entry is marked. */
export const DELETED = 1;
export const SAME_FIELDS = 2;

export function saveStream(writer: RdbWriter, stream: Stream): void {
  writer.byte(RdbType.streamListpacks3);
  writer.length(stream.nodes.length);
  for (const node of stream.nodes) {
    writer.string(bytes(idBytes(node.id)));
    writer.string(encodeNode(node));
  }
  writer.length(stream.size);
  saveId(writer, stream.lastId);
  saveId(writer, stream.first?.id ?? MIN_ID);
  saveId(writer, stream.maxDeletedId);
  writer.length(BigInt.asUintN(64, BigInt(stream.entriesAdded)));
  const groups = stream.groups();
  writer.length(groups.length);
  for (const [name, group] of groups) saveGroup(writer, name, group);
}

function encodeNode({ id, names, entries, deleted }: StreamNode): ByteString {
  const elements: (ByteString | number | bigint)[] = [entries.length, deleted.length];
  elements.push(names.length, ...names, 0);
  const gone = new Set(deleted);
  const all = [...entries, ...deleted].sort((a, b) => compareIds(a.id, b.id));
  for (const entry of all) {
    const same = hasNames(entry, names);
    const flags = (gone.has(entry) ? DELETED : 0) + (same ? SAME_FIELDS : 0);
    elements.push(flags, signed(subtract(entry.id.ms, id.ms)));
    elements.push(signed(subtract(entry.id.seq, id.seq)));
    const count = entry.fields.length / 2;
    if (!same) elements.push(count, ...entry.fields);
    else for (let at = 1; at < entry.fields.length; at += 2) elements.push(entry.fields[at] ?? 0);
    elements.push(same ? count + 3 : 2 * count + 4);
  }
  return encodeListpack(elements);
}

function hasNames({ fields }: StreamEntry, names: readonly ByteString[]): boolean {
  return (
    fields.length === 2 * names.length && names.every((name, index) => fields[2 * index] === name)
  );
}

function saveGroup(writer: RdbWriter, name: ByteString, group: ConsumerGroup): void {
  writer.string(name);
  saveId(writer, group.lastId);
  writer.length(BigInt.asUintN(64, BigInt(group.entriesRead ?? MAX_UINT64)));
  writer.length(group.pending.size);
  for (const { id, deliveredAt, deliveries } of group.pending.from()) {
    writer.raw(idBytes(id));
    writer.time(deliveredAt);
    writer.length(BigInt.asUintN(64, BigInt(deliveries)));
  }
  const consumers = group.consumers();
  writer.length(consumers.length);
  for (const consumer of consumers) {
    writer.string(consumer.name);
    writer.time(consumer.seenAt);
    writer.time(consumer.activeAt ?? -1);
    savePlaces(writer, consumer.pending);
  }
}

function savePlaces(writer: RdbWriter, pending: IdMap<{ readonly id: StreamId }>): void {
  writer.length(pending.size);
  for (const { id } of pending.from()) writer.raw(idBytes(id));
}

function saveId(writer: RdbWriter, { ms, seq }: StreamId): void {
  writer.length(ms);
  writer.length(seq);
}

/** Both halves from the highest byte, so that they are ordered as the IDs are. */
function idBytes({ ms, seq }: StreamId): string {
  return reversed(littleEndian(ms, 8)) + reversed(littleEndian(seq, 8));
}
