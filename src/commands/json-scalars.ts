/** Changes of numbers, strings and booleans in JSON documents, and JSON.CLEAR. */
import { bytes, lowerAscii, type ByteString } from "../bytes.js";
import { ReplyError } from "../errors.js";
import { MODULE } from "../keyspace/events.js";
import { double, type Reply } from "../reply.js";
import { JsonFloat, jsonNumber, type JsonValue } from "../values/json.js";
import { isPresent, replaceAt, valueAt } from "../values/json-edit.js";
import { printJson } from "../values/json-print.js";
import type { Args } from "./args.js";
import { command, firstKey, type CommandTable, type Context } from "./command.js";
import {
  changeEach,
  existing,
  jsonOperand,
  JsonPath,
  needArguments,
  noPathOr,
  optionalPath,
  wrongValueType,
} from "./json-operands.js";

export const jsonScalarCommands = {
  /** `JSON.CLEAR key [path]` → how many values were cleared: containers become empty, numbers 0. */
  "json.clear": command(-2, ["write"], firstKey, (context, args) => {
    const key = args.next();
    const path = optionalPath(args);
    needArguments(!args.more(), "json.clear");
    const document = existing(context, key);
    const places = path.find(context, document).filter(({ value }) => isClearable(value));
    if (places.length > 0) context.db.write(key);
    let count = 0;
    for (const place of places) {
      if (!isPresent(document, place)) continue;
      replaceAt(document, place, cleared(place.value));
      count++;
    }
    if (count > 0) context.db.notify("json.clear", MODULE, key);
    return count;
  }),

  /** `JSON.NUMINCRBY key path number` → the new value as JSON text, for a path with `$` in an array; null for what is no number. */
  "json.numincrby": command(4, ["write"], firstKey, (context, args) =>
    calculate(context, args, {
      integers: (a, b) => a + b,
      floats: (a, b) => a + b,
    }),
  ),

  /** `JSON.NUMMULTBY key path number` → as JSON.NUMINCRBY. */
  "json.nummultby": command(4, ["write"], firstKey, (context, args) =>
    calculate(context, args, {
      integers: (a, b) => a * b,
      floats: (a, b) => a * b,
    }),
  ),

  /** `JSON.STRAPPEND key [path] value` → the string's new length in bytes; nil for what is no string. */
  "json.strappend": command(-3, ["write"], firstKey, (context, args) => {
    const key = args.next();
    const first = args.next();
    const path = new JsonPath(args.more() ? first : bytes("."));
    const source = args.more() ? args.next() : first;
    const missing = noPathOr(path.text, "not a string");
    const appended = (): ByteString => {
      const value = jsonOperand(source);
      if (typeof value !== "string") throw wrongValueType("string", source);
      return value;
    };
    const document = existing(context, key);
    const isNeeded = path.find(context, document).some(({ value }) => typeof value === "string");
    const suffix = isNeeded ? appended() : bytes("");
    return changeEach(
      context,
      { key, path, missing, event: "json.strappend" },
      asString,
      (_, place) => {
        const string = bytes(`${asString(valueAt(document, place)) ?? ""}${suffix}`);
        replaceAt(document, place, string);
        return string.length;
      },
    );
  }),

  /** `JSON.TOGGLE key path` → the new value: 0 or 1, for a legacy path `false` or `true`; nil for what is no boolean. */
  "json.toggle": command(3, ["write"], firstKey, (context, args) => {
    const key = args.next();
    const path = new JsonPath(args.next());
    const missing = noPathOr(path.text, "not a bool");
    return changeEach(
      context,
      { key, path, missing, event: "json.toggle" },
      asBoolean,
      (_, place, document) => {
        const toggled = valueAt(document, place) !== true;
        replaceAt(document, place, toggled);
        return path.legacy ? bytes(String(toggled)) : Number(toggled);
      },
    );
  }),
} satisfies CommandTable;

function asString(value: JsonValue): ByteString | undefined {
  return typeof value === "string" ? value : undefined;
}

function asBoolean(value: JsonValue): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}

function isClearable(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Map) return value.size > 0;
  const number = jsonNumber(value);
  return number !== undefined && number !== 0;
}

function cleared(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return [];
  return value instanceof Map ? new Map() : 0;
}

interface Arithmetic {
  readonly integers: (a: bigint, b: bigint) => bigint;
  readonly floats: (a: number, b: number) => number;
}

function calculate(context: Context, args: Args, arithmetic: Arithmetic): Reply {
  const key = args.next();
  const path = new JsonPath(args.next());
  const operand = args.next();
  const document = existing(context, key);
  const numbers = path
    .find(context, document)
    .map(({ value }) => value)
    .filter((value) => jsonNumber(value) !== undefined);
  const by = numbers.length > 0 ? numberOperand(operand) : 0;
  for (const number of numbers) result(number, by, arithmetic);

  const missing = noPathOr(path.text, "does not contains a number");
  const { resp } = context.session;
  const event = lowerAscii(args.name);
  const reply = changeEach(context, { key, path, missing, event }, jsonNumber, (_, place) => {
    const value = result(valueAt(document, place), by, arithmetic);
    replaceAt(document, place, value);
    return resp === 3 ? numberReply(value) : printJson(value);
  });
  if (resp === 3) return path.legacy ? [reply] : reply;
  return Array.isArray(reply) ? bytes(`[${reply.map((text) => text ?? "null").join(",")}]`) : reply;
}

function numberOperand(operand: ByteString): JsonValue {
  const value = jsonOperand(operand);
  if (jsonNumber(value) === undefined) throw new ReplyError("bad input number");
  return value;
}

/** Integers stay integers; with a float the result is one. */
function result(a: JsonValue, b: JsonValue, { integers, floats }: Arithmetic): JsonValue {
  if (isInteger(a) && isInteger(b)) {
    const exact = integers(BigInt(a), BigInt(b));
    if (exact !== BigInt.asIntN(64, exact)) throw new ReplyError("ERR numeric overflow");
    const number = Number(exact);
    return Number.isSafeInteger(number) ? number : exact;
  }
  const value = floats(jsonNumber(a) ?? 0, jsonNumber(b) ?? 0);
  if (!Number.isFinite(value)) throw new ReplyError("result is not a number");
  return new JsonFloat(value);
}

function isInteger(value: JsonValue): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

function numberReply(value: JsonValue): Reply {
  return value instanceof JsonFloat ? double(value.value) : isInteger(value) ? value : null;
}
