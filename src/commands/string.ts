/**
 * Strings, after t_string.c. What would surprise: the order of checks differs from command to command (SET looks at its expiry
 * before the key, GETEX after), and a string that APPEND or SETRANGE changed stays `raw` however short it is.
 */
import { bytes, sliceBytes, type ByteString } from "../bytes.js";
import {
  notFloat,
  notInteger,
  outOfRangeOffset,
  overflow,
  ReplyError,
  stringTooLong,
  syntaxError,
  wrongArity,
} from "../errors.js";
import type { Database } from "../keyspace/database.js";
import { GENERIC, STRING } from "../keyspace/events.js";
import type { UnixTime } from "../keyspace/expiry.js";
import { stringOf } from "../keyspace/value.js";
import { OK, type Reply } from "../reply.js";
import { EncodedString } from "../values/encoded-string.js";
import { addLongDoubles, formatLongDouble, parseLongDouble } from "../values/long-double.js";
import { addIntegers, parseInteger } from "../values/numbers.js";
import type { Args } from "./args.js";
import {
  allKeys,
  command,
  firstKey,
  firstTwoKeys,
  type CommandTable,
  type Context,
  type KeyRange,
} from "./command.js";
import { checkDigest, comparisonOption, compares, type Comparison } from "./comparison.js";
import { lcs } from "./lcs.js";
import { deadline, index, integer, type TimeUnit } from "./operands.js";

const keysAndValues: KeyRange = [1, -1, 2];

/** The longest string: what Redis keeps by default (proto-max-bulk-len), less the 24 bytes that V8 cannot hold. */
export const MAX_LENGTH = 512 * 1024 * 1024 - 24;

export const stringCommands = {
  /** `APPEND key value` → the new length in bytes. */
  append: command(3, ["write", "denyoom", "fast"], firstKey, ({ db }, args) => {
    const key = args.next();
    const value = args.next();
    const old = db.string(key);
    if (old === undefined) db.set(key, value);
    else {
      checkLength(old.length + value.length);
      db.put(key, new EncodedString(bytes(old + value), "raw"));
    }
    db.notify("append", STRING, key);
    return (old?.length ?? 0) + value.length;
  }),

  /** `DECR key` → the new value. */
  decr: command(2, ["write", "denyoom", "fast"], firstKey, ({ db }, args) =>
    increment(db, args.next(), -1),
  ),

  /** `DECRBY key decrement` → the new value. */
  decrby: command(3, ["write", "denyoom", "fast"], firstKey, ({ db }, args) => {
    const key = args.next();
    const negated = addIntegers(0, -integer(args.next()));
    if (negated === undefined) throw new ReplyError("ERR decrement would overflow");
    return increment(db, key, negated);
  }),

  /** `GET key` → the value or nil. */
  get: command(2, ["readonly", "fast"], firstKey, ({ db }, args) => db.string(args.next()) ?? null),

  /** `GETDEL key` → the value or nil; the key is gone. */
  getdel: command(2, ["write", "fast"], firstKey, ({ db }, args) => {
    const key = args.next();
    const value = db.string(key);
    if (value === undefined) return null;
    db.delete(key);
    return value;
  }),

  /**
   * `GETEX key [EX s | PX ms | EXAT unix-s | PXAT unix-ms | PERSIST]` → the value or nil. The expiry is looked at only when the
   * key holds a string; one in the past deletes the key.
   */
  getex: command(-2, ["write", "fast"], firstKey, ({ db, now }, args) => {
    const key = args.next();
    const option = getexOption(args);
    const value = db.string(key);
    if (value === undefined) return null;
    if (option === "PERSIST") db.persist(key);
    else if (option !== undefined) {
      db.expire(key, deadline(option.unit, option.operand, now, "getex"));
    }
    return value;
  }),

  /** `GETRANGE key start end` → the bytes from start to end, both included; negative counts from the end. */
  getrange: command(4, ["readonly"], firstKey, getrange),

  /** `GETSET key value` → the old value or nil; the deadline is gone. */
  getset: command(3, ["write", "denyoom", "fast"], firstKey, ({ db }, args) => {
    const key = args.next();
    const old = db.string(key) ?? null;
    db.set(key, args.next());
    db.notify("set", STRING, key);
    return old;
  }),

  /** `INCR key` → the new value. */
  incr: command(2, ["write", "denyoom", "fast"], firstKey, ({ db }, args) =>
    increment(db, args.next(), 1),
  ),

  /** `INCRBY key increment` → the new value. */
  incrby: command(3, ["write", "denyoom", "fast"], firstKey, ({ db }, args) => {
    const key = args.next();
    return increment(db, key, integer(args.next()));
  }),

  /** `INCRBYFLOAT key increment` → the new value, in the digits of Redis's long double. */
  incrbyfloat: command(3, ["write", "denyoom", "fast"], firstKey, ({ db }, args) => {
    const key = args.next();
    const old = parseLongDouble(db.string(key) ?? bytes("0"));
    if (old === undefined) throw notFloat();
    const amount = parseLongDouble(args.next());
    if (amount === undefined) throw notFloat();
    const sum = addLongDoubles(old, amount);
    if (sum === undefined) throw new ReplyError("ERR increment would produce NaN or Infinity");
    const value = formatLongDouble(sum);
    db.put(key, parseInteger(value) === undefined ? value : new EncodedString(value, "embstr"));
    db.notify("incrbyfloat", STRING, key);
    return value;
  }),

  /**
   * `LCS key1 key2 [LEN] [IDX] [MINMATCHLEN n] [WITHMATCHLEN]` → the longest common subsequence; with LEN its length, with IDX the
   * matching ranges, last first.
   */
  lcs: command(-3, ["readonly"], firstTwoKeys, lcs),

  /** `MGET key [key …]` → each value, nil where there is no string. */
  mget: command(-2, ["readonly", "fast"], allKeys, ({ db }, args) =>
    args.rest().map((key) => stringOf(db.get(key)) ?? null),
  ),

  /** `MSET key value [key value …]` → OK. */
  mset: command(-3, ["write", "denyoom"], keysAndValues, ({ db }, args) => {
    setAll(db, pairsOf(args, "mset"));
    return OK;
  }),

  /** `MSETNX key value [key value …]` → 1, or 0 and nothing is set where one of the keys exists. */
  msetnx: command(-3, ["write", "denyoom"], keysAndValues, ({ db }, args) => {
    const pairs = pairsOf(args, "msetnx");
    if (pairs.some(([key]) => db.has(key))) return 0;
    setAll(db, pairs);
    return 1;
  }),

  /** `PSETEX key ms value` → OK. */
  psetex: command(4, ["write", "denyoom"], firstKey, (context, args) =>
    setWithTtl(context, args, "PX", "psetex"),
  ),

  /**
   * `SET key value [NX | XX | IFEQ value | IFNE value | IFDEQ digest | IFDNE digest] [GET] [EX s | PX ms | EXAT unix-s | PXAT unix-ms
   * | KEEPTTL]` → OK, or nil where the condition kept the old value; IFNE and IFDNE hold without a key, too. With GET: the old value or
   * nil. WRONGTYPE only with GET and where values are compared, and then before the condition is looked at.
   */
  set: command(-3, ["write", "denyoom"], firstKey, ({ db, now }, args) => {
    const key = args.next();
    const value = args.next();
    if (!args.more()) return setString(db, key, value);
    const { condition, get, ttl, comparison } = setOptions(args);
    const expireAt =
      typeof ttl === "object" ? deadline(ttl.unit, ttl.operand, now, "set") : undefined;
    const looksAt = get || comparison !== undefined;
    const current = looksAt ? db.string(key) : undefined;
    const old = get ? (current ?? null) : null;

    if (comparison !== undefined && !allows(comparison, current)) return old;
    if (condition !== undefined && condition === (db.has(key) ? "NX" : "XX")) return old;
    if (ttl === "KEEPTTL") replaceString(db, key, value);
    else setString(db, key, value, expireAt);
    return get ? old : OK;
  }),

  /** `SETEX key s value` → OK. */
  setex: command(4, ["write", "denyoom"], firstKey, (context, args) =>
    setWithTtl(context, args, "EX", "setex"),
  ),

  /** `SETNX key value` → 1, or 0 where the key exists. */
  setnx: command(3, ["write", "denyoom", "fast"], firstKey, ({ db }, args) => {
    const key = args.next();
    if (db.has(key)) return 0;
    setString(db, key, args.next());
    return 1;
  }),

  /** `SETRANGE key offset value` → the new length; a gap is filled with zero bytes. An empty value changes nothing. */
  setrange: command(4, ["write", "denyoom"], firstKey, ({ db }, args) => {
    const key = args.next();
    const offset = index(args.next());
    const value = args.next();
    if (offset < 0) throw outOfRangeOffset();
    const old = db.string(key) ?? bytes("");
    if (value.length === 0) return old.length;
    checkLength(offset + value.length);
    const head = old.slice(0, offset).padEnd(offset, "\0");
    const changed = bytes(head + value + old.slice(offset + value.length));
    db.put(key, new EncodedString(changed, "raw"));
    db.notify("setrange", STRING, key);
    return changed.length;
  }),

  /** `STRLEN key` → the value's length in bytes, 0 when there is no such key. */
  strlen: command(2, ["readonly", "fast"], firstKey, ({ db }, args) => {
    return db.string(args.next())?.length ?? 0;
  }),

  /** `SUBSTR key start end`, the old name of GETRANGE. */
  substr: command(4, ["readonly"], firstKey, getrange),
} satisfies CommandTable;

interface Ttl {
  readonly unit: TimeUnit;
  readonly operand: ByteString;
}

interface SetOptions {
  readonly condition: "NX" | "XX" | undefined;
  readonly get: boolean;
  readonly ttl: Ttl | "KEEPTTL" | undefined;
  readonly comparison: Comparison | undefined;
}

/** Whether a comparison lets SET go on; without a key nothing is equal. */
function allows(comparison: Comparison, current: ByteString | undefined): boolean {
  if (current !== undefined) return compares(comparison, current);
  return comparison.option === "IFNE" || comparison.option === "IFDNE";
}

/** The operand of an expiry option, which may come again and otherwise stands beside no other. */
function ttlOption(unit: TimeUnit, chosen: Ttl | string | undefined, args: Args): Ttl {
  const other = typeof chosen === "object" ? chosen.unit !== unit : chosen !== undefined;
  if (other) throw syntaxError();
  return { unit, operand: args.next() };
}

/** What may follow the value of SET. */
export function setOptions(args: Args): SetOptions {
  let condition: SetOptions["condition"];
  let comparison: SetOptions["comparison"];
  let get = false;
  let ttl: SetOptions["ttl"];
  while (args.more()) {
    const option = args.option();
    switch (option) {
      case "NX":
      case "XX":
        if (comparison !== undefined) throw syntaxError();
        if (condition !== undefined && condition !== option) throw syntaxError();
        condition = option;
        break;
      case "GET":
        get = true;
        break;
      case "KEEPTTL":
        if (typeof ttl === "object") throw syntaxError();
        ttl = option;
        break;
      case "EX":
      case "PX":
      case "EXAT":
      case "PXAT":
        ttl = ttlOption(option, ttl, args);
        break;
      default: {
        const other = condition !== undefined || comparison !== undefined;
        comparison = comparisonOption(option, args);
        if (other || comparison === undefined) throw syntaxError();
      }
    }
  }
  if (comparison !== undefined) checkDigest(comparison);
  return { condition, get, ttl, comparison };
}

function getexOption(args: Args): Ttl | "PERSIST" | undefined {
  let chosen: Ttl | "PERSIST" | undefined;
  while (args.more()) {
    const option = args.option();
    switch (option) {
      case "PERSIST":
        if (typeof chosen === "object") throw syntaxError();
        chosen = option;
        break;
      case "EX":
      case "PX":
      case "EXAT":
      case "PXAT":
        chosen = ttlOption(option, chosen, args);
        break;
      default:
        throw syntaxError();
    }
  }
  return chosen;
}

function setWithTtl({ db, now }: Context, args: Args, unit: TimeUnit, name: string): Reply {
  const key = args.next();
  const expireAt = deadline(unit, args.next(), now, name);
  return setString(db, key, args.next(), expireAt);
}

/** Sets the key and keeps its deadline. */
export function replaceString(db: Database, key: ByteString, value: ByteString): void {
  db.put(key, value);
  db.notify("set", STRING, key);
}

/** Sets the key, with a deadline or none. */
export function setString(
  db: Database,
  key: ByteString,
  value: ByteString,
  expireAt?: UnixTime,
): Reply {
  db.set(key, value, expireAt);
  db.notify("set", STRING, key);
  if (expireAt !== undefined) db.notify("expire", GENERIC, key);
  return OK;
}

function getrange({ db }: Context, args: Args): Reply {
  const key = args.next();
  const first = index(args.next());
  const last = index(args.next());
  const value = db.string(key) ?? bytes("");
  if (first < 0 && last < 0 && first > last) return bytes("");
  const start = Math.max(0, first < 0 ? value.length + first : first);
  const end = Math.max(0, last < 0 ? value.length + last : last);
  return sliceBytes(value, start, Math.max(start, end + 1));
}

function increment(db: Database, key: ByteString, amount: number | bigint): Reply {
  const old = parseInteger(db.string(key) ?? bytes("0"));
  if (old === undefined) throw notInteger();
  const sum = addIntegers(old, amount);
  if (sum === undefined) throw overflow();
  db.put(key, bytes(String(sum)));
  db.notify("incrby", STRING, key);
  return sum;
}

function pairsOf(args: Args, name: string): (readonly [key: ByteString, value: ByteString])[] {
  if (args.left % 2 === 1) throw wrongArity(name);
  const pairs: (readonly [ByteString, ByteString])[] = [];
  while (args.more()) pairs.push([args.next(), args.next()]);
  return pairs;
}

function setAll(db: Database, pairs: readonly (readonly [ByteString, ByteString])[]): void {
  for (const [key, value] of pairs) setString(db, key, value);
}

function checkLength(length: number): void {
  if (length > MAX_LENGTH) throw stringTooLong();
}
