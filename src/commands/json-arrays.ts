/** Changes of arrays in JSON documents. */
import { ReplyError } from "../errors.js";
import type { Reply } from "../reply.js";
import { cloneJson, type JsonValue } from "../values/json.js";
import { printJson } from "../values/json-print.js";
import { parseInteger } from "../values/numbers.js";
import type { Args } from "./args.js";
import { command, firstKey, type CommandTable } from "./command.js";
import {
  changeEach,
  existing,
  integerOperand,
  jsonOperand,
  JsonPath,
  noPathOr,
  optionalPath,
} from "./json-operands.js";

export const jsonArrayCommands = {
  /** `JSON.ARRAPPEND key path value [value …]` → the array's new length; nil for what is no array. */
  "json.arrappend": command(-4, ["write"], firstKey, (context, args) => {
    const key = args.next();
    const path = new JsonPath(args.next());
    const values = args.rest().map(jsonOperand);
    const missing = noPathOr(path.original, "not an array");
    return changeEach(context, { key, path, missing, event: "json.arrappend" }, asArray, (array) =>
      array.push(...values.map(cloneJson)),
    );
  }),

  /** `JSON.ARRINSERT key path index value [value …]` → the array's new length; the values stand before the index. */
  "json.arrinsert": command(-5, ["write"], firstKey, (context, args) => {
    const key = args.next();
    const path = new JsonPath(args.next());
    const index = integerOperand(args.next());
    const values = args.rest().map(jsonOperand);
    for (const { value } of path.find(context, existing(context, key))) {
      if (Array.isArray(value) && (index > value.length || -index > value.length)) {
        throw new ReplyError("ERR index out of bounds");
      }
    }
    const missing = noPathOr(path.text, "not an array");
    return changeEach(
      context,
      { key, path, missing, event: "json.arrinsert" },
      asArray,
      (array) => {
        array.splice(index, 0, ...values.map(cloneJson));
        return array.length;
      },
    );
  }),

  /** `JSON.ARRPOP key [path [index]]` → the removed element as JSON text; nil for an empty array and for what is none. */
  "json.arrpop": command(-2, ["write"], firstKey, (context, args) => {
    const key = args.next();
    const path = optionalPath(args);
    const index = popIndex(args);
    const missing = noPathOr(path.text, "not an array");
    return changeEach(context, { key, path, missing, event: "json.arrpop" }, asArray, (array) =>
      pop(array, index),
    );
  }),

  /** `JSON.ARRTRIM key path start stop` → the new length of the array, of which the range is left. */
  "json.arrtrim": command(5, ["write"], firstKey, (context, args) => {
    const key = args.next();
    const path = new JsonPath(args.next());
    const start = integerOperand(args.next());
    const stop = integerOperand(args.next());
    const missing = noPathOr(path.text, "not an array");
    return changeEach(context, { key, path, missing, event: "json.arrtrim" }, asArray, (array) =>
      trim(array, start, stop),
    );
  }),
} satisfies CommandTable;

function asArray(value: JsonValue): JsonValue[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

/** The index to pop at: the last where there is none; RedisJSON takes what is no integer for the last, too. */
function popIndex(args: Args): number {
  return args.more() ? Number(parseInteger(args.next()) ?? -1) : -1;
}

function pop(array: JsonValue[], index: number): Reply {
  const { length } = array;
  const place = index < 0 ? Math.max(0, length + index) : Math.min(index, length - 1);
  const [popped] = array.splice(place, 1);
  return popped === undefined ? null : printJson(popped);
}

function trim(array: JsonValue[], start: number, stop: number): number {
  const { length } = array;
  const from = start < 0 ? Math.max(0, length + start) : start;
  const to = stop < 0 ? Math.max(0, length + stop) : Math.min(stop, length - 1);
  if (from > to) array.length = 0;
  else {
    array.length = to + 1;
    array.splice(0, from);
  }
  return array.length;
}
