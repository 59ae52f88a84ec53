/** Sorted sets, after t_zset.c: single members and whole sets. Ranges are in zset-range.ts, unions and their kin in zset-combine.ts. */
import type { ByteString } from "../bytes.js";
import { mustBePositive, ReplyError, syntaxError, wrongArity } from "../errors.js";
import type { Database } from "../keyspace/database.js";
import { ZSET } from "../keyspace/events.js";
import { double, NIL_ARRAY, pairs, type Reply } from "../reply.js";
import { formatDouble, formatDouble17 } from "../values/numbers.js";
import { SortedSet, type RankRange } from "../values/sorted-set.js";
import type { Args } from "./args.js";
import {
  command,
  firstKey,
  noKeys,
  type CommandTable,
  type Context,
  type Handler,
} from "./command.js";
import {
  checkPairCount,
  countedKeys,
  countOption,
  float,
  naturalNumber,
  onlyOption,
  symmetricInteger,
} from "./operands.js";
import { sample } from "./sample.js";
import { parseCursor, scanOptions, scanReply } from "./scan.js";

export const zsetCommands = {
  /**
   * `ZADD key [NX | XX] [GT | LT] [CH] [INCR] score member [score member …]` → how many members are new, with CH how many changed;
   * with INCR the new score, or nil where the condition kept the old one.
   */
  zadd: command(-4, ["write", "denyoom", "fast"], firstKey, ({ db }, args) => {
    const key = args.next();
    const options = zaddOptions(args);
    return addScores(db, key, options, scoresAndMembers(args, options));
  }),

  /** `ZCARD key` → the number of members. */
  zcard: command(2, ["readonly", "fast"], firstKey, ({ db }, args) => {
    return db.sortedSet(args.next())?.size ?? 0;
  }),

  /** `ZINCRBY key increment member` → the new score. */
  zincrby: command(4, ["write", "denyoom", "fast"], firstKey, ({ db }, args) => {
    const key = args.next();
    const score = float(args.next());
    return addScores(db, key, { ...NO_OPTIONS, incr: true }, [{ score, member: args.next() }]);
  }),

  /** `ZMPOP numkeys key [key …] MIN | MAX [COUNT n]` → the first key with members and those popped, each with its score; or nil. */
  zmpop: command(-4, ["write", "movablekeys"], noKeys, ({ db }, args) => {
    const keys = countedKeys(args);
    const end = scoreEnd(args);
    return popFirst(db, keys, end, countOption(args)) ?? NIL_ARRAY;
  }),

  /** `ZMSCORE key member [member …]` → each score, nil where there is none. */
  zmscore: command(-3, ["readonly", "fast"], firstKey, ({ db }, args) => {
    const set = db.sortedSet(args.next());
    return args.rest().map((member) => scoreReply(set?.score(member)));
  }),

  /** `ZPOPMAX key [count]` → the members with the highest scores, and their scores. */
  zpopmax: command(-2, ["write", "fast"], firstKey, popCommand("MAX")),

  /** `ZPOPMIN key [count]` → the members with the lowest scores, and their scores. */
  zpopmin: command(-2, ["write", "fast"], firstKey, popCommand("MIN")),

  /** `ZRANDMEMBER key [count [WITHSCORES]]` → a random member or nil; with a count as HRANDFIELD. */
  zrandmember: command(-2, ["readonly"], firstKey, ({ db, random }, args) => {
    const key = args.next();
    const operand = args.more() ? args.next() : undefined;
    const count = operand === undefined ? undefined : symmetricInteger(operand);
    const withScores = onlyOption(args, "WITHSCORES");
    if (withScores && operand !== undefined) checkPairCount(operand);
    const set = db.sortedSet(key);
    if (set === undefined) return count === undefined ? null : [];
    const chosen: Reply[] = [];
    for (const rank of sample(set.size, count ?? -1, random)) {
      set.forEach([rank, rank + 1], (member, score) => {
        chosen.push(member);
        if (withScores) chosen.push(double(score));
      });
    }
    if (count === undefined) return chosen[0] ?? null;
    return withScores ? pairs(chosen) : chosen;
  }),

  /** `ZRANK key member [WITHSCORE]` → the rank from the lowest score, with its score if wanted; or nil. */
  zrank: command(
    -3,
    ["readonly", "fast"],
    firstKey,
    rankCommand("zrank", (_, rank) => rank),
  ),

  /** `ZREM key member [member …]` → how many members there were; the key goes with its last member. */
  zrem: command(-3, ["write", "fast"], firstKey, ({ db }, args) => {
    const key = args.next();
    const members = args.rest();
    const set = db.sortedSet(key);
    if (set === undefined || members.every((member) => set.score(member) === undefined)) return 0;
    db.write(key);
    let removed = 0;
    for (const member of members) if (set.delete(member)) removed++;
    db.notify("zrem", ZSET, key);
    db.deleteEmpty(key, set);
    return removed;
  }),

  /** `ZREVRANK key member [WITHSCORE]` → the rank from the highest score. */
  zrevrank: command(
    -3,
    ["readonly", "fast"],
    firstKey,
    rankCommand("zrevrank", ({ size }, rank) => size - 1 - rank),
  ),

  /** `ZSCAN key cursor [MATCH pattern] [COUNT n]` → the next cursor and members with their scores as text. */
  zscan: command(-3, ["readonly"], firstKey, ({ db }, args) => {
    const key = args.next();
    const cursor = parseCursor(args.next());
    const set = db.sortedSet(key);
    if (set === undefined) return scanReply(0, []);
    const { matches, count } = scanOptions(args, {});
    const print = set.encoding === "listpack" ? formatDouble : formatDouble17;
    const found: ByteString[] = [];
    const next = set.scan(cursor, count, (member, score) => {
      if (matches(member)) found.push(member, print(score));
    });
    return scanReply(next, found);
  }),

  /** `ZSCORE key member` → the score or nil. */
  zscore: command(3, ["readonly", "fast"], firstKey, ({ db }, args) =>
    scoreReply(db.sortedSet(args.next())?.score(args.next())),
  ),
} satisfies CommandTable;

function scoreReply(score: number | undefined): Reply {
  return score === undefined ? null : double(score);
}

export interface ZaddOptions {
  readonly nx: boolean;
  readonly xx: boolean;
  readonly gt: boolean;
  readonly lt: boolean;
  readonly ch: boolean;
  readonly incr: boolean;
}

export const NO_OPTIONS: ZaddOptions = {
  nx: false,
  xx: false,
  gt: false,
  lt: false,
  ch: false,
  incr: false,
};

const ZADD_FLAGS: Readonly<Record<string, keyof ZaddOptions>> = {
  NX: "nx",
  XX: "xx",
  GT: "gt",
  LT: "lt",
  CH: "ch",
  INCR: "incr",
};

function zaddOptions(args: Args): ZaddOptions {
  const options = { ...NO_OPTIONS };
  for (;;) {
    const flag = ZADD_FLAGS[args.peekOption() ?? ""];
    if (flag === undefined) return options;
    options[flag] = true;
    args.next();
  }
}

interface Scored {
  readonly score: number;
  readonly member: ByteString;
}

function scoresAndMembers(args: Args, { nx, xx, gt, lt, incr }: ZaddOptions): Scored[] {
  if (args.left % 2 === 1 || args.left === 0) throw syntaxError();
  if (nx && xx) {
    throw new ReplyError("ERR XX and NX options at the same time are not compatible");
  }
  if ((gt && (nx || lt)) || (lt && nx)) {
    throw new ReplyError("ERR GT, LT, and/or NX options at the same time are not compatible");
  }
  if (incr && args.left > 2) {
    throw new ReplyError("ERR INCR option supports a single increment-element pair");
  }
  const scored: Scored[] = [];
  while (args.more()) scored.push({ score: float(args.next()), member: args.next() });
  return scored;
}

export function addScores(
  db: Database,
  key: ByteString,
  options: ZaddOptions,
  scored: readonly Scored[],
): Reply {
  const existing = db.sortedSet(key);
  const set = existing ?? new SortedSet();
  db.writeUnseen(key);
  set.prepareFor(scored.length);
  let added = 0;
  let updated = 0;
  let last: number | undefined;
  for (const { score, member } of scored) {
    const old = set.score(member);
    const wanted = newScore(old, score, options);
    last = wanted;
    if (wanted === undefined || wanted === old) continue;
    if (added + updated === 0) db.write(key);
    set.set(member, wanted);
    if (old === undefined) added++;
    else updated++;
  }
  if (existing === undefined && added > 0) db.set(key, set);
  if (added + updated > 0) db.notify(options.incr ? "zincr" : "zadd", ZSET, key);
  if (options.incr) return scoreReply(last);
  return options.ch ? added + updated : added;
}

/** The score a member is to have; undefined where a condition keeps things as they are. */
function newScore(
  old: number | undefined,
  given: number,
  { nx, xx, gt, lt, incr }: ZaddOptions,
): number | undefined {
  if (old === undefined) return xx ? undefined : given;
  if (nx) return undefined;
  const score = incr ? old + given : given;
  if (Number.isNaN(score)) throw new ReplyError("ERR resulting score is not a number (NaN)");
  return (gt && score <= old) || (lt && score >= old) ? undefined : score;
}

function popCommand(end: "MIN" | "MAX"): Handler {
  return ({ db }: Context, args: Args): Reply => {
    const key = args.next();
    if (args.left > 1) throw syntaxError();
    const count = args.more() ? naturalNumber(args.next(), mustBePositive) : undefined;
    const set = db.sortedSet(key);
    if (set === undefined) return [];
    const popped: Reply[] = [];
    pop(db, key, set, end, count ?? 1, (member, score) => popped.push(member, double(score)));
    return count === undefined ? popped : pairs(popped);
  };
}

export function scoreEnd(args: Args): "MIN" | "MAX" {
  const end = args.option();
  if (end !== "MIN" && end !== "MAX") throw syntaxError();
  return end;
}

/** A key and what was popped from it. */
type Popped = readonly [key: ByteString, members: readonly (readonly [ByteString, Reply])[]];

/** Pops from the first of the keys that has members, each with its score; undefined where none has. */
export function popFirst(
  db: Database,
  keys: readonly ByteString[],
  end: "MIN" | "MAX",
  count: number,
): Popped | undefined {
  for (const key of keys) {
    const set = db.sortedSet(key);
    if (set === undefined) continue;
    const popped: (readonly [ByteString, Reply])[] = [];
    pop(db, key, set, end, count, (member, score) => popped.push([member, double(score)]));
    return [key, popped];
  }
  return undefined;
}

function pop(
  db: Database,
  key: ByteString,
  set: SortedSet,
  end: "MIN" | "MAX",
  count: number,
  visit: (member: ByteString, score: number) => void,
): void {
  if (count === 0) return;
  const { size } = set;
  const range: RankRange =
    end === "MIN" ? [0, Math.min(count, size)] : [size - Math.min(count, size), size];
  if (end === "MIN") set.forEach(range, visit);
  else set.forEachReverse(range, visit);
  db.write(key);
  set.deleteRange(range);
  db.notify(end === "MIN" ? "zpopmin" : "zpopmax", ZSET, key);
  db.deleteEmpty(key, set);
}

function rankCommand(name: string, count: (set: SortedSet, rank: number) => number): Handler {
  return ({ db }, args) => {
    const key = args.next();
    const member = args.next();
    if (args.left > 1) throw wrongArity(name);
    const withScore = onlyOption(args, "WITHSCORE");
    const set = db.sortedSet(key);
    const rank = set?.rank(member);
    if (set === undefined || rank === undefined) return withScore ? NIL_ARRAY : null;
    const counted = count(set, rank);
    return withScore ? [counted, scoreReply(set.score(member))] : counted;
  };
}
