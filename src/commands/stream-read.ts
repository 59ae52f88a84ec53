/** XREAD and XREADGROUP, after t_stream.c. BLOCK is read here and waited for elsewhere: both answer at once. */
import { untilZero, type ByteString } from "../bytes.js";
import { ReplyError, syntaxError } from "../errors.js";
import { STREAM } from "../keyspace/events.js";
import { keyed, NIL_ARRAY, type Reply } from "../reply.js";
import {
  countDelivery,
  newConsumer,
  type Consumer,
  type ConsumerGroup,
} from "../values/consumer-group.js";
import {
  compareIds,
  formatId,
  MAX_ID,
  MIN_ID,
  nextId,
  previousId,
  type StreamId,
} from "../values/stream-id.js";
import type { Stream, StreamEntry } from "../values/stream.js";
import { Args } from "./args.js";
import { timeoutInMilliseconds } from "./blocking.js";
import { command, noKeys, type CommandTable, type Context } from "./command.js";
import { clampedCount, entryReply, streamId } from "./stream-operands.js";

export const streamReadCommands = {
  /**
   * `XREAD [COUNT n] [BLOCK ms] STREAMS key [key …] id [id …]` → the streams with entries behind their ID, each with those; nil where
   * there is none. `$` stands for the last ID, `+` for the ID before the last entry.
   */
  xread: command(-4, ["readonly", "blocking", "movablekeys"], noKeys, (context, args) => {
    const { db } = context;
    const { count, keys, ids, until } = readOptions(context, args, "xread");
    const sources = keys.map((key, index) => {
      const stream = db.stream(key);
      return { key, after: readAfter(stream, ids[index]) };
    });
    const found: Reply[] = [];
    for (const { key, after } of sources) {
      const stream = db.stream(key);
      const start = nextId(after);
      if (stream?.last === undefined || start === undefined) continue;
      if (compareIds(stream.last.id, after) <= 0) continue;
      found.push(key, stream.range(start, MAX_ID, count).map(entryReply));
    }
    if (found.length > 0) return keyed(found);
    if (until === undefined) return NIL_ARRAY;
    const again = new Args(
      withIds(
        args.argv,
        sources.map(({ after }) => after),
      ),
    );
    return context.wait({ args: again, type: "stream", keys, until, otherwise: NIL_ARRAY });
  }),

  /**
   * `XREADGROUP GROUP group consumer [COUNT n] [BLOCK ms] [NOACK] STREAMS key [key …] id [id …]` → as XREAD. `>` reads what the group
   * has delivered to nobody, and makes it pending unless NOACK; an ID reads again what is pending for the consumer.
   */
  xreadgroup: command(-7, ["write", "blocking", "movablekeys"], noKeys, (context, args) => {
    const {
      count,
      keys,
      ids,
      group: named,
      noAck,
      until,
    } = readOptions(context, args, "xreadgroup");
    if (named === undefined) throw new ReplyError("ERR Missing GROUP option for XREADGROUP");
    const sources = keys.map((key, index) => {
      const stream = context.db.stream(key);
      const group = stream?.group(named.group);
      if (stream === undefined || group === undefined) {
        throw new ReplyError(
          `NOGROUP No such key '${untilZero(key)}' or consumer group '${untilZero(named.group)}' in XREADGROUP with GROUP option`,
        );
      }
      return { key, stream, group, after: groupReadAfter(ids[index]) };
    });
    const keepsConsumer = !noAck || context.profile.noAckCreatesConsumer;
    const found: Reply[] = [];
    for (const { key, stream, group, after } of sources) {
      const fresh = compareIds(after, MAX_ID) === 0;
      context.db.writeUnwatched(key);
      const created = newConsumer(named.consumer, context.now);
      const consumer = group.consumer(named.consumer) ?? created;
      if (consumer === created && keepsConsumer) {
        group.addConsumer(created);
        context.db.notify("xgroup-createconsumer", STREAM, key);
      }
      consumer.seenAt = context.now;
      const reader = { now: context.now, stream, group, consumer };
      if (!fresh) found.push(key, history(reader, after, count));
      else if (stream.last !== undefined && compareIds(stream.last.id, group.lastId) > 0) {
        found.push(key, deliver(reader, count, noAck).map(entryReply));
      }
    }
    if (found.length > 0) return keyed(found);
    if (until === undefined) return NIL_ARRAY;
    return context.wait({ args, type: "stream", keys, until, otherwise: NIL_ARRAY, orGone: true });
  }),
} satisfies CommandTable;

/** The command with IDs in the place of `$`, which means the stream as it was when the command came. */
function withIds(argv: readonly ByteString[], ids: readonly StreamId[]): readonly ByteString[] {
  const start = argv.length - ids.length;
  return argv.map((word, place) => {
    const id = ids[place - start];
    return untilZero(word) === "$" && id !== undefined ? formatId(id) : word;
  });
}

interface ReadOptions {
  readonly count: number;
  readonly keys: readonly ByteString[];
  readonly ids: readonly ByteString[];
  readonly group: { readonly group: ByteString; readonly consumer: ByteString } | undefined;
  readonly noAck: boolean;
  /** When the wait ends of one that would wait. */
  readonly until: number | undefined;
}

function readOptions({ now }: Context, args: Args, name: "xread" | "xreadgroup"): ReadOptions {
  let count = Infinity;
  let group: ReadOptions["group"];
  let noAck = false;
  let until: number | undefined;
  while (args.more()) {
    const option = args.option();
    if (option === "BLOCK" && args.more()) until = timeoutInMilliseconds(args.next(), now);
    else if (option === "COUNT" && args.more()) count = clampedCount(args.next()) || Infinity;
    else if (option === "GROUP" && args.left >= 2) {
      if (name === "xread") throw onlyForGroups("GROUP");
      group = { group: args.next(), consumer: args.next() };
    } else if (option === "NOACK") {
      if (name === "xread") throw onlyForGroups("NOACK");
      noAck = true;
    } else if (option === "STREAMS" && args.more()) {
      const words = args.rest();
      if (words.length % 2 === 1) {
        const ids = name === "xread" ? "an ID, '+', or '$'" : "an ID or '>'";
        throw new ReplyError(
          `ERR Unbalanced '${name}' list of streams: for each stream key ${ids} must be specified.`,
        );
      }
      const middle = words.length / 2;
      return { count, group, noAck, until, keys: words.slice(0, middle), ids: words.slice(middle) };
    } else throw syntaxError();
  }
  throw syntaxError();
}

function onlyForGroups(option: string): ReplyError {
  return new ReplyError(
    `ERR The ${option} option is only supported by XREADGROUP. You called XREAD instead.`,
  );
}

/** The ID behind which XREAD reads. */
function readAfter(stream: Stream | undefined, operand: ByteString | undefined): StreamId {
  if (operand === undefined) return MIN_ID;
  switch (untilZero(operand)) {
    case "$":
      return stream?.lastId ?? MIN_ID;
    case "+":
      return (stream?.last && previousId(stream.last.id)) ?? MIN_ID;
    case ">":
      throw new ReplyError(
        "ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.",
      );
    default:
      return streamId(operand);
  }
}

/** The ID behind which XREADGROUP reads; the greatest stands for `>`. */
function groupReadAfter(operand: ByteString | undefined): StreamId {
  if (operand === undefined) return MAX_ID;
  const word = untilZero(operand);
  if (word === ">") return MAX_ID;
  if (word !== "$" && word !== "+") return streamId(operand);
  throw new ReplyError(
    `ERR The ${word} ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The ${word} ID would just return an empty result set.`,
  );
}

interface Reader {
  readonly now: number;
  readonly stream: Stream;
  readonly group: ConsumerGroup;
  readonly consumer: Consumer;
}

/** The entries that the group has delivered to nobody; they become the consumer's. */
function deliver(
  { now, stream, group, consumer }: Reader,
  count: number,
  noAck: boolean,
): readonly StreamEntry[] {
  const start = nextId(group.lastId);
  if (start === undefined) return [];
  const entries = stream.range(start, MAX_ID, count);
  for (const { id } of entries) {
    stream.advance(group, id);
    if (noAck) continue;
    // After XGROUP SETID the group may deliver an entry again that is pending for another consumer.
    const pending = group.pending.get(id) ?? { id, consumer, deliveredAt: now, deliveries: 1 };
    pending.deliveredAt = now;
    pending.deliveries = 1;
    group.assign(pending, consumer);
    consumer.activeAt = now;
  }
  return entries;
}

/** What is pending for the consumer behind an ID; entries that were deleted meanwhile have nil for fields. */
function history({ now, stream, consumer }: Reader, after: StreamId, count: number): Reply[] {
  const start = nextId(after);
  const replies: Reply[] = [];
  if (start === undefined) return replies;
  for (const pending of consumer.pending.from(start)) {
    if (replies.length >= count) break;
    const entry = stream.get(pending.id);
    replies.push(entry === undefined ? [formatId(pending.id), NIL_ARRAY] : entryReply(entry));
    if (entry === undefined) continue;
    pending.deliveredAt = now;
    countDelivery(pending);
  }
  return replies;
}
