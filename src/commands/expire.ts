/** Deadlines of keys, after expire.c. A deadline that is already past deletes the key at once. */
import { keyword, type ByteString } from "../bytes.js";
import { invalidExpire, ReplyError } from "../errors.js";
import type { UnixTime } from "../keyspace/expiry.js";
import type { Reply } from "../reply.js";
import type { Args } from "./args.js";
import { command, firstKey, type CommandTable, type Context, type Handler } from "./command.js";
import { absoluteTime, integer, type TimeUnit } from "./operands.js";

export const expireCommands = {
  /** `EXPIRE key s [NX | XX | GT | LT]` → 1, or 0 where there is no such key or the condition is not met. */
  expire: command(-3, ["write", "fast"], firstKey, expire("EX", "expire")),

  /** `EXPIREAT key unix-s [NX | XX | GT | LT]` → as EXPIRE. */
  expireat: command(-3, ["write", "fast"], firstKey, expire("EXAT", "expireat")),

  /** `EXPIRETIME key` → the deadline as Unix time in seconds, -1 without a deadline, -2 without a key. */
  expiretime: command(2, ["readonly", "fast"], firstKey, (context, args) =>
    remaining(context, args, (at) => roundToSeconds(at)),
  ),

  /** `PERSIST key` → 1, or 0 where there was no deadline. */
  persist: command(2, ["write", "fast"], firstKey, ({ db }, args) =>
    db.persist(args.next()) ? 1 : 0,
  ),

  /** `PEXPIRE key ms [NX | XX | GT | LT]` → as EXPIRE. */
  pexpire: command(-3, ["write", "fast"], firstKey, expire("PX", "pexpire")),

  /** `PEXPIREAT key unix-ms [NX | XX | GT | LT]` → as EXPIRE. */
  pexpireat: command(-3, ["write", "fast"], firstKey, expire("PXAT", "pexpireat")),

  /** `PEXPIRETIME key` → the deadline as Unix time in milliseconds, -1 without a deadline, -2 without a key. */
  pexpiretime: command(2, ["readonly", "fast"], firstKey, (context, args) =>
    remaining(context, args, (at) => at),
  ),

  /** `PTTL key` → the milliseconds left, -1 without a deadline, -2 without a key. */
  pttl: command(2, ["readonly", "fast"], firstKey, (context, args) =>
    remaining(context, args, (at) => subtract(at, context.now)),
  ),

  /** `TTL key` → the seconds left, rounded; -1 without a deadline, -2 without a key. */
  ttl: command(2, ["readonly", "fast"], firstKey, (context, args) =>
    remaining(context, args, (at) => roundToSeconds(subtract(at, context.now))),
  ),
} satisfies CommandTable;

function expire(unit: TimeUnit, name: string): Handler {
  return ({ db, now }, args) => {
    const key = args.next();
    const operand = args.next();
    const conditions = expireConditions(args);
    const at = absoluteTime(unit, integer(operand), now, () => invalidExpire(name));
    if (!db.has(key) || !conditions.every((holds) => holds(db.expireAt(key), at))) return 0;
    db.expire(key, at);
    return 1;
  };
}

/** Whether a deadline may replace another (undefined: none). */
type Condition = (current: UnixTime | undefined, at: UnixTime) => boolean;

const CONDITIONS: Readonly<Record<string, Condition>> = {
  NX: (current) => current === undefined,
  XX: (current) => current !== undefined,
  GT: (current, at) => current !== undefined && at > current,
  LT: (current, at) => current === undefined || at < current,
};

function expireConditions(args: Args): Condition[] {
  const names = new Set<string>();
  const conditions: Condition[] = [];
  while (args.more()) {
    const option = args.next();
    const condition = CONDITIONS[keyword(option)];
    if (condition === undefined) throw unsupportedOption(option);
    names.add(keyword(option));
    conditions.push(condition);
  }
  if (names.has("NX") && names.size > 1) {
    throw new ReplyError("ERR NX and XX, GT or LT options at the same time are not compatible");
  }
  if (names.has("GT") && names.has("LT")) {
    throw new ReplyError("ERR GT and LT options at the same time are not compatible");
  }
  return conditions;
}

function unsupportedOption(option: ByteString): ReplyError {
  const [shown = ""] = option.split("\0", 1);
  return new ReplyError(`ERR Unsupported option ${shown}`);
}

function remaining({ db }: Context, args: Args, present: (at: UnixTime) => UnixTime): Reply {
  const key = args.next();
  if (db.peek(key) === undefined) return -2;
  const at = db.expireAt(key);
  return at === undefined ? -1 : present(at);
}

function subtract(at: UnixTime, now: number): UnixTime {
  return typeof at === "number" ? at - now : at - BigInt(now);
}

/** Rounds milliseconds to seconds as Redis does: half a second counts. */
function roundToSeconds(ms: UnixTime): UnixTime {
  return typeof ms === "number" ? Math.floor((ms + 500) / 1000) : (ms + 500n) / 1000n;
}
