/**
 * Reads a value from RDB (rdb.c), in the encoding that Redis 8.0 gives it by its size. Everything is checked, listpacks to their last
 * byte, as Redis does where `sanitize-dump-payload` is on. Ziplists, which no Redis since 7.0 writes, are not read.
 */
import type { ByteString } from "../../bytes.js";
import { MAX_FIELD_DEADLINE } from "../field-deadlines.js";
import { Hash } from "../hash.js";
import { List, type ListNode } from "../list.js";
import { parseDouble } from "../numbers.js";
import { SetValue } from "../set.js";
import { SortedSet } from "../sorted-set.js";
import { bytes } from "../../bytes.js";
import { readInteger, readLength } from "./integers.js";
import { CorruptRdb, RdbReader } from "./reader.js";
import { PACKED, PLAIN, type RdbValue } from "./save.js";
import { loadStream } from "./stream-load.js";
import { RdbType } from "./types.js";

/** The value that the bytes before `end` hold; undefined where they are corrupt, or of a type that is not read. */
export function loadValue(data: ByteString, end: number): RdbValue | undefined {
  const reader = new RdbReader(data, end);
  try {
    return load(reader, reader.byte());
  } catch (error) {
    if (error instanceof CorruptRdb) return undefined;
    throw error;
  }
}

function load(reader: RdbReader, type: number): RdbValue | undefined {
  switch (type) {
    case RdbType.string:
      return reader.string();
    case RdbType.list:
      return loadPlainList(reader);
    case RdbType.quicklist2:
      return loadQuicklist(reader);
    case RdbType.set:
      return setOf(strings(reader), true);
    case RdbType.setListpack:
      return setOf(reader.listpack(), false);
    case RdbType.intset:
      return setOf(decodeIntset(reader.string()), true);
    case RdbType.zset:
    case RdbType.zset2:
      return loadSortedSet(reader, type);
    case RdbType.zsetListpack:
      return sortedSetOf(scored(reader.listpack()));
    case RdbType.hash:
      return loadHash(reader);
    case RdbType.hashListpack:
      return hashOf(grouped(reader.listpack(), 2));
    case RdbType.hashMetadata:
      return loadHashWithDeadlines(reader);
    case RdbType.hashListpackEx:
      return loadListpackEx(reader);
    case RdbType.streamListpacks:
    case RdbType.streamListpacks2:
    case RdbType.streamListpacks3:
      return loadStream(reader, type);
    default:
      return undefined;
  }
}

/** So many strings, one at least. */
function strings(reader: RdbReader): ByteString[] {
  return Array.from({ length: nonZero(reader.count()) }, () => reader.string());
}

function nonZero(count: number): number {
  if (count === 0) throw new CorruptRdb();
  return count;
}

function loadPlainList(reader: RdbReader): List {
  const list = new List();
  list.append(strings(reader));
  return list;
}

function loadQuicklist(reader: RdbReader): List {
  const count = nonZero(reader.count());
  const nodes: ListNode[] = [];
  for (let node = 0; node < count; node++) {
    const container = reader.length();
    if (container !== PLAIN && container !== PACKED) throw new CorruptRdb();
    const plain = container === PLAIN;
    const elements = plain ? [reader.string()] : reader.listpack();
    if (elements.length > 0) nodes.push({ elements, plain });
  }
  nonZero(nodes.length);
  return List.ofNodes(nodes);
}

function setOf(members: readonly ByteString[], mayBeIntset: boolean): SetValue {
  nonZero(members.length);
  const set = SetValue.restored(members, mayBeIntset);
  if (set.size !== members.length) throw new CorruptRdb();
  return set;
}

function decodeIntset(data: ByteString): ByteString[] {
  const size = data.length < 8 ? 0 : readLength(data, 0, 4);
  const count = readLength(data, 4, 4);
  if ((size !== 2 && size !== 4 && size !== 8) || data.length !== 8 + size * count) {
    throw new CorruptRdb();
  }
  const integers = Array.from({ length: count }, (_, at) => readInteger(data, 8 + size * at, size));
  const ascending = integers.every((value, at) => at === 0 || value > (integers[at - 1] ?? value));
  if (!ascending) throw new CorruptRdb();
  return integers.map((value) => bytes(String(value)));
}

function loadSortedSet(reader: RdbReader, type: number): SortedSet {
  const count = nonZero(reader.count());
  const scores: (readonly [ByteString, number])[] = [];
  for (let index = 0; index < count; index++) {
    const member = reader.string();
    scores.push([member, type === RdbType.zset2 ? reader.double() : textScore(reader)]);
  }
  return sortedSetOf(scores);
}

/** Scores were text once: their length in a byte, or one that stands for what is no number. */
function textScore(reader: RdbReader): number {
  const length = reader.byte();
  if (length === 255) return -Infinity;
  if (length === 254) return Infinity;
  return length === 253 ? NaN : score(reader.raw(length));
}

function scored(elements: readonly ByteString[]): (readonly [ByteString, number])[] {
  return grouped(elements, 2).map(([member, text]) => [member ?? EMPTY, score(text ?? EMPTY)]);
}

function score(text: ByteString): number {
  const value = parseDouble(text);
  if (value === undefined) throw new CorruptRdb();
  return value;
}

function sortedSetOf(scores: readonly (readonly [ByteString, number])[]): SortedSet {
  const byMember = new Map(scores);
  const whole = byMember.size === scores.length && scores.every(([, each]) => !Number.isNaN(each));
  if (!whole || scores.length === 0) throw new CorruptRdb();
  return SortedSet.of(byMember);
}

const EMPTY = bytes("");

/** Elements in groups of so many, one group at least. */
function grouped(elements: readonly ByteString[], width: number): (readonly ByteString[])[] {
  if (elements.length === 0 || elements.length % width > 0) throw new CorruptRdb();
  return Array.from({ length: elements.length / width }, (_, index) =>
    elements.slice(width * index, width * (index + 1)),
  );
}

function loadHash(reader: RdbReader): Hash {
  const count = nonZero(reader.count());
  const entries = Array.from({ length: count }, () => [reader.string(), reader.string()]);
  return hashOf(entries);
}

function hashOf(entries: readonly (readonly ByteString[])[]): Hash {
  const hash = new Hash();
  for (const [field = EMPTY, value = EMPTY] of entries) {
    if (!hash.set(field, value)) throw new CorruptRdb();
  }
  return hash;
}

function loadHashWithDeadlines(reader: RdbReader): Hash {
  const first = deadline(reader.time());
  const count = nonZero(reader.count());
  const entries: (readonly ByteString[])[] = [];
  const deadlines: (readonly [ByteString, number])[] = [];
  for (let index = 0; index < count; index++) {
    const offset = reader.length();
    const field = reader.string();
    entries.push([field, reader.string()]);
    if (offset !== 0) deadlines.push([field, deadline(Number(offset) - 1 + first)]);
  }
  return withDeadlines(hashOf(entries), deadlines);
}

/** Fields with one deadline stand the one first that got it last. */
function loadListpackEx(reader: RdbReader): Hash {
  reader.time();
  const entries = grouped(reader.listpack(), 3);
  const deadlines = entries.map(
    ([field = EMPTY, , at = EMPTY]) => [field, deadline(score(at))] as const,
  );
  return withDeadlines(hashOf(entries), deadlines.filter(([, at]) => at !== 0).toReversed());
}

function deadline(at: number | bigint): number {
  const whole = typeof at === "number" && Number.isInteger(at) && at >= 0;
  if (!whole || at > 4 * MAX_FIELD_DEADLINE + 3) throw new CorruptRdb();
  return at;
}

function withDeadlines(hash: Hash, deadlines: readonly (readonly [ByteString, number])[]): Hash {
  hash.prepareForDeadlines();
  for (const [field, at] of deadlines) hash.expire(field, at);
  return hash;
}
