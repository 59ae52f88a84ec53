/** Deadlines of a hash's fields, after t_hash.c. A deadline that is already past deletes the field at once, and the key with its last. */
import { keyword, type ByteString } from "../bytes.js";
import { invalidExpire, ReplyError, wrongArity } from "../errors.js";
import { HASH } from "../keyspace/events.js";
import type { Reply } from "../reply.js";
import { MAX_FIELD_DEADLINE, type FieldDeadline } from "../values/field-deadlines.js";
import type { Hash } from "../values/hash.js";
import type { Args } from "./args.js";
import { command, firstKey, type CommandTable, type Context, type Handler } from "./command.js";
import { writeHash } from "./hash.js";
import { integer, positiveNumber, type TimeUnit } from "./operands.js";

export const hashExpireCommands = {
  /**
   * `HEXPIRE key s [NX | XX | GT | LT] FIELDS n field [field …]` → for each field 1, 2 where the deadline was past and the field is
   * gone, 0 where the condition is not met, -2 without such a field.
   */
  hexpire: command(-6, ["write", "fast"], firstKey, expire("EX", "hexpire")),

  /** `HEXPIREAT key unix-s [NX | XX | GT | LT] FIELDS n field [field …]` → as HEXPIRE. */
  hexpireat: command(-6, ["write", "fast"], firstKey, expire("EXAT", "hexpireat")),

  /** `HEXPIRETIME key FIELDS n field [field …]` → each deadline as Unix time in seconds, -1 without a deadline, -2 without a field. */
  hexpiretime: command(-5, ["readonly", "fast"], firstKey, (context, args) =>
    remaining(context, args, toSeconds),
  ),

  /** `HGETDEL key FIELDS n field [field …]` → each value or nil; the fields are gone, and the key with its last. */
  hgetdel: command(-5, ["write", "fast"], firstKey, ({ db }, args) => {
    const key = args.next();
    const hash = db.hash(key);
    const fields = countedFields(args, NOT_POSITIVE);
    if (hash === undefined || !fields.some((field) => hash.has(field))) {
      return fields.map(() => null);
    }
    db.write(key);
    const values = fields.map((field) => {
      const value = hash.get(field) ?? null;
      hash.delete(field);
      return value;
    });
    db.notify("hdel", HASH, key);
    db.deleteEmpty(key, hash);
    return values;
  }),

  /** `HGETEX key [EX s | PX ms | EXAT unix-s | PXAT unix-ms | PERSIST] FIELDS n field [field …]` → each value or nil. */
  hgetex: command(-5, ["write", "fast"], firstKey, (context, args) => {
    const key = args.next();
    const { db } = context;
    const hash = db.hash(key);
    const ttl = getexTtl(context, args);
    const fields = countedFields(args, NOT_POSITIVE);
    if (hash === undefined) return fields.map(() => null);
    if (ttl !== undefined) {
      db.writeUnseen(key);
      hash.prepareForDeadlines();
    }
    const changes = changesOfGetex(hash, ttl);
    const changed = fields.some((field) => hash.has(field) && changes(field));
    if (changed) db.write(key);
    const values = fields.map((field) => {
      const value = hash.get(field);
      if (value === undefined) return null;
      if (ttl === "PERSIST") hash.persist(field);
      else if (ttl !== undefined) expireField(hash, field, ttl, context.now);
      return value;
    });
    if (changed && ttl !== undefined) notifyTtl(context, key, ttl);
    finish(context, key, hash);
    return values;
  }),

  /** `HPERSIST key FIELDS n field [field …]` → for each field 1, -1 without a deadline, -2 without such a field. */
  hpersist: command(-5, ["write", "fast"], firstKey, ({ db }, args) => {
    const key = args.next();
    const hash = db.hash(key);
    const fields = countedFields(args, NOT_POSITIVE);
    if (hash === undefined) return fields.map(() => -2);
    const changes = fields.some((field) => hash.deadline(field) !== undefined);
    if (changes) db.write(key);
    const replies = fields.map((field) => {
      if (!hash.has(field)) return -2;
      return hash.persist(field) ? 1 : -1;
    });
    if (changes) db.notify("hpersist", HASH, key);
    return replies;
  }),

  /** `HPEXPIRE key ms [NX | XX | GT | LT] FIELDS n field [field …]` → as HEXPIRE. */
  hpexpire: command(-6, ["write", "fast"], firstKey, expire("PX", "hpexpire")),

  /** `HPEXPIREAT key unix-ms [NX | XX | GT | LT] FIELDS n field [field …]` → as HEXPIRE. */
  hpexpireat: command(-6, ["write", "fast"], firstKey, expire("PXAT", "hpexpireat")),

  /** `HPEXPIRETIME key FIELDS n field [field …]` → each deadline as Unix time in milliseconds, -1 without a deadline, -2 without a field. */
  hpexpiretime: command(-5, ["readonly", "fast"], firstKey, (context, args) =>
    remaining(context, args, (at) => at),
  ),

  /** `HPTTL key FIELDS n field [field …]` → the milliseconds left of each, -1 without a deadline, -2 without a field. */
  hpttl: command(-5, ["readonly", "fast"], firstKey, (context, args) =>
    remaining(context, args, (at) => at - context.now),
  ),

  /**
   * `HSETEX key [FNX | FXX] [EX s | PX ms | EXAT unix-s | PXAT unix-ms | KEEPTTL] FIELDS n field value [field value …]` → 1, or 0 where
   * the condition is not met: FNX that none of the fields exists, FXX that all do.
   */
  hsetex: command(-6, ["write", "denyoom", "fast"], firstKey, (context, args) => {
    const { db, now } = context;
    const key = args.next();
    const { condition, ttl, pairs } = setexOptions(context, args);
    const old = db.hash(key);
    const fields = pairs.filter((_, index) => index % 2 === 0);
    if (condition === "FXX" && !fields.every((field) => old?.has(field) === true)) return 0;
    if (condition === "FNX" && fields.some((field) => old?.has(field) === true)) return 0;
    const hash = writeHash(db, key);
    hash.prepareFor(fields.length);
    if (typeof ttl === "number") hash.prepareForDeadlines();
    for (const [index, field] of fields.entries()) {
      const value = pairs[2 * index + 1] ?? field;
      if (ttl === "KEEPTTL") hash.setValue(field, value);
      else hash.set(field, value);
      if (typeof ttl === "number") expireField(hash, field, ttl, now);
    }
    db.notify("hset", HASH, key);
    if (typeof ttl === "number") notifyTtl(context, key, ttl);
    finish(context, key, hash);
    return 1;
  }),

  /** `HTTL key FIELDS n field [field …]` → the seconds left of each, rounded up; -1 without a deadline, -2 without a field. */
  httl: command(-5, ["readonly", "fast"], firstKey, (context, args) =>
    remaining(context, args, (at) => toSeconds(at - context.now)),
  ),
} satisfies CommandTable;

function expire(unit: TimeUnit, name: string): Handler {
  return (context, args) => {
    const { db, now } = context;
    const key = args.next();
    const hash = db.hash(key);
    const at = fieldDeadline(unit, args.next(), now, name);
    const condition = CONDITIONS[args.peekOption() ?? ""];
    if (condition !== undefined) args.next();
    const fields = countedFields(args, "ERR Parameter `numFields` should be greater than 0");
    if (hash === undefined) return fields.map(() => -2);
    db.writeUnseen(key);
    hash.prepareForDeadlines();
    const applies = (field: ByteString): boolean =>
      hash.has(field) && (condition === undefined || condition(hash.deadline(field), at));
    if (fields.some(applies)) db.write(key);
    const replies = fields.map((field) => {
      if (!hash.has(field)) return -2;
      return applies(field) ? expireField(hash, field, at, now) : 0;
    });
    if (replies.some((reply) => reply > 0)) notifyTtl(context, key, at);
    finish(context, key, hash);
    return replies;
  };
}

/** Whether a deadline may replace another (undefined: none). */
type Condition = (current: FieldDeadline | undefined, at: FieldDeadline) => boolean;

const CONDITIONS: Readonly<Record<string, Condition>> = {
  NX: (current) => current === undefined,
  XX: (current) => current !== undefined,
  GT: (current, at) => current !== undefined && at > current,
  LT: (current, at) => current === undefined || at < current,
};

/** 1, or 2 where the time is past and the field is deleted. */
function expireField(hash: Hash, field: ByteString, at: FieldDeadline, now: number): 1 | 2 {
  if (at > now) {
    hash.expire(field, at);
    return 1;
  }
  hash.delete(field);
  return 2;
}

/** Tells of what has become of fields: those whose time is past are deleted. */
function notifyTtl({ db, now }: Context, key: ByteString, ttl: FieldDeadline | "PERSIST"): void {
  const event = ttl === "PERSIST" ? "hpersist" : ttl > now ? "hexpire" : "hdel";
  db.notify(event, HASH, key);
}

/** Notes the next deadline, or deletes the key that has lost its last field. */
function finish({ db }: Context, key: ByteString, hash: Hash): void {
  db.indexFields(key, hash);
  db.deleteEmpty(key, hash);
}

function remaining({ db }: Context, args: Args, present: (at: FieldDeadline) => number): Reply {
  const hash = db.hash(args.next());
  return countedFields(args, NOT_POSITIVE).map((field) => {
    if (hash?.has(field) !== true) return -2;
    const at = hash.deadline(field);
    return at === undefined ? -1 : present(at);
  });
}

const NOT_POSITIVE = "ERR Number of fields must be a positive integer";

/** `FIELDS n field [field …]`, which ends a command. */
function countedFields(args: Args, notPositive: string): ByteString[] {
  if (!args.more() || args.option() !== "FIELDS") {
    throw new ReplyError("ERR Mandatory argument FIELDS is missing or not at the right position");
  }
  if (!args.more()) throw new ReplyError(notPositive);
  if (positiveNumber(args.next(), notPositive) !== args.left) {
    throw new ReplyError("ERR The `numfields` parameter must match the number of arguments");
  }
  return args.rest();
}

/** The absolute time that an amount in a unit names; 0 is none of the errors, a negative amount is one. */
function fieldDeadline(
  unit: TimeUnit,
  operand: ByteString,
  now: number,
  command: string,
): FieldDeadline {
  const amount = Number(integer(operand));
  if (amount < 0) throw new ReplyError("ERR invalid expire time, must be >= 0");
  const scale = unit === "EX" || unit === "EXAT" ? 1000 : 1;
  const base = unit === "EX" || unit === "PX" ? now : 0;
  if (amount * scale > MAX_FIELD_DEADLINE - base) throw invalidExpire(command);
  return amount * scale + base;
}

function toSeconds(ms: number): number {
  return Math.ceil(ms / 1000);
}

function timeUnit(option: string | undefined): TimeUnit | undefined {
  return option === "EX" || option === "PX" || option === "EXAT" || option === "PXAT"
    ? option
    : undefined;
}

function getexTtl({ now }: Context, args: Args): FieldDeadline | "PERSIST" | undefined {
  const option = args.peekOption();
  const unit = timeUnit(option);
  if (unit === undefined && option !== "PERSIST") return undefined;
  args.next();
  return unit === undefined ? "PERSIST" : fieldDeadline(unit, args.next(), now, "hgetex");
}

/** Whether HGETEX changes a field that is there. */
function changesOfGetex(
  hash: Hash,
  ttl: FieldDeadline | "PERSIST" | undefined,
): (field: ByteString) => boolean {
  if (ttl === "PERSIST") return (field) => hash.deadline(field) !== undefined;
  return () => ttl !== undefined;
}

interface SetexOptions {
  readonly condition: "FNX" | "FXX" | undefined;
  readonly ttl: FieldDeadline | "KEEPTTL" | undefined;
  /** Fields and values, alternating. */
  readonly pairs: readonly ByteString[];
}

function setexOptions({ now }: Context, args: Args): SetexOptions {
  let condition: SetexOptions["condition"];
  let ttl: SetexOptions["ttl"];
  while (args.more()) {
    const word = args.next();
    const option = keyword(word);
    const unit = timeUnit(option);
    if (option === "FIELDS") return { condition, ttl, pairs: countedPairs(args) };
    if (option === "FNX" || option === "FXX") {
      if (condition !== undefined) {
        throw new ReplyError("ERR Only one of FXX or FNX arguments can be specified");
      }
      condition = option;
    } else if (option === "KEEPTTL" || unit !== undefined) {
      if (ttl !== undefined) {
        throw new ReplyError(
          "ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified",
        );
      }
      if (unit === undefined) ttl = "KEEPTTL";
      else if (args.more()) ttl = fieldDeadline(unit, args.next(), now, "hsetex");
      else throw wrongArity("hsetex");
    } else {
      const [shown = ""] = word.split("\0", 1);
      throw new ReplyError(`ERR unknown argument: ${shown}`);
    }
  }
  throw wrongArity("hsetex");
}

function countedPairs(args: Args): readonly ByteString[] {
  if (args.left < 3) throw wrongArity("hsetex");
  const invalid = "ERR invalid number of fields";
  const count = positiveNumber(args.next(), invalid);
  if (count >= 2 ** 31) throw new ReplyError(invalid);
  if (2 * count !== args.left) throw wrongArity("hsetex");
  return args.rest();
}
