/** What is delivered and not acknowledged yet, after t_stream.c: XACK, XPENDING, XCLAIM, XAUTOCLAIM. */
import { bytes, keyword, untilZero, type ByteString } from "../bytes.js";
import { ReplyError, syntaxError, wrongType } from "../errors.js";
import type { Database } from "../keyspace/database.js";
import { STREAM } from "../keyspace/events.js";
import type { Value } from "../keyspace/value.js";
import { NIL_ARRAY, type Reply } from "../reply.js";
import {
  countDelivery,
  type Consumer,
  type ConsumerGroup,
  type Pending,
} from "../values/consumer-group.js";
import { IdMap } from "../values/id-map.js";
import { compareIds, formatId, MIN_ID, nextId, type StreamId } from "../values/stream-id.js";
import { Stream } from "../values/stream.js";
import type { Args } from "./args.js";
import { command, firstKey, type CommandTable } from "./command.js";
import { index, integer } from "./operands.js";
import {
  clampedCount,
  entryReply,
  parseId,
  rangeEnd,
  rangeStart,
  streamId,
} from "./stream-operands.js";

export const streamPendingCommands = {
  /** `XACK key group id [id …]` → how many of the entries were pending. */
  xack: command(-4, ["write", "fast"], firstKey, ({ db }, args) => {
    const key = args.next();
    const group = db.stream(key)?.group(args.next());
    if (group === undefined) return 0;
    const ids = args.rest().map((id) => streamId(id));
    if (ids.every((id) => group.pending.get(id) === undefined)) return 0;
    db.writeUnwatched(key);
    return ids.filter((id) => group.acknowledge(id)).length;
  }),

  /**
   * `XAUTOCLAIM key group consumer min-idle-time start [COUNT n] [JUSTID]` → where to start next (0-0 at the end), the entries claimed,
   * and the IDs of those that are pending no longer because they were deleted. Looks at ten times COUNT entries at most.
   */
  xautoclaim: command(-6, ["write", "fast"], firstKey, ({ db, now }, args) => {
    const [key, groupName, consumerName] = [args.next(), args.next(), args.next()];
    const value = db.get(key);
    const minIdle = claimTime(args.next(), "XAUTOCLAIM", "min-idle-time");
    const start = rangeStart(args.next());
    const { count, justId } = autoClaimOptions(args);
    const { stream, group } = existingGroup(value, key, groupName);
    if (count > MAX_CLAIMED) {
      throw new ReplyError(
        "ERR Insufficient memory, failed allocating transient memory, COUNT too high.",
      );
    }

    db.writeUnwatched(key);
    const consumer = claimer(db, key, group, consumerName, now);
    const claimed: Reply[] = [];
    const deleted: Reply[] = [];
    let next = group.pending.ceiling(start);
    for (let attempts = 10 * count; next !== undefined && attempts > 0; attempts--) {
      if (claimed.length + deleted.length >= count) break;
      const pending = next;
      const entry = stream.get(pending.id);
      if (entry === undefined) {
        group.acknowledge(pending.id);
        deleted.push(formatId(pending.id));
      } else if (minIdle === 0 || now - pending.deliveredAt >= minIdle) {
        pending.deliveredAt = now;
        if (!justId) countDelivery(pending);
        group.assign(pending, consumer);
        consumer.activeAt = now;
        claimed.push(justId ? formatId(pending.id) : entryReply(entry));
      }
      const behind = nextId(pending.id);
      next = behind && group.pending.ceiling(behind);
    }
    return [formatId(next?.id ?? MIN_ID), claimed, deleted];
  }),

  /**
   * `XCLAIM key group consumer min-idle-time id [id …] [IDLE ms | TIME unix-ms] [RETRYCOUNT n] [FORCE] [JUSTID] [LASTID id]` → the
   * entries that are now pending for the consumer, with JUSTID their IDs. FORCE takes entries that were pending for nobody.
   */
  xclaim: command(-6, ["write", "fast"], firstKey, ({ db, now }, args) => {
    const key = args.next();
    const { stream, group } = existingGroup(db.get(key), key, args.next());
    const consumerName = args.next();
    const minIdle = claimTime(args.next(), "XCLAIM", "min-idle-time");
    const ids = leadingIds(args);
    const options = claimOptions(args, now);

    db.writeUnwatched(key);
    if (compareIds(options.lastId, group.lastId) > 0) group.lastId = options.lastId;
    const consumer = claimer(db, key, group, consumerName, now);
    const claimed: Reply[] = [];
    for (const id of ids) {
      const entry = stream.get(id);
      if (entry === undefined) {
        group.acknowledge(id);
        continue;
      }
      const pending = claimable(group, id, consumer, options);
      if (pending === undefined) continue;
      if (minIdle !== 0 && now - pending.deliveredAt < minIdle) continue;
      pending.deliveredAt = options.deliveredAt;
      if (options.deliveries !== undefined) pending.deliveries = options.deliveries;
      else if (!options.justId) countDelivery(pending);
      group.assign(pending, consumer);
      consumer.activeAt = now;
      claimed.push(options.justId ? formatId(id) : entryReply(entry));
    }
    return claimed;
  }),

  /**
   * `XPENDING key group` → how many entries are pending, the first and the last ID, and each consumer's number.
   * `XPENDING key group [IDLE ms] start end count [consumer]` → each entry's ID, consumer, milliseconds since its delivery, and how
   * often it was delivered.
   */
  xpending: command(-3, ["readonly"], firstKey, ({ db, now }, args) => {
    const key = args.next();
    const groupName = args.next();
    const range = pendingRange(args);
    const { group } = existingGroup(db.get(key), key, groupName);
    return range === undefined ? summary(group) : details(group, range, now);
  }),
} satisfies CommandTable;

/** The consumer that claims, which is there from now on. */
function claimer(
  db: Database,
  key: ByteString,
  group: ConsumerGroup,
  name: ByteString,
  now: number,
): Consumer {
  const existing = group.consumer(name);
  if (existing !== undefined) {
    existing.seenAt = now;
    return existing;
  }
  const created = group.createConsumer(name, now);
  db.notify("xgroup-createconsumer", STREAM, key);
  return created;
}

function existingGroup(
  value: Value | undefined,
  key: ByteString,
  name: ByteString,
): { readonly stream: Stream; readonly group: ConsumerGroup } {
  if (value !== undefined && !(value instanceof Stream)) throw wrongType();
  const group = value?.group(name);
  if (value !== undefined && group !== undefined) return { stream: value, group };
  throw new ReplyError(
    `NOGROUP No such key '${untilZero(key)}' or consumer group '${untilZero(name)}'`,
  );
}

/** Redis answers no more than its allocator gives: 16 bytes for each. */
const MAX_CLAIMED = 2 ** 43;

/** A COUNT past this is not above 0 to Redis either. */
const MAX_COUNT = (2n ** 63n - 1n) / 16n;

function autoClaimOptions(args: Args): { readonly count: number; readonly justId: boolean } {
  let count = 100;
  let justId = false;
  while (args.more()) {
    const option = args.option();
    if (option === "JUSTID") justId = true;
    else if (option === "COUNT" && args.more()) {
      const value = integer(args.next(), countNotPositive);
      if (value < 1 || value > MAX_COUNT) throw countNotPositive();
      count = Number(value);
    } else throw syntaxError();
  }
  return { count, justId };
}

function countNotPositive(): ReplyError {
  return new ReplyError("ERR COUNT must be > 0");
}

/** Milliseconds; less than 0 is 0 where an idle time is asked for. */
function claimTime(operand: ByteString, name: string, what: string): number {
  const error = (): ReplyError => new ReplyError(`ERR Invalid ${what} argument for ${name}`);
  return Math.max(0, index(operand, error));
}

/** All words up to the first that is no ID. */
function leadingIds(args: Args): StreamId[] {
  const ids: StreamId[] = [];
  for (;;) {
    const word = args.peek();
    const id = word === undefined ? undefined : parseId(word);
    if (id === undefined) return ids;
    args.next();
    ids.push(id);
  }
}

interface ClaimOptions {
  readonly deliveredAt: number;
  readonly deliveries: number | bigint | undefined;
  readonly force: boolean;
  readonly justId: boolean;
  readonly lastId: StreamId;
}

function claimOptions(args: Args, now: number): ClaimOptions {
  let deliveredAt = now;
  let deliveries: number | bigint | undefined;
  let force = false;
  let justId = false;
  let lastId = MIN_ID;
  const time = (name: string): number | bigint =>
    integer(args.next(), () => new ReplyError(`ERR Invalid ${name} option argument for XCLAIM`));
  while (args.more()) {
    const word = args.next();
    const option = keyword(word);
    if (option === "FORCE") force = true;
    else if (option === "JUSTID") justId = true;
    else if (option === "IDLE" && args.more()) deliveredAt = now - Number(time("IDLE"));
    else if (option === "TIME" && args.more()) deliveredAt = Number(time("TIME"));
    else if (option === "RETRYCOUNT" && args.more()) deliveries = time("RETRYCOUNT");
    else if (option === "LASTID" && args.more()) lastId = streamId(args.next());
    else throw new ReplyError(`ERR Unrecognized XCLAIM option '${untilZero(word)}'`);
  }
  if (deliveredAt < 0 || deliveredAt > now) deliveredAt = now;
  if (deliveries !== undefined && deliveries < 0) deliveries = undefined;
  return { deliveredAt, deliveries, force, justId, lastId };
}

/** What is pending at an ID; with FORCE it becomes pending where it was not, and has waited for any time. */
function claimable(
  group: ConsumerGroup,
  id: StreamId,
  consumer: Consumer,
  { force }: ClaimOptions,
): Pending | undefined {
  const pending = group.pending.get(id);
  if (pending !== undefined || !force) return pending;
  return { id, consumer, deliveredAt: -Infinity, deliveries: 1 };
}

interface PendingRange {
  readonly minIdle: number;
  readonly start: StreamId;
  readonly end: StreamId;
  readonly count: number;
  readonly consumer: ByteString | undefined;
}

/** Redis takes three to six words here, and leaves those behind the consumer alone. */
function pendingRange(args: Args): PendingRange | undefined {
  if (!args.more()) return undefined;
  if (args.left < 3 || args.left > 6) throw syntaxError();
  let minIdle = 0;
  if (args.peekOption() === "IDLE") {
    args.next();
    minIdle = index(args.next());
    if (args.left < 3) throw syntaxError();
  }
  const [startOperand, endOperand] = [args.next(), args.next()];
  const count = clampedCount(args.next());
  const start = rangeStart(startOperand);
  const end = rangeEnd(endOperand);
  return { minIdle, start, end, count, consumer: args.more() ? args.next() : undefined };
}

function summary(group: ConsumerGroup): Reply {
  const { first, last, size } = group.pending;
  if (first === undefined || last === undefined) return [0, null, null, NIL_ARRAY];
  const consumers = group.consumers().filter(({ pending }) => pending.size > 0);
  return [
    size,
    formatId(first.id),
    formatId(last.id),
    consumers.map(({ name, pending }) => [name, bytes(String(pending.size))]),
  ];
}

function details(group: ConsumerGroup, range: PendingRange, now: number): Reply {
  const { minIdle, start, end, count, consumer } = range;
  const none = new IdMap<Pending>();
  const pendings = consumer === undefined ? group.pending : group.consumer(consumer)?.pending;
  const found: Reply[] = [];
  for (const pending of (pendings ?? none).from(start)) {
    if (found.length >= count || compareIds(pending.id, end) > 0) break;
    const idle = now - pending.deliveredAt;
    if (minIdle !== 0 && idle < minIdle) continue;
    found.push([
      formatId(pending.id),
      pending.consumer.name,
      Math.max(0, idle),
      pending.deliveries,
    ]);
  }
  return found;
}
