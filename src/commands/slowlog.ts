/** SLOWLOG (slowlog.c). What is in the log, and why so little, says slow-log.ts. */
import { ReplyError } from "../errors.js";
import { OK, status } from "../reply.js";
import { parseInteger } from "../values/numbers.js";
import { command, container, noKeys, type CommandTable, type Flag } from "./command.js";
import { subcommandSyntax } from "./operands.js";

const flags: readonly Flag[] = ["admin", "loading", "stale"];

export const slowlogCommands = {
  slowlog: container(-2),

  /** `SLOWLOG GET [count]` → of each entry number, time, microseconds, words, address and name; the newest ten, with -1 all. */
  "slowlog|get": command(-2, flags, noKeys, ({ server: { slowLog } }, args) => {
    if (args.left > 1) throw subcommandSyntax("SLOWLOG", args);
    const count = args.more() ? parseInteger(args.next()) : 10;
    if (count === undefined || count < -1) {
      throw new ReplyError("ERR count should be greater than or equal to -1");
    }
    const entries = slowLog.newest(count < 0 ? slowLog.length : Number(count));
    return entries.map(({ id, time, argv, address, name }) => [id, time, 0, argv, address, name]);
  }),

  /** `SLOWLOG HELP` → what the subcommands do. */
  "slowlog|help": command(2, ["loading", "stale"], noKeys, () => HELP.map(status)),

  /** `SLOWLOG LEN` → how many entries there are. */
  "slowlog|len": command(2, flags, noKeys, ({ server: { slowLog } }) => slowLog.length),

  /** `SLOWLOG RESET` → OK; the log is empty. */
  "slowlog|reset": command(2, flags, noKeys, ({ server: { slowLog } }) => {
    slowLog.clear();
    return OK;
  }),
} satisfies CommandTable;

const HELP = [
  "SLOWLOG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
  "GET [<count>]",
  "    Return top <count> entries from the slowlog (default: 10, -1 mean all).",
  "    Entries are made of:",
  "    id, timestamp, time in microseconds, arguments array, client IP and port,",
  "    client name",
  "LEN",
  "    Return the length of the slowlog.",
  "RESET",
  "    Reset the slowlog.",
  "HELP",
  "    Print this help.",
];
