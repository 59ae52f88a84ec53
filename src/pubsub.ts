/** Channels, patterns and shard channels, and who listens to them. A message goes to its listeners before PUBLISH answers. */
import { bytes, type ByteString } from "./bytes.js";
import { globMatcher, type Matches } from "./glob.js";
import { push, type Reply } from "./reply.js";

/** What can be listened to: channels by name, channels by pattern, channels of a cluster's shard. */
export type Subject = "channels" | "patterns" | "shardChannels";

/** Who listens. What it listens to stands in its sets; only `PubSub` changes them. */
export interface Subscriber {
  readonly subscriptions: Readonly<Record<Subject, Set<ByteString>>>;
  /** Takes a message for the client. */
  deliver(message: Reply): void;
}

export class PubSub {
  readonly #subscribers: Readonly<Record<Subject, Map<ByteString, Set<Subscriber>>>> = {
    channels: new Map(),
    patterns: new Map(),
    shardChannels: new Map(),
  };
  readonly #matchers = new Map<ByteString, Matches>();

  /** How many patterns are listened to. */
  get patternCount(): number {
    return this.#subscribers.patterns.size;
  }

  /** The channels that have subscribers. */
  channels(subject: "channels" | "shardChannels"): readonly ByteString[] {
    return [...this.#subscribers[subject].keys()];
  }

  /** All who listen to anything. */
  subscribers(): ReadonlySet<Subscriber> {
    const all = new Set<Subscriber>();
    for (const subject of Object.values(this.#subscribers)) {
      for (const subscribers of subject.values()) {
        for (const subscriber of subscribers) all.add(subscriber);
      }
    }
    return all;
  }

  /** How many listen to the channel by its name. */
  count(subject: Subject, name: ByteString): number {
    return this.#subscribers[subject].get(name)?.size ?? 0;
  }

  subscribe(subscriber: Subscriber, subject: Subject, name: ByteString): void {
    subscriber.subscriptions[subject].add(name);
    const found = this.#subscribers[subject].get(name);
    if (found !== undefined) {
      found.add(subscriber);
      return;
    }
    this.#subscribers[subject].set(name, new Set([subscriber]));
    if (subject === "patterns") this.#matchers.set(name, channelMatcher(name));
  }

  unsubscribe(subscriber: Subscriber, subject: Subject, name: ByteString): void {
    subscriber.subscriptions[subject].delete(name);
    const found = this.#subscribers[subject].get(name);
    found?.delete(subscriber);
    if (found?.size !== 0) return;
    this.#subscribers[subject].delete(name);
    this.#matchers.delete(name);
  }

  /** Ends all subscriptions of one that goes. */
  leave(subscriber: Subscriber): void {
    for (const subject of ["channels", "patterns", "shardChannels"] as const) {
      for (const name of subscriber.subscriptions[subject]) {
        this.unsubscribe(subscriber, subject, name);
      }
    }
  }

  /** Returns how many got the message: a client once for the channel, and once for each of its patterns that fits. */
  publish(channel: ByteString, message: ByteString): number {
    let receivers = this.#deliver("channels", channel, push([MESSAGE, channel, message]));
    for (const [pattern, matches] of this.#matchers) {
      if (!matches(channel)) continue;
      const fitting = push([PATTERN_MESSAGE, pattern, channel, message]);
      receivers += this.#deliver("patterns", pattern, fitting);
    }
    return receivers;
  }

  publishToShard(channel: ByteString, message: ByteString): number {
    return this.#deliver("shardChannels", channel, push([SHARD_MESSAGE, channel, message]));
  }

  #deliver(subject: Subject, name: ByteString, message: Reply): number {
    const subscribers = this.#subscribers[subject].get(name);
    if (subscribers === undefined) return 0;
    for (const subscriber of subscribers) subscriber.deliver(message);
    return subscribers.size;
  }
}

/** Unlike KEYS, `*` does not match the empty channel. */
export function channelMatcher(pattern: ByteString): Matches {
  return pattern === "*" ? (channel) => channel !== "" : globMatcher(pattern);
}

const MESSAGE = bytes("message");
const PATTERN_MESSAGE = bytes("pmessage");
const SHARD_MESSAGE = bytes("smessage");
