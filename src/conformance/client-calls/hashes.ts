/** Calls of the hash commands. */
import { lowerAscii } from "../../bytes.js";
import {
  number,
  choice,
  positional,
  flag,
  readOptions,
  withOptions,
  withFields,
  deadlines,
  match,
  count,
  type MethodTable,
} from "./arguments.js";

/** `FIELDS n field [field ...]`, which ends a command, without the number. */
function countedFields([word = "", count = "", ...fields]: readonly string[]) {
  const same = lowerAscii(word) === "fields" && number(count) === fields.length;
  return same && fields.length > 0 ? fields : undefined;
}

function fieldsOf([key = "", ...words]: readonly string[]): readonly unknown[] | undefined {
  const fields = countedFields(words);
  return fields && [key, fields];
}

/** HEXPIRE and its kin: time, perhaps a condition, and the fields, which the client takes first. */
function expireFields([key = "", time = "", ...words]: readonly string[]) {
  const amount = number(time);
  const condition = choice(["NX", "XX", "GT", "LT"])(words[0] ?? "");
  const fields = countedFields(words.slice(condition === undefined ? 0 : 1));
  if (amount === undefined || fields === undefined) return undefined;
  return condition === undefined ? [key, fields, amount] : [key, fields, amount, condition];
}

function hgetdel([key = "", ...words]: readonly string[]): readonly unknown[] | undefined {
  const fields = countedFields(words);
  return fields && [key, ...fields];
}

function hgetex([key = "", ...words]: readonly string[]): readonly unknown[] | undefined {
  const start = words.findIndex((word) => lowerAscii(word) === "fields");
  const options = readOptions(words.slice(0, Math.max(0, start)), [
    [...deadlines, flag("persist")],
  ]);
  const fields = countedFields(words.slice(start));
  return options && fields && [key, options, ...fields];
}

function hsetex([key = "", ...words]: readonly string[]): readonly unknown[] | undefined {
  const start = words.findIndex((word) => lowerAscii(word) === "fields");
  const conditional = choice(["FNX", "FXX"])(words[0] ?? "");
  const after = words.slice(conditional === undefined ? 0 : 1, Math.max(0, start));
  const expiration = readOptions(after, [[...deadlines, flag("keepttl")]]);
  const [, count = "", ...entries] = words.slice(start);
  const fields = withFields(0)(entries)?.[0];
  if (start < 0 || expiration === undefined || fields === undefined) return undefined;
  if (2 * (number(count) ?? 0) !== entries.length) return undefined;
  const options = {
    ...(conditional !== undefined && { conditional }),
    ...(after.length > 0 && { expiration }),
  };
  return [key, options, fields];
}

export const hashMethods: MethodTable = {
  hdel: positional("key field..."),
  hexists: positional("key field"),
  hget: positional("key field"),
  hgetall: positional("key"),
  hincrby: positional("key field n"),
  hincrbyfloat: positional("key field n"),
  hkeys: positional("key"),
  hlen: positional("key"),
  hmget: positional("key field..."),
  hmset: withFields(1),
  hrandfield: positional("key n? withvalues?"),
  hscan: withOptions("key cursor", match, count),
  hset: withFields(1),
  hsetnx: positional("key field value"),
  hstrlen: positional("key field"),
  hvals: positional("key"),

  hexpire: expireFields,
  hexpireat: expireFields,
  hexpiretime: fieldsOf,
  hgetdel,
  hgetex,
  hpersist: fieldsOf,
  hpexpire: expireFields,
  hpexpireat: expireFields,
  hpexpiretime: fieldsOf,
  hpttl: fieldsOf,
  hsetex,
  httl: fieldsOf,
};
