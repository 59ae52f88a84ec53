/** What would write files: there are none, so each command says what Redis says and is done at once (rdb.c, aof.c). */
import { ReplyError, syntaxError } from "../errors.js";
import { OK, status } from "../reply.js";
import { command, noKeys, type CommandTable, type Context } from "./command.js";

export const persistenceCommands = {
  /** `BGREWRITEAOF` → that it has started. */
  bgrewriteaof: command(1, ["admin", "noscript", "no_async_loading"], noKeys, () =>
    status("Background append only file rewriting started"),
  ),

  /** `BGSAVE [SCHEDULE]` → that it has started; LASTSAVE moves. */
  bgsave: command(-1, ["admin", "noscript", "no_async_loading"], noKeys, (context, args) => {
    if (args.left > 1) throw syntaxError();
    if (args.more() && args.option() !== "SCHEDULE") throw syntaxError();
    save(context);
    return status("Background saving started");
  }),

  /** `LASTSAVE` → when the last save was, in seconds of Unix time; without one, when the emulator was created. */
  lastsave: command(1, ["loading", "stale", "fast"], noKeys, ({ server }) =>
    Math.floor(server.savedAt / 1000),
  ),

  /** `SAVE` → OK; LASTSAVE moves. */
  save: command(1, ["admin", "noscript", "no_async_loading", "no_multi"], noKeys, (context) => {
    save(context);
    return OK;
  }),

  /** `SHUTDOWN [NOSAVE | SAVE] [NOW] [FORCE]` is refused: the emulator ends with its process. `SHUTDOWN ABORT` → an error: none goes on. */
  shutdown: command(
    -1,
    ["admin", "noscript", "loading", "stale", "no_multi", "allow_busy"],
    noKeys,
    (_, args) => {
      const options = new Set<string>();
      while (args.more()) options.add(args.option());
      const known = [...options].every((option) => OPTIONS.has(option));
      const aborts = options.has("ABORT");
      if (!known || (aborts && options.size > 1)) throw syntaxError();
      if (options.has("SAVE") && options.has("NOSAVE")) throw syntaxError();
      if (aborts) throw new ReplyError("ERR No shutdown in progress.");
      throw new ReplyError(
        "ERR kv-emulator does not shut down: it ends with the process that it runs in",
      );
    },
  ),
} satisfies CommandTable;

const OPTIONS: ReadonlySet<string> = new Set(["NOSAVE", "SAVE", "NOW", "FORCE", "ABORT"]);

function save({ server, keyspace, now }: Context): void {
  server.changesAtSave = keyspace.shared.changes;
  server.savedAt = now;
  server.saves++;
}
