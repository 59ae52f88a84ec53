/** Functions in Lua, which libraries register and FCALL runs (functions.c, function_lua.c). */
import { bytes, keyword, lowerAscii, untilZero, type ByteString } from "../bytes.js";
import { ReplyError } from "../errors.js";
import { globMatcher, type Matches } from "../glob.js";
import { scriptFlags } from "../lua/script-flags.js";
import type { Library } from "../lua/library-context.js";
import type { RestorePolicy } from "../lua/scripting.js";
import { dumpFunctions, functionsIn } from "../values/rdb/functions.js";
import { isIntact } from "../values/rdb/payload.js";
import { map, OK, set, status, type Reply } from "../reply.js";
import type { Args } from "./args.js";
import {
  command,
  container,
  noKeys,
  type CommandTable,
  type Context,
  type Flag,
} from "./command.js";
import { subcommandSyntax } from "./operands.js";
import { dialectOf, runScript, scriptOperands } from "./script-run.js";
import { notBusy } from "./scripting.js";

const flags: readonly Flag[] = [
  "noscript",
  "stale",
  "skip_monitor",
  "no_mandatory_keys",
  "movablekeys",
];

export const functionCommands = {
  /** `FCALL function numkeys [key …] [arg …]` → what the function returns. */
  fcall: command(-3, flags, noKeys, (context, args) => callFunction(context, args, false)),

  /** `FCALL_RO function numkeys [key …] [arg …]` → as FCALL, for functions with the flag no-writes. */
  fcall_ro: command(-3, ["readonly", ...flags], noKeys, (context, args) =>
    callFunction(context, args, true),
  ),

  function: container(-2),

  /** `FUNCTION DELETE library` → OK. */
  "function|delete": command(3, ["write", "noscript"], noKeys, ({ scripting }, args) => {
    if (!scripting.deleteLibrary(args.next())) throw new ReplyError("ERR Library not found");
    return OK;
  }),

  /** `FUNCTION DUMP` → the libraries as FUNCTION RESTORE takes them. */
  "function|dump": command(2, ["noscript"], noKeys, ({ scripting }) =>
    dumpFunctions([...scripting.libraries.values()].map(({ source }) => source)),
  ),

  /** `FUNCTION FLUSH [ASYNC | SYNC]` → OK; there are no libraries. */
  "function|flush": command(-2, ["write", "noscript"], noKeys, ({ scripting }, args) => {
    if (args.left > 1) throw subcommandSyntax("FUNCTION", args);
    const mode = args.more() ? args.option() : "SYNC";
    if (mode !== "SYNC" && mode !== "ASYNC") {
      throw new ReplyError("ERR FUNCTION FLUSH only supports SYNC|ASYNC option");
    }
    scripting.clearLibraries();
    return OK;
  }),

  /** `FUNCTION HELP` → lines of text. */
  "function|help": command(2, ["loading", "stale"], noKeys, () => FUNCTION_HELP.map(status)),

  /** `FUNCTION KILL` → NOTBUSY: while a function runs, no other command does. */
  "function|kill": command(2, ["noscript", "allow_busy"], noKeys, () => {
    throw notBusy();
  }),

  /** `FUNCTION LIST [LIBRARYNAME pattern] [WITHCODE]` → a map for each library, with its functions. */
  "function|list": command(-2, ["noscript"], noKeys, ({ scripting }, args) => {
    const { pattern, withCode } = listOptions(args);
    const matches = pattern === undefined ? () => true : caselessMatcher(pattern);
    return [...scripting.libraries.values()]
      .filter(({ name }) => matches(name))
      .map((library) => describe(library, withCode));
  }),

  /** `FUNCTION LOAD [REPLACE] code` → the library's name. */
  "function|load": command(-3, ["write", "denyoom", "noscript"], noKeys, (context, args) => {
    let replace = false;
    while (args.left > 1) {
      const option = args.next();
      if (keyword(option) !== "REPLACE") {
        throw new ReplyError(`ERR Unknown option given: ${untilZero(option)}`);
      }
      replace = true;
    }
    return context.scripting.loadLibrary(args.next(), replace, dialectOf(context)).name;
  }),

  /** `FUNCTION RESTORE payload [FLUSH | APPEND | REPLACE]` → OK: all libraries of the payload are there, or none. */
  "function|restore": command(-3, ["write", "denyoom", "noscript"], noKeys, (context, args) => {
    if (args.left > 2) throw subcommandSyntax("FUNCTION", args);
    const payload = args.next();
    const policy = args.more() ? restorePolicy(args.option()) : "APPEND";
    if (!isIntact(payload)) throw new ReplyError("ERR DUMP payload version or checksum are wrong");
    context.scripting.restoreLibraries(functionsIn(payload), policy, dialectOf(context));
    return OK;
  }),

  /** `FUNCTION STATS` → a map: no script runs, and how many libraries and functions each engine has. */
  "function|stats": command(2, ["noscript", "allow_busy"], noKeys, ({ scripting }) => {
    const counts = map([
      bytes("libraries_count"),
      scripting.libraries.size,
      bytes("functions_count"),
      scripting.functionCount,
    ]);
    return map([bytes("running_script"), null, bytes("engines"), map([ENGINE, counts])]);
  }),
} satisfies CommandTable;

const ENGINE = bytes("LUA");

function callFunction(context: Context, args: Args, readOnlyCommand: boolean): Reply {
  const { scripting } = context;
  const found = scripting.findFunction(args.next());
  if (found === undefined) throw new ReplyError("ERR Function not found");
  const operands = scriptOperands(args, () => new ReplyError("ERR Bad number of keys provided"));
  const { name, flags } = found;
  return runScript(context, { name, flags, readOnlyCommand, keys: operands.keys }, (run) =>
    scripting.runFunction(found, operands.keys, operands.args, run),
  );
}

function restorePolicy(name: string): RestorePolicy {
  if (name === "APPEND" || name === "FLUSH" || name === "REPLACE") return name;
  throw new ReplyError(
    "ERR Wrong restore policy given, value should be either FLUSH, APPEND or REPLACE.",
  );
}

function listOptions(args: Args): {
  pattern: ByteString | undefined;
  withCode: boolean;
} {
  let pattern: ByteString | undefined;
  let withCode = false;
  while (args.more()) {
    const option = args.next();
    const name = keyword(option);
    if (name === "WITHCODE" && !withCode) withCode = true;
    else if (name === "LIBRARYNAME" && pattern === undefined) {
      if (!args.more()) throw new ReplyError("ERR library name argument was not given");
      pattern = args.next();
    } else {
      throw new ReplyError(`ERR Unknown argument ${untilZero(option).replace(/[\r\n]/g, " ")}`);
    }
  }
  return { pattern, withCode };
}

/** Matches without regard to case. */
function caselessMatcher(pattern: ByteString): Matches {
  const matches = globMatcher(bytes(lowerAscii(pattern)));
  return (name) => matches(bytes(lowerAscii(name)));
}

function describe({ name, functions, source }: Library, withCode: boolean): Reply {
  const described = functions.map(({ name, description, flags }) =>
    map([
      bytes("name"),
      name,
      bytes("description"),
      description ?? null,
      bytes("flags"),
      set(scriptFlags.filter((flag) => flags.has(flag)).map(status)),
    ]),
  );
  const code = withCode ? [bytes("library_code"), source] : [];
  return map([
    bytes("library_name"),
    name,
    bytes("engine"),
    ENGINE,
    bytes("functions"),
    described,
    ...code,
  ]);
}

const FUNCTION_HELP = [
  "FUNCTION <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
  "LOAD [REPLACE] <FUNCTION CODE>",
  "    Create a new library with the given library name and code.",
  "DELETE <LIBRARY NAME>",
  "    Delete the given library.",
  "LIST [LIBRARYNAME PATTERN] [WITHCODE]",
  "    Return general information on all the libraries:",
  "    * Library name",
  "    * The engine used to run the Library",
  "    * Functions list",
  "    * Library code (if WITHCODE is given)",
  "    It also possible to get only function that matches a pattern using LIBRARYNAME argument.",
  "STATS",
  "    Return information about the current function running:",
  "    * Function name",
  "    * Command used to run the function",
  "    * Duration in MS that the function is running",
  "    If no function is running, return nil",
  "    In addition, returns a list of available engines.",
  "KILL",
  "    Kill the current running function.",
  "FLUSH [ASYNC|SYNC]",
  "    Delete all the libraries.",
  "    When called without the optional mode argument, the behavior is determined by the",
  "    lazyfree-lazy-user-flush configuration directive. Valid modes are:",
  "    * ASYNC: Asynchronously flush the libraries.",
  "    * SYNC: Synchronously flush the libraries.",
  "DUMP",
  "    Return a serialized payload representing the current libraries, can be restored using FUNCTION RESTORE command",
  "RESTORE <PAYLOAD> [FLUSH|APPEND|REPLACE]",
  "    Restore the libraries represented by the given payload, it is possible to give a restore policy to",
  "    control how to handle existing libraries (default APPEND):",
  "    * FLUSH: delete all existing libraries.",
  "    * APPEND: appends the restored libraries to the existing libraries. On collision, abort.",
  "    * REPLACE: appends the restored libraries to the existing libraries, On collision, replace the old",
  "      libraries with the new libraries (notice that even on this option there is a chance of failure",
  "      in case of functions name collision with another library).",
  "HELP",
  "    Print this help.",
];
