/**
 * One connection's state: its database, its transaction and what it watches. Doors that have no connections (the doubles, REST)
 * use a session of their own per emulator.
 */
import { User } from "./acl/user.js";
import { bytes, type ByteString } from "./bytes.js";
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

/** What a session has set for itself. */
export interface SessionState {
  readonly user: ByteString;
  readonly authenticated: boolean;
  readonly database: number;
  readonly resp: 2 | 3;
  readonly name: ByteString;
  readonly libraryName: ByteString;
  readonly libraryVersion: ByteString;
  readonly replies: "on" | "off" | "skip";
  readonly noEvict: boolean;
  readonly noTouch: boolean;
  readonly transaction: Transaction | undefined;
  readonly watched: readonly Watched[];
  readonly watchBroken: boolean;
}

interface Watched {
  readonly db: Database;
  readonly key: ByteString;
}

export class Session implements Subscriber {
  readonly profile: Profile;
  /** Undefined for a session that can take no messages. */
  readonly receive: Receive | undefined;
  /** Is shown what the session receives, before it does. */
  seen: Receive | undefined = undefined;
  readonly subscriptions: Readonly<Record<Subject, Set<ByteString>>> = {
    channels: new Set(),
    patterns: new Set(),
    shardChannels: new Set(),
  };
  /** Who the client is. */
  user: User;
  /** The password that the session's door asks user `default` for, whatever the user's own are. */
  password: ByteString | undefined = undefined;
  /** Whether the client has said who it is, or has not been asked to. */
  authenticated = true;
  /** Whether the connection has ended, by QUIT or because its user is gone. */
  closed = false;
  /** Told when the session ends from within; undefined for the emulator's own session, which never does. */
  onClose: (() => void) | undefined = undefined;
  /** What HELLO tells as the client's number. */
  id = 0;
  /** Whether replies are sent, or as CLIENT REPLY says: none, or not the next. */
  replies: "on" | "off" | "skip" = "on";
  /** What the client says of its library, as CLIENT SETINFO sets it. */
  libraryName = bytes("");
  libraryVersion = bytes("");
  /** CLIENT NO-EVICT and CLIENT NO-TOUCH. */
  noEvict = false;
  noTouch = false;
  /** When the session began and when it last called a command: Unix time in milliseconds. */
  createdAt = 0;
  calledAt = 0;
  /** The command that the session called last. */
  lastCommand = "NULL";
  /** The name that the client has given itself. */
  name = bytes("");
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
  readonly #watched: Watched[] = [];

  constructor(profile: Profile, receive?: Receive, user = User.almighty(bytes("default"))) {
    this.profile = profile;
    this.receive = receive;
    this.user = user;
    this.logIn(user, user.enabled && user.nopass);
  }

  /** Asks for a password before the session may do anything. */
  askFor(password: ByteString): void {
    this.password = password;
    this.authenticated = false;
  }

  /** The session is that user from here on. */
  logIn(user: User, authenticated: boolean): void {
    this.user.sessions.delete(this);
    this.user = user;
    this.authenticated = authenticated;
    // Of `default` there are many, and it is never removed.
    if (user.name !== "default") user.sessions.add(this);
  }

  /** Whether the session's calls are let through without a look at its user's rules. */
  get trusted(): boolean {
    return this.authenticated && this.user.unrestricted;
  }

  /** Ends the session as QUIT does. */
  close(): void {
    if (this.onClose === undefined) return;
    this.closed = true;
    this.authenticated = false;
    this.onClose();
  }

  /** Whether the session listens to anything. */
  get subscribed(): boolean {
    const { channels, patterns, shardChannels } = this.subscriptions;
    return channels.size + patterns.size + shardChannels.size > 0;
  }

  deliver(message: Reply): void {
    this.seen?.(message);
    this.receive?.(message);
  }

  /** How many keys the session watches. */
  get watchedKeys(): number {
    return this.#watched.length;
  }

  /** Whether a watched key has changed since WATCH. */
  get watchBroken(): boolean {
    return this.#watch.broken;
  }

  watch(db: Database, key: ByteString): void {
    db.watch(key, this.#watch);
    this.#watched.push({ db, key });
  }

  snapshot(): SessionState {
    const { user, authenticated, database, resp, name, libraryName, libraryVersion } = this;
    const { replies, noEvict, noTouch, transaction, watchBroken } = this;
    return {
      user: user.name,
      authenticated,
      database,
      resp,
      name,
      libraryName,
      libraryVersion,
      replies,
      noEvict,
      noTouch,
      transaction: copied(transaction),
      watched: [...this.#watched],
      watchBroken,
    };
  }

  /** `user` is the one of the name that the state has. */
  restore(state: SessionState, user: User): void {
    const { watched, watchBroken, transaction, authenticated, user: _, ...others } = state;
    this.endTransaction();
    this.logIn(user, authenticated);
    Object.assign(this, others);
    this.transaction = copied(transaction);
    for (const { db, key } of watched) this.watch(db, key);
    this.#watch.broken = watchBroken;
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

function copied(transaction: Transaction | undefined): Transaction | undefined {
  return transaction && { queue: [...transaction.queue], failed: transaction.failed };
}
