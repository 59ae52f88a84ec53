/** A database as the data that `seed` takes: the plainest form that says all there is. */
import { utf8, text, type ByteString } from "../bytes.js";
import { keyspaceOf, type Engine } from "../engine.js";
import type { Entry } from "../keyspace/versions.js";
import { stringOf, type Value } from "../keyspace/value.js";
import { Hash } from "../values/hash.js";
import { JsonDocument } from "../values/json.js";
import { printJson } from "../values/json-print.js";
import { List } from "../values/list.js";
import { writePayload } from "../values/rdb/payload.js";
import { SetValue } from "../values/set.js";
import { SortedSet } from "../values/sorted-set.js";
import { compareIds, formatId, isZero } from "../values/stream-id.js";
import { Stream, WHOLE_STREAM } from "../values/stream.js";
import { formatLeft } from "./duration.js";
import { written } from "./notation.js";

/** What database 0 holds, by key in the order of their bytes. */
export function toJson(engine: Engine): Readonly<Record<string, unknown>> {
  const { versions, shared } = keyspaceOf(engine);
  const view = versions.views().find(({ database }) => database === 0);
  const keys = view?.keys.toSorted() ?? [];
  return Object.fromEntries(
    keys.flatMap((key) => {
      const entry = view?.get(key);
      return entry === undefined ? [] : [[written(key), content(entry, shared.now)]];
    }),
  );
}

interface Described {
  /** Undefined where the value's shape tells it. */
  readonly $type?: string;
  readonly value: unknown;
  readonly $fieldTtl?: unknown;
}

/** What `seed` takes for one key. */
export function content({ value, expireAt }: Entry, now: number): unknown {
  const described = describe(value, now);
  const ttl = expireAt === undefined ? {} : { $ttl: formatLeft(expireAt, now) };
  if (Object.keys(described).length > 1 || expireAt !== undefined) return { ...described, ...ttl };
  return described.value;
}

function describe(value: Value, now: number): Described {
  const string = stringOf(value);
  if (string !== undefined) return { value: written(string) };
  if (value instanceof List) return { value: value.slice(0, value.length).map(written) };
  if (value instanceof SetValue) return { $type: "set", value: value.members().map(written) };
  if (value instanceof SortedSet) return members(value);
  if (value instanceof Hash) return fields(value, now);
  if (value instanceof JsonDocument) return { $type: "json", value: json(value) };
  return value instanceof Stream ? entries(value) : { value };
}

/** What can not be said otherwise. */
function payload(value: Stream | SortedSet): Described {
  return { $type: "dump", value: written(writePayload(value)) };
}

function members(set: SortedSet): Described {
  const scores: [string, number | string][] = [];
  let hasNegativeZero = false;
  set.forEach([0, set.size], (member, score) => {
    if (Object.is(score, -0)) hasNegativeZero = true;
    const infinity = score > 0 ? "inf" : "-inf";
    scores.push([written(member), Number.isFinite(score) ? score : infinity]);
  });
  return hasNegativeZero ? payload(set) : { $type: "zset", value: Object.fromEntries(scores) };
}

function fields(hash: Hash, now: number): Described {
  const found: [string, string][] = [];
  const deadlines: [string, string][] = [];
  hash.forEach((field, value) => {
    found.push([written(field), written(value)]);
    const at = hash.deadline(field);
    if (at !== undefined) deadlines.push([written(field), formatLeft(at, now)]);
  });
  const value = Object.fromEntries(found);
  const special = found.some(([field]) => field.startsWith("$"));
  if (deadlines.length > 0) {
    return { $type: "hash", value, $fieldTtl: Object.fromEntries(deadlines) };
  }
  return special ? { $type: "hash", value } : { value };
}

/** A document that JavaScript would read otherwise (1.0, large integers) is its own text. */
function json({ root }: JsonDocument): unknown {
  const source = printJson(root);
  const plain = text(source);
  if (utf8(plain) !== source) return written(source);
  const value: unknown = JSON.parse(plain);
  const isPlain = JSON.stringify(value) === plain && !/^"\$(?:json|base64):/.test(plain);
  return isPlain ? value : `$json:${plain}`;
}

/** Entries are enough where nothing was ever deleted, and nobody reads in groups. */
function entries(stream: Stream): Described {
  const all = stream.range(...WHOLE_STREAM);
  const last = all.at(-1);
  const whole =
    last !== undefined &&
    stream.groupCount === 0 &&
    stream.entriesAdded === stream.size &&
    isZero(stream.maxDeletedId) &&
    compareIds(stream.lastId, last.id) === 0 &&
    all.every((entry) => isPlain(entry.fields));
  if (!whole) return payload(stream);
  const value = all.map(({ id, fields }) => {
    const names = fields.filter((_, index) => index % 2 === 0);
    const pairs = names.map((name, at) => [written(name), written(fields[2 * at + 1] ?? name)]);
    return Object.fromEntries([["$id", formatId(id)], ...pairs]);
  });
  return { $type: "stream", value };
}

/** Whether an object keeps the fields in their order: it has each once, and puts names that are numbers first. */
function isPlain(fields: readonly ByteString[]): boolean {
  const names = fields.filter((_, index) => index % 2 === 0);
  if (new Set(names).size < names.length || names.some((name) => name === "$id")) return false;
  return names.length < 2 || !names.some((name) => /^\d+$/.test(name));
}
