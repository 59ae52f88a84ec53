/** Channels: PUBLISH, the subscriptions of a session, and PUBSUB, after pubsub.c. */
import { bytes, type ByteString } from "../bytes.js";
import { ReplyError } from "../errors.js";
import { channelMatcher, type Subject } from "../pubsub.js";
import { push, several, status, type Reply } from "../reply.js";
import type { Session } from "../session.js";
import type { Args } from "./args.js";
import {
  command,
  container,
  firstKey,
  noKeys,
  allKeys,
  type CommandTable,
  type Context,
  type Flag,
  type Handler,
} from "./command.js";
import { subcommandSyntax } from "./operands.js";

const flags: readonly Flag[] = ["pubsub", "noscript", "loading", "stale"];
const publishFlags: readonly Flag[] = ["pubsub", "loading", "stale", "fast"];
const introspection: readonly Flag[] = ["pubsub", "loading", "stale"];

export const pubsubCommands = {
  /** `PSUBSCRIBE pattern [pattern …]` → for each, psubscribe, the pattern and how much the session listens to. */
  psubscribe: command(-2, flags, noKeys, subscribe("patterns", "psubscribe")),

  /** `PUBLISH channel message` → how many got the message. */
  publish: command(3, publishFlags, noKeys, ({ pubsub }, args) =>
    pubsub.publish(args.next(), args.next()),
  ),

  pubsub: container(-2),

  /** `PUBSUB CHANNELS [pattern]` → the channels that have subscribers. */
  "pubsub|channels": command(-2, introspection, noKeys, (context, args) =>
    channels(context, "channels", args),
  ),

  /** `PUBSUB HELP` → what the subcommands do. */
  "pubsub|help": command(2, ["loading", "stale"], noKeys, () => HELP.map(status)),

  /** `PUBSUB NUMPAT` → how many patterns are listened to. */
  "pubsub|numpat": command(2, introspection, noKeys, ({ pubsub }) => pubsub.patternCount),

  /** `PUBSUB NUMSUB [channel …]` → channels and their numbers of subscribers, patterns not counted. */
  "pubsub|numsub": command(-2, introspection, noKeys, ({ pubsub }, args) =>
    args.rest().flatMap((name) => [name, pubsub.count("channels", name)]),
  ),

  /** `PUBSUB SHARDCHANNELS [pattern]` → the shard channels that have subscribers. */
  "pubsub|shardchannels": command(-2, introspection, noKeys, (context, args) =>
    channels(context, "shardChannels", args),
  ),

  /** `PUBSUB SHARDNUMSUB [channel …]` → shard channels and their numbers of subscribers. */
  "pubsub|shardnumsub": command(-2, introspection, noKeys, ({ pubsub }, args) =>
    args.rest().flatMap((name) => [name, pubsub.count("shardChannels", name)]),
  ),

  /** `PUNSUBSCRIBE [pattern …]` → for each (all without), punsubscribe, the pattern and what is left. */
  punsubscribe: command(-1, flags, noKeys, unsubscribe("patterns", "punsubscribe")),

  /** `SPUBLISH channel message` → how many got the message. */
  spublish: command(3, publishFlags, firstKey, ({ pubsub }, args) =>
    pubsub.publishToShard(args.next(), args.next()),
  ),

  /** `SSUBSCRIBE channel [channel …]` → for each, ssubscribe, the channel and how many shard channels the session listens to. */
  ssubscribe: command(-2, flags, allKeys, subscribe("shardChannels", "ssubscribe")),

  /** `SUBSCRIBE channel [channel …]` → for each, subscribe, the channel and how much the session listens to. */
  subscribe: command(-2, flags, noKeys, subscribe("channels", "subscribe")),

  /** `SUNSUBSCRIBE [channel …]` → for each (all without), sunsubscribe, the channel and what is left. */
  sunsubscribe: command(-1, flags, allKeys, unsubscribe("shardChannels", "sunsubscribe")),

  /** `UNSUBSCRIBE [channel …]` → for each (all without), unsubscribe, the channel and what is left. */
  unsubscribe: command(-1, flags, noKeys, unsubscribe("channels", "unsubscribe")),
} satisfies CommandTable;

function subscribe(subject: Subject, word: string): Handler {
  return ({ pubsub, session }, args) => {
    if (session.receive === undefined) throw takesNoMessages();
    return several(
      args.rest().map((name) => {
        pubsub.subscribe(session, subject, name);
        return push([bytes(word), name, counted(session, subject)]);
      }),
    );
  };
}

function unsubscribe(subject: Subject, word: string): Handler {
  return ({ pubsub, session }, args) => {
    const names: (ByteString | null)[] = args.more()
      ? args.rest()
      : [...session.subscriptions[subject]];
    if (names.length === 0) names.push(null);
    return several(
      names.map((name) => {
        if (name !== null) pubsub.unsubscribe(session, subject, name);
        return push([bytes(word), name, counted(session, subject)]);
      }),
    );
  };
}

/** Shard channels are counted by themselves, channels and patterns together. */
function counted({ subscriptions }: Session, subject: Subject): number {
  const { channels: named, patterns, shardChannels } = subscriptions;
  return subject === "shardChannels" ? shardChannels.size : named.size + patterns.size;
}

function channels({ pubsub }: Context, subject: "channels" | "shardChannels", args: Args): Reply {
  const all = pubsub.channels(subject);
  if (!args.more()) return all;
  const matches = channelMatcher(args.next());
  if (args.more()) throw subcommandSyntax("PUBSUB", args);
  return all.filter(matches);
}

function takesNoMessages(): ReplyError {
  return new ReplyError(
    "ERR this session of kv-emulator takes no messages: make it with createSession(profile, receive)",
  );
}

const HELP = [
  "PUBSUB <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
  "CHANNELS [<pattern>]",
  "    Return the currently active channels matching a <pattern> (default: '*').",
  "NUMPAT",
  "    Return number of subscriptions to patterns.",
  "NUMSUB [<channel> ...]",
  "    Return the number of subscribers for the specified channels, excluding",
  "    pattern subscriptions(default: no channels).",
  "SHARDCHANNELS [<pattern>]",
  "    Return the currently active shard level channels matching a <pattern> (default: '*').",
  "SHARDNUMSUB [<shardchannel> ...]",
  "    Return the number of subscribers for the specified shard level channel(s)",
  "HELP",
  "    Print this help.",
];
