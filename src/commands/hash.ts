/** Hashes, after t_hash.c; what gives single fields deadlines stands in hash-expire.ts. */
import { bytes, type ByteString } from "../bytes.js";
import { notFloat, overflow, ReplyError, wrongArity } from "../errors.js";
import type { Database } from "../keyspace/database.js";
import { HASH } from "../keyspace/events.js";
import { map, OK, pairs, type Reply } from "../reply.js";
import { Hash } from "../values/hash.js";
import {
  addLongDoubles,
  formatLongDouble,
  isInfinite,
  parseLongDouble,
} from "../values/long-double.js";
import { addIntegers, parseInteger } from "../values/numbers.js";
import type { Args } from "./args.js";
import { command, firstKey, type CommandTable } from "./command.js";
import { checkPairCount, integer, onlyOption, symmetricInteger } from "./operands.js";
import { sample } from "./sample.js";
import { parseCursor, scanOptions, scanReply } from "./scan.js";

export const hashCommands = {
  /** `HDEL key field [field …]` → how many fields there were; the key goes with its last field. */
  hdel: command(-3, ["write", "fast"], firstKey, ({ db }, args) => {
    const key = args.next();
    const fields = args.rest();
    const hash = db.hash(key);
    if (hash === undefined || !fields.some((field) => hash.has(field))) return 0;
    db.write(key);
    let deleted = 0;
    for (const field of fields) if (hash.delete(field)) deleted++;
    db.notify("hdel", HASH, key);
    db.deleteEmpty(key, hash);
    return deleted;
  }),

  /** `HEXISTS key field` → 1 or 0. */
  hexists: command(3, ["readonly", "fast"], firstKey, ({ db }, args) => {
    return db.hash(args.next())?.has(args.next()) === true ? 1 : 0;
  }),

  /** `HGET key field` → the value or nil. */
  hget: command(3, ["readonly", "fast"], firstKey, ({ db }, args) => {
    return db.hash(args.next())?.get(args.next()) ?? null;
  }),

  /** `HGETALL key` → a map of all fields, empty without a key. */
  hgetall: command(2, ["readonly"], firstKey, ({ db }, args) => {
    const items: ByteString[] = [];
    db.hash(args.next())?.forEach((field, value) => items.push(field, value));
    return map(items);
  }),

  /** `HINCRBY key field increment` → the new value. */
  hincrby: command(4, ["write", "denyoom", "fast"], firstKey, ({ db }, args) => {
    const key = args.next();
    const field = args.next();
    const amount = integer(args.next());
    const old = parseInteger(db.hash(key)?.get(field) ?? bytes("0"));
    if (old === undefined) throw new ReplyError("ERR hash value is not an integer");
    const sum = addIntegers(old, amount);
    if (sum === undefined) throw overflow();
    writeHash(db, key).setValue(field, bytes(String(sum)));
    db.notify("hincrby", HASH, key);
    return sum;
  }),

  /** `HINCRBYFLOAT key field increment` → the new value, in the digits of Redis's long double. */
  hincrbyfloat: command(4, ["write", "denyoom", "fast"], firstKey, ({ db }, args) => {
    const key = args.next();
    const field = args.next();
    const amount = parseLongDouble(args.next());
    if (amount === undefined) throw notFloat();
    if (isInfinite(amount)) throw new ReplyError("ERR value is NaN or Infinity");
    const old = parseLongDouble(db.hash(key)?.get(field) ?? bytes("0"));
    if (old === undefined) throw new ReplyError("ERR hash value is not a float");
    const sum = addLongDoubles(old, amount);
    if (sum === undefined) throw new ReplyError("ERR increment would produce NaN or Infinity");
    const value = formatLongDouble(sum);
    writeHash(db, key).setValue(field, value);
    db.notify("hincrbyfloat", HASH, key);
    return value;
  }),

  /** `HKEYS key` → all fields. */
  hkeys: command(2, ["readonly"], firstKey, ({ db }, args) => {
    const fields: ByteString[] = [];
    db.hash(args.next())?.forEach((field) => fields.push(field));
    return fields;
  }),

  /** `HLEN key` → the number of fields. */
  hlen: command(2, ["readonly", "fast"], firstKey, ({ db }, args) => {
    return db.hash(args.next())?.size ?? 0;
  }),

  /** `HMGET key field [field …]` → each value, nil where there is none. */
  hmget: command(-3, ["readonly", "fast"], firstKey, ({ db }, args) => {
    const hash = db.hash(args.next());
    return args.rest().map((field) => hash?.get(field) ?? null);
  }),

  /** `HMSET key field value [field value …]` → OK. */
  hmset: command(-4, ["write", "denyoom", "fast"], firstKey, ({ db }, args) => {
    setFields(db, args, "hmset");
    return OK;
  }),

  /**
   * `HRANDFIELD key [count [WITHVALUES]]` → a random field or nil; with a count so many different ones; with a negative count exactly
   * so many, repeats included.
   */
  hrandfield: command(-2, ["readonly"], firstKey, ({ db, random }, args) => {
    const key = args.next();
    if (!args.more()) return db.hash(key)?.randomField(random) ?? null;
    const operand = args.next();
    const count = symmetricInteger(operand);
    const withValues = onlyOption(args, "WITHVALUES");
    if (withValues) checkPairCount(operand);
    const hash = db.hash(key);
    if (hash === undefined) return [];
    const chosen: ByteString[] = [];
    hash.visitPlaces(sample(hash.size, count, random), (field, value) => {
      chosen.push(field);
      if (withValues) chosen.push(value);
    });
    return withValues ? pairs(chosen) : chosen;
  }),

  /** `HSCAN key cursor [MATCH pattern] [COUNT n] [NOVALUES]` → the next cursor and fields with their values. */
  hscan: command(-3, ["readonly"], firstKey, ({ db }, args) => {
    const key = args.next();
    const cursor = parseCursor(args.next());
    const hash = db.hash(key);
    if (hash === undefined) return scanReply(0, []);
    const { matches, count, noValues } = scanOptions(args, { noValues: true });
    const found: ByteString[] = [];
    const next = hash.scan(cursor, count, (field, value) => {
      if (!matches(field)) return;
      found.push(field);
      if (!noValues) found.push(value);
    });
    return scanReply(next, found);
  }),

  /** `HSET key field value [field value …]` → how many fields are new. */
  hset: command(-4, ["write", "denyoom", "fast"], firstKey, ({ db }, args) =>
    setFields(db, args, "hset"),
  ),

  /** `HSETNX key field value` → 1, or 0 where the field exists. */
  hsetnx: command(4, ["write", "denyoom", "fast"], firstKey, ({ db }, args) => {
    const key = args.next();
    const field = args.next();
    if (db.hash(key)?.has(field) === true) return 0;
    writeHash(db, key).set(field, args.next());
    db.notify("hset", HASH, key);
    return 1;
  }),

  /** `HSTRLEN key field` → the value's length in bytes, 0 without a field. */
  hstrlen: command(3, ["readonly", "fast"], firstKey, ({ db }, args) => {
    return db.hash(args.next())?.get(args.next())?.length ?? 0;
  }),

  /** `HVALS key` → all values. */
  hvals: command(2, ["readonly"], firstKey, ({ db }, args) => {
    const values: ByteString[] = [];
    db.hash(args.next())?.forEach((_, value) => values.push(value));
    return values;
  }),
} satisfies CommandTable;

/** Opens the hash at a key for a change, creating it where there is none. */
export function writeHash(db: Database, key: ByteString): Hash {
  const hash = db.hash(key);
  if (hash !== undefined) {
    db.write(key);
    return hash;
  }
  const created = new Hash();
  db.set(key, created);
  return created;
}

function setFields(db: Database, args: Args, name: string): Reply {
  const key = args.next();
  if (args.left % 2 === 1) throw wrongArity(name);
  const hash = writeHash(db, key);
  hash.prepareFor(args.left / 2);
  let added = 0;
  while (args.more()) if (hash.set(args.next(), args.next())) added++;
  db.notify("hset", HASH, key);
  return added;
}
