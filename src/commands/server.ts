/** The server as a whole: DBSIZE, the flushes, TIME and INFO. */
import { bytes } from "../bytes.js";
import { syntaxError } from "../errors.js";
import { OK, verbatim } from "../reply.js";
import type { Args } from "./args.js";
import { command, noKeys, type CommandTable } from "./command.js";
import { info } from "./info.js";

export const serverCommands = {
  /** `DBSIZE` → the number of keys in the session's database. */
  dbsize: command(1, ["readonly", "fast"], noKeys, ({ db }) => db.size),

  /** `FLUSHALL [ASYNC | SYNC]` → OK; every database is empty. */
  flushall: command(-1, ["write"], noKeys, ({ keyspace }, args) => {
    flushOptions(args);
    keyspace.clear();
    return OK;
  }),

  /** `FLUSHDB [ASYNC | SYNC]` → OK; the session's database is empty. */
  flushdb: command(-1, ["write"], noKeys, ({ db }, args) => {
    flushOptions(args);
    db.clear();
    return OK;
  }),

  /** `INFO [section …]` → `name:value` lines under `# Section` headings. */
  info: command(-1, ["loading", "stale"], noKeys, (context, args) =>
    verbatim("txt", info(context, args.rest())),
  ),

  /** `TIME` → Unix time in seconds and the microseconds beyond. */
  time: command(1, ["loading", "stale", "fast"], noKeys, ({ now }) => [
    bytes(String(Math.floor(now / 1000))),
    bytes(String((now % 1000) * 1000)),
  ]),
} satisfies CommandTable;

function flushOptions(args: Args): void {
  const mode = args.more() ? args.option() : "SYNC";
  if ((mode !== "SYNC" && mode !== "ASYNC") || args.more()) throw syntaxError();
}
