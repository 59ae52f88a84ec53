/** DUMP and RESTORE, after cluster.c: a value as RDB holds it, with the version of RDB and a checksum behind it. */
import { bytes, sliceBytes, type ByteString } from "../bytes.js";
import { ReplyError, syntaxError } from "../errors.js";
import { OK } from "../reply.js";
import { crc64 } from "../values/rdb/crc64.js";
import { readLength } from "../values/rdb/integers.js";
import { loadValue } from "../values/rdb/load.js";
import { saveValue } from "../values/rdb/save.js";
import { RDB_VERSION } from "../values/rdb/types.js";
import type { Args } from "./args.js";
import { command, firstKey, type CommandTable } from "./command.js";
import { integer } from "./operands.js";

export const dumpCommands = {
  /** `DUMP key` → the value as RESTORE takes it, or nil. */
  dump: command(2, ["readonly"], firstKey, ({ db }, args) => {
    const value = db.get(args.next());
    if (value === undefined) return null;
    const payload = bytes(saveValue(value) + String.fromCharCode(RDB_VERSION, 0));
    return bytes(payload + crc64(payload));
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
    if (!isWhole(payload)) {
      throw new ReplyError("ERR DUMP payload version or checksum are wrong");
    }
    const value = loadValue(payload, payload.length - FOOTER);
    if (value === undefined) throw new ReplyError("ERR Bad data format");

    const at = expireAt(ttl, absolute, now);
    if (at !== undefined && at <= now) {
      db.delete(key);
      return OK;
    }
    db.set(key, value, at);
    if (idle !== undefined) db.setIdle(key, idle);
    return OK;
  }),
} satisfies CommandTable;

/** The version of RDB in two bytes, the checksum in eight. */
const FOOTER = 10;

function isWhole(payload: ByteString): boolean {
  if (payload.length < FOOTER) return false;
  const version = readLength(payload, payload.length - FOOTER, 2);
  const body = payload.length - 8;
  return version <= RDB_VERSION && crc64(payload, body) === sliceBytes(payload, body);
}

function expireAt(
  ttl: number | bigint,
  absolute: boolean,
  now: number,
): number | bigint | undefined {
  if (ttl === 0) return undefined;
  if (absolute) return ttl;
  const at = BigInt.asIntN(64, BigInt(ttl) + BigInt(now));
  const number = Number(at);
  return Number.isSafeInteger(number) ? number : at;
}

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
