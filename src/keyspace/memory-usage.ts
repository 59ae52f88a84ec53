/**
 * How many bytes Redis 8.0.2 would keep a value in, after object.c with the size classes of jemalloc. Exact for strings as SET leaves them,
 * intsets and listpacks, and lists of them; what depends on a value's past (the slack of strings that have grown, the size of hash
 * tables that have shrunk, the levels of a skiplist, streams) is what is usual. JSON is counted as its text would be.
 */
import type { ByteString } from "../bytes.js";
import { BitString } from "../values/bit-string.js";
import { EncodedString } from "../values/encoded-string.js";
import { Hash } from "../values/hash.js";
import { printJson } from "../values/json-print.js";
import { JsonDocument } from "../values/json.js";
import { List } from "../values/list.js";
import { LISTPACK_HEADER, listpackSize } from "../values/listpack.js";
import { formatDouble } from "../values/numbers.js";
import { SetValue } from "../values/set.js";
import { SortedSet } from "../values/sorted-set.js";
import type { Keyspace } from "./keyspace.js";
import { encoding, type Value } from "./value.js";

const OBJECT = 16;
const ENTRY = 24;
const DICT = 56;
const POINTER = 8;
const QUICKLIST = 40;
const QUICKLIST_NODE = 40;
const LISTPACK_EX = 32;
/** A skiplist with its header, and what an average node takes. */
const SKIPLIST = 16 + 32 + 640;
const SKIPLIST_NODE = 52;
/** A stream without entries, a node of its tree, and the first size of a listpack in it. */
const STREAM = 584;
const STREAM_NODE = 32;
const STREAM_LISTPACK = 4096;
const GROUP = 248;
const PENDING = 88;

/** What Redis takes that holds nothing. */
export const STARTUP_MEMORY = 670_712;

/** What a key takes with its value, more or less: nothing is measured, as it would take too long. */
const USUAL_SIZE = 96;

/** What Redis would have in use, roughly. */
export function usedMemory(keyspace: Keyspace): number {
  return keyspace.used().reduce((sum, { size }) => sum + size * USUAL_SIZE, STARTUP_MEMORY);
}

/** A key with its value, as MEMORY USAGE counts them. */
export function memoryUsage(key: ByteString, value: Value): number {
  return valueSize(value) + textSize(key) + ENTRY;
}

function valueSize(value: Value): number {
  if (typeof value === "string") return stringSize(value, encoding(value));
  if (value instanceof EncodedString) {
    // What was changed in place has twice its size.
    if (value.encoding === "raw") return OBJECT + allocated(3 + 2 * value.bytes.length + 1);
    return stringSize(value.bytes, value.encoding);
  }
  if (value instanceof BitString) return OBJECT + textSize(value.bytes);
  if (value instanceof List) return listSize(value);
  if (value instanceof SetValue) return setSize(value);
  if (value instanceof Hash) return hashSize(value);
  if (value instanceof SortedSet) return sortedSetSize(value);
  if (value instanceof JsonDocument) return OBJECT + textSize(printJson(value.root));
  let size = OBJECT + STREAM;
  for (const { bytes } of value.nodes) {
    size += STREAM_NODE + Math.max(allocated(bytes), value.nodeCount === 1 ? STREAM_LISTPACK : 0);
  }
  for (const [, { pending }] of value.groups()) size += GROUP + PENDING * pending.size;
  return size;
}

function stringSize(text: ByteString, kind: string): number {
  if (kind === "int") return OBJECT;
  if (kind === "embstr") return allocated(OBJECT + 3 + text.length + 1);
  return OBJECT + allocated(headerSize(text.length) + text.length + 1);
}

function listSize(list: List): number {
  const sizes = list.nodes.map(({ elements, plain }) =>
    allocated(plain ? (elements[0] ?? "").length : listpack(elements)),
  );
  const all = sizes.reduce((sum, size) => sum + size, 0);
  if (list.encoding === "listpack") return OBJECT + all;
  return OBJECT + QUICKLIST + sizes.length * QUICKLIST_NODE + all;
}

function setSize(set: SetValue): number {
  const members = set.members();
  if (set.encoding === "listpack") return OBJECT + allocated(listpack(members));
  if (set.encoding === "intset") {
    const width = Math.max(...members.map(integerWidth));
    return OBJECT + allocated(8 + members.length * width);
  }
  return OBJECT + table(set.size) + sumOf(members, (member) => ENTRY + textSize(member));
}

/** What a member takes in an intset whose others are no wider. */
function integerWidth(member: ByteString): number {
  const value = Number(member);
  if (value >= -(2 ** 15) && value < 2 ** 15) return 2;
  return value >= -(2 ** 31) && value < 2 ** 31 ? 4 : 8;
}

function hashSize(hash: Hash): number {
  const kind = hash.encoding;
  let size = 0;
  hash.forEach((field, value) => {
    if (kind === "hashtable") size += ENTRY + textSize(field) + textSize(value);
    else size += listpackSize(field) + listpackSize(value);
    if (kind === "listpackex") size += hash.deadline(field) === undefined ? 2 : 10;
  });
  if (kind === "hashtable") return OBJECT + table(hash.size) + size;
  return OBJECT + (kind === "listpackex" ? LISTPACK_EX : 0) + allocated(LISTPACK_HEADER + size);
}

function sortedSetSize(set: SortedSet): number {
  const isSkiplist = set.encoding === "skiplist";
  let size = 0;
  set.forEach([0, set.size], (member, score) => {
    if (isSkiplist) size += ENTRY + textSize(member) + SKIPLIST_NODE;
    else size += listpackSize(member) + listpackSize(formatDouble(score));
  });
  if (!isSkiplist) return OBJECT + allocated(LISTPACK_HEADER + size);
  return OBJECT + SKIPLIST + table(set.size) + Math.round(size);
}

/** A hash table with so many entries, without them. */
function table(size: number): number {
  return DICT + POINTER * 2 ** Math.max(2, Math.ceil(Math.log2(size)));
}

function listpack(elements: readonly ByteString[]): number {
  return LISTPACK_HEADER + sumOf(elements, listpackSize);
}

function sumOf<T>(items: readonly T[], size: (item: T) => number): number {
  return items.reduce((sum, item) => sum + size(item), 0);
}

/** A text that stands for itself (sds.c). */
function textSize({ length }: ByteString): number {
  const header = length > 0 && length < 32 ? 1 : headerSize(length);
  return allocated(header + length + 1);
}

/** The header of a text, which is never the shortest in a string that is one. */
function headerSize(length: number): number {
  if (length < 2 ** 8) return 3;
  if (length < 2 ** 16) return 5;
  return length < 2 ** 32 ? 9 : 17;
}

/** What jemalloc gives for so many bytes: 8, multiples of 16 up to 128, then four sizes for each doubling. */
export function allocated(size: number): number {
  if (size <= 8) return 8;
  if (size <= 128) return Math.ceil(size / 16) * 16;
  const step = 2 ** (Math.ceil(Math.log2(size)) - 3);
  return Math.ceil(size / step) * step;
}
