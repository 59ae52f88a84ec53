/** Sets, after t_set.c. The order of small sets is Redis's own: integers ascending, else as they were added. */
import type { ByteString } from "../bytes.js";
import { mustBePositive, ReplyError, syntaxError } from "../errors.js";
import { SET } from "../keyspace/events.js";
import type { Random } from "../random.js";
import { set } from "../reply.js";
import { BitString } from "../values/bit-string.js";
import { add, EMPTY, estimate, registers } from "../values/hyperloglog.js";
import { SetValue } from "../values/set.js";
import type { Args } from "./args.js";
import {
  allKeys,
  command,
  firstKey,
  firstTwoKeys,
  noKeys,
  type CommandTable,
  type Handler,
} from "./command.js";
import { limitOption, naturalNumber, positiveNumber, symmetricInteger } from "./operands.js";
import { sample } from "./sample.js";
import { parseCursor, scanOptions, scanReply } from "./scan.js";

export const setCommands = {
  /** `SADD key member [member …]` → how many members are new. */
  sadd: command(-3, ["write", "denyoom", "fast"], firstKey, ({ db }, args) => {
    const key = args.next();
    const members = args.rest();
    const existing = db.setOf(key);
    const target = existing ?? new SetValue();
    db.writeUnseen(key);
    target.prepareFor(members.length, members[0]);
    if (members.every((member) => target.has(member))) return 0;
    db.write(key);
    let added = 0;
    for (const member of members) if (target.add(member)) added++;
    if (existing === undefined) db.set(key, target);
    db.notify("sadd", SET, key);
    return added;
  }),

  /** `SCARD key` → the number of members. */
  scard: command(2, ["readonly", "fast"], firstKey, ({ db }, args) => {
    return db.setOf(args.next())?.size ?? 0;
  }),

  /** `SDIFF key [key …]` → the members of the first set that are in no other. */
  sdiff: command(-2, ["readonly"], allKeys, combine(difference)),

  /** `SDIFFCARD numkeys key [key …] [LIMIT n]` → the size of the difference, counted no further than LIMIT (0: no limit). */
  sdiffcard: command(-3, ["readonly", "movablekeys"], noKeys, ({ db }, args) => {
    const keys = countedKeys(args);
    const limit = limitOption(args);
    const { size } = difference(keys.map((key) => db.setOf(key)));
    return limit === 0 ? size : Math.min(limit, size);
  }),

  /** `SDIFFSTORE destination key [key …]` → the size of what was stored. */
  sdiffstore: command(-3, ["write", "denyoom"], allKeys, combineAndStore("sdiffstore", difference)),

  /** `SINTER key [key …]` → the members that all sets have. */
  sinter: command(-2, ["readonly"], allKeys, ({ db }, args) =>
    set(intersection(args.rest().map((key) => db.setOf(key)))),
  ),

  /** `SINTERCARD numkeys key [key …] [LIMIT n]` → the size of the intersection, counted no further than LIMIT (0: no limit). */
  sintercard: command(-3, ["readonly", "movablekeys"], noKeys, ({ db }, args) => {
    const keys = countedKeys(args);
    const limit = limitOption(args);
    const size = intersection(keys.map((key) => db.setOf(key))).length;
    return limit === 0 ? size : Math.min(limit, size);
  }),

  /** `SINTERSTORE destination key [key …]` → the size of what was stored. */
  sinterstore: command(
    -3,
    ["write", "denyoom"],
    allKeys,
    combineAndStore("sinterstore", (sets) => SetValue.from(intersection(sets))),
  ),

  /** `SISMEMBER key member` → 1 or 0. */
  sismember: command(3, ["readonly", "fast"], firstKey, ({ db }, args) => {
    return db.setOf(args.next())?.has(args.next()) === true ? 1 : 0;
  }),

  /** `SMEMBERS key` → all members. */
  smembers: command(2, ["readonly"], firstKey, ({ db }, args) => {
    return set(db.setOf(args.next())?.members().slice() ?? []);
  }),

  /** `SMISMEMBER key member [member …]` → 1 or 0 for each. */
  smismember: command(-3, ["readonly", "fast"], firstKey, ({ db }, args) => {
    const members = db.setOf(args.next());
    return args.rest().map((member) => (members?.has(member) === true ? 1 : 0));
  }),

  /** `SMOVE source destination member` → 1, or 0 where the source does not have it. */
  smove: command(4, ["write", "fast"], firstTwoKeys, ({ db }, args) => {
    const source = args.next();
    const destination = args.next();
    const member = args.next();
    const from = db.setOf(source);
    if (from === undefined) return 0;
    const to = db.setOf(destination);
    if (!from.has(member)) return 0;
    if (source === destination) return 1;
    db.write(source);
    from.delete(member);
    db.notify("srem", SET, source);
    db.deleteEmpty(source, from);
    const target = to ?? new SetValue();
    if (to?.has(member) === true) return 1;
    db.write(destination);
    target.add(member);
    if (to === undefined) db.set(destination, target);
    db.notify("sadd", SET, destination);
    return 1;
  }),

  /** `SPOP key [count]` → a random member or nil; with a count an array. */
  spop: command(-2, ["write", "fast"], firstKey, ({ db, random }, args) => {
    const key = args.next();
    if (args.left > 1) throw syntaxError();
    const count = args.more() ? naturalNumber(args.next(), mustBePositive) : undefined;
    const members = db.setOf(key);
    if (members === undefined) return count === undefined ? null : set([]);
    const popped = sampleMembers(members, count ?? 1, random);
    if (popped.length > 0) db.write(key);
    for (const member of popped) members.delete(member);
    if (count !== undefined && members.size * REPACKED_SHARE <= count) members.repack();
    if (popped.length > 0) db.notify("spop", SET, key);
    db.deleteEmpty(key, members);
    return count === undefined ? (popped[0] ?? null) : set(popped);
  }),

  /** `SRANDMEMBER key [count]` → a random member or nil; with a count an array, as HRANDFIELD. */
  srandmember: command(-2, ["readonly"], firstKey, ({ db, random }, args) => {
    const key = args.next();
    if (args.left > 1) throw syntaxError();
    const count = args.more() ? symmetricInteger(args.next()) : undefined;
    const members = db.setOf(key);
    if (members === undefined) return count === undefined ? null : [];
    if (count === undefined) return members.randomMember(random) ?? null;
    return sampleMembers(members, count, random);
  }),

  /** `SREM key member [member …]` → how many members there were; the key goes with its last member. */
  srem: command(-3, ["write", "fast"], firstKey, ({ db }, args) => {
    const key = args.next();
    const gone = args.rest();
    const members = db.setOf(key);
    if (members === undefined || !gone.some((member) => members.has(member))) return 0;
    db.write(key);
    let removed = 0;
    for (const member of gone) if (members.delete(member)) removed++;
    db.notify("srem", SET, key);
    db.deleteEmpty(key, members);
    return removed;
  }),

  /** `SSCAN key cursor [MATCH pattern] [COUNT n]` → the next cursor and members. */
  sscan: command(-3, ["readonly"], firstKey, ({ db }, args) => {
    const key = args.next();
    const cursor = parseCursor(args.next());
    const members = db.setOf(key);
    if (members === undefined) return scanReply(0, []);
    const { matches, count } = scanOptions(args, {});
    const found: ByteString[] = [];
    const next = members.scan(cursor, count, (member) => {
      if (matches(member)) found.push(member);
    });
    return scanReply(next, found);
  }),

  /** `SUNION key [key …]` → the members that any of the sets has. */
  sunion: command(-2, ["readonly"], allKeys, combine(union)),

  /**
   * `SUNIONCARD numkeys key [key …] [APPROX] [LIMIT n]` → the size of the union, counted no further than LIMIT (0: no limit); with
   * APPROX as a HyperLogLog estimates it.
   */
  sunioncard: command(-3, ["readonly", "movablekeys"], noKeys, ({ db }, args) => {
    const keys = countedKeys(args);
    const { approximate, limit } = unionCardOptions(args);
    const members = union(keys.map((key) => db.setOf(key)));
    const size = approximate ? estimateOf(members) : members.size;
    return limit === 0 ? size : Math.min(limit, size);
  }),

  /** `SUNIONSTORE destination key [key …]` → the size of what was stored. */
  sunionstore: command(-3, ["write", "denyoom"], allKeys, combineAndStore("sunionstore", union)),
} satisfies CommandTable;

function countedKeys(args: Args): ByteString[] {
  const count = positiveNumber(args.next(), "ERR numkeys should be greater than 0");
  if (count > args.left) {
    throw new ReplyError("ERR Number of keys can't be greater than number of args");
  }
  return args.take(count);
}

/** `[APPROX] [LIMIT n]` in any order. */
function unionCardOptions(args: Args) {
  let approximate = false;
  let limit = 0;
  while (args.more()) {
    const option = args.option();
    if (option === "APPROX") approximate = true;
    else if (option === "LIMIT" && args.more()) {
      limit = naturalNumber(args.next(), () => new ReplyError("ERR LIMIT can't be negative"));
    } else throw syntaxError();
  }
  return { approximate, limit };
}

function estimateOf(members: SetValue): number {
  const sketch = new BitString(EMPTY);
  for (const member of members.members()) add(sketch, member);
  return estimate(registers(sketch) ?? new Uint8Array());
}

/** SPOP makes a small encoding anew where at least this many times as many members go as stay. */
const REPACKED_SHARE = 5;

function sampleMembers(from: SetValue, count: number, random: Random): ByteString[] {
  const members = from.members();
  return sample(from.size, count, random).flatMap((place) => members.slice(place, place + 1));
}

type Combine = (sets: readonly (SetValue | undefined)[]) => SetValue;

function combine(operation: Combine): Handler {
  return ({ db }, args) => set(operation(args.rest().map((key) => db.setOf(key))).members());
}

function combineAndStore(event: string, operation: Combine): Handler {
  return ({ db }, args) => {
    const destination = args.next();
    const result = operation(args.rest().map((key) => db.setOf(key)));
    return db.store(destination, result, event, SET);
  };
}

function union(sets: readonly (SetValue | undefined)[]): SetValue {
  const result = new SetValue();
  for (const operand of sets) {
    for (const member of operand?.members() ?? []) result.add(member);
  }
  return result;
}

/** By one of two ways, as Redis does: what the second one removed again still shows in the result's encoding. */
function difference([first, ...others]: readonly (SetValue | undefined)[]): SetValue {
  if (first === undefined || others.includes(first)) return new SetValue();
  const subtracted = others.filter((other) => other !== undefined);
  const sizes = subtracted.reduce((sum, { size }) => sum + size, first.size);
  const lookups = Math.floor((first.size * (subtracted.length + 1)) / 2);
  return lookups <= sizes ? addMissing(first, subtracted) : removeAll(first, subtracted);
}

function addMissing(first: SetValue, others: readonly SetValue[]): SetValue {
  const result = new SetValue();
  for (const member of first.members()) {
    if (!others.some((other) => other.has(member))) result.add(member);
  }
  return result;
}

function removeAll(first: SetValue, others: readonly SetValue[]): SetValue {
  const result = union([first]);
  for (const other of others) {
    for (const member of other.members()) result.delete(member);
  }
  return result;
}

/** Walks the smallest set, as Redis does. */
function intersection(sets: readonly (SetValue | undefined)[]): ByteString[] {
  const ordered: SetValue[] = [];
  for (const operand of sets) {
    if (operand === undefined) return [];
    ordered.push(operand);
  }
  const [smallest, ...others] = ordered.sort((a, b) => a.size - b.size);
  const members = smallest?.members() ?? [];
  return members.filter((member) => others.every((other) => other.has(member)));
}
