/** MULTI, EXEC and WATCH, after multi.c. The engine queues; here a transaction begins, runs or is dropped. */
import type { Reason } from "../acl/selector.js";
import type { ByteString } from "../bytes.js";
import { ReplyError, wrongArity } from "../errors.js";
import { NIL_ARRAY, OK, type Reply } from "../reply.js";
import {
  allKeys,
  command,
  immediateCommand,
  noKeys,
  type CommandTable,
  type Context,
  type Flag,
} from "./command.js";
import { lookUp } from "./look-up.js";
import { loggedDenial } from "./permission.js";

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
      (context): Reply => {
        const { session, run } = context;
        const { transaction, watchBroken } = session;
        if (transaction === undefined) throw new ReplyError("ERR EXEC without MULTI");
        session.endTransaction();
        if (transaction.failed) throw aborted("because of previous errors.");
        if (watchBroken) return NIL_ARRAY;
        session.inExec = true;
        try {
          return transaction.queue.map((argv) => deniedAtExec(context, argv) ?? run(argv));
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

/** Why a queued command may no longer run. */
function deniedAtExec(
  { acl, session, keyspace, commands }: Context,
  argv: readonly ByteString[],
): ReplyError | undefined {
  if (session.user.unrestricted) return undefined;
  const command = lookUp(commands, argv);
  const { now } = keyspace.shared;
  const denial = command && loggedDenial(acl, session, command, argv, "multi", now);
  if (denial === undefined) return undefined;
  return new ReplyError(
    `NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. This command is no longer allowed for the following reason: ${EXEC_REASONS[denial.reason]}`,
  );
}

const EXEC_REASONS: Readonly<Record<Reason, string>> = {
  command: "no permission to execute the command or subcommand",
  key: "no permission to touch the specified keys",
  channel: "no permission to access one of the channels used as arguments",
  auth: "no permission",
};

/** EXEC's answer when it is refused itself. */
export function abortedBecauseOf({ message }: ReplyError): ReplyError {
  return aborted(`because of: ${message.replace("ERR ", "")}`);
}

function aborted(reason: string): ReplyError {
  return new ReplyError(`EXECABORT Transaction discarded ${reason}`);
}
