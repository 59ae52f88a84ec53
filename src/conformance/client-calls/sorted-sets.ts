/** Calls of the sorted set commands. */
import { lowerAscii } from "../../bytes.js";
import {
  type Arguments,
  number,
  positional,
  whole,
  type Alternatives,
  flag,
  option,
  limit,
  weights,
  readOptions,
  withOptions,
  followedBy,
  withList,
  pairs,
  numbered,
  match,
  count,
  type MethodTable,
} from "./arguments.js";

/** ZUNION and what stores its like; `before` words stand before the number of keys. */
function combine(before: number, ...more: readonly Alternatives[]): Arguments {
  return (words) => {
    const found = numbered(words, before);
    if (found === undefined) return undefined;
    const { count, keys, rest } = found;
    const aggregate = option("aggregate", "sum|min|max");
    const args = [...words.slice(0, before), count, keys];
    return followedBy(args, rest, [[weights(count)], [aggregate], ...more]);
  };
}

const zaddFlags: readonly Alternatives[] = [
  [flag("nx"), flag("xx")],
  [flag("ch")],
  [flag("incr")],
  [flag("lt"), flag("gt")],
];

const zaddFlagNames: ReadonlySet<string> = new Set(zaddFlags.flat().map(({ name }) => name));

function zadd([key, ...words]: readonly string[]): readonly unknown[] | undefined {
  const start = words.findIndex((word) => !zaddFlagNames.has(lowerAscii(word)));
  if (start < 0) return undefined;
  const options = readOptions(words.slice(0, start), zaddFlags);
  const scored = pairs(words.slice(start))?.map(([score, member]) => {
    const value = number(score);
    return value === undefined ? undefined : { score: value, member };
  });
  const members = scored && whole(scored);
  if (options === undefined || members === undefined) return undefined;
  return start === 0 ? [key, ...members] : [key, options, ...members];
}

export const sortedSetMethods: MethodTable = {
  zadd,
  zcard: positional("key"),
  zcount: positional("key bound bound"),
  zdiffstore: positional("key n key..."),
  zincrby: positional("key n member"),
  zinterstore: combine(1),
  zlexcount: positional("key min max"),
  zmscore: withList(1),
  zpopmax: positional("key n?"),
  zpopmin: positional("key n?"),
  zrange: withOptions(
    "key bound bound",
    [flag("byScore"), flag("byLex")],
    [flag("rev")],
    [limit],
    [flag("withScores")],
  ),
  zrank: positional("key member"),
  zrem: positional("key member..."),
  zremrangebylex: positional("key min max"),
  zremrangebyrank: positional("key n n"),
  zremrangebyscore: positional("key bound bound"),
  zrevrank: positional("key member"),
  zscan: withOptions("key cursor", match, count),
  zscore: positional("key member"),
  zunion: combine(0, [flag("withScores")]),
  zunionstore: combine(1),
};
