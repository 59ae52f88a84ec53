/** What a payload of DUMP or FUNCTION DUMP holds, as text that is equal for equal contents, whatever the order of a hash table is. */
import type { ByteString } from "../bytes.js";
import { ReplyError } from "../errors.js";
import { Hash } from "../values/hash.js";
import { functionsIn } from "../values/rdb/functions.js";
import { isIntact, readPayload } from "../values/rdb/payload.js";
import { saveValue, type RdbValue } from "../values/rdb/save.js";
import { SetValue } from "../values/set.js";
import { Stream } from "../values/stream.js";

/** Undefined for what is no payload. */
export function contentsOf(payload: ByteString): string | undefined {
  if (!isIntact(payload)) return undefined;
  const value = readPayload(payload);
  return value === undefined ? librariesIn(payload) : describe(value);
}

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
