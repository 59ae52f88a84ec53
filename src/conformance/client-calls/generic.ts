/** Calls of the commands on keys of any type, and on the server. */
import {
  positional,
  flag,
  option,
  withOptions,
  inArray,
  match,
  count,
  type MethodTable,
  type RenamedMethods,
} from "./arguments.js";

/** The client leaves out what is falsy: an empty key, and 0 seconds. */
function expire(words: readonly string[]): readonly unknown[] | undefined {
  const args = positional("key n NX|XX|GT|LT?")(words);
  return args?.every(Boolean) === true ? args : undefined;
}

/** Commands whose method has another name, with what it is given. */
export const renamedGenericMethods: RenamedMethods = {
  "client setinfo": ["clientSetinfo", positional("LIB-NAME|LIB-VER value")],
};

export const genericMethods: MethodTable = {
  copy: withOptions("key key", [flag("replace")]),
  del: positional("key..."),
  exists: positional("key..."),
  expire,
  expireat: positional("key n NX|XX|GT|LT?"),
  keys: positional("pattern"),
  persist: positional("key"),
  pexpire: positional("key n NX|XX|GT|LT?"),
  pexpireat: positional("key n NX|XX|GT|LT?"),
  pttl: positional("key"),
  randomkey: positional(""),
  rename: positional("key key"),
  renamenx: positional("key key"),
  scan: withOptions("cursor", match, count, [flag("withType"), option("type", "nonempty")]),
  touch: positional("key..."),
  ttl: positional("key"),
  type: positional("key"),
  unlink: positional("key..."),

  dbsize: positional(""),
  echo: positional("message"),
  publish: positional("channel value"),
  flushall: inArray(withOptions("", [flag("async")])),
  flushdb: withOptions("", [flag("async")]),
  ping: inArray(positional("message?")),
  time: positional(""),
};
