/** What concerns the connection alone: PING, ECHO, SELECT. */
import { bytes, type ByteString } from "../bytes.js";
import { ReplyError, wrongArity } from "../errors.js";
import type { Profile } from "../profile.js";
import { OK, status } from "../reply.js";
import { command, noKeys, type CommandTable } from "./command.js";
import { index } from "./operands.js";

const PONG = status("PONG");

export const connectionCommands = {
  /** `ECHO message` → the message. */
  echo: command(2, ["loading", "stale", "fast"], noKeys, (_, args) => args.next()),

  /** `PING [message]` → PONG or the message. */
  ping: command(-1, ["fast"], noKeys, ({ session }, args) => {
    if (args.left > 1) throw wrongArity("ping");
    if (session.resp === 2 && session.subscribed) {
      return [bytes("pong"), args.more() ? args.next() : bytes("")];
    }
    return args.more() ? args.next() : PONG;
  }),

  /** `SELECT index` → OK; the session works on that database from here on. */
  select: command(2, ["loading", "stale", "fast"], noKeys, ({ session, profile }, args) => {
    session.database = databaseIndex(args.next(), profile);
    return OK;
  }),
} satisfies CommandTable;

const MAX_INT = 2 ** 31 - 1;

/** The number of a database that the server has. */
export function databaseIndex(operand: ByteString, { databases }: Profile): number {
  const database = index(operand);
  if (database > MAX_INT || database < -MAX_INT - 1) {
    throw new ReplyError(
      `ERR value is out of range, value must between ${-MAX_INT - 1} and ${MAX_INT}`,
    );
  }
  if (database < 0 || database >= databases) throw new ReplyError("ERR DB index is out of range");
  return database;
}
