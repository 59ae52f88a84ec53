/** The server as a whole: DBSIZE, the flushes, TIME, COMMAND and INFO. */
import { bytes, lowerAscii } from "../bytes.js";
import { syntaxError } from "../errors.js";
import { map, OK, set, status, verbatim, type Reply } from "../reply.js";
import type { Args } from "./args.js";
import { command, noKeys, type Command, type CommandTable, type Context } from "./command.js";
import { info } from "./info.js";

export const serverCommands = {
  /** `COMMAND` → what COMMAND INFO tells, for every command. */
  command: command(-1, ["loading", "stale"], noKeys, ({ commands, profile }) =>
    profile.commandDocumentation ? topLevel(commands).map(describe) : [],
  ),

  /** `COMMAND COUNT` → how many commands there are. */
  "command|count": command(
    2,
    ["loading", "stale"],
    noKeys,
    ({ commands }) => topLevel(commands).length,
  ),

  /** `COMMAND DOCS [name …]` → a map from name to a map with what is known of it. */
  "command|docs": command(-2, ["loading", "stale"], noKeys, ({ commands }, args) => {
    const chosen = args.more() ? named(commands, args) : topLevel(commands);
    return map(
      chosen.flatMap((found) =>
        found === undefined ? [] : [bytes(found.name), map([bytes("arity"), found.arity])],
      ),
    );
  }),

  /** `COMMAND INFO [name …]` → name, arity, flags and key positions of each; nil for one that does not exist. */
  "command|info": command(-2, ["loading", "stale"], noKeys, ({ commands }, args) => {
    const chosen = args.more() ? named(commands, args) : topLevel(commands);
    return chosen.map((found) => (found === undefined ? NO_COMMAND : describe(found)));
  }),

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

const NO_COMMAND: Reply = null;

function topLevel(commands: Context["commands"]): Command[] {
  return [...commands.values()].filter(({ words }) => words === 1);
}

function named(commands: Context["commands"], args: Args): (Command | undefined)[] {
  return args.rest().map((name) => commands.get(lowerAscii(name)));
}

function describe({ name, arity, flags, keys, subcommands }: Command): Reply {
  const [first, last, step] = keys;
  return [
    bytes(name),
    arity,
    set(flags.map(status)),
    first,
    last,
    step,
    set([]),
    [],
    [],
    [...subcommands.values()].map(describe),
  ];
}
