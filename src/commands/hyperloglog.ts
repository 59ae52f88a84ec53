/** Counts of distinct elements, after hyperloglog.c. A HyperLogLog is a string: GET and SET move it about. */
import { bytes, type ByteString } from "../bytes.js";
import { ReplyError } from "../errors.js";
import type { Database } from "../keyspace/database.js";
import { STRING } from "../keyspace/events.js";
import { OK, type Reply } from "../reply.js";
import type { BitString } from "../values/bit-string.js";
import {
  add,
  cacheCount,
  cachedCount,
  EMPTY,
  estimate,
  forgetCount,
  isHyperLogLog,
  isSparse,
  makeDense,
  registers,
  setRegister,
  type Source,
} from "../values/hyperloglog.js";
import type { Args } from "./args.js";
import { bitsAt, changeableBits } from "./bitmap.js";
import { allKeys, command, firstKey, type CommandTable, type Context } from "./command.js";

export const hyperloglogCommands = {
  /** `PFADD key [element …]` → 1 where the count may have changed or the key is new, else 0. */
  pfadd: command(-2, ["write", "denyoom", "fast"], firstKey, ({ db }, args) => {
    const key = args.next();
    const isNew = sketchAt(db, key) === undefined;
    const target = changeable(db, key);
    let changed = isNew;
    for (const element of args.rest()) {
      const raised = add(target, element);
      if (raised === undefined) throw corrupted();
      if (raised) changed = true;
    }
    if (!changed) return 0;
    db.write(key);
    forgetCount(target);
    db.notify("pfadd", STRING, key);
    return 1;
  }),

  /** `PFCOUNT key [key …]` → about how many distinct elements there are in all; of one key the count is kept in its value. */
  pfcount: command(-2, ["readonly"], allKeys, pfcount),

  /** `PFMERGE destination [source …]` → OK; the destination counts what any of them does. */
  pfmerge: command(-2, ["write", "denyoom"], allKeys, ({ db }, args) => {
    const destination = args.next();
    const keys = [destination, ...args.rest()];
    const sources = keys.flatMap((key) => sketchAt(db, key) ?? []);
    const merged = union(sources);
    const dense = sources.some((source) => !isSparse(source));

    const target = changeable(db, destination);
    if (dense && !makeDense(target)) throw corrupted();
    for (let index = 0; index < merged.length; index++) {
      const value = merged[index] ?? 0;
      if (value > 0 && setRegister(target, index, value) === undefined) throw corrupted();
    }
    db.write(destination);
    forgetCount(target);
    db.notify("pfadd", STRING, destination);
    return OK;
  }),
} satisfies CommandTable;

function corrupted(): ReplyError {
  return new ReplyError("INVALIDOBJ Corrupted HLL object detected");
}

/** The HyperLogLog at a key, to be read; undefined without a key. */
function sketchAt(db: Database, key: ByteString): Source | undefined {
  const source = bitsAt(db, key);
  if (source === undefined || isHyperLogLog(db.string(key) ?? bytes(""))) return source;
  throw new ReplyError("WRONGTYPE Key is not a valid HyperLogLog string value.");
}

/** The HyperLogLog at a key, to be changed; a new one where there is none. */
function changeable(db: Database, key: ByteString): BitString {
  if (!db.has(key)) db.set(key, EMPTY);
  db.writeUnseen(key);
  return changeableBits(db, key, 0).bits;
}

function union(sources: readonly Source[]): Uint8Array {
  const merged = new Uint8Array(16_384);
  for (const source of sources) {
    const values = registers(source);
    if (values === undefined) throw corrupted();
    for (let index = 0; index < merged.length; index++) {
      const value = values[index] ?? 0;
      if (value > (merged[index] ?? 0)) merged[index] = value;
    }
  }
  return merged;
}

function pfcount({ db }: Context, args: Args): Reply {
  const [key, ...others] = args.rest();
  if (key === undefined) return 0;
  if (others.length > 0) {
    const sources = [key, ...others].flatMap((each) => sketchAt(db, each) ?? []);
    return estimate(union(sources));
  }
  const source = sketchAt(db, key);
  if (source === undefined) return 0;
  const cached = cachedCount(source);
  if (cached !== undefined) return cached;
  const count = estimate(union([source]));
  const { bits } = changeableBits(db, key, 0);
  db.write(key);
  cacheCount(bits, count);
  return count;
}
