/** Faults in scripts and functions. */
import type { Mutant } from "./mutant.js";

export const scripting: readonly Mutant[] = [
  {
    name: "a script's numbers are rounded, not cut off",
    family: "scripting",
    file: "lua/returned.ts",
    from: "const whole = Math.trunc(value) + 0;",
    to: "const whole = Math.round(value) + 0;",
  },
  {
    name: "a script gets nil, not false, for a missing key in RESP2",
    family: "scripting",
    file: "lua/replies.ts",
    from: "else lua.api.lua_pushboolean(L, 0);",
    to: "else lua.api.lua_pushnil(L);",
  },
  {
    name: "a script's reply goes on behind its first nil",
    family: "scripting",
    file: "lua/returned.ts",
    from: "      if (api.lua_type(this.#L, -1) === TYPE.nil) {",
    to: "      if (api.lua_type(this.#L, -1) === TYPE.nil && found.length >= api.lua_objlen(this.#L, -2)) {",
  },
  {
    name: "a script's SELECT outlasts it",
    family: "scripting",
    file: "commands/script-run.ts",
    from: "    session.database = database;\n",
    to: "    void database;\n",
  },
  {
    name: "a script without a first line may not be run by EVAL_RO",
    family: "scripting",
    file: "commands/script-run.ts",
    from: "if (readOnlyCommand && flags !== undefined && !declaresNoWrites) {",
    to: "if (readOnlyCommand && !declaresNoWrites) {",
  },
  {
    name: "a script with the flag no-writes writes when EVAL runs it",
    family: "scripting",
    file: "commands/script-run.ts",
    from: "readOnlyCommand || declaresNoWrites, locked",
    to: "readOnlyCommand, locked",
  },
  {
    name: "EVAL does not keep a script for EVALSHA",
    family: "scripting",
    file: "lua/scripting.ts",
    from: "    this.#scripts.set(script.sha, script);\n    this.#bySource.set(source, script);\n",
    to: "    this.#bySource.set(source, script);\n",
  },
  {
    name: "EVALSHA takes digests in lower case only",
    family: "scripting",
    file: "commands/scripting.ts",
    from: "context.scripting.find(bytes(lowerAscii(sha)))",
    to: "context.scripting.find(sha)",
  },
  {
    name: "pcall gives a script the table of an error, not its text",
    family: "scripting",
    file: "lua/libraries/base.ts",
    from: "if (api.lua_isstring(L, -1) !== 0) api.lua_replace(L, -2);",
    to: "lua.pop(L, 1);",
  },
  {
    name: "a script's error does not tell its line",
    family: "scripting",
    file: "lua/interpreter.ts",
    from: "source !== undefined && line !== undefined ?",
    to: "source !== undefined && line === undefined ?",
  },
  {
    name: "functions' names have a case",
    family: "scripting",
    file: "lua/library-context.ts",
    from: "return this.#functions.get(lowerAscii(name));",
    to: "return this.#functions.get(name);",
  },
  {
    name: "FUNCTION LOAD replaces a library unasked",
    family: "scripting",
    file: "lua/scripting.ts",
    from: "if (old !== undefined && replace) this.#context.unlink(old);",
    to: "if (old !== undefined) this.#context.unlink(old);",
  },
];
