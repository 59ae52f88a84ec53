/** The line to what is behind a backend: one Redis, or a cluster (cluster-line.ts). */
import type { Redis } from "ioredis";
import type { ByteString } from "../../bytes.js";
import type { Reply } from "../../reply.js";
import type { Session } from "../../session.js";
import {
  hearAllErrors,
  noteReasons,
  readReplies,
  send,
  transact,
  type Library,
} from "./connection.js";
import { listen } from "./listening.js";
import type { Settings } from "./settings.js";

export interface Line {
  /** The command's reply. Commands are sent in the order in which this is called. */
  send(argv: readonly ByteString[]): Promise<Reply>;
  /** The replies of a transaction. Rejects with the ReplyError because of which it was discarded. */
  transact(commands: readonly (readonly ByteString[])[]): Promise<readonly Reply[]>;
  /** Subscribes or monitors for the session, on a connection of its own. */
  listen(argv: readonly ByteString[], session: Session): Promise<Reply>;
  /** Resolves when the first attempt to connect has come to its end, well or not. */
  tried(): Promise<void>;
  close(): void;
}

/** What connections to one Redis and to a cluster's nodes share: nothing is queued, nothing is sent again. */
export function connectionOptions({ username, password, tls }: Settings): object {
  return {
    username,
    password,
    ...(tls === undefined ? {} : { tls }),
    protocol: 2,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 5000,
  };
}

/** How long until the next attempt to connect, in milliseconds. */
export function retryDelay(attempt: number): number {
  return Math.min((attempt - 1) * 50, 1000);
}

export class SingleLine implements Line {
  readonly #library: Library;
  readonly #redis: Redis;

  constructor(library: Library, settings: Settings) {
    const [node] = settings.nodes;
    this.#library = library;
    this.#redis = new library.Redis({
      ...connectionOptions(settings),
      ...node,
      db: settings.db,
      enableOfflineQueue: false,
      retryStrategy: retryDelay,
    });
    noteReasons(this.#redis);
    hearAllErrors(this.#redis);
    readReplies(this.#redis);
  }

  send(argv: readonly ByteString[]): Promise<Reply> {
    return send(this.#library, this.#redis, argv);
  }

  transact(commands: readonly (readonly ByteString[])[]): Promise<readonly Reply[]> {
    return transact(this.#library, this.#redis, commands);
  }

  listen(argv: readonly ByteString[], session: Session): Promise<Reply> {
    const own = this.#redis.duplicate({ lazyConnect: true, retryStrategy: () => null });
    return listen(own, argv, session);
  }

  tried(): Promise<void> {
    return firstOf(this.#redis, ["ready", "close"]);
  }

  close(): void {
    this.#redis.disconnect();
  }
}

/** Resolves at the first of the events. */
export function firstOf(
  emitter: { once(event: string, listener: () => void): unknown },
  events: readonly string[],
): Promise<void> {
  return new Promise((resolve) => {
    for (const event of events) emitter.once(event, resolve);
  });
}
