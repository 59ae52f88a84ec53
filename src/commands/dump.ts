/** DUMP and RESTORE, after cluster.c: a value as RDB holds it, with the version of RDB and a checksum behind it. */
import { ReplyError, syntaxError } from "../errors.js";
import { GENERIC } from "../keyspace/events.js";
import { OK } from "../reply.js";
import { JsonDocument } from "../values/json.js";
import { isIntact, readPayload, writePayload } from "../values/rdb/payload.js";
import type { Args } from "./args.js";
import { command, firstKey, type CommandTable } from "./command.js";
import { integer } from "./operands.js";

export const dumpCommands = {
  /** `DUMP key` → the value as RESTORE takes it, or nil. */
  dump: command(2, ["readonly"], firstKey, ({ db }, args) => {
    const value = db.get(args.next());
    if (value === undefined) return null;
    if (value instanceof JsonDocument) {
      throw new ReplyError("ERR kv-emulator does not dump JSON values: read them with JSON.GET");
    }
    return writePayload(value);
  }),

  /**
   * `RESTORE key ttl payload [REPLACE] [ABSTTL] [IDLETIME s] [FREQ n]` → OK. The ttl is in milliseconds, 0 for none; with ABSTTL it is
   * a Unix time, and where that is past nothing is left at the key.
   */
  restore: command(-4, ["write", "denyoom"], firstKey, ({ db, now }, args) => {
    const key = args.next();
    const ttlOperand = args.next();
    const payload = args.next();
    const { replace, absolute, idle } = restoreOptions(args);
    if (!replace && db.has(key)) throw new ReplyError("BUSYKEY Target key name already exists.");
    const ttl = integer(ttlOperand);
    if (ttl < 0) throw new ReplyError("ERR Invalid TTL value, must be >= 0");
    if (!isIntact(payload)) {
      throw new ReplyError("ERR DUMP payload version or checksum are wrong");
    }
    const value = readPayload(payload);
    if (value === undefined) throw new ReplyError("ERR Bad data format");

    const at = expireAt(ttl, absolute, now);
    if (at !== undefined && at <= now) {
      db.delete(key);
      return OK;
    }
    db.replace(key, value, at);
    if (idle !== undefined) db.setIdle(key, idle);
    db.notify("restore", GENERIC, key);
    return OK;
  }),
} satisfies CommandTable;

/** Undefined for none, and for one past 64 bits: there Redis keeps the key, too. */
function expireAt(
  ttl: number | bigint,
  absolute: boolean,
  now: number,
): number | bigint | undefined {
  if (ttl === 0) return undefined;
  if (absolute) return ttl;
  const at = BigInt(ttl) + BigInt(now);
  if (at > MAX_DEADLINE) return undefined;
  return at <= Number.MAX_SAFE_INTEGER ? Number(at) : at;
}

const MAX_DEADLINE = 2n ** 63n - 1n;

interface RestoreOptions {
  readonly replace: boolean;
  readonly absolute: boolean;
  /** In seconds. */
  readonly idle: number | undefined;
}

function restoreOptions(args: Args): RestoreOptions {
  let replace = false;
  let absolute = false;
  let idle: number | undefined;
  let frequency: number | undefined;
  while (args.more()) {
    const option = args.option();
    if (option === "REPLACE") replace = true;
    else if (option === "ABSTTL") absolute = true;
    else if (option === "IDLETIME" && args.more() && frequency === undefined) {
      idle = Number(integer(args.next()));
      if (idle < 0) throw new ReplyError("ERR Invalid IDLETIME value, must be >= 0");
    } else if (option === "FREQ" && args.more() && idle === undefined) {
      frequency = Number(integer(args.next()));
      if (frequency < 0 || frequency > 255) {
        throw new ReplyError("ERR Invalid FREQ value, must be >= 0 and <= 255");
      }
    } else throw syntaxError();
  }
  return { replace, absolute, idle };
}
