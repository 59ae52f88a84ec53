/** XGROUP, after t_stream.c: creating, moving and deleting a stream's consumer groups and their consumers. */
import { untilZero, type ByteString } from "../bytes.js";
import { ReplyError } from "../errors.js";
import { STREAM } from "../keyspace/events.js";
import { OK, status } from "../reply.js";
import type { ConsumerGroup } from "../values/consumer-group.js";
import { MIN_ID } from "../values/stream-id.js";
import { Stream } from "../values/stream.js";
import type { UInt64 } from "../values/uint64.js";
import type { Args } from "./args.js";
import {
  command,
  container,
  noKeys,
  subcommandKey,
  type CommandTable,
  type Context,
} from "./command.js";
import { integer, subcommandSyntax } from "./operands.js";
import { anyStreamId, streamId } from "./stream-operands.js";

export const streamGroupCommands = {
  xgroup: container(-2),

  /**
   * `XGROUP CREATE key group id | $ [MKSTREAM] [ENTRIESREAD n]` → OK; BUSYGROUP where there is one of that name. The group reads on
   * behind the ID.
   */
  "xgroup|create": command(-5, ["write", "denyoom"], subcommandKey, ({ db }, args) => {
    const [key, name, operand] = [args.next(), args.next(), args.next()];
    const { makeStream, entriesRead, count } = createOptions(args);
    const stream = db.stream(key);
    if (stream === undefined && !makeStream) throw keyRequired();
    if (count > MAX_CREATE_OPTIONS) throw subcommandSyntax("XGROUP", args);
    const id = untilZero(operand) === "$" ? (stream?.lastId ?? MIN_ID) : streamId(operand);
    if (stream?.group(name) !== undefined) {
      throw new ReplyError("BUSYGROUP Consumer Group name already exists");
    }

    const changed = stream ?? new Stream();
    if (stream === undefined) db.set(key, changed);
    else db.writeUnwatched(key);
    changed.createGroup(name, id, entriesRead);
    db.notify("xgroup-create", STREAM, key);
    return OK;
  }),

  /** `XGROUP CREATECONSUMER key group consumer` → 1, or 0 where there is one of that name. */
  "xgroup|createconsumer": command(5, ["write", "denyoom"], subcommandKey, (context, args) => {
    const { key, group } = existingGroup(context, args);
    const name = args.next();
    if (group.consumer(name) !== undefined) return 0;
    context.db.writeUnwatched(key);
    group.createConsumer(name, context.now);
    context.db.notify("xgroup-createconsumer", STREAM, key);
    return 1;
  }),

  /** `XGROUP DELCONSUMER key group consumer` → how many entries were pending for the consumer; they are forgotten. */
  "xgroup|delconsumer": command(5, ["write"], subcommandKey, (context, args) => {
    const { key, group } = existingGroup(context, args);
    const consumer = group.consumer(args.next());
    if (consumer === undefined) return 0;
    context.db.writeUnwatched(key);
    group.deleteConsumer(consumer);
    context.db.notify("xgroup-delconsumer", STREAM, key);
    return consumer.pending.size;
  }),

  /** `XGROUP DESTROY key group` → 1, or 0 where there is no such group. */
  "xgroup|destroy": command(4, ["write"], subcommandKey, ({ db }, args) => {
    const key = args.next();
    const name = args.next();
    const stream = db.stream(key);
    if (stream === undefined) throw keyRequired();
    if (stream.group(name) === undefined) return 0;
    db.writeUnwatched(key);
    stream.destroyGroup(name);
    db.wake(key);
    db.notify("xgroup-destroy", STREAM, key);
    return 1;
  }),

  /** `XGROUP HELP` → the subcommands, in words. */
  "xgroup|help": command(2, ["loading", "stale"], noKeys, () => XGROUP_HELP.map(status)),

  /** `XGROUP SETID key group id | $ [ENTRIESREAD n]` → OK; the group reads on behind the ID. */
  "xgroup|setid": command(-5, ["write"], subcommandKey, ({ db }, args) => {
    const [key, name, operand] = [args.next(), args.next(), args.next()];
    const { entriesRead, count } = setIdOptions(args);
    const stream = db.stream(key);
    if (stream === undefined) throw keyRequired();
    const group = stream.group(name);
    if (group === undefined) throw noSuchGroup(name, key);
    if (count > 2) throw subcommandSyntax("XGROUP", args);
    const id = untilZero(operand) === "$" ? stream.lastId : anyStreamId(operand);

    db.writeUnwatched(key);
    group.lastId = id;
    group.entriesRead = entriesRead;
    db.notify("xgroup-setid", STREAM, key);
    return OK;
  }),
} satisfies CommandTable;

/** MKSTREAM and ENTRIESREAD once each. */
const MAX_CREATE_OPTIONS = 3;

interface CreateOptions {
  readonly makeStream: boolean;
  readonly entriesRead: UInt64 | undefined;
  /** How many words they are. */
  readonly count: number;
}

function createOptions(args: Args): CreateOptions {
  const count = args.left;
  let makeStream = false;
  let entriesRead: UInt64 | undefined;
  while (args.more()) {
    const option = args.option();
    if (option === "MKSTREAM") makeStream = true;
    else if (option === "ENTRIESREAD" && args.more()) entriesRead = readCounter(args.next());
    else throw subcommandSyntax("XGROUP", args);
  }
  return { makeStream, entriesRead, count };
}

function setIdOptions(args: Args): Omit<CreateOptions, "makeStream"> {
  const count = args.left;
  let entriesRead: UInt64 | undefined;
  while (args.more()) {
    if (args.option() !== "ENTRIESREAD" || !args.more()) throw subcommandSyntax("XGROUP", args);
    entriesRead = readCounter(args.next());
  }
  return { entriesRead, count };
}

/** How many entries a group has read; -1 where that is unknown. */
function readCounter(operand: ByteString): UInt64 | undefined {
  const value = integer(operand);
  if (value < -1) throw new ReplyError("ERR value for ENTRIESREAD must be positive or -1");
  return value === -1 ? undefined : value;
}

function existingGroup(
  { db }: Context,
  args: Args,
): { readonly key: ByteString; readonly group: ConsumerGroup } {
  const key = args.next();
  const name = args.next();
  const stream = db.stream(key);
  if (stream === undefined) throw keyRequired();
  const group = stream.group(name);
  if (group === undefined) throw noSuchGroup(name, key);
  return { key, group };
}

function keyRequired(): ReplyError {
  return new ReplyError(
    "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.",
  );
}

/** The group, named before the key. */
export function noSuchGroup(group: ByteString, key: ByteString): ReplyError {
  return new ReplyError(
    `NOGROUP No such consumer group '${untilZero(group)}' for key name '${untilZero(key)}'`,
  );
}

const XGROUP_HELP = [
  "XGROUP <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
  "CREATE <key> <groupname> <id|$> [option]",
  "    Create a new consumer group. Options are:",
  "    * MKSTREAM",
  "      Create the empty stream if it does not exist.",
  "    * ENTRIESREAD entries_read",
  "      Set the group's entries_read counter (internal use).",
  "CREATECONSUMER <key> <groupname> <consumer>",
  "    Create a new consumer in the specified group.",
  "DELCONSUMER <key> <groupname> <consumer>",
  "    Remove the specified consumer.",
  "DESTROY <key> <groupname>",
  "    Remove the specified group.",
  "SETID <key> <groupname> <id|$> [ENTRIESREAD entries_read]",
  "    Set the current group ID and entries_read counter.",
  "HELP",
  "    Print this help.",
];
