/** XINFO, after t_stream.c: what a stream, its groups and their consumers are like. */
import { bytes, type ByteString } from "../bytes.js";
import { noSuchKey } from "../errors.js";
import type { Database } from "../keyspace/database.js";
import { map, status, type Reply } from "../reply.js";
import type { Consumer, ConsumerGroup, Pending } from "../values/consumer-group.js";
import type { IdMap } from "../values/id-map.js";
import { formatId, MIN_ID } from "../values/stream-id.js";
import { WHOLE_STREAM, type Stream } from "../values/stream.js";
import { signed, type UInt64 } from "../values/uint64.js";
import type { Args } from "./args.js";
import { command, container, noKeys, subcommandKey, type CommandTable } from "./command.js";
import { index, subcommandSyntax } from "./operands.js";
import { noSuchGroup } from "./stream-groups.js";
import { entryReply } from "./stream-operands.js";

export const streamInfoCommands = {
  xinfo: container(-2),

  /** `XINFO CONSUMERS key group` → each consumer's name, pending entries, and milliseconds since it last tried and last got something. */
  "xinfo|consumers": command(4, ["readonly"], subcommandKey, ({ db, now }, args) => {
    const key = args.next();
    const name = args.next();
    const group = existingStream(db, key).group(name);
    if (group === undefined) throw noSuchGroup(name, key);
    return group.consumers().map((consumer) =>
      fields({
        name: consumer.name,
        pending: consumer.pending.size,
        idle: Math.max(0, now - consumer.seenAt),
        inactive: consumer.activeAt === undefined ? -1 : now - consumer.activeAt,
      }),
    );
  }),

  /** `XINFO GROUPS key` → each group's name, how far it has read, and what it has not read yet (nil where deletions hide that). */
  "xinfo|groups": command(3, ["readonly"], subcommandKey, ({ db }, args) => {
    const stream = existingStream(db, args.next());
    return stream.groups().map(([name, group]) =>
      fields({
        name,
        consumers: group.consumerCount,
        pending: group.pending.size,
        "last-delivered-id": formatId(group.lastId),
        "entries-read": counter(group.entriesRead),
        lag: counter(stream.lag(group)),
      }),
    );
  }),

  /** `XINFO HELP` → the subcommands, in words. */
  "xinfo|help": command(2, ["loading", "stale"], noKeys, () => XINFO_HELP.map(status)),

  /** `XINFO STREAM key [FULL [COUNT n]]` → the stream's counters and its first and last entry; with FULL its entries and groups, 10 of each kind or n (0 for all). */
  "xinfo|stream": command(-3, ["readonly"], subcommandKey, ({ db }, args) => {
    const stream = existingStream(db, args.next());
    const count = fullCount(args);
    const counters = {
      length: stream.size,
      "radix-tree-keys": stream.nodeCount,
      "radix-tree-nodes": stream.radixTreeNodes,
      "last-generated-id": formatId(stream.lastId),
      "max-deleted-entry-id": formatId(stream.maxDeletedId),
      "entries-added": signed(stream.entriesAdded),
      "recorded-first-entry-id": formatId(stream.first?.id ?? MIN_ID),
    };
    if (count !== undefined) {
      return fields({
        ...counters,
        entries: stream.range(...WHOLE_STREAM, count).map(entryReply),
        groups: stream.groups().map(([name, group]) => fullGroup(stream, name, group, count)),
      });
    }
    const { first, last } = stream;
    return fields({
      ...counters,
      groups: stream.groupCount,
      "first-entry": first === undefined ? null : entryReply(first),
      "last-entry": last === undefined ? null : entryReply(last),
    });
  }),
} satisfies CommandTable;

function existingStream(db: Database, key: ByteString): Stream {
  const stream = db.stream(key);
  if (stream === undefined) throw noSuchKey();
  return stream;
}

/** A map of named fields, in their order. */
function fields(named: Readonly<Record<string, Reply>>): Reply {
  return map(Object.entries(named).flatMap(([name, value]) => [bytes(name), value]));
}

function counter(value: UInt64 | undefined): Reply {
  return value === undefined ? null : signed(value);
}

/** How much FULL shows, Infinity for all; undefined without FULL. */
function fullCount(args: Args): number | undefined {
  const { left } = args;
  if (left === 0) return undefined;
  if ((left !== 1 && left !== 3) || args.option() !== "FULL") throw subcommandSyntax("XINFO", args);
  if (left === 1) return DEFAULT_COUNT;
  if (args.option() !== "COUNT") throw subcommandSyntax("XINFO", args);
  const count = index(args.next());
  if (count < 0) return DEFAULT_COUNT;
  return count === 0 ? Infinity : count;
}

const DEFAULT_COUNT = 10;

function fullGroup(stream: Stream, name: ByteString, group: ConsumerGroup, count: number): Reply {
  return fields({
    name,
    "last-delivered-id": formatId(group.lastId),
    "entries-read": counter(group.entriesRead),
    lag: counter(stream.lag(group)),
    "pel-count": group.pending.size,
    pending: firstPending(group.pending, count, ({ id, consumer, deliveredAt, deliveries }) => [
      formatId(id),
      consumer.name,
      deliveredAt,
      deliveries,
    ]),
    consumers: group.consumers().map((consumer) => fullConsumer(consumer, count)),
  });
}

function fullConsumer({ name, seenAt, activeAt, pending }: Consumer, count: number): Reply {
  return fields({
    name,
    "seen-time": seenAt,
    "active-time": activeAt ?? -1,
    "pel-count": pending.size,
    pending: firstPending(pending, count, ({ id, deliveredAt, deliveries }) => [
      formatId(id),
      deliveredAt,
      deliveries,
    ]),
  });
}

function firstPending(
  pending: IdMap<Pending>,
  count: number,
  show: (pending: Pending) => Reply,
): Reply[] {
  const found: Reply[] = [];
  for (const entry of pending.from()) {
    if (found.length >= count) break;
    found.push(show(entry));
  }
  return found;
}

const XINFO_HELP = [
  "XINFO <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
  "CONSUMERS <key> <groupname>",
  "    Show consumers of <groupname>.",
  "GROUPS <key>",
  "    Show the stream consumer groups.",
  "STREAM <key> [FULL [COUNT <count>]",
  "    Show information about the stream.",
  "HELP",
  "    Print this help.",
];
