/** Unions, intersections and differences of sorted sets, after zunionInterDiffGenericCommand. Plain sets count with scores of 1. */
import type { ByteString } from "../bytes.js";
import { ReplyError, syntaxError, wrongType } from "../errors.js";
import type { Database } from "../keyspace/database.js";
import { ZSET } from "../keyspace/events.js";
import { double, pairs, type Reply } from "../reply.js";
import { parseDouble } from "../values/numbers.js";
import { SetValue } from "../values/set.js";
import { SortedSet } from "../values/sorted-set.js";
import type { Args } from "./args.js";
import { command, firstKey, noKeys, type CommandTable, type Handler } from "./command.js";
import { index, limitOption } from "./operands.js";

export const zsetCombineCommands = {
  /** `ZDIFF numkeys key [key …] [WITHSCORES]` → the members of the first set that are in no other. */
  zdiff: command(-3, ["readonly", "movablekeys"], noKeys, combine("zdiff", difference)),

  /** `ZDIFFSTORE destination numkeys key [key …]` → the size of what was stored. */
  zdiffstore: command(
    -4,
    ["write", "denyoom", "movablekeys"],
    firstKey,
    combineAndStore("zdiffstore", difference),
  ),

  /** `ZINTER numkeys key [key …] [WEIGHTS w …] [AGGREGATE SUM | MIN | MAX] [WITHSCORES]` → the members that all sets have. */
  zinter: command(-3, ["readonly", "movablekeys"], noKeys, combine("zinter", intersection)),

  /** `ZINTERCARD numkeys key [key …] [LIMIT n]` → the size of the intersection, counted no further than LIMIT (0: no limit). */
  zintercard: command(-3, ["readonly", "movablekeys"], noKeys, ({ db }, args) => {
    const operands = readOperands(db, args, "zintercard");
    const limit = limitOption(args);
    const { size } = intersection(operands, SUM);
    return limit === 0 ? size : Math.min(limit, size);
  }),

  /** `ZINTERSTORE destination numkeys key [key …] [WEIGHTS w …] [AGGREGATE SUM | MIN | MAX]` → the size of what was stored. */
  zinterstore: command(
    -4,
    ["write", "denyoom", "movablekeys"],
    firstKey,
    combineAndStore("zinterstore", intersection),
  ),

  /** `ZUNION numkeys key [key …] [WEIGHTS w …] [AGGREGATE SUM | MIN | MAX] [WITHSCORES]` → the members that any of the sets has. */
  zunion: command(-3, ["readonly", "movablekeys"], noKeys, combine("zunion", union)),

  /** `ZUNIONSTORE destination numkeys key [key …] [WEIGHTS w …] [AGGREGATE SUM | MIN | MAX]` → the size of what was stored. */
  zunionstore: command(
    -4,
    ["write", "denyoom", "movablekeys"],
    firstKey,
    combineAndStore("zunionstore", union),
  ),
} satisfies CommandTable;

type Aggregate = (a: number, b: number) => number;

/** Infinities that cancel out make 0, and so does what is no number. */
const SUM: Aggregate = (a, b) => (Number.isNaN(a + b) ? 0 : a + b);

/** Of zeros that differ in sign, the first stays. */
const AGGREGATES: Readonly<Record<string, Aggregate>> = {
  SUM,
  MIN: (a, b) => (b < a ? b : a),
  MAX: (a, b) => (b > a ? b : a),
};

/** One of the sets that are combined; absent keys are empty. */
interface Operand {
  readonly value: SortedSet | SetValue | undefined;
  readonly weight: number;
}

/** Scores by member. */
type Scores = ReadonlyMap<ByteString, number>;

type Combine = (operands: readonly Operand[], aggregate: Aggregate) => Scores;

function combine(name: string, operation: Combine): Handler {
  return ({ db }, args) => {
    const plan = readPlan(db, args, name, operation);
    const found: Reply[] = [];
    plan.result.forEach([0, plan.result.size], (member, score) => {
      found.push(member);
      if (plan.withScores) found.push(double(score));
    });
    return plan.withScores ? pairs(found) : found;
  };
}

function combineAndStore(name: string, operation: Combine): Handler {
  return ({ db }, args) => {
    const destination = args.next();
    return db.store(destination, readPlan(db, args, name, operation).result, name, ZSET);
  };
}

interface Plan {
  readonly result: SortedSet;
  readonly withScores: boolean;
}

function readPlan(db: Database, args: Args, name: string, operation: Combine): Plan {
  let operands = readOperands(db, args, name);
  let aggregate = SUM;
  let withScores = false;
  const weighted = operation !== difference;
  const stored = name.endsWith("store");
  while (args.more()) {
    const option = args.option();
    if (option === "WEIGHTS" && weighted && args.left >= operands.length) {
      operands = operands.map(({ value }) => ({ value, weight: weight(args.next()) }));
    } else if (option === "AGGREGATE" && weighted && args.more()) {
      const chosen = AGGREGATES[args.option()];
      if (chosen === undefined) throw syntaxError();
      aggregate = chosen;
    } else if (option === "WITHSCORES" && !stored) withScores = true;
    else throw syntaxError();
  }
  const scores = operation(operands, aggregate);
  return { result: stored ? SortedSet.of(scores) : SortedSet.temporary(scores), withScores };
}

/** Reads `numkeys key [key …]` and looks the keys up: a wrong type is found before any option is read. */
function readOperands(db: Database, args: Args, name: string): readonly Operand[] {
  const count = index(args.next());
  if (count < 1) {
    throw new ReplyError(`ERR at least 1 input key is needed for '${name}' command`);
  }
  return args.take(count).map((key) => {
    const value = db.get(key);
    if (value === undefined || value instanceof SortedSet || value instanceof SetValue) {
      return { value, weight: 1 };
    }
    throw wrongType();
  });
}

function weight(operand: ByteString): number {
  const value = parseDouble(operand);
  if (value === undefined) throw new ReplyError("ERR weight value is not a float");
  return value;
}

function sizeOf({ value }: Operand): number {
  return value?.size ?? 0;
}

/** The smallest first: floating-point sums depend on the order. */
function bySize(operands: readonly Operand[]): Operand[] {
  return [...operands].sort((a, b) => sizeOf(a) - sizeOf(b));
}

/** The weighed score, which in an intersection may be NaN: MIN and MAX pass over it. */
function scoreIn({ value, weight }: Operand, member: ByteString): number | undefined {
  if (value instanceof SetValue) return value.has(member) ? weight : undefined;
  const score = value?.score(member);
  return score === undefined ? undefined : score * weight;
}

function weigh(score: number, weight: number): number {
  const weighed = score * weight;
  return Number.isNaN(weighed) ? 0 : weighed;
}

function forEachIn(
  { value, weight }: Operand,
  visit: (member: ByteString, score: number) => void,
): void {
  if (value instanceof SetValue) for (const member of value.members()) visit(member, weight);
  else value?.forEach([0, value.size], (member, score) => visit(member, weigh(score, weight)));
}

function union(operands: readonly Operand[], aggregate: Aggregate): Scores {
  const scores = new Map<ByteString, number>();
  for (const operand of bySize(operands)) {
    forEachIn(operand, (member, score) => {
      const old = scores.get(member);
      scores.set(member, old === undefined ? score : aggregate(old, score));
    });
  }
  return scores;
}

function intersection(operands: readonly Operand[], aggregate: Aggregate): Scores {
  const scores = new Map<ByteString, number>();
  const [smallest, ...others] = bySize(operands);
  if (smallest === undefined) return scores;
  forEachIn(smallest, (member, score) => {
    let combined = score;
    for (const other of others) {
      const more = scoreIn(other, member);
      if (more === undefined) return;
      combined = aggregate(combined, more);
    }
    scores.set(member, combined);
  });
  return scores;
}

function difference([first, ...others]: readonly Operand[]): Scores {
  const scores = new Map<ByteString, number>();
  if (first === undefined) return scores;
  forEachIn(first, (member, score) => {
    if (others.every((other) => scoreIn(other, member) === undefined)) scores.set(member, score);
  });
  return scores;
}
