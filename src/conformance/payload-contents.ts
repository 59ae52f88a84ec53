/** What a payload of DUMP or FUNCTION DUMP holds, as text that is equal for equal contents, whatever the order of a hash table is. */
import { utf8, type ByteString } from "../bytes.js";
import { ReplyError } from "../errors.js";
import { Hash } from "../values/hash.js";
import { functionsIn } from "../values/rdb/functions.js";
import { isIntact, readPayload } from "../values/rdb/payload.js";
import { RdbType } from "../values/rdb/types.js";
import { saveValue, type RdbValue } from "../values/rdb/save.js";
import { SetValue } from "../values/set.js";
import { Stream } from "../values/stream.js";

/** Undefined for what is no payload. */
export function contentsOf(payload: ByteString): string | undefined {
  if (!isIntact(payload)) return undefined;
  const value = readPayload(payload);
  return value === undefined ? librariesIn(payload) : describe(value);
}

/** Of payloads that clients read as text, so that bytes of them are lost: whether only order and times, which each side has of its own, can part them. */
export function mayHoldTheSame(payload: ByteString, other: ByteString): boolean {
  const type = payload.charCodeAt(0);
  if (type !== other.charCodeAt(0) || !ORDERED_OR_TIMED.has(type)) return false;
  return [payload, other].some((each) => each.includes(REPLACEMENT));
}

/** What stands for bytes that are no text. */
const REPLACEMENT = utf8("\ufffd");

/** Types of values with a hash table's order, or with times in them. */
const ORDERED_OR_TIMED: ReadonlySet<number> = new Set([
  RdbType.set,
  RdbType.hash,
  RdbType.hashMetadata,
  RdbType.hashListpackEx,
  RdbType.streamListpacks,
  RdbType.streamListpacks2,
  RdbType.streamListpacks3,
]);

function librariesIn(payload: ByteString): string | undefined {
  try {
    return lines("libraries", [...functionsIn(payload)]);
  } catch (error) {
    if (error instanceof ReplyError) return undefined;
    throw error;
  }
}

function describe(value: RdbValue): string {
  if (value instanceof SetValue) return lines(`set ${value.encoding}`, value.members());
  if (value instanceof Stream) return `stream ${saveValue(value)}`;
  if (!(value instanceof Hash)) return saveValue(value);
  const entries: string[] = [];
  value.forEach((field, content) => {
    entries.push(JSON.stringify([field, content, value.deadline(field)]));
  });
  return lines(`hash ${value.encoding}`, entries);
}

function lines(title: string, entries: readonly string[]): string {
  return JSON.stringify([title, ...entries.toSorted()]);
}
