/**
 * Data as people write it in JSON, to start with: text is a string, an array a list, an object a hash; what else there is says so
 * with `$type`, and how long it lives with `$ttl`. All of it is read before the first key is set.
 */
import type { ByteString } from "../bytes.js";
import { parseDuration } from "../clock.js";
import type { Engine } from "../engine.js";
import { ReplyError } from "../errors.js";
import { trusted } from "../trusted.js";
import { read } from "./notation.js";

/**
 * Sets the keys of an object in database 0, in place of what is there:
 *
 *     {
 *       "greeting": "hello", "visits": 42,
 *       "queue": ["first", "second"],
 *       "user:1": { "name": "Ada", "langs": ["en"] },
 *       "tags": { "$type": "set", "value": ["a", "b"] },
 *       "board": { "$type": "zset", "value": { "ada": 1200, "grace": 950 }, "$ttl": "1h" },
 *       "cached": { "$type": "string", "value": { "id": 7 }, "$ttl": "5m" },
 *       "events": { "$type": "stream", "value": [{ "kind": "login" }, { "$id": "*", "kind": "logout" }] },
 *       "cities": { "$type": "geo", "value": { "Palermo": [13.361389, 38.115556] } },
 *       "doc": { "$type": "json", "value": { "a": [1, 2] } },
 *       "visitors": { "$type": "hyperloglog", "value": ["ada", "grace"] },
 *       "session": { "$type": "hash", "value": { "token": "x" }, "$fieldTtl": { "token": "15m" } },
 *       "bytes": "$base64:AAH/"
 *     }
 *
 * Without `$type` the shape of `value` tells the type. Objects, arrays and booleans within values are stored as their JSON text, as
 * the clients of Vercel KV and Upstash do. Bytes that are no text are written `$base64:…`, as a value and as a name. What nothing else
 * can say has the type "dump", whose value is a payload of DUMP, and a JSON document may be its own text behind `$json:`. Throws a TypeError that names the place of what is wrong, and the fix.
 */
export function seed(engine: Engine, data: unknown): void {
  if (!isRecord(data)) {
    throw new TypeError(
      'the data has to be an object of keys and values, such as { "key": "value" }',
    );
  }
  const keys = Object.entries(data).map(([key, value]) => readKey(key, value));
  const run = trusted(engine);
  for (const { key, path, commands } of keys) {
    const words = (call: Call): ByteString[] => {
      const [name, ...operands] = call;
      return [name, key, ...operands].map((word) => bytesOf(word, path));
    };
    run(words(["DEL"]));
    try {
      for (const call of commands) run(words(call));
    } catch (error) {
      if (!(error instanceof ReplyError)) throw error;
      throw new TypeError(`${path}: Redis refuses it: ${error.message}`, { cause: error });
    }
  }
}

/** A command's name and what stands behind the key. */
type Call = readonly [name: string, ...operands: string[]];

interface Key {
  readonly key: string;
  readonly path: string;
  readonly commands: readonly Call[];
}

function readKey(key: string, content: unknown): Key {
  const path = at("", key);
  if (!isRecord(content) || !Object.keys(content).some((name) => name.startsWith("$"))) {
    return { key, path, commands: TYPES[typeOf(content)](content, path) };
  }
  for (const name of Object.keys(content)) {
    if (["$type", "$ttl", "$fieldTtl", "value"].includes(name)) continue;
    const hash = '{ "$type": "hash", "value": { … } }';
    wrong(
      at(path, name),
      `only $type, $ttl, $fieldTtl and value may stand here; a hash is ${hash}`,
    );
  }
  const { $type: type = typeOf(content.value), $ttl: ttl, $fieldTtl: fieldTtl, value } = content;
  if (value === undefined) wrong(path, 'value is missing; write { …, "value": … }');
  if (typeof type !== "string" || !isType(type)) {
    const known = Object.keys(TYPES).join(", ");
    wrong(at(path, "$type"), `${show(type)} is no type; write one of ${known}`);
  }
  const commands = TYPES[type](value, at(path, "value"));
  if (fieldTtl !== undefined)
    commands.push(...fieldExpiries(type, fieldTtl, at(path, "$fieldTtl")));
  if (ttl !== undefined) commands.push(["PEXPIRE", readTtl(ttl, at(path, "$ttl"))]);
  return { key, path, commands };
}

function fieldExpiries(type: Type, fieldTtl: unknown, path: string): Call[] {
  if (type !== "hash")
    wrong(path, `only fields of a hash have a time to live, and this is a ${type}`);
  return fields(fieldTtl, path, '{ "field": "15m" }').map(({ name, value, path }) => {
    return ["HPEXPIRE", readTtl(value, path), "FIELDS", "1", name];
  });
}

function bytesOf(word: string, path: string): ByteString {
  return read(word) ?? wrong(path, `${show(word)}: what stands behind $base64: is no base64`);
}

function readTtl(ttl: unknown, path: string): string {
  const digits = typeof ttl === "string" ? /^[1-9]\d*(?=ms$)/.exec(ttl)?.[0] : undefined;
  if (digits !== undefined) return digits;
  const milliseconds = typeof ttl === "string" ? Math.round(parseDuration(ttl)) : Number.NaN;
  if (milliseconds > 0 && Number.isSafeInteger(milliseconds)) return String(milliseconds);
  wrong(path, `${show(ttl)} is no time to live; write text such as "30s", "15m", "1h30m" or "7d"`);
}

type Type = keyof typeof TYPES;

function isType(name: string): name is Type {
  return Object.hasOwn(TYPES, name);
}

function typeOf(value: unknown): Type {
  if (Array.isArray(value)) return "list";
  return isRecord(value) ? "hash" : "string";
}

/** What each type's `value` looks like, and the commands that set it. */
const TYPES = {
  string: (value: unknown, path: string): Call[] => [["SET", word(value, path)]],
  list: (value: unknown, path: string): Call[] => [["RPUSH", ...words(value, path)]],
  set: (value: unknown, path: string): Call[] => [["SADD", ...words(value, path)]],
  hash: (value: unknown, path: string): Call[] => [["HSET", ...pairs(value, path)]],
  zset: (value: unknown, path: string): Call[] => {
    const members = fields(value, path, '{ "member": 1 }');
    return [["ZADD", ...members.flatMap(({ name, value, path }) => [score(value, path), name])]];
  },
  geo: (value: unknown, path: string): Call[] => {
    const members = fields(value, path, '{ "member": [13.361389, 38.115556] }');
    return [
      ["GEOADD", ...members.flatMap(({ name, value, path }) => place(value, path).concat(name))],
    ];
  },
  stream: (value: unknown, path: string): Call[] =>
    elements(value, path).map((entry) => addition(entry.value, entry.path)),
  json: (value: unknown): Call[] => [["JSON.SET", "$", jsonText(value)]],
  dump: (value: unknown, path: string): Call[] => [["RESTORE", "0", word(value, path)]],
  hyperloglog: (value: unknown, path: string): Call[] => [["PFADD", ...words(value, path)]],
};

/** An entry of a stream; its id is the time unless `$id` tells. */
function addition(value: unknown, path: string): Call {
  if (!isRecord(value)) wrong(path, `${show(value)} is no entry; write { "field": "value" }`);
  const { $id: id = "*", ...entry } = value;
  if (typeof id !== "string") wrong(at(path, "$id"), 'an id is text, such as "1700000000000-0"');
  return ["XADD", id, ...pairs(entry, path)];
}

function jsonText(value: unknown): string {
  if (typeof value !== "string" || !/^\$(?:json|base64):/.test(value)) return JSON.stringify(value);
  return value.replace(/^\$json:/, "");
}

interface Part {
  readonly name: string;
  readonly value: unknown;
  readonly path: string;
}

function elements(value: unknown, path: string): readonly Omit<Part, "name">[] {
  if (!Array.isArray(value)) wrong(path, `${show(value)} is no array; write [ … ]`);
  if (value.length === 0) wrong(path, "Redis keeps nothing that is empty; leave the key out");
  return value.map((element: unknown, index) => ({ value: element, path: `${path}[${index}]` }));
}

function fields(value: unknown, path: string, example: string): readonly Part[] {
  if (!isRecord(value)) wrong(path, `${show(value)} is no object; write ${example}`);
  const entries = Object.entries(value);
  if (entries.length === 0) wrong(path, "Redis keeps nothing that is empty; leave the key out");
  return entries.map(([name, field]) => ({ name, value: field, path: at(path, name) }));
}

function words(value: unknown, path: string): string[] {
  return elements(value, path).map((element) => word(element.value, element.path));
}

function pairs(value: unknown, path: string): string[] {
  const parts = fields(value, path, '{ "field": "value" }');
  return parts.flatMap((part) => [part.name, word(part.value, part.path)]);
}

/** What a client sends for the value. */
function word(value: unknown, path: string): string {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) {
    wrong(path, `${show(value)} is no value; leave it out, or write ""`);
  }
  if (typeof value === "number" && Math.abs(value) > Number.MAX_SAFE_INTEGER) {
    wrong(path, "so large a number loses digits in JSON; write it in quotes");
  }
  return JSON.stringify(value);
}

function score(value: unknown, path: string): string {
  if (typeof value === "number") return String(value);
  if (typeof value === "string" && /^[+-]?inf$/i.test(value)) return value;
  wrong(path, `${show(value)} is no score; write a number, "inf" or "-inf"`);
}

function place(value: unknown, path: string): string[] {
  const isPlace = Array.isArray(value) && value.length === 2;
  if (isPlace && value.every((part) => typeof part === "number")) return value.map(String);
  wrong(path, `${show(value)} is no place; write [longitude, latitude]`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The path of a member: `board.value`, `["user:1"].name`. */
function at(path: string, name: string): string {
  if (!/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === "" ? name : `${path}.${name}`;
}

function show(value: unknown): string {
  const shown = JSON.stringify(value) ?? String(value);
  return shown.length > 40 ? `${shown.slice(0, 40)}…` : shown;
}

function wrong(path: string, why: string): never {
  throw new TypeError(`${path}: ${why}`);
}
