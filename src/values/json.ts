/**
 * JSON documents. Integers (64 bits) are numbers while they are safe and bigints past 2^53; other numbers are JsonFloat, so that 1.0
 * stays 1.0. Strings and keys are UTF-8 bytes, objects keep the order in which their keys came.
 */
import type { ByteString } from "../bytes.js";

export type JsonValue =
  null | boolean | number | bigint | JsonFloat | ByteString | JsonValue[] | JsonObject;

export type JsonObject = Map<ByteString, JsonValue>;

/** A number with a decimal point or an exponent, or too large for an integer. */
export class JsonFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** What a key holds. */
export class JsonDocument {
  readonly encoding = "raw";
  root: JsonValue;

  constructor(root: JsonValue) {
    this.root = root;
  }

  clone(): JsonDocument {
    return new JsonDocument(cloneJson(this.root));
  }
}

/** The names that JSON.TYPE answers. */
export type JsonType = "null" | "boolean" | "integer" | "number" | "string" | "array" | "object";

export function jsonType(value: JsonValue): JsonType {
  switch (typeof value) {
    case "boolean":
      return "boolean";
    case "number":
    case "bigint":
      return "integer";
    case "string":
      return "string";
    default:
      if (value === null) return "null";
      if (value instanceof JsonFloat) return "number";
      return Array.isArray(value) ? "array" : "object";
  }
}

/** A number of either kind as a double; undefined for anything else. */
export function jsonNumber(value: JsonValue): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  return value instanceof JsonFloat ? value.value : undefined;
}

/** A copy that shares nothing that can change. */
export function cloneJson(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(cloneJson);
  if (!(value instanceof Map)) return value;
  const copy: JsonObject = new Map();
  for (const [key, child] of value) copy.set(key, cloneJson(child));
  return copy;
}

/** Equal in type and value; the order of keys makes no difference. An integer is never equal to a float. */
export function equalJson(a: JsonValue, b: JsonValue): boolean {
  if (a === b) return true;
  if (a instanceof JsonFloat) return b instanceof JsonFloat && a.value === b.value;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, index) => equalJson(item, b[index] ?? null));
  }
  if (!(a instanceof Map) || !(b instanceof Map) || a.size !== b.size) return false;
  for (const [key, child] of a) {
    const other = b.get(key);
    if (other === undefined || !equalJson(child, other)) return false;
  }
  return true;
}

/** What a merge patch (RFC 7396) makes of a value; it may change the value in place. */
export function mergeJson(value: JsonValue, patch: JsonValue): JsonValue {
  if (!(patch instanceof Map)) return cloneJson(patch);
  const merged: JsonObject = value instanceof Map ? value : new Map();
  for (const [key, child] of patch) {
    if (child === null) merged.delete(key);
    else merged.set(key, mergeJson(merged.get(key) ?? null, child));
  }
  return merged;
}
