/**
 * How many bytes Redis 8.0.2 would need for a key with its value (object.c, objectComputeSize): what jemalloc gives for each part. Exact
 * for strings, listpacks and integer sets; an estimate, from a sample of the members, for tables, skiplists, long lists and streams.
 */
import type { ByteString } from "../bytes.js";
import { Hash } from "../values/hash.js";
import { JsonDocument } from "../values/json.js";
import { printJson } from "../values/json-print.js";
import { List } from "../values/list.js";
import { LISTPACK_HEADER, listpackSize } from "../values/listpack.js";
import { formatDouble } from "../values/numbers.js";
import { SetValue } from "../values/set.js";
import { Stream } from "../values/stream.js";
import { encoding, stringOf, type Value } from "./value.js";

const OBJECT = 16;
const TABLE_ENTRY = 24;
const TABLE = 56;
const SORTED_SET = 16;
const QUICKLIST = 40;
const QUICKLIST_NODE = 32;
/** A skiplist's first node, which has every level. */
const SKIPLIST_HEADER = 640;
/** A skiplist's node on average: three in four have one level only. */
const SKIPLIST_NODE = 53;
/** A stream without its nodes, and the one node that is written to. */
const STREAM = 584;
const STREAM_NODE = 4096;

/** `samples`: of so many members the size is looked up; 0 for all. */
export function footprint(key: ByteString, value: Value, samples: number): number {
  return TABLE_ENTRY + allocatedString(key.length) + sizeOf(value, samples);
}

function sizeOf(value: Value, samples: number): number {
  const text = stringOf(value);
  if (text !== undefined) return sizeOfString(encoding(value), text);
  if (value instanceof List) return sizeOfList(value, samples);
  if (value instanceof SetValue) return sizeOfSet(value, samples);
  if (value instanceof Hash) return sizeOfHash(value, samples);
  if (value instanceof Stream) return sizeOfStream(value);
  if (value instanceof JsonDocument) return OBJECT + printJson(value.root).length;
  if (typeof value === "string" || !("forEach" in value)) return OBJECT;
  const members: ByteString[] = [];
  let bytesOfListpack = LISTPACK_HEADER;
  value.forEach(
    [0, limit(value.size, value.encoding === "listpack" ? 0 : samples)],
    (member, score) => {
      members.push(member);
      bytesOfListpack += listpackSize(member) + listpackSize(formatDouble(score));
    },
  );
  if (value.encoding === "listpack") return OBJECT + allocated(bytesOfListpack);
  const perMember = average(members, ({ length }) => allocatedString(length));
  const allMembers = value.size * (perMember + TABLE_ENTRY + SKIPLIST_NODE);
  return OBJECT + SORTED_SET + table(value.size) + SKIPLIST_HEADER + Math.floor(allMembers);
}

function sizeOfString(form: string, { length }: ByteString): number {
  if (form === "int") return OBJECT;
  if (form === "embstr") return allocated(OBJECT + stringHeader(length, 3) + length + 1);
  return OBJECT + allocated(stringHeader(length, 3) + length + 1);
}

function sizeOfList(list: List, samples: number): number {
  const packed = list.encoding === "listpack";
  const elements = list.slice(0, limit(list.size, packed ? 0 : samples));
  const perElement = average(elements, listpackSize);
  const size = LISTPACK_HEADER + Math.round(perElement * list.size);
  if (packed) return OBJECT + allocated(size);
  const nodes = list.nodeCount;
  return OBJECT + QUICKLIST + nodes * (QUICKLIST_NODE + allocated(Math.ceil(size / nodes)));
}

function sizeOfSet(members: SetValue, samples: number): number {
  const { size } = members;
  if (members.encoding === "intset") {
    const widest = Math.max(...members.members().map(integerWidth));
    return OBJECT + allocated(8 + size * widest);
  }
  if (members.encoding === "listpack") {
    const sizes = members.members().map(listpackSize);
    return OBJECT + allocated(sizes.reduce((sum, each) => sum + each, LISTPACK_HEADER));
  }
  const some = members.members().slice(0, limit(size, samples));
  const perMember = average(some, ({ length }) => allocatedString(length)) + TABLE_ENTRY;
  return OBJECT + table(size) + Math.floor(size * perMember);
}

function sizeOfHash(hash: Hash, samples: number): number {
  const { size } = hash;
  let listpack = LISTPACK_HEADER;
  let strings = 0;
  const most = limit(size, hash.encoding === "hashtable" ? samples : 0);
  const visit = (field: ByteString, value: ByteString): void => {
    listpack += listpackSize(field) + listpackSize(value);
    strings += allocatedString(field.length) + allocatedString(value.length);
  };
  if (most === size) hash.forEach(visit);
  else hash.visitPlaces([...Array(most).keys()], visit);
  if (hash.encoding === "listpack") return OBJECT + allocated(listpack);
  // Each field has a deadline beside it.
  if (hash.encoding === "listpackex") return OBJECT + 32 + allocated(listpack + size * 2);
  return OBJECT + table(size) + Math.floor((size * strings) / most + size * TABLE_ENTRY);
}

function sizeOfStream(stream: Stream): number {
  if (stream.nodeCount === 0) return OBJECT + STREAM;
  const full = stream.nodes.slice(0, -1);
  return full.reduce(
    (sum, { bytes: size }) => sum + allocated(size),
    OBJECT + STREAM + STREAM_NODE,
  );
}

function limit(size: number, samples: number): number {
  return samples === 0 ? size : Math.min(size, samples);
}

function average<T>(sample: readonly T[], size: (each: T) => number): number {
  if (sample.length === 0) return 0;
  return sample.reduce((sum, each) => sum + size(each), 0) / sample.length;
}

/** A hash table with its buckets. */
function table(size: number): number {
  return TABLE + 8 * 2 ** Math.max(2, Math.ceil(Math.log2(size)));
}

function integerWidth(member: ByteString): number {
  const magnitude = Number(member);
  if (magnitude >= -(2 ** 15) && magnitude < 2 ** 15) return 2;
  return magnitude >= -(2 ** 31) && magnitude < 2 ** 31 ? 4 : 8;
}

/** A string that stands alone, as keys, fields and members do. */
function allocatedString(length: number): number {
  return allocated(stringHeader(length, 1) + length + 1);
}

/** `short` is the header of a string below 32 bytes. */
function stringHeader(length: number, short: number): number {
  if (length < 32) return short;
  if (length < 256) return 3;
  return length < 65_536 ? 5 : 9;
}

/** What jemalloc gives for so many bytes: 8, 16, 32, 48, 64 and so on, four steps to each power of two. */
export function allocated(size: number): number {
  if (size <= 8) return 8;
  if (size <= 128) return Math.ceil(size / 16) * 16;
  const step = 2 ** (Math.ceil(Math.log2(size)) - 3);
  return Math.ceil(size / step) * step;
}
