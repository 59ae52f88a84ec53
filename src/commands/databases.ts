/** Commands that work on two databases: MOVE and SWAPDB (db.c). */
import type { ByteString } from "../bytes.js";
import { ReplyError } from "../errors.js";
import { OK } from "../reply.js";
import { parseInteger } from "../values/numbers.js";
import { command, firstKey, noKeys, type CommandTable } from "./command.js";
import { databaseIndex } from "./connection.js";

export const databaseCommands = {
  /** `MOVE key index` → 1; 0 where the key is not here or is there already. */
  move: command(3, ["write", "fast"], firstKey, ({ db, keyspace, profile }, args) => {
    const key = args.next();
    const target = keyspace.database(databaseIndex(args.next(), profile));
    if (target === db) {
      throw new ReplyError("ERR source and destination objects are the same");
    }
    return db.moveTo(target, key) ? 1 : 0;
  }),

  /** `SWAPDB index index` → OK; each session finds what was in the other database. */
  swapdb: command(3, ["write", "fast"], noKeys, ({ keyspace, profile: { databases } }, args) => {
    const first = databaseNumber(args.next(), "first");
    const second = databaseNumber(args.next(), "second");
    if (Math.min(first, second) < 0 || Math.max(first, second) >= databases) {
      throw new ReplyError("ERR DB index is out of range");
    }
    keyspace.swap(first, second);
    return OK;
  }),
} satisfies CommandTable;

function databaseNumber(operand: ByteString, which: string): number {
  const value = parseInteger(operand);
  if (value === undefined || value >= 2 ** 31 || value < -(2 ** 31)) {
    throw new ReplyError(`ERR invalid ${which} DB index`);
  }
  return Number(value);
}
