/** Streams, after t_stream.c: adding, trimming, deleting and reading ranges. Reading on, groups and XINFO are in files of their own. */
import { ReplyError, noSuchKey, syntaxError, wrongArity } from "../errors.js";
import { STREAM } from "../keyspace/events.js";
import { NIL_ARRAY, OK, type Reply } from "../reply.js";
import {
  compareIds,
  formatId,
  isZero,
  MAX_ID,
  MIN_ID,
  nextId,
  type StreamId,
} from "../values/stream-id.js";
import { trimWithReferences } from "../values/stream-references.js";
import { Stream } from "../values/stream.js";
import { add, MAX_UINT64, type UInt64 } from "../values/uint64.js";
import type { Args } from "./args.js";
import { command, firstKey, type CommandTable, type Context } from "./command.js";
import { integer } from "./operands.js";
import {
  clampedCount,
  entryReply,
  rangeEnd,
  rangeStart,
  streamId,
  trimOptions,
  type NewId,
} from "./stream-operands.js";

export const streamCommands = {
  /**
   * `XADD key [NOMKSTREAM] [KEEPREF | DELREF | ACKED] [MAXLEN | MINID [= | ~] threshold [LIMIT n]] * | ms-* | id field value [field value …]` → the entry's ID,
   * or nil where NOMKSTREAM found no stream. The ID must be greater than the last one, and 0-0 is none.
   */
  xadd: command(-5, ["write", "denyoom", "fast"], firstKey, ({ db, now, profile }, args) => {
    const key = args.next();
    const { trim, references, noMkStream, id: wanted } = trimOptions(args, "xadd", profile);
    const fields = args.rest();
    if (fields.length === 0 || fields.length % 2 === 1) throw wrongArity("xadd");
    if (wanted !== "*" && wanted.ms === 0 && wanted.seq === 0) {
      throw new ReplyError("ERR The ID specified in XADD must be greater than 0-0");
    }
    const existing = db.stream(key);
    if (existing === undefined && noMkStream) return null;
    const stream = existing ?? new Stream();
    const id = entryId(stream.lastId, wanted, now);

    if (existing === undefined) db.set(key, stream);
    else db.write(key);
    stream.append({ id, fields });
    db.wake(key);
    db.notify("xadd", STREAM, key);
    if (trim === undefined) return formatId(id);
    const cut = stream.plan(trim);
    if (references === "KEEPREF") stream.cut(cut);
    else trimWithReferences(stream, trim, references);
    if (cut.total > 0) db.notify("xtrim", STREAM, key);
    return formatId(id);
  }),

  /** `XDEL key id [id …]` → how many of the entries there were. */
  xdel: command(-3, ["write", "fast"], firstKey, ({ db }, args) => {
    const key = args.next();
    const stream = db.stream(key);
    if (stream === undefined) return 0;
    const ids = args.rest().map((id) => streamId(id));
    if (ids.every((id) => stream.get(id) === undefined)) return 0;
    db.write(key);
    const deleted = ids.filter((id) => stream.delete(id)).length;
    db.notify("xdel", STREAM, key);
    return deleted;
  }),

  /** `XLEN key` → the number of entries, 0 when there is no such key. */
  xlen: command(2, ["readonly", "fast"], firstKey, ({ db }, args) => {
    return db.stream(args.next())?.size ?? 0;
  }),

  /** `XRANGE key start end [COUNT n]` → the entries between two IDs, both included unless `(` stands before one; `-` and `+` are the ends. */
  xrange: command(-4, ["readonly"], firstKey, ({ db }, args) => {
    const key = args.next();
    const start = rangeStart(args.next());
    const end = rangeEnd(args.next());
    const count = rangeCount(args);
    const stream = db.stream(key);
    if (stream === undefined) return [];
    return count === 0 ? NIL_ARRAY : stream.range(start, end, count).map(entryReply);
  }),

  /** `XREVRANGE key end start [COUNT n]` → as XRANGE, from the end. */
  xrevrange: command(-4, ["readonly"], firstKey, ({ db }, args) => {
    const key = args.next();
    const endOperand = args.next();
    const start = rangeStart(args.next());
    const end = rangeEnd(endOperand);
    const count = rangeCount(args);
    const stream = db.stream(key);
    if (stream === undefined) return [];
    return count === 0 ? NIL_ARRAY : stream.reverseRange(end, start, count).map(entryReply);
  }),

  /** `XSETID key last-id [ENTRIESADDED n] [MAXDELETEDID id]` → OK; the last ID must not be before an entry. */
  xsetid: command(-3, ["write", "denyoom", "fast"], firstKey, setId),

  /** `XTRIM key MAXLEN | MINID [= | ~] threshold [LIMIT n] [KEEPREF | DELREF | ACKED]` → how many entries went. With `~` only whole nodes of 100 go. */
  xtrim: command(-4, ["write"], firstKey, ({ db, profile }, args) => {
    const key = args.next();
    const { trim, references } = trimOptions(args, "xtrim", profile);
    const stream = db.stream(key);
    if (stream === undefined || trim === undefined) return 0;
    const cut = stream.plan(trim);
    if (cut.total > 0) db.write(key);
    let trimmed = cut.total;
    if (references === "KEEPREF") stream.cut(cut);
    else trimmed = trimWithReferences(stream, trim, references);
    if (trimmed > 0) db.notify("xtrim", STREAM, key);
    return trimmed;
  }),
} satisfies CommandTable;

/** The ID of the entry to be added behind the last. */
function entryId(last: StreamId, wanted: NewId, now: number): StreamId {
  if (compareIds(last, MAX_ID) === 0) {
    throw new ReplyError(
      "ERR The stream has exhausted the last possible ID, unable to add more items",
    );
  }
  const id = chosenId(last, wanted, now);
  if (id !== undefined && compareIds(id, last) > 0) return id;
  throw new ReplyError(
    "ERR The ID specified in XADD is equal or smaller than the target stream top item",
  );
}

function chosenId(last: StreamId, wanted: NewId, now: number): StreamId | undefined {
  if (wanted === "*") return now > last.ms ? { ms: now, seq: 0 } : nextId(last);
  const { ms, seq } = wanted;
  if (seq !== "*") return { ms, seq };
  if (ms !== last.ms) return { ms, seq: 0 };
  return last.seq === MAX_UINT64 ? undefined : { ms, seq: add(last.seq, 1) };
}

function rangeCount(args: Args): number {
  let count = Infinity;
  while (args.more()) {
    if (args.option() !== "COUNT" || !args.more()) throw syntaxError();
    count = clampedCount(args.next());
  }
  return count;
}

function setId({ db }: Context, args: Args): Reply {
  const key = args.next();
  const id = streamId(args.next());
  const { entriesAdded, maxDeletedId } = setIdOptions(args, id);
  const stream = db.stream(key);
  if (stream === undefined) throw noSuchKey();
  if (compareIds(id, stream.maxDeletedId) < 0) {
    throw new ReplyError(
      "ERR The ID specified in XSETID is smaller than current max_deleted_entry_id",
    );
  }
  if (stream.last !== undefined && compareIds(id, stream.last.id) < 0) {
    throw new ReplyError(
      "ERR The ID specified in XSETID is smaller than the target stream top item",
    );
  }
  if (entriesAdded !== undefined && stream.size > entriesAdded) {
    throw new ReplyError(
      "ERR The entries_added specified in XSETID is smaller than the target stream length",
    );
  }

  db.writeUnwatched(key);
  stream.lastId = id;
  stream.entriesAdded = entriesAdded ?? stream.entriesAdded;
  if (!isZero(maxDeletedId)) stream.maxDeletedId = maxDeletedId;
  db.notify("xsetid", STREAM, key);
  return OK;
}

interface SetIdOptions {
  readonly entriesAdded: UInt64 | undefined;
  readonly maxDeletedId: StreamId;
}

function setIdOptions(args: Args, id: StreamId): SetIdOptions {
  let entriesAdded: UInt64 | undefined;
  let maxDeletedId = MIN_ID;
  while (args.more()) {
    const option = args.option();
    if (option === "ENTRIESADDED" && args.more()) {
      entriesAdded = integer(args.next());
      if (entriesAdded < 0) throw new ReplyError("ERR entries_added must be positive");
    } else if (option === "MAXDELETEDID" && args.more()) {
      maxDeletedId = streamId(args.next());
      if (compareIds(id, maxDeletedId) < 0) {
        throw new ReplyError(
          "ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id",
        );
      }
    } else throw syntaxError();
  }
  return { entriesAdded, maxDeletedId };
}
