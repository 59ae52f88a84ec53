/** MULTI, EXEC and WATCH, after multi.c. The engine queues; here a transaction begins, runs or is dropped. */
import { ReplyError, wrongArity } from "../errors.js";
import { NIL_ARRAY, OK, type Reply } from "../reply.js";
import {
  allKeys,
  command,
  immediateCommand,
  noKeys,
  type CommandTable,
  type Flag,
} from "./command.js";

const flags: readonly Flag[] = ["noscript", "loading", "stale", "fast", "allow_busy"];

export const transactionCommands = {
  /** `DISCARD` → OK; the queue and all WATCHes are dropped. */
  discard: immediateCommand(1, flags, noKeys, ({ session }) => {
    if (session.transaction === undefined) throw new ReplyError("ERR DISCARD without MULTI");
    session.endTransaction();
    return OK;
  }),

  /**
   * `EXEC` → the replies of the queued commands, errors among them; nil where a watched key has changed. EXECABORT where a command
   * could not be queued.
   */
  exec: {
    ...immediateCommand(
      1,
      ["noscript", "loading", "stale", "skip_slowlog"],
      noKeys,
      ({ session, run }): Reply => {
        const { transaction, watchBroken } = session;
        if (transaction === undefined) throw new ReplyError("ERR EXEC without MULTI");
        session.endTransaction();
        if (transaction.failed) throw aborted("because of previous errors.");
        if (watchBroken) return NIL_ARRAY;
        session.inExec = true;
        try {
          return transaction.queue.map(run);
        } finally {
          session.inExec = false;
        }
      },
    ),
    wrongArity: (name) => abortedBecauseOf(wrongArity(name)),
  },

  /** `MULTI` → OK; what follows is queued. */
  multi: immediateCommand(1, flags, noKeys, ({ session }) => {
    if (session.transaction !== undefined) {
      throw new ReplyError("ERR MULTI calls can not be nested");
    }
    session.transaction = { queue: [], failed: false };
    return OK;
  }),

  /** `UNWATCH` → OK. */
  unwatch: command(1, flags, noKeys, ({ session }) => {
    session.unwatch();
    return OK;
  }),

  /** `WATCH key [key …]` → OK; EXEC answers nil when one of the keys changes before it. */
  watch: immediateCommand(-2, flags, allKeys, ({ session, db }, args) => {
    if (session.transaction !== undefined) {
      throw new ReplyError("ERR WATCH inside MULTI is not allowed");
    }
    for (const key of args.rest()) session.watch(db, key);
    return OK;
  }),
} satisfies CommandTable;

/** EXEC's answer when it is refused itself. */
export function abortedBecauseOf({ message }: ReplyError): ReplyError {
  return aborted(`because of: ${message.replace("ERR ", "")}`);
}

function aborted(reason: string): ReplyError {
  return new ReplyError(`EXECABORT Transaction discarded ${reason}`);
}
