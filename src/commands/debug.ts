/** DEBUG and MODULE: Redis refuses them as it is configured by default, and so does the emulator (debug.c, module.c). */
import { status } from "../reply.js";
import {
  command,
  container,
  guardedCommand,
  noKeys,
  type CommandTable,
  type Flag,
  type Handler,
} from "./command.js";

const unreachable: Handler = () => {
  throw new TypeError("a command that the configuration does not enable is never run");
};

const loads: readonly Flag[] = ["admin", "noscript", "no_async_loading"];

export const debugCommands = {
  /** `DEBUG …` → an error: enable-debug-command is `no`. */
  debug: guardedCommand(
    -2,
    ["admin", "noscript", "loading", "stale"],
    unreachable,
    "enable-debug-command",
  ),

  module: container(-2),

  /** `MODULE HELP` → what the subcommands do. */
  "module|help": command(2, ["loading", "stale"], noKeys, () => HELP.map(status)),

  /** `MODULE LIST` → nothing: the emulator has no modules. */
  "module|list": command(2, ["admin", "noscript"], noKeys, () => []),

  /** `MODULE LOAD …` and its kin → an error: enable-module-command is `no`. */
  "module|load": guardedCommand(-3, loads, unreachable, "enable-module-command"),
  "module|loadex": guardedCommand(-3, loads, unreachable, "enable-module-command"),
  "module|unload": guardedCommand(3, loads, unreachable, "enable-module-command"),
} satisfies CommandTable;

const HELP = [
  "MODULE <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
  "LIST",
  "    Return a list of loaded modules.",
  "LOAD <path> [<arg> ...]",
  "    Load a module library from <path>, passing to it any optional arguments.",
  "LOADEX <path> [[CONFIG NAME VALUE] [CONFIG NAME VALUE]] [ARGS ...]",
  "    Load a module library from <path>, while passing it module configurations and optional arguments.",
  "UNLOAD <name>",
  "    Unload a module.",
  "HELP",
  "    Print this help.",
];
