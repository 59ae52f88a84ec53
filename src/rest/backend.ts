/** What may stand behind the doors that speak Upstash: the engine is one, a Redis elsewhere may be another (`kv-emulator/node`). */
import type { User } from "../acl/user.js";
import type { ByteString } from "../bytes.js";
import type { Call, Linter, Replies } from "../call.js";
import { ReplyError } from "../errors.js";
import type { RequestObserver } from "../request-observer.js";
import type { Receive, Session } from "../session.js";

export interface Backend {
  /** Moves with every write; what `upstash-sync-token` tells. */
  readonly changes: number;
  /** The largest command it takes over REST, in bytes of all its words; 10 MiB unless it says otherwise. */
  readonly maxCommandBytes?: number | undefined;
  /** Whether what travels may be disturbed: the doubles then take the real client's way. */
  readonly disrupted: boolean;
  /** Who looks on at what is asked and answered. */
  readonly requestObserver?: RequestObserver | undefined;
  /** Who looks at what doors refuse; where there is one, doors tell where calls come from. */
  readonly linter?: Linter | undefined;
  /** What is sent unasked goes to `receive`; without it the session can not subscribe. */
  createSession(profile: "upstash", receive?: Receive): Session;
  /** Ends a session's subscriptions and MONITOR. */
  closeSession(session: Session): void;
  /** The user that a token stands for beside the door's own. */
  userOfToken(token: ByteString): User | undefined;
  /** Answers with one reply per command. Rejects with a ReplyError where a transaction was discarded. */
  handle(call: Call): Replies;
}

/** Stands for the reply of a command that what is behind the doors could not be asked for, or did not answer: a 503 over REST. */
export class Unavailable extends ReplyError {}

/** Stands for a result that is too large to be sent: Upstash says so with status 200. */
export class ResultTooLarge extends ReplyError {}
