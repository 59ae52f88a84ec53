/** What concerns the connection alone: PING, ECHO, SELECT. */
import { ReplyError, wrongArity } from "../errors.js";
import { OK, status } from "../reply.js";
import { command, noKeys, type CommandTable } from "./command.js";
import { index } from "./operands.js";

const PONG = status("PONG");

export const connectionCommands = {
  /** `ECHO message` → the message. */
  echo: command(2, ["loading", "stale", "fast"], noKeys, (_, args) => args.next()),

  /** `PING [message]` → PONG or the message. */
  ping: command(-1, ["fast"], noKeys, (_, args) => {
    if (args.left > 1) throw wrongArity("ping");
    return args.more() ? args.next() : PONG;
  }),

  /** `SELECT index` → OK; the session works on that database from here on. */
  select: command(2, ["loading", "stale", "fast"], noKeys, ({ session, profile }, args) => {
    const database = index(args.next());
    if (database < 0 || database >= profile.databases) {
      throw new ReplyError("ERR DB index is out of range");
    }
    session.database = database;
    return OK;
  }),
} satisfies CommandTable;
