/**
 * One connection's state: its database, its transaction and what it watches. Doors that have no connections (the doubles, REST)
 * use a session of their own per emulator.
 */
import type { ByteString } from "./bytes.js";
import type { Database, Watch } from "./keyspace/database.js";
import type { Profile } from "./profile.js";
import type { Subject, Subscriber } from "./pubsub.js";
import type { Reply } from "./reply.js";

/** The commands queued since MULTI. A command that could not be queued makes EXEC fail. */
export interface Transaction {
  readonly queue: (readonly ByteString[])[];
  failed: boolean;
}

/** Takes what the server sends without being asked: messages of channels, the lines of MONITOR. */
export type Receive = (message: Reply) => void;

export class Session implements Subscriber {
  readonly profile: Profile;
  /** Undefined for a session that can take no messages. */
  readonly receive: Receive | undefined;
  readonly subscriptions: Readonly<Record<Subject, Set<ByteString>>> = {
    channels: new Set(),
    patterns: new Set(),
    shardChannels: new Set(),
  };
  /** The protocol in which the session's replies are encoded. */
  resp: 2 | 3 = 2;
  database = 0;
  /** Where the client is, as MONITOR and CLIENT LIST show it. */
  address = "0.0.0.0:0";
  /** Whether EXEC runs the session's transaction. */
  inExec = false;
  /** Whether a script runs in the session. */
  inScript = false;
  transaction: Transaction | undefined = undefined;
  /** What was called while the session waited for a key: it is run when the wait is over. */
  readonly backlog: (readonly ByteString[])[] = [];
  #watch: Watch = { broken: false };
  readonly #watched: { readonly db: Database; readonly key: ByteString }[] = [];

  constructor(profile: Profile, receive?: Receive) {
    this.profile = profile;
    this.receive = receive;
  }

  /** Whether the session listens to anything. */
  get subscribed(): boolean {
    const { channels, patterns, shardChannels } = this.subscriptions;
    return channels.size + patterns.size + shardChannels.size > 0;
  }

  deliver(message: Reply): void {
    this.receive?.(message);
  }

  /** Whether a watched key has changed since WATCH. */
  get watchBroken(): boolean {
    return this.#watch.broken;
  }

  watch(db: Database, key: ByteString): void {
    db.watch(key, this.#watch);
    this.#watched.push({ db, key });
  }

  endTransaction(): void {
    this.transaction = undefined;
    this.unwatch();
  }

  unwatch(): void {
    for (const { db, key } of this.#watched) db.unwatch(key, this.#watch);
    this.#watched.length = 0;
    this.#watch = { broken: false };
  }
}
