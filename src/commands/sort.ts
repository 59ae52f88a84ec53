/**
 * SORT, after sort.c: elements of a list, set or sorted set by their own value or by that of keys and hash fields a pattern names.
 * Elements of equal weight fall back to their bytes.
 */
import { bytes, sliceBytes, untilZero, type ByteString } from "../bytes.js";
import { ReplyError, syntaxError, wrongType } from "../errors.js";
import type { Database } from "../keyspace/database.js";
import { LIST } from "../keyspace/events.js";
import { stringOf } from "../keyspace/value.js";
import { Hash } from "../values/hash.js";
import { List } from "../values/list.js";
import { parseRangeBound } from "../values/numbers.js";
import { SetValue } from "../values/set.js";
import { SortedSet } from "../values/sorted-set.js";
import type { Args } from "./args.js";
import { command, firstKey, type CommandTable, type Context } from "./command.js";
import { index } from "./operands.js";
import { readsAllKeys } from "./permission.js";

export const sortCommands = {
  /**
   * `SORT key [BY pattern] [LIMIT offset count] [GET pattern …] [ASC | DESC] [ALPHA] [STORE destination]` → the sorted elements or
   * what GET finds for them; with STORE how many were stored.
   */
  sort: command(-2, ["write", "denyoom", "movablekeys"], firstKey, (context, args) => {
    const key = args.next();
    const options = sortOptions(context, args, { store: true });
    const output = sorted(context, key, options);
    if (options.store === undefined) return output;
    return context.db.store(
      options.store,
      List.from(output.map((element) => element ?? bytes(""))),
      "sortstore",
      LIST,
    );
  }),

  /** `SORT_RO key …`: SORT without STORE. */
  sort_ro: command(-2, ["readonly", "movablekeys"], firstKey, (context, args) =>
    sorted(context, args.next(), sortOptions(context, args, { store: false })),
  ),
} satisfies CommandTable;

interface SortOptions {
  readonly by: ByteString | undefined;
  /** One BY without `*` is enough to leave the elements as they come. */
  readonly unsorted: boolean;
  readonly offset: number;
  /** Negative: all. */
  readonly count: number;
  readonly get: readonly ByteString[];
  readonly descending: boolean;
  readonly alpha: boolean;
  readonly store: ByteString | undefined;
}

function sortOptions(
  context: Context,
  args: Args,
  allowed: { readonly store: boolean },
): SortOptions {
  let by: ByteString | undefined;
  let unsorted = false;
  let offset = 0;
  let count = -1;
  const get: ByteString[] = [];
  let descending = false;
  let alpha = false;
  let store: ByteString | undefined;
  while (args.more()) {
    const option = args.option();
    if (option === "ASC") descending = false;
    else if (option === "DESC") descending = true;
    else if (option === "ALPHA") alpha = true;
    else if (option === "LIMIT" && args.left >= 2) {
      offset = index(args.next());
      count = index(args.next());
    } else if (option === "STORE" && allowed.store && args.more()) store = args.next();
    else if (option === "BY" && args.more()) {
      by = args.next();
      if (!untilZero(by).includes("*")) unsorted = true;
      else checkMayRead(context, args, "BY");
    } else if (option === "GET" && args.more()) {
      checkMayRead(context, args, "GET");
      get.push(args.next());
    } else throw syntaxError();
  }
  return { by, unsorted, offset, count, get, descending, alpha, store };
}

/** Patterns name keys that no rule can be held to: who uses them has to be allowed to read all. */
function checkMayRead(context: Context, args: Args, option: string): void {
  if (readsAllKeys(context, args.argv)) return;
  throw new ReplyError(`ERR ${option} option of SORT denied due to insufficient ACL permissions.`);
}

function sorted({ db }: Context, key: ByteString, options: SortOptions): (ByteString | null)[] {
  const { get } = options;
  const chosen = limit(order(db, key, options), options);
  if (get.length === 0) return chosen;
  return chosen.flatMap((element) =>
    get.map((pattern) =>
      untilZero(pattern) === "#" ? element : (lookUp(db, pattern, element) ?? null),
    ),
  );
}

function order(db: Database, key: ByteString, options: SortOptions): ByteString[] {
  const { unsorted, descending, store } = options;
  const value = db.get(key);
  if (value instanceof SortedSet) {
    db.writeUnseen(key);
    value.toSkiplist();
  }
  const elements = elementsOf(value);
  if (!unsorted) return sortBy(db, elements, options);
  if (!(value instanceof SetValue)) return descending ? elements.reverse() : elements;
  if (store === undefined) return elements;
  return sortBy(db, elements, { ...options, alpha: true, by: undefined });
}

function elementsOf(value: ReturnType<Database["get"]>): ByteString[] {
  if (value === undefined) return [];
  if (value instanceof List) return value.slice(0, value.length);
  if (value instanceof SetValue) return [...value.members()];
  if (!(value instanceof SortedSet)) throw wrongType();
  const members: ByteString[] = [];
  value.forEach([0, value.size], (member) => members.push(member));
  return members;
}

function sortBy(db: Database, elements: ByteString[], options: SortOptions): ByteString[] {
  const { by, alpha, descending, store } = options;
  const collated = alpha && store === undefined;
  const weights = elements.map((element) => {
    const weight = by === undefined ? element : lookUp(db, by, element);
    return { element, weight: collated && weight !== undefined ? untilZero(weight) : weight };
  });
  const compare = alpha ? byBytes : byNumber(weights);
  weights.sort(descending ? (a, b) => compare(b, a) : compare);
  return weights.map(({ element }) => element);
}

interface Weighted {
  readonly element: ByteString;
  /** Undefined where the pattern names nothing. */
  readonly weight: ByteString | undefined;
}

type Compare = (a: Weighted, b: Weighted) => number;

const byBytes: Compare = (a, b) => {
  if (a.weight === undefined || b.weight === undefined) {
    return Number(a.weight !== undefined) - Number(b.weight !== undefined);
  }
  return compareBytes(a.weight, b.weight);
};

function byNumber(all: readonly Weighted[]): Compare {
  const numbers = new Map(all.map((weighted) => [weighted, toNumber(weighted.weight)]));
  return (a, b) => {
    const difference = Math.sign((numbers.get(a) ?? 0) - (numbers.get(b) ?? 0));
    return difference !== 0 && !Number.isNaN(difference)
      ? difference
      : compareBytes(a.element, b.element);
  };
}

function toNumber(weight: ByteString | undefined): number {
  if (weight === undefined) return 0;
  const number = parseRangeBound(weight);
  if (number === undefined) {
    throw new ReplyError("ERR One or more scores can't be converted into double");
  }
  return number;
}

function compareBytes(a: ByteString, b: ByteString): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function limit(elements: ByteString[], { offset, count }: SortOptions): ByteString[] {
  const start = Math.max(0, offset);
  return elements.slice(start, count < 0 ? undefined : start + count);
}

/** What a pattern names for an element: `weight_*` a string key, `object_*->field` a hash field. Without `*` it names nothing. */
function lookUp(db: Database, pattern: ByteString, element: ByteString): ByteString | undefined {
  const searched = untilZero(pattern);
  const star = searched.indexOf("*");
  if (star < 0) return undefined;
  const arrow = searched.indexOf("->", star + 1);
  const hasField = arrow >= 0 && arrow + 2 < searched.length;
  const suffix = pattern.slice(star + 1, hasField ? arrow : undefined);
  const value = db.get(bytes(pattern.slice(0, star) + element + suffix));
  if (hasField) {
    return value instanceof Hash ? value.get(sliceBytes(pattern, arrow + 2)) : undefined;
  }
  return stringOf(value);
}
