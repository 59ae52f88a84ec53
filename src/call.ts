/** What stands between the doors and the engine: calls as doors hand them in, and who may look at them, hold them up or answer them. */
import type { ByteString } from "./bytes.js";
import type { Command } from "./commands/command.js";
import type { Alteration } from "./disruption.js";
import type { ReplyError } from "./errors.js";
import type { Reply } from "./reply.js";
import type { Session } from "./session.js";

/** What a door hands in: commands to run in order, in one session. */
export interface Call {
  readonly commands: readonly (readonly ByteString[])[];
  readonly session: Session;
  readonly door: "double" | "rest" | "resp";
  /** Whether the commands are a transaction: nothing may run between them. */
  readonly atomic: boolean;
  /**
   * Who calls: the name of a double; over REST the user whose token it is (`default`, `read-only`), or the token itself where none is
   * asked for; over RESP the name given by CLIENT SETNAME, or `client-` and the connection's number.
   */
  readonly client: string;
  /** What the client has seen of the database, as its `upstash-sync-token` says; undefined where it says nothing. */
  readonly syncToken?: string | undefined;
  /** Told what the client has seen of the database when it has the replies, as `Engine.changes`, where that is not the present. */
  readonly onSeen?: ((changes: number) => void) | undefined;
  /** Has the response altered on its way to the client, when the commands have run; only REST has responses. */
  readonly alterResponse?: ((alter: Alteration) => void) | undefined;
  /** Told how many commands have run for the call, those that scripts call included. */
  readonly onRun?: ((commands: number) => void) | undefined;
  /** What else its door knows of it; only where lint is on. */
  readonly origin?: Origin | undefined;
}

/** How a client has called; what a door can not see is undefined. */
export interface Origin {
  /** The commands in JSON's types, those that were refused among them. */
  readonly sent?: readonly unknown[] | undefined;
  /** The `cache` of its `fetch`. */
  readonly cache?: string | undefined;
  /** Whether it parses what it reads (`automaticDeserialization`). */
  readonly deserializes?: boolean | undefined;
}

/** Who is told of commands that a door refuses by itself. */
export interface Linter {
  /** The call has but the command that was refused, which was the one at `index` of its request. */
  refused(call: Call, refusal: ReplyError, index: number): void;
}

export type Replies = readonly Reply[] | Promise<readonly Reply[]>;

/** Commands that have run: one, or those of a transaction. `call` is what brought them; undefined for `call` and `execute`. */
export interface Run {
  readonly session: Session;
  readonly commands: readonly (readonly ByteString[])[];
  readonly replies: readonly Reply[];
  /** Unix time in milliseconds. */
  readonly time: number;
  readonly call: Call | undefined;
}

/** Is told of all that runs, from whichever side it came. */
export interface Tracer {
  /** A session has begun; what its door sets in it comes later. */
  open(session: Session): void;
  /** A session ends. */
  close(session: Session): void;
  /** Before commands run in a session. */
  begin(session: Session): void;
  /** When they have run. */
  end(run: Run): void;
}

/** A link of the chain around every call: it may look, wait, answer by itself, or change what `next` gets. */
export type Interceptor = (call: Call, next: (call: Call) => Replies) => Replies;

/** Asked before each command that runs, those that scripts and transactions call included; an error is the command's reply instead. */
export type Gate = (
  session: Session,
  command: Command,
  argv: readonly ByteString[],
) => ReplyError | undefined;
