/** Scripts in Lua: EVAL and its kin, and the cache of scripts (eval.c). Lua itself is in src/lua. */
import { bytes, lowerAscii, type ByteString } from "../bytes.js";
import { notInteger, ReplyError } from "../errors.js";
import type { Script } from "../lua/scripting.js";
import { OK, status, type Reply } from "../reply.js";
import type { Args } from "./args.js";
import {
  command,
  container,
  noKeys,
  type CommandTable,
  type Context,
  type Flag,
} from "./command.js";
import { dialectOf, runScript, scriptOperands } from "./script-run.js";

const flags: readonly Flag[] = [
  "noscript",
  "stale",
  "skip_monitor",
  "no_mandatory_keys",
  "movablekeys",
];

const readOnlyFlags: readonly Flag[] = ["readonly", ...flags];

export const scriptingCommands = {
  /**
   * `EVAL script numkeys [key …] [arg …]` → what the script returns; its failure is an error that tells digest and line. The script is
   * kept for EVALSHA.
   */
  eval: command(-3, flags, noKeys, (context, args) => evaluate(context, args, false)),

  /** `EVAL_RO script numkeys [key …] [arg …]` → as EVAL; commands that write are refused. */
  eval_ro: command(-3, readOnlyFlags, noKeys, (context, args) => evaluate(context, args, true)),

  /** `EVALSHA sha1 numkeys [key …] [arg …]` → as EVAL; NOSCRIPT for a script that is not kept. */
  evalsha: command(-3, flags, noKeys, (context, args) => evaluateKept(context, args, false)),

  /** `EVALSHA_RO sha1 numkeys [key …] [arg …]` → as EVALSHA; commands that write are refused. */
  evalsha_ro: command(-3, readOnlyFlags, noKeys, (context, args) =>
    evaluateKept(context, args, true),
  ),

  script: container(-2),

  /** `SCRIPT DEBUG YES | SYNC | NO` → OK; there is no debugger to switch on. */
  "script|debug": command(3, ["noscript"], noKeys, (_, args) => {
    switch (args.option()) {
      case "NO":
        return OK;
      case "YES":
      case "SYNC":
        throw new ReplyError("ERR kv-emulator has no debugger for scripts");
      default:
        throw new ReplyError("ERR Use SCRIPT DEBUG YES/SYNC/NO");
    }
  }),

  /** `SCRIPT EXISTS sha1 [sha1 …]` → 1 or 0 for each. */
  "script|exists": command(-3, ["noscript"], noKeys, ({ scripting }, args) =>
    args.rest().map((sha) => (scripting.has(bytes(lowerAscii(sha))) ? 1 : 0)),
  ),

  /** `SCRIPT FLUSH [ASYNC | SYNC]` → OK; no script is kept. */
  "script|flush": command(-2, ["noscript"], noKeys, ({ scripting }, args) => {
    const mode = args.more() ? args.option() : "SYNC";
    if ((mode !== "SYNC" && mode !== "ASYNC") || args.more()) {
      throw new ReplyError("ERR SCRIPT FLUSH only support SYNC|ASYNC option");
    }
    scripting.clearScripts();
    return OK;
  }),

  /** `SCRIPT HELP` → lines of text. */
  "script|help": command(2, ["loading", "stale"], noKeys, () => SCRIPT_HELP.map(status)),

  /** `SCRIPT KILL` → NOTBUSY: while a script runs, no other command does. */
  "script|kill": command(2, ["noscript", "allow_busy"], noKeys, () => {
    throw notBusy();
  }),

  /** `SCRIPT LOAD script` → the digest; the script is compiled and kept. */
  "script|load": command(
    3,
    ["noscript", "stale"],
    noKeys,
    (context, args) => context.scripting.loaded(args.next(), dialectOf(context)).sha,
  ),
} satisfies CommandTable;

export function notBusy(): ReplyError {
  return new ReplyError("NOTBUSY No scripts in execution right now.");
}

function evaluate(context: Context, args: Args, readOnlyCommand: boolean): Reply {
  const source = args.next();
  const operands = scriptOperands(args, notInteger);
  return run(
    context,
    context.scripting.evaluated(source, dialectOf(context)),
    operands,
    readOnlyCommand,
  );
}

const SHA_LENGTH = 40;

function evaluateKept(context: Context, args: Args, readOnlyCommand: boolean): Reply {
  const sha = args.next();
  if (sha.length !== SHA_LENGTH) throw noScript();
  const operands = scriptOperands(args, notInteger);
  const script = context.scripting.find(bytes(lowerAscii(sha)));
  if (script === undefined) throw noScript();
  return run(context, script, operands, readOnlyCommand);
}

function noScript(): ReplyError {
  return new ReplyError("NOSCRIPT No matching script. Please use EVAL.");
}

function run(
  context: Context,
  script: Script,
  { keys, args }: { readonly keys: readonly ByteString[]; readonly args: readonly ByteString[] },
  readOnlyCommand: boolean,
): Reply {
  const { sha, flags } = script;
  return runScript(context, { name: sha, flags, readOnlyCommand, keys }, (started) =>
    context.scripting.run(script, keys, args, started),
  );
}

const SCRIPT_HELP = [
  "SCRIPT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
  "DEBUG (YES|SYNC|NO)",
  "    Set the debug mode for subsequent scripts executed.",
  "EXISTS <sha1> [<sha1> ...]",
  "    Return information about the existence of the scripts in the script cache.",
  "FLUSH [ASYNC|SYNC]",
  "    Flush the Lua scripts cache. Very dangerous on replicas.",
  "    When called without the optional mode argument, the behavior is determined by the",
  "    lazyfree-lazy-user-flush configuration directive. Valid modes are:",
  "    * ASYNC: Asynchronously flush the scripts cache.",
  "    * SYNC: Synchronously flush the scripts cache.",
  "KILL",
  "    Kill the currently executing Lua script.",
  "LOAD <script>",
  "    Load a script into the scripts cache without executing it.",
  "HELP",
  "    Print this help.",
];
