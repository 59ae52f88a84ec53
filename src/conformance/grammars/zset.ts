/** How calls of the sorted set commands look. */
import { bytes, type ByteString } from "../../bytes.js";
import { EQUAL_SCORES, type Grammar, type Grammars, type Operands } from "../operands.js";
import { scanOptions } from "./scan.js";

const key: Grammar = (draw) => [draw.key("zset")];
const keyAndCount: Grammar = (draw) => [draw.key("zset"), ...draw.maybe(0.5, () => draw.count())];
const members: Grammar = (draw) => [draw.key("zset"), ...draw.some(4, () => [draw.member()])];
const withScores = (draw: Operands): ByteString[] => draw.maybe(0.4, "WITHSCORES");
const byRank: Grammar = (draw) => [draw.key("zset"), draw.integer(), draw.integer()];
const byScore: Grammar = (draw) => [draw.key("zset"), draw.scoreBound(), draw.scoreBound()];
const byLex: Grammar = (draw) => [
  draw.happens(0.7) ? EQUAL_SCORES : draw.key("zset"),
  draw.lexBound(),
  draw.lexBound(),
];
const rank: Grammar = (draw) => [draw.key("zset"), draw.member(), ...draw.maybe(0.4, "WITHSCORE")];
const rangeByScore: Grammar = (draw) => [
  ...byScore(draw),
  ...draw.shuffled(withScores(draw), draw.limit()),
];
const rangeByLex: Grammar = (draw) => [...byLex(draw), ...draw.limit()];

/** The key and the range, as ZRANGE and ZRANGESTORE take them. */
function range(draw: Operands): ByteString[] {
  const rev = draw.maybe(0.3, "REV");
  switch (draw.below(3)) {
    case 0:
      return [...byRank(draw), ...rev];
    case 1:
      return [...byScore(draw), ...draw.shuffled([bytes("BYSCORE")], rev, draw.limit())];
    default:
      return [...byLex(draw), ...draw.shuffled([bytes("BYLEX")], rev, draw.limit())];
  }
}

/** Scores and members. */
function scored(draw: Operands, key: ByteString): ByteString[] {
  if (key === EQUAL_SCORES && draw.happens(0.95)) {
    return draw.some(6, () => [bytes("0"), draw.member()]);
  }
  if (draw.happens(0.03)) {
    return draw.crowd((index) => [bytes(String(index % 7)), bytes(`f${index}`)]);
  }
  if (draw.happens(0.2)) return draw.some(6, () => [bytes("0"), draw.member()]);
  return draw.some(6, () => [draw.float(), draw.member()]);
}

/** Infinite ones meet as sums that are no number. */
function weight(draw: Operands): ByteString {
  return draw.happens(0.3) ? draw.word("inf", "-inf") : draw.float();
}

function combine(draw: Operands): ByteString[] {
  const keys = draw.countedKeys(draw.happens(0.85) ? "zset" : "set");
  const weights = draw.happens(0.4)
    ? [bytes("WEIGHTS"), ...keys.slice(1).map(() => weight(draw))]
    : [];
  const aggregate = draw.maybe(0.5, "AGGREGATE", () => draw.word("SUM", "MIN", "MAX"));
  return [...keys, ...draw.shuffled(weights, aggregate)];
}

const combination: Grammar = (draw) => [...combine(draw), ...withScores(draw)];
const combinationStore: Grammar = (draw) => [draw.key("zset"), ...combine(draw)];

const zmpop: Grammar = (draw) => [
  ...draw.countedKeys("zset"),
  draw.word("MIN", "MAX"),
  ...draw.maybe(0.4, "COUNT", () => draw.count()),
];
const keysAndTimeout: Grammar = (draw) => [
  ...draw.some(3, () => [draw.key("zset")]),
  draw.timeout(),
];

export const zsetGrammars = {
  bzmpop: (draw) => [draw.timeout(), ...zmpop(draw)],
  bzpopmax: keysAndTimeout,
  bzpopmin: keysAndTimeout,
  zadd: (draw) => {
    const key = draw.key("zset");
    if (draw.happens(0.6)) return [key, ...scored(draw, key)];
    return [
      key,
      ...draw.shuffled(
        draw.maybe(0.4, () => draw.word("NX", "XX")),
        draw.maybe(0.4, () => draw.word("GT", "LT")),
        draw.maybe(0.3, "CH"),
        draw.maybe(0.3, "INCR"),
      ),
      ...draw.some(2, () => [draw.float(), draw.member()]),
    ];
  },
  zcard: key,
  zincrby: (draw) => [draw.key("zset"), draw.float(), draw.member()],
  zmpop,
  zmscore: members,
  zpopmax: keyAndCount,
  zpopmin: keyAndCount,
  zrandmember: (draw) => [
    draw.key("zset"),
    ...(draw.happens(0.3) ? [] : [draw.smallInteger(), ...withScores(draw)]),
  ],
  zrank: rank,
  zrem: (draw) =>
    draw.happens(0.03)
      ? [draw.key("zset"), ...draw.crowd((index) => [bytes(`f${index}`)])]
      : members(draw),
  zrevrank: rank,
  zscan: (draw) => [draw.key("zset"), ...scanOptions(draw, [])],
  zscore: (draw) => [draw.key("zset"), draw.member()],

  zcount: byScore,
  zlexcount: byLex,
  zrange: (draw) => [...range(draw), ...draw.maybe(0.3, "WITHSCORES")],
  zrangebylex: rangeByLex,
  zrangebyscore: rangeByScore,
  zrangestore: (draw) => [draw.key("zset"), ...range(draw)],
  zremrangebylex: byLex,
  zremrangebyrank: byRank,
  zremrangebyscore: byScore,
  zrevrange: (draw) => [...byRank(draw), ...withScores(draw)],
  zrevrangebylex: rangeByLex,
  zrevrangebyscore: rangeByScore,

  zdiff: (draw) => [...draw.countedKeys("zset"), ...withScores(draw)],
  zdiffstore: (draw) => [draw.key("zset"), ...draw.countedKeys("zset")],
  zinter: combination,
  zintercard: (draw) => [
    ...draw.countedKeys("zset"),
    ...draw.maybe(0.4, "LIMIT", () => draw.word("0", "1", "2", "100", "-1")),
  ],
  zinterstore: combinationStore,
  zunion: combination,
  zunionstore: combinationStore,
} satisfies Grammars;
