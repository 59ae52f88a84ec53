/** What the JSON commands tell of values without changing them. */
import { bytes } from "../bytes.js";
import { ReplyError } from "../errors.js";
import { double, status, type Reply } from "../reply.js";
import { equalJson, JsonFloat, jsonType, type JsonObject, type JsonValue } from "../values/json.js";
import { formatDouble17 } from "../values/numbers.js";
import { command, firstKey, noKeys, type CommandTable } from "./command.js";
import {
  existing,
  integerOperand,
  jsonOperand,
  JsonPath,
  needArguments,
  noPath,
  noPathOr,
  optionalPath,
  wrongValueType,
} from "./json-operands.js";

export const jsonReadCommands = {
  /** `JSON.ARRINDEX key path value [start [stop]]` → the index of the first equal element, -1 without one; nil for what is no array. */
  "json.arrindex": command(-4, ["readonly"], firstKey, (context, args) => {
    const key = args.next();
    const path = new JsonPath(args.next());
    const operand = args.next();
    const start = args.more() ? integerOperand(args.next()) : 0;
    const stop = args.more() ? integerOperand(args.next()) : 0;
    needArguments(!args.more(), "json.arrindex");
    const document = context.db.json(key);
    const value = jsonOperand(operand);
    if (document === undefined) throw noPath(path.original);
    const index = (array: JsonValue): Reply =>
      Array.isArray(array) ? indexIn(array, value, start, stop) : null;
    if (!path.legacy) return path.find(context, document).map((place) => index(place.value));
    const { value: first } = path.first(context, document);
    if (!Array.isArray(first)) throw wrongValueType("array", jsonType(first));
    return index(first);
  }),

  /** `JSON.ARRLEN key [path]` → the array's length; nil for what is no array. */
  "json.arrlen": command(-2, ["readonly"], firstKey, (context, args) => {
    const key = args.next();
    const path = optionalPath(args);
    if (path.legacy && context.db.json(key) === undefined) return null;
    const places = path.find(context, existing(context, key));
    const lengths = places.map(({ value }) => (Array.isArray(value) ? value.length : null));
    if (!path.legacy) return lengths;
    const [first] = lengths;
    if (first === undefined || first === null) throw noPathOr(path.original, "not an array");
    return first;
  }),

  /** `JSON.DEBUG MEMORY key [path] | HELP` → about the bytes that a value takes in RedisJSON. */
  "json.debug": command(-2, ["readonly"], noKeys, (context, args) => {
    const subcommand = args.option();
    if (subcommand === "HELP") return HELP.map(bytes);
    if (subcommand !== "MEMORY") {
      throw new ReplyError("ERR unknown subcommand - try `JSON.DEBUG HELP`");
    }
    needArguments(args.more(), "json.debug");
    const key = args.next();
    const path = optionalPath(args);
    const document = context.db.json(key);
    if (document === undefined) return path.legacy ? 0 : [];
    if (path.legacy) return memory(path.first(context, document).value);
    return path.find(context, document).map(({ value }) => memory(value));
  }),

  /** `JSON.OBJKEYS key [path]` → the object's keys; nil for what is no object. */
  "json.objkeys": command(-2, ["readonly"], firstKey, (context, args) => {
    const key = args.next();
    const path = optionalPath(args);
    if (!path.legacy) {
      const places = path.find(context, existing(context, key));
      return places.map(({ value }) => (value instanceof Map ? Array.from(value.keys()) : null));
    }
    const document = context.db.json(key);
    const [first] = document === undefined ? [] : path.find(context, document);
    if (first === undefined) return null;
    if (first.value instanceof Map) return [...first.value.keys()];
    throw noPathOr(path.text, "not an object");
  }),

  /** `JSON.OBJLEN key [path]` → how many keys the object has; nil for what is no object. */
  "json.objlen": command(-2, ["readonly"], firstKey, (context, args) => {
    const key = args.next();
    const path = optionalPath(args);
    const document = context.db.json(key);
    if (!path.legacy) {
      if (document === undefined) throw noPathOr(path.text, "not an object");
      return path
        .find(context, document)
        .map(({ value }) => (value instanceof Map ? value.size : null));
    }
    const [first] = document === undefined ? [] : path.find(context, document);
    if (first === undefined) return null;
    if (first.value instanceof Map) return first.value.size;
    throw wrongValueType("object", jsonType(first.value));
  }),

  /** `JSON.RESP key [path]` → the value as replies: `{` and keys with values, `[` and elements. */
  "json.resp": command(-2, ["readonly"], firstKey, (context, args) => {
    const key = args.next();
    const path = optionalPath(args);
    const document = context.db.json(key);
    const { resp } = context.session;
    if (document === undefined) return null;
    if (path.legacy) return respReply(path.first(context, document).value, resp);
    return path.find(context, document).map(({ value }) => respReply(value, resp));
  }),

  /** `JSON.STRLEN key [path]` → the string's length in bytes; nil for what is no string. */
  "json.strlen": command(-2, ["readonly"], firstKey, (context, args) => {
    const key = args.next();
    const path = optionalPath(args);
    if (!path.legacy) {
      const places = path.find(context, existing(context, key));
      return places.map(({ value }) => (typeof value === "string" ? value.length : null));
    }
    const document = context.db.json(key);
    if (document === undefined) return null;
    const { value } = path.first(context, document);
    if (typeof value !== "string") throw wrongValueType("string", jsonType(value));
    return value.length;
  }),

  /** `JSON.TYPE key [path]` → the value's type, in RESP3 inside an array; nil without a key. */
  "json.type": command(-2, ["readonly"], firstKey, (context, args) => {
    const key = args.next();
    const path = optionalPath(args);
    const document = context.db.json(key);
    const types =
      document === undefined
        ? undefined
        : path.find(context, document).map(({ value }) => bytes(jsonType(value)));
    const reply = (path.legacy ? types?.[0] : types) ?? null;
    return context.session.resp === 3 ? [reply] : reply;
  }),
} satisfies CommandTable;

const HELP = ["MEMORY <key> [path] - reports memory usage", "HELP                - this message"];

/** The first element from `start` to before `stop` (0: the end) that is equal to a value; -1 without one. */
function indexIn(
  array: readonly JsonValue[],
  value: JsonValue,
  start: number,
  stop: number,
): number {
  const { length } = array;
  const from = start < 0 ? Math.max(0, length + start) : Math.min(start, length - 1);
  const to =
    stop <= 0 ? (stop === 0 ? length : Math.max(0, length + stop)) : Math.min(stop, length);
  for (let index = Math.max(0, from); index < to; index++) {
    if (equalJson(array[index] ?? null, value)) return index;
  }
  return -1;
}

/** In RESP2 floats have the 17 digits that the documentation shows. */
function respReply(value: JsonValue, resp: 2 | 3): Reply {
  if (typeof value === "boolean") return status(String(value));
  if (value instanceof JsonFloat)
    return resp === 3 ? double(value.value) : formatDouble17(value.value);
  if (Array.isArray(value)) return [status("["), ...value.map((item) => respReply(item, resp))];
  if (!(value instanceof Map)) return value;
  const items: Reply[] = [status("{")];
  for (const [key, child] of value) items.push(key, respReply(child, resp));
  return items;
}

/** Bytes of a pointer. */
const WORD = 8;

/** What RedisJSON would report: a word for the value and what it keeps elsewhere. */
function memory(value: JsonValue): number {
  if (typeof value === "string") return WORD + value.length;
  if (typeof value === "number") return WORD + integerMemory(value);
  if (typeof value === "bigint" || value instanceof JsonFloat) return WORD + 2 * WORD;
  if (Array.isArray(value)) {
    return value.reduce<number>(
      (sum, item) => sum + memory(item),
      WORD + (value.length === 0 ? 0 : WORD * (value.length + 2)),
    );
  }
  return value instanceof Map ? WORD + objectMemory(value) : WORD;
}

function objectMemory(object: JsonObject): number {
  if (object.size === 0) return 0;
  let sum = WORD * (3 * object.size + 2);
  for (const [key, child] of object) sum += key.length + memory(child);
  return sum;
}

/** Small integers are kept in place, those of 24 bits in half a word. */
function integerMemory(value: number): number {
  if (value >= -128 && value <= 383) return 0;
  return value > -8_388_608 && value <= 8_388_607 ? WORD / 2 : 2 * WORD;
}
