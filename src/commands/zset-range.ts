/**
 * Ranges of sorted sets, after t_zset.c. ZRANGE and the older commands share one parser and one walk: every kind of range becomes
 * a range of ranks, which LIMIT narrows.
 */
import { sliceBytes, untilZero, type ByteString } from "../bytes.js";
import { ReplyError, syntaxError } from "../errors.js";
import { ZSET } from "../keyspace/events.js";
import { double, pairs, type Reply } from "../reply.js";
import { parseRangeBound } from "../values/numbers.js";
import { SortedSet, type LexBound, type RankRange, type ScoreBound } from "../values/sorted-set.js";
import type { Args } from "./args.js";
import { command, firstKey, firstTwoKeys, type CommandTable, type Handler } from "./command.js";
import { index, indexRange } from "./operands.js";

type Kind = "rank" | "score" | "lex";

export const zsetRangeCommands = {
  /** `ZCOUNT key min max` → how many scores are in the range. */
  zcount: command(4, ["readonly", "fast"], firstKey, countCommand("score")),

  /** `ZLEXCOUNT key min max` → how many members are in the range. */
  zlexcount: command(4, ["readonly", "fast"], firstKey, countCommand("lex")),

  /** `ZRANGE key start stop [BYSCORE | BYLEX] [REV] [LIMIT offset count] [WITHSCORES]` → the members in the range. */
  zrange: command(-4, ["readonly"], firstKey, rangeCommand({})),

  /** `ZRANGEBYLEX key min max [LIMIT offset count]`. */
  zrangebylex: command(-4, ["readonly"], firstKey, rangeCommand({ kind: "lex", reverse: false })),

  /** `ZRANGEBYSCORE key min max [WITHSCORES] [LIMIT offset count]`. */
  zrangebyscore: command(
    -4,
    ["readonly"],
    firstKey,
    rangeCommand({ kind: "score", reverse: false }),
  ),

  /** `ZRANGESTORE destination source start stop [BYSCORE | BYLEX] [REV] [LIMIT offset count]` → the size of what was stored. */
  zrangestore: command(-5, ["write", "denyoom"], firstTwoKeys, ({ db }, args) => {
    const destination = args.next();
    const key = args.next();
    const query = rangeQuery(args, { store: true });
    const source = db.sortedSet(key);
    const result = new SortedSet();
    if (source !== undefined) {
      visitRange(source, query, (member, score) => result.set(member, score));
    }
    return db.store(destination, result, "zrangestore", ZSET);
  }),

  /** `ZREMRANGEBYLEX key min max` → how many members were removed. */
  zremrangebylex: command(4, ["write"], firstKey, removeCommand("lex", "zremrangebylex")),

  /** `ZREMRANGEBYRANK key start stop` → how many members were removed. */
  zremrangebyrank: command(4, ["write"], firstKey, removeCommand("rank", "zremrangebyrank")),

  /** `ZREMRANGEBYSCORE key min max` → how many members were removed. */
  zremrangebyscore: command(4, ["write"], firstKey, removeCommand("score", "zremrangebyscore")),

  /** `ZREVRANGE key start stop [WITHSCORES]`. */
  zrevrange: command(-4, ["readonly"], firstKey, rangeCommand({ kind: "rank", reverse: true })),

  /** `ZREVRANGEBYLEX key max min [LIMIT offset count]`. */
  zrevrangebylex: command(-4, ["readonly"], firstKey, rangeCommand({ kind: "lex", reverse: true })),

  /** `ZREVRANGEBYSCORE key max min [WITHSCORES] [LIMIT offset count]`. */
  zrevrangebyscore: command(
    -4,
    ["readonly"],
    firstKey,
    rangeCommand({ kind: "score", reverse: true }),
  ),
} satisfies CommandTable;

/** What a command's name already says of its range; the rest are options. */
interface Fixed {
  readonly kind?: Kind;
  readonly reverse?: boolean;
  /** The result is stored, so that there is no WITHSCORES. */
  readonly store?: boolean;
}

/** Finds the ranks of a range in a set. */
type FindRange = (set: SortedSet) => RankRange;

interface RangeQuery {
  readonly find: FindRange;
  readonly reverse: boolean;
  readonly offset: number;
  /** Negative: no limit. */
  readonly limit: number;
  readonly withScores: boolean;
}

function rangeQuery(args: Args, fixed: Fixed): RangeQuery {
  const first = args.next();
  const last = args.next();
  let { kind, reverse } = fixed;
  let offset = 0;
  let limit = -1;
  let withScores = false;
  while (args.more()) {
    const option = args.option();
    if (option === "WITHSCORES" && fixed.store !== true) withScores = true;
    else if (option === "LIMIT" && args.left >= 2) {
      offset = index(args.next());
      limit = index(args.next());
    } else if (option === "REV" && reverse === undefined) reverse = true;
    else if (option === "BYSCORE" && kind === undefined) kind = "score";
    else if (option === "BYLEX" && kind === undefined) kind = "lex";
    else throw syntaxError();
  }
  kind ??= "rank";
  reverse ??= false;
  if (limit !== -1 && kind === "rank") {
    throw new ReplyError(
      "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX",
    );
  }
  if (withScores && kind === "lex") {
    throw new ReplyError("ERR syntax error, WITHSCORES not supported in combination with BYLEX");
  }
  const find = reverse ? findReversed(kind, first, last) : findRange(kind, first, last);
  return { find, reverse, offset: kind === "rank" ? 0 : offset, limit, withScores };
}

/** Reads the two ends of a range; throws for one that is malformed. */
function findRange(kind: Kind, min: ByteString, max: ByteString): FindRange {
  if (kind === "rank") {
    const start = index(min);
    const stop = index(max);
    return ({ size }) => indexRange(start, stop, size);
  }
  if (kind === "score") {
    const from = scoreBound(min);
    const to = scoreBound(max);
    return (set) => set.scoreRange(from, to);
  }
  const from = lexBound(min);
  const to = lexBound(max);
  return (set) => set.lexRange(from, to);
}

/** A reversed range begins with its higher end; ranks count from the highest score. */
function findReversed(kind: Kind, first: ByteString, last: ByteString): FindRange {
  if (kind === "score") return findRange(kind, last, first);
  if (kind === "lex") {
    const from = lexBound(last);
    const to = lexBound(first);
    return (set) => set.lexRange(from, to, "down");
  }
  const find = findRange(kind, first, last);
  return (set) => {
    const [start, end] = find(set);
    return [set.size - end, set.size - start];
  };
}

function scoreBound(operand: ByteString): ScoreBound {
  const exclusive = operand.startsWith("(");
  const value = parseRangeBound(exclusive ? sliceBytes(operand, 1) : operand);
  if (value === undefined) throw new ReplyError("ERR min or max is not a float");
  return { value, exclusive };
}

function lexBound(operand: ByteString): LexBound {
  if (untilZero(operand) === "-") return "-";
  if (untilZero(operand) === "+") return "+";
  const exclusive = operand.startsWith("(");
  if (!exclusive && !operand.startsWith("[")) {
    throw new ReplyError("ERR min or max not valid string range item");
  }
  return { member: sliceBytes(operand, 1), exclusive };
}

function rangeCommand(fixed: Fixed): Handler {
  return ({ db }, args) => {
    const key = args.next();
    const query = rangeQuery(args, fixed);
    const set = db.sortedSet(key);
    const found: Reply[] = [];
    if (set === undefined) return found;
    visitRange(set, query, (member, score) => {
      found.push(member);
      if (query.withScores) found.push(double(score));
    });
    return query.withScores ? pairs(found) : found;
  };
}

function visitRange(
  set: SortedSet,
  { find, reverse, offset: given, limit }: RangeQuery,
  visit: (member: ByteString, score: number) => void,
): void {
  const [start, end] = find(set);
  const offset = fromStart(given, end - start, set);
  if (offset === undefined) return;
  const count = limit < 0 ? Infinity : limit;
  if (reverse) set.forEachReverse([Math.max(start, end - offset - count), end - offset], visit);
  else set.forEach([start + offset, Math.min(end, start + offset + count)], visit);
}

/** A negative offset counts from the end of the range in a skiplist and skips everything in a listpack. */
function fromStart(offset: number, length: number, { encoding }: SortedSet): number | undefined {
  if (offset >= 0) return offset;
  return encoding === "skiplist" && length + offset >= 0 ? length + offset : undefined;
}

function countCommand(kind: Kind): Handler {
  return ({ db }, args) => {
    const key = args.next();
    const find = findRange(kind, args.next(), args.next());
    const set = db.sortedSet(key);
    if (set === undefined) return 0;
    const [start, end] = find(set);
    return end - start;
  };
}

function removeCommand(kind: Kind, event: string): Handler {
  return ({ db }, args) => {
    const key = args.next();
    const find = findRange(kind, args.next(), args.next());
    const set = db.sortedSet(key);
    if (set === undefined) return 0;
    const range = find(set);
    if (range[0] >= range[1]) return 0;
    db.write(key);
    const removed = set.deleteRange(range);
    db.notify(event, ZSET, key);
    db.deleteEmpty(key, set);
    return removed;
  };
}
