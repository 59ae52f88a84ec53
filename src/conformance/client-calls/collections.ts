/** Calls of the list and set commands. */
import {
  positional,
  option,
  readOptions,
  withOptions,
  followedBy,
  withList,
  numbered,
  match,
  count,
  type MethodTable,
} from "./arguments.js";

function sintercard(words: readonly string[]): readonly unknown[] | undefined {
  const found = numbered(words, 0);
  return found && followedBy([found.keys], found.rest, [[option("limit", "n")]]);
}

/** The client leaves out a COUNT of 0. */
function lmpop(words: readonly string[]): readonly unknown[] | undefined {
  const found = numbered(words, 0);
  if (found === undefined) return undefined;
  const side = positional("LEFT|RIGHT")(found.rest.slice(0, 1));
  const options = readOptions(found.rest.slice(1), [count]);
  if (side === undefined || options === undefined || options.count === 0) return undefined;
  return [found.count, found.keys, ...side, ...Object.values(options)];
}

export const collectionMethods: MethodTable = {
  lindex: positional("key n"),
  linsert: positional("key before|after pivot value"),
  llen: positional("key"),
  lmove: positional("key key left|right left|right"),
  lmpop,
  lpop: positional("key n?"),
  lpos: withOptions("key value", [option("rank", "n")], count, [option("maxLen", "n")]),
  lpush: positional("key value..."),
  lpushx: positional("key value..."),
  lrange: positional("key n n"),
  lrem: positional("key n value"),
  lset: positional("key n value"),
  ltrim: positional("key n n"),
  rpop: positional("key n?"),
  rpush: positional("key value..."),
  rpushx: positional("key value..."),

  sadd: positional("key member..."),
  scard: positional("key"),
  sdiff: positional("key..."),
  sdiffstore: positional("key key..."),
  sinter: positional("key..."),
  sintercard,
  sinterstore: positional("key key..."),
  sismember: positional("key member"),
  smembers: positional("key"),
  smismember: withList(1),
  smove: positional("key key member"),
  spop: positional("key n?"),
  srandmember: positional("key n?"),
  srem: positional("key member..."),
  sscan: withOptions("key cursor", match, count),
  sunion: positional("key..."),
  sunionstore: positional("key key..."),
};
