/** Lists, after t_list.c. The forms that wait are in list-blocking.ts. */
import type { ByteString } from "../bytes.js";
import {
  indexOutOfRange,
  mustBePositive,
  noSuchKey,
  ReplyError,
  syntaxError,
  wrongArity,
} from "../errors.js";
import type { Database } from "../keyspace/database.js";
import { LIST } from "../keyspace/events.js";
import { NIL_ARRAY, OK, type Reply } from "../reply.js";
import { List } from "../values/list.js";
import type { Args } from "./args.js";
import {
  command,
  firstKey,
  firstTwoKeys,
  noKeys,
  type CommandTable,
  type Context,
  type Handler,
} from "./command.js";
import {
  countedKeys,
  countOption,
  index,
  indexRange,
  integer,
  naturalNumber,
  symmetricInteger,
} from "./operands.js";

export type End = "LEFT" | "RIGHT";

/** The events of pushing and popping. */
const PUSHED: Readonly<Record<End, string>> = { LEFT: "lpush", RIGHT: "rpush" };
const POPPED: Readonly<Record<End, string>> = { LEFT: "lpop", RIGHT: "rpop" };

export const listCommands = {
  /** `LINDEX key index` → the element or nil; negative counts from the end. */
  lindex: command(3, ["readonly"], firstKey, ({ db }, args) => {
    const list = db.list(args.next());
    if (list === undefined) return null;
    const place = index(args.next());
    return list.at(place < 0 ? list.length + place : place) ?? null;
  }),

  /** `LINSERT key BEFORE | AFTER pivot element` → the new length; -1 without the pivot, 0 without a key. */
  linsert: command(5, ["write", "denyoom"], firstKey, ({ db }, args) => {
    const key = args.next();
    const where = args.option();
    if (where !== "BEFORE" && where !== "AFTER") throw syntaxError();
    const pivot = args.next();
    const element = args.next();
    const list = db.list(key);
    if (list === undefined) return 0;
    const place = list.indexOf(pivot);
    db.writeUnseen(key);
    list.prepareFor([element]);
    if (place < 0) return -1;
    db.write(key);
    if (where === "BEFORE") list.insert(place, element);
    else list.insertAfter(place, element);
    db.notify("linsert", LIST, key);
    return list.length;
  }),

  /** `LLEN key` → the length. */
  llen: command(2, ["readonly", "fast"], firstKey, ({ db }, args) => {
    return db.list(args.next())?.length ?? 0;
  }),

  /** `LMOVE source destination LEFT | RIGHT LEFT | RIGHT` → the element that moved, or nil. */
  lmove: command(5, ["write", "denyoom"], firstTwoKeys, ({ db }, args) => {
    const source = args.next();
    const destination = args.next();
    const from = listEnd(args);
    return move(db, source, destination, from, listEnd(args));
  }),

  /** `LMPOP numkeys key [key …] LEFT | RIGHT [COUNT n]` → the first key with elements and those popped, or nil. */
  lmpop: command(-4, ["write", "movablekeys"], noKeys, ({ db }, args) => {
    const keys = countedKeys(args);
    const from = listEnd(args);
    const count = countOption(args);
    for (const key of keys) {
      const popped = popFrom(db, key, from, count);
      if (popped.length > 0) return [key, popped];
    }
    return NIL_ARRAY;
  }),

  /** `LPOP key [count]` → the first element, or with a count an array; nil without a key. */
  lpop: command(-2, ["write", "fast"], firstKey, popCommand("LEFT", "lpop")),

  /** `LPOS key element [RANK n] [COUNT n] [MAXLEN n]` → the index of a match or nil; with COUNT an array. */
  lpos: command(-3, ["readonly"], firstKey, ({ db }, args) => {
    const key = args.next();
    const element = args.next();
    const { rank, count, maxLength } = lposOptions(args);
    const list = db.list(key);
    const found = list === undefined ? [] : positions(list, element, rank, count ?? 1, maxLength);
    return count === undefined ? (found[0] ?? null) : found;
  }),

  /** `LPUSH key element [element …]` → the new length. */
  lpush: command(-3, ["write", "denyoom", "fast"], firstKey, pushCommand("LEFT")),

  /** `LPUSHX key element [element …]` → the new length, 0 without a key. */
  lpushx: command(-3, ["write", "denyoom", "fast"], firstKey, pushToExisting("LEFT")),

  /** `LRANGE key start stop` → the elements from start to stop, both included. */
  lrange: command(4, ["readonly"], firstKey, ({ db }, args) => {
    const key = args.next();
    const first = index(args.next());
    const last = index(args.next());
    const list = db.list(key);
    return list === undefined ? [] : list.slice(...indexRange(first, last, list.length));
  }),

  /** `LREM key count element` → how many were removed: from the head, from the tail (negative) or all (0). */
  lrem: command(4, ["write"], firstKey, ({ db }, args) => {
    const key = args.next();
    const count = symmetricInteger(args.next());
    const element = args.next();
    const list = db.list(key);
    if (list === undefined || list.indexOf(element) < 0) return 0;
    db.write(key);
    const removed = list.removeMatching(element, count);
    db.notify("lrem", LIST, key);
    db.deleteEmpty(key, list);
    return removed;
  }),

  /** `LSET key index element` → OK. Redis keeps only 32 bits of the index: 2^32 is 0 again. */
  lset: command(4, ["write", "denyoom"], firstKey, ({ db }, args) => {
    const key = args.next();
    const list = db.list(key);
    if (list === undefined) throw noSuchKey();
    const operand = Number(BigInt.asIntN(32, BigInt(integer(args.next()))));
    const place = operand < 0 ? list.length + operand : operand;
    const element = args.next();
    db.writeUnseen(key);
    list.prepareFor([element]);
    if (list.at(place) === undefined) throw indexOutOfRange();
    db.write(key);
    list.set(place, element);
    db.notify("lset", LIST, key);
    return OK;
  }),

  /** `LTRIM key start stop` → OK; only the elements from start to stop stay. */
  ltrim: command(4, ["write"], firstKey, ({ db }, args) => {
    const key = args.next();
    const first = index(args.next());
    const last = index(args.next());
    const list = db.list(key);
    if (list === undefined) return OK;
    db.write(key);
    list.trim(...indexRange(first, last, list.length));
    db.notify("ltrim", LIST, key);
    db.deleteEmpty(key, list);
    return OK;
  }),

  /** `RPOP key [count]` → as LPOP, from the tail. */
  rpop: command(-2, ["write", "fast"], firstKey, popCommand("RIGHT", "rpop")),

  /** `RPOPLPUSH source destination` → LMOVE source destination RIGHT LEFT. */
  rpoplpush: command(3, ["write", "denyoom"], firstTwoKeys, ({ db }, args) =>
    move(db, args.next(), args.next(), "RIGHT", "LEFT"),
  ),

  /** `RPUSH key element [element …]` → the new length. */
  rpush: command(-3, ["write", "denyoom", "fast"], firstKey, pushCommand("RIGHT")),

  /** `RPUSHX key element [element …]` → the new length, 0 without a key. */
  rpushx: command(-3, ["write", "denyoom", "fast"], firstKey, pushToExisting("RIGHT")),
} satisfies CommandTable;

export function listEnd(args: Args): End {
  const option = args.option();
  if (option !== "LEFT" && option !== "RIGHT") throw syntaxError();
  return option;
}

function pushTo(db: Database, key: ByteString, list: List, to: End, elements: Args): Reply {
  db.write(key);
  if (to === "LEFT") list.prepend(elements.rest());
  else list.append(elements.rest());
  db.notify(PUSHED[to], LIST, key);
  return list.length;
}

function pushCommand(to: End): Handler {
  return ({ db }, args) => {
    const key = args.next();
    return pushTo(db, key, db.list(key) ?? create(db, key), to, args);
  };
}

function pushToExisting(to: End): Handler {
  return ({ db }, args) => {
    const key = args.next();
    const list = db.list(key);
    return list === undefined ? 0 : pushTo(db, key, list, to, args);
  };
}

function create(db: Database, key: ByteString): List {
  const list = new List();
  db.set(key, list);
  return list;
}

function popCommand(from: End, name: string): Handler {
  return ({ db }: Context, args: Args): Reply => {
    const key = args.next();
    if (args.left > 1) throw wrongArity(name);
    const count = args.more() ? naturalNumber(args.next(), mustBePositive) : undefined;
    const list = db.list(key);
    if (list === undefined) return count === undefined ? null : NIL_ARRAY;
    const popped = pop(db, key, list, from, count ?? 1);
    return count === undefined ? (popped[0] ?? null) : popped;
  };
}

function pop(db: Database, key: ByteString, list: List, from: End, count: number): ByteString[] {
  if (count === 0) return [];
  db.write(key);
  const popped: ByteString[] = [];
  while (popped.length < count) {
    const element = take(list, from);
    if (element === undefined) break;
    popped.push(element);
  }
  db.notify(POPPED[from], LIST, key);
  db.deleteEmpty(key, list);
  return popped;
}

/** Pops from the list at a key; nothing without a key. */
export function popFrom(db: Database, key: ByteString, from: End, count: number): ByteString[] {
  const list = db.list(key);
  return list === undefined ? [] : pop(db, key, list, from, count);
}

function take(list: List, from: End): ByteString | undefined {
  return from === "LEFT" ? list.popHead() : list.popTail();
}

/** The element that moves from one list to another; null where the source has none. */
export function move(
  db: Database,
  source: ByteString,
  destination: ByteString,
  from: End,
  to: End,
): ByteString | null {
  const list = db.list(source);
  if (list === undefined) return null;
  const existing = db.list(destination);
  db.write(source);
  const element = source === destination ? list.rotate(from, to) : take(list, from);
  if (element === undefined) return null;
  if (source !== destination) {
    const target = existing ?? create(db, destination);
    db.write(destination);
    if (to === "LEFT") target.pushHead(element);
    else target.pushTail(element);
  }
  db.notify(PUSHED[to], LIST, destination);
  db.notify(POPPED[from], LIST, source);
  db.deleteEmpty(source, list);
  return element;
}

interface LposOptions {
  readonly rank: number;
  readonly count: number | undefined;
  readonly maxLength: number;
}

function lposOptions(args: Args): LposOptions {
  let rank = 1;
  let count: number | undefined;
  let maxLength = 0;
  while (args.more()) {
    const option = args.option();
    if (!args.more()) throw syntaxError();
    if (option === "RANK") {
      rank = symmetricInteger(args.next());
      if (rank === 0) {
        throw new ReplyError(
          "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list",
        );
      }
    } else if (option === "COUNT") {
      count = naturalNumber(args.next(), () => new ReplyError("ERR COUNT can't be negative"));
    } else if (option === "MAXLEN") {
      maxLength = naturalNumber(args.next(), () => new ReplyError("ERR MAXLEN can't be negative"));
    } else throw syntaxError();
  }
  return { rank, count, maxLength };
}

/** The indexes of matches from the |rank|-th on; a count or length of 0 means no limit. */
function positions(
  list: List,
  element: ByteString,
  rank: number,
  count: number,
  maxLength: number,
): number[] {
  const compared = maxLength === 0 ? list.length : Math.min(maxLength, list.length);
  const found: number[] = [];
  let matches = 0;
  for (let step = 0; step < compared; step++) {
    const place = rank > 0 ? step : list.length - 1 - step;
    if (list.at(place) !== element) continue;
    if (++matches < Math.abs(rank)) continue;
    found.push(place);
    if (count !== 0 && found.length >= count) break;
  }
  return found;
}
