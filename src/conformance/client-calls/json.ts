/** Calls of the JSON commands. */
import { lowerAscii } from "../../bytes.js";
import { positional, flag, withOptions, type MethodTable } from "./arguments.js";

const LAYOUT = ["indent", "newline", "space"];

/** The client takes the layout in an object before the paths, and leaves out what is empty. */
function jsonGet([key, ...words]: readonly string[]): readonly unknown[] | undefined {
  if (key === undefined) return undefined;
  const layout: Record<string, string> = {};
  while (words.length > 0) {
    const [name = "", text] = words;
    const field = LAYOUT.find((option) => option === lowerAscii(name));
    if (field === undefined) break;
    if (!text || field in layout) return undefined;
    layout[field] = text;
    words.splice(0, 2);
  }
  return Object.keys(layout).length === 0 ? [key, ...words] : [key, layout, ...words];
}

function jsonMget(words: readonly string[]): readonly unknown[] | undefined {
  const path = words.at(-1);
  return words.length < 2 ? undefined : [words.slice(0, -1), path];
}

function jsonMset(words: readonly string[]): readonly unknown[] | undefined {
  if (words.length === 0 || words.length % 3 > 0) return undefined;
  return Array.from({ length: words.length / 3 }, (_, index) => {
    const [key, path, value] = words.slice(3 * index);
    return { key, path, value };
  });
}

export const jsonMethods: MethodTable = {
  "json.arrappend": positional("key path value..."),
  "json.arrindex": positional("key path value n? n?"),
  "json.arrinsert": positional("key path n value..."),
  "json.arrlen": positional("key path"),
  "json.arrpop": positional("key nonempty? n?"),
  "json.arrtrim": positional("key path n n"),
  "json.clear": positional("key nonempty?"),
  "json.del": positional("key nonempty?"),
  "json.forget": positional("key nonempty?"),
  "json.get": jsonGet,
  "json.merge": positional("key path value"),
  "json.mget": jsonMget,
  "json.mset": jsonMset,
  "json.numincrby": positional("key path n"),
  "json.nummultby": positional("key path n"),
  "json.objkeys": positional("key nonempty?"),
  "json.objlen": positional("key nonempty?"),
  "json.resp": positional("key nonempty?"),
  "json.set": withOptions("key path value", [flag("nx"), flag("xx")]),
  "json.strappend": positional("key path value"),
  "json.strlen": positional("key nonempty?"),
  "json.toggle": positional("key path"),
  "json.type": positional("key nonempty?"),
};
