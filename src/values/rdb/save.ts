/** Values as RDB holds them (rdb.c), each in the form of its encoding: what DUMP sends, and Redis 8.0 restores. */
import { bytes, type ByteString } from "../../bytes.js";
import { BitString } from "../bit-string.js";
import { EncodedString } from "../encoded-string.js";
import { Hash } from "../hash.js";
import { List } from "../list.js";
import { formatDouble, parseInteger } from "../numbers.js";
import { SetValue } from "../set.js";
import type { SortedSet } from "../sorted-set.js";
import { Stream } from "../stream.js";
import { littleEndian } from "./integers.js";
import { encodeListpack } from "./listpack-bytes.js";
import { saveStream } from "./stream-save.js";
import { RdbType } from "./types.js";
import { RdbWriter } from "./writer.js";

export type RdbValue =
  ByteString | EncodedString | BitString | List | Hash | SetValue | SortedSet | Stream;

/** The value's type and contents. */
export function saveValue(value: RdbValue): ByteString {
  const writer = new RdbWriter();
  if (typeof value === "string") saveString(writer, value);
  else if (value instanceof EncodedString || value instanceof BitString) {
    saveString(writer, value.bytes);
  } else if (value instanceof List) saveList(writer, value);
  else if (value instanceof Hash) saveHash(writer, value);
  else if (value instanceof SetValue) saveSet(writer, value);
  else if (value instanceof Stream) saveStream(writer, value);
  else saveSortedSet(writer, value);
  return writer.bytes;
}

function saveString(writer: RdbWriter, value: ByteString): void {
  writer.byte(RdbType.string);
  writer.string(value);
}

/** How a node of a quicklist stands: by itself, or as a listpack. */
export const PLAIN = 1;
export const PACKED = 2;

function saveList(writer: RdbWriter, { nodes }: List): void {
  writer.byte(RdbType.quicklist2);
  writer.length(nodes.length);
  for (const { elements, plain } of nodes) {
    writer.length(plain ? PLAIN : PACKED);
    writer.string(plain ? (elements[0] ?? bytes("")) : encodeListpack(elements));
  }
}

function saveSet(writer: RdbWriter, set: SetValue): void {
  const members = set.members();
  switch (set.encoding) {
    case "intset":
      writer.byte(RdbType.intset);
      writer.string(encodeIntset(members));
      return;
    case "listpack":
      writer.byte(RdbType.setListpack);
      writer.string(encodeListpack(members));
      return;
    case "hashtable":
      writer.byte(RdbType.set);
      writer.length(members.length);
      for (const member of members) writer.string(member);
  }
}

/** All integers in as many bytes as the largest needs. */
function encodeIntset(members: readonly ByteString[]): ByteString {
  const integers = members.map((member) => parseInteger(member) ?? 0);
  const fits = (size: number): boolean => {
    const limit = 2 ** (8 * size - 1);
    return integers.every((value) => value >= -limit && value < limit);
  };
  const size = [2, 4].find(fits) ?? 8;
  const header = littleEndian(size, 4) + littleEndian(integers.length, 4);
  return bytes(header + integers.map((value) => littleEndian(value, size)).join(""));
}

function saveSortedSet(writer: RdbWriter, set: SortedSet): void {
  if (set.encoding === "listpack") {
    const elements: (ByteString | number | bigint)[] = [];
    set.forEach([0, set.size], (member, score) => elements.push(member, scoreElement(score)));
    writer.byte(RdbType.zsetListpack);
    writer.string(encodeListpack(elements));
    return;
  }
  writer.byte(RdbType.zset2);
  writer.length(set.size);
  set.forEachReverse([0, set.size], (member, score) => {
    writer.string(member);
    writer.double(score);
  });
}

/** A score without a fraction is an integer in a listpack, as far as Redis tries. */
function scoreElement(score: number): ByteString | bigint {
  const whole = Number.isInteger(score) && Math.abs(score) <= 2 ** 62;
  return whole ? BigInt(score) : formatDouble(score);
}

function saveHash(writer: RdbWriter, hash: Hash): void {
  const { encoding, nextDeadline } = hash;
  if (encoding === "hashtable") {
    writer.byte(nextDeadline === undefined ? RdbType.hash : RdbType.hashMetadata);
    if (nextDeadline !== undefined) writer.time(nextDeadline);
    writer.length(hash.size);
    hash.forEach((field, value) => {
      const at = hash.deadline(field);
      if (nextDeadline !== undefined) writer.length(at === undefined ? 0 : at - nextDeadline + 1);
      writer.string(field);
      writer.string(value);
    });
    return;
  }
  const elements: (ByteString | number)[] = [];
  hash.forEach((field, value) => {
    elements.push(field, value);
    if (encoding === "listpackex") elements.push(hash.deadline(field) ?? 0);
  });
  writer.byte(encoding === "listpack" ? RdbType.hashListpack : RdbType.hashListpackEx);
  if (encoding === "listpackex") writer.time(nextDeadline ?? NO_DEADLINE);
  writer.string(encodeListpack(elements));
}

/** What Redis writes for the next deadline where no field has one. */
const NO_DEADLINE = 0;
