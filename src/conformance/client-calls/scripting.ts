/** Calls of the commands on scripts and functions. Most of their methods have another name. */
import {
  number,
  positional,
  flag,
  option,
  readOptions,
  withOptions,
  type MethodTable,
  type RenamedMethods,
} from "./arguments.js";

/** `script numkeys [key …] [arg …]`: the keys and the arguments are an array each. */
function script(words: readonly string[]): readonly unknown[] | undefined {
  const [first, numkeys = ""] = words;
  const count = number(numkeys) ?? -1;
  if (!Number.isInteger(count) || count < 0 || Object.is(count, -0)) return undefined;
  if (words.length < 2 + count) return undefined;
  return [first, words.slice(2, 2 + count), words.slice(2 + count)];
}

function functionLoad(words: readonly string[]): readonly unknown[] | undefined {
  const code = words.at(-1);
  const options = readOptions(words.slice(0, -1), [[flag("replace")]]);
  return code === undefined || options === undefined ? undefined : [{ ...options, code }];
}

export const scriptingMethods: MethodTable = {
  eval: script,
  evalsha: script,
};

/** Commands whose method has another name, with what it is given. */
export const renamedScriptingMethods: RenamedMethods = {
  eval_ro: ["evalRo", script],
  evalsha_ro: ["evalshaRo", script],
  "script exists": ["scriptExists", positional("sha...")],
  "script flush": ["scriptFlush", withOptions("", [flag("sync"), flag("async")])],
  "script load": ["scriptLoad", positional("script")],
  fcall: ["functions.call", script],
  fcall_ro: ["functions.callRo", script],
  "function delete": ["functions.delete", positional("library")],
  "function flush": ["functions.flush", positional("")],
  "function list": [
    "functions.list",
    withOptions("", [flag("withCode")], [option("libraryName", "nonempty")]),
  ],
  "function load": ["functions.load", functionLoad],
  "function stats": ["functions.stats", positional("")],
};
