/** What a key can hold. A value's type is its class; strings stand bare, with no object around them. */
import type { ByteString } from "../bytes.js";
import { BitString } from "../values/bit-string.js";
import { Hash } from "../values/hash.js";
import { List } from "../values/list.js";
import { JsonDocument } from "../values/json.js";
import { EncodedString } from "../values/encoded-string.js";
import { parseInteger } from "../values/numbers.js";
import { SetValue } from "../values/set.js";
import type { SortedSet } from "../values/sorted-set.js";
import { Stream } from "../values/stream.js";

export type Value =
  | ByteString
  | EncodedString
  | BitString
  | List
  | Hash
  | SetValue
  | SortedSet
  | Stream
  | JsonDocument;

/** Redis's name of a value's type, as TYPE answers it. */
export type TypeName = "string" | "list" | "hash" | "set" | "zset" | "stream" | "json";

export function typeName(value: Value): TypeName {
  if (typeof value === "string" || value instanceof EncodedString || value instanceof BitString) {
    return "string";
  }
  if (value instanceof List) return "list";
  if (value instanceof Hash) return "hash";
  if (value instanceof SetValue) return "set";
  if (value instanceof Stream) return "stream";
  if (value instanceof JsonDocument) return "json";
  return "zset";
}

/** The bytes of a string in any encoding; undefined for another type and for no value. */
export function stringOf(value: Value | undefined): ByteString | undefined {
  if (typeof value === "string") return value;
  return value instanceof EncodedString || value instanceof BitString ? value.bytes : undefined;
}

/** A copy that shares nothing that can change. */
export function cloneValue(value: Value): Value {
  return typeof value === "string" || value instanceof EncodedString ? value : value.clone();
}

/** Redis's name of the encoding it would keep the value in. */
export function encoding(value: Value): string {
  if (typeof value !== "string") return value.encoding;
  if (parseInteger(value) !== undefined) return "int";
  return value.length <= EMBEDDED_LENGTH ? "embstr" : "raw";
}

/** The longest string that Redis keeps in one piece with its header, in bytes. */
const EMBEDDED_LENGTH = 44;
