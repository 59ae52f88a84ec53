/** COMMAND: what the emulator's commands are, told as Redis tells it of its own (server.c). */
import { catalogue } from "../acl/catalogue.js";
import { bytes, lowerAscii, untilZero, type ByteString } from "../bytes.js";
import { ReplyError, syntaxError } from "../errors.js";
import { globMatcher } from "../glob.js";
import { map, set, status, type Reply } from "../reply.js";
import type { Args } from "./args.js";
import { TIPS } from "./command-data.js";
import { command, noKeys, type Command, type CommandTable, type Context } from "./command.js";
import {
  hasKeys,
  keyReferences,
  keySpecs,
  rowsOf,
  type BeginSearch,
  type FindKeys,
  type KeyReference,
  type KeySpec,
} from "./key-specs.js";
import { fitsArity, lookUp } from "./look-up.js";

export const commandCommands = {
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

  /** `COMMAND GETKEYS command [argument …]` → the keys among the arguments. */
  "command|getkeys": command(-3, ["loading", "stale"], noKeys, ({ commands }, args) => {
    const argv = args.rest();
    return references(commands, argv).flatMap(({ place }) => argv.slice(place, place + 1));
  }),

  /** `COMMAND GETKEYSANDFLAGS command [argument …]` → each key with what is done to it. */
  "command|getkeysandflags": command(-3, ["loading", "stale"], noKeys, ({ commands }, args) => {
    const argv = args.rest();
    return references(commands, argv).map(({ place, flags }) => [
      argv[place] ?? null,
      set(flags.map(status)),
    ]);
  }),

  /** `COMMAND HELP` → what the subcommands do. */
  "command|help": command(2, ["loading", "stale"], noKeys, () => HELP.map(status)),

  /** `COMMAND INFO [name …]` → arity, flags, key positions, categories, tips, key specifications and subcommands of each; nil for one that does not exist. */
  "command|info": command(-2, ["loading", "stale"], noKeys, ({ commands }, args) => {
    const chosen = args.more() ? named(commands, args) : topLevel(commands);
    return chosen.map((found) => (found === undefined ? NO_COMMAND : describe(found)));
  }),

  /** `COMMAND LIST [FILTERBY MODULE name | ACLCAT category | PATTERN pattern]` → the names, subcommands among them. */
  "command|list": command(-2, ["loading", "stale"], noKeys, ({ commands }, args) => {
    const chosen = args.more() ? filter(args) : () => true;
    return [...commands.values()]
      .filter(isListed)
      .filter(chosen)
      .map(({ name }) => bytes(name));
  }),
} satisfies CommandTable;

const NO_COMMAND: Reply = null;

/** What only Upstash has is not Redis's to tell. */
function isListed({ name }: Command): boolean {
  return catalogue().has(name);
}

function topLevel(commands: Context["commands"]): Command[] {
  return [...commands.values()].filter(({ words }) => words === 1);
}

/** A subcommand may be named as `config|get`. */
function named(commands: Context["commands"], args: Args): (Command | undefined)[] {
  return args.rest().map((name) => commands.get(lowerAscii(name)));
}

function references(
  commands: Context["commands"],
  argv: readonly ByteString[],
): readonly KeyReference[] {
  const found = lookUp(commands, argv);
  if (found === undefined) throw new ReplyError("ERR Invalid command specified");
  if (!hasKeys(found)) throw new ReplyError("ERR The command has no key arguments");
  if (!fitsArity(found, argv)) {
    throw new ReplyError("ERR Invalid number of arguments specified for command");
  }
  const keys = keyReferences(found, argv);
  if (keys.length === 0 && !found.flags.includes("no_mandatory_keys")) {
    throw new ReplyError("ERR Invalid arguments specified for command");
  }
  return keys;
}

function filter(args: Args): (command: Command) => boolean {
  if (args.option() !== "FILTERBY" || args.left !== 2) throw syntaxError();
  const kind = args.option();
  const operand = untilZero(args.next());
  switch (kind) {
    case "MODULE":
      return ({ name }) => name.startsWith("json.") && operand === "ReJSON";
    case "ACLCAT":
      return ({ name }) => categoriesOf(name).includes(lowerAscii(operand));
    case "PATTERN": {
      const matches = globMatcher(bytes(lowerAscii(operand)));
      return ({ name }) => matches(bytes(name));
    }
    default:
      throw syntaxError();
  }
}

function categoriesOf(name: string): readonly string[] {
  return catalogue().get(name)?.categories ?? [];
}

/** By name. */
let tips: ReadonlyMap<string, readonly string[]> | undefined;

function describe(found: Command): Reply {
  const { name, arity, flags, keys, subcommands } = found;
  tips ??= rowsOf(TIPS, (text) => text.split(" "));
  return [
    bytes(name),
    arity,
    set(flags.map(status)),
    ...keys,
    set(categoriesOf(name).map((category) => status(`@${category}`))),
    set((tips.get(name) ?? []).map(bytes)),
    set(keySpecs(found).map(describeSpec)),
    set([...subcommands.values()].filter(isListed).map(describe)),
  ];
}

function describeSpec({ notes, flags, begin, find }: KeySpec): Reply {
  return map([
    ...(notes === undefined ? [] : [bytes("notes"), bytes(notes)]),
    bytes("flags"),
    set(flags.map(status)),
    bytes("begin_search"),
    typed(begin.type, beginFields(begin)),
    bytes("find_keys"),
    typed(find.type, findFields(find)),
  ]);
}

type Fields = readonly (readonly [name: string, value: string | number])[];

function typed(type: string, fields: Fields): Reply {
  const spec = fields.flatMap(([name, value]) => [
    bytes(name),
    typeof value === "number" ? value : bytes(value),
  ]);
  return map([bytes("type"), bytes(type), bytes("spec"), map(spec)]);
}

function beginFields(begin: BeginSearch): Fields {
  switch (begin.type) {
    case "index":
      return [["index", begin.index]];
    case "keyword":
      return [
        ["keyword", begin.keyword],
        ["startfrom", begin.startFrom],
      ];
    case "unknown":
      return [];
  }
}

function findFields(find: FindKeys): Fields {
  switch (find.type) {
    case "range":
      return [
        ["lastkey", find.lastKey],
        ["keystep", find.step],
        ["limit", find.limit],
      ];
    case "keynum":
      return [
        ["keynumidx", find.keyNumIndex],
        ["firstkey", find.firstKey],
        ["keystep", find.step],
      ];
    case "unknown":
      return [];
  }
}

const HELP = [
  "COMMAND <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
  "(no subcommand)",
  "    Return details about all Redis commands.",
  "COUNT",
  "    Return the total number of commands in this Redis server.",
  "LIST",
  "    Return a list of all commands in this Redis server.",
  "INFO [<command-name> ...]",
  "    Return details about multiple Redis commands.",
  "    If no command names are given, documentation details for all",
  "    commands are returned.",
  "DOCS [<command-name> ...]",
  "    Return documentation details about multiple Redis commands.",
  "    If no command names are given, documentation details for all",
  "    commands are returned.",
  "GETKEYS <full-command>",
  "    Return the keys from a full Redis command.",
  "GETKEYSANDFLAGS <full-command>",
  "    Return the keys and the access flags from a full Redis command.",
  "HELP",
  "    Print this help.",
];
