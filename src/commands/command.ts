/** What a command is: arity, flags and key positions as Redis declares them, and a handler. */
import type { Acl } from "../acl/acl.js";
import type { ByteString } from "../bytes.js";
import { wrongArity, type ReplyError } from "../errors.js";
import type { Keyspace } from "../keyspace/keyspace.js";
import type { Scripting } from "../lua/scripting.js";
import type { Database } from "../keyspace/database.js";
import type { Profile } from "../profile.js";
import type { PubSub } from "../pubsub.js";
import type { Random } from "../random.js";
import type { Reply } from "../reply.js";
import type { Server } from "../server.js";
import type { Session } from "../session.js";
import type { Args } from "./args.js";

/** For what a command waits. */
export interface Wish {
  /** The command, which is run again when one of the keys holds a value of the type. */
  readonly args: Args;
  readonly type: "list" | "zset" | "stream" | undefined;
  readonly keys: readonly ByteString[];
  /** Unix time in milliseconds; Infinity for no end. */
  readonly until: number;
  /** The reply where nobody may wait, in a transaction and in a script; and when the time is up, unless that has its own. */
  readonly otherwise: Reply;
  readonly timedOut?: Reply;
  /** Whether the command is run again when one of the keys is gone, too. */
  readonly orGone?: boolean;
}

/** What a handler may use. Nothing else reaches it: no clock, no chance, no door. */
export interface Context {
  readonly session: Session;
  readonly profile: Profile;
  readonly keyspace: Keyspace;
  /** The session's database. */
  readonly db: Database;
  /** Unix time in milliseconds, the same for the whole command. */
  readonly now: number;
  readonly random: Random;
  /** When the emulator was created, Unix time in milliseconds. */
  readonly startedAt: number;
  /** All commands by lower-case name, for COMMAND and its kin. */
  readonly commands: ReadonlyMap<string, Command>;
  /** The emulator's scripts and functions. */
  readonly scripting: Scripting;
  /** Who listens to which channel. */
  readonly pubsub: PubSub;
  /** Who sees every command. */
  readonly monitors: Set<Session>;
  /** Has the session wait; returns what the command is to answer. */
  readonly wait: (wish: Wish) => Reply;
  /** The users and what they may do. */
  readonly acl: Acl;
  /** What the emulator knows of itself as a server. */
  readonly server: Server;
  /** Ends a session's wait, with what it waits for unless another reply is given; false where it does not wait. */
  readonly unblock: (session: Session, reply?: Reply) => boolean;
  /** Lets the commands go on that CLIENT PAUSE has held back. */
  readonly unpause: () => void;
  /** Runs a command in the same session and at the same time (EXEC, scripts). An error comes back as a reply. */
  readonly run: (argv: readonly ByteString[]) => Reply;
}

/** Answers a command. Reads its arguments, throws a ReplyError where it must, and only then changes the database. */
export type Handler = (context: Context, args: Args) => Reply;

/** Redis's command flags. */
export type Flag =
  | "admin"
  | "allow_busy"
  | "blocking"
  | "denyoom"
  | "fast"
  | "loading"
  | "may_replicate"
  | "movablekeys"
  | "no_async_loading"
  | "no_auth"
  | "no_mandatory_keys"
  | "no_multi"
  | "noscript"
  | "pubsub"
  | "readonly"
  | "skip_monitor"
  | "skip_slowlog"
  | "stale"
  | "write";

/** Where a command's keys stand: first and last argument (negative: from the end) and the step between keys. */
export type KeyRange = readonly [first: number, last: number, step: number];

export const noKeys: KeyRange = [0, 0, 0];
export const firstKey: KeyRange = [1, 1, 1];
export const firstTwoKeys: KeyRange = [1, 2, 1];
export const allKeys: KeyRange = [1, -1, 1];
export const subcommandKey: KeyRange = [2, 2, 1];

export interface CommandSpec {
  readonly arity: number;
  readonly flags: readonly Flag[];
  readonly keys: KeyRange;
  readonly handler: Handler;
  /** Whether the command runs at once in a transaction instead of being queued (EXEC, DISCARD, WATCH…). */
  readonly immediate: boolean;
  /** The parameter without which the command is refused; "" for none. */
  readonly enabledBy: string;
  /** Whether Redis has no such command. */
  readonly upstashOnly: boolean;
  /** The error for a wrong number of arguments. */
  readonly wrongArity: (name: string) => ReplyError;
}

export interface Command extends CommandSpec {
  /** Lower case; a subcommand as `object|encoding`. */
  readonly name: string;
  /** The command's place in the table. */
  readonly index: number;
  /** How many words the name has: 2 for a subcommand. */
  readonly words: number;
  readonly readonly: boolean;
  /** Whether looking for a key counts as a hit or a miss, and a miss is told of. */
  readonly countsLookups: boolean;
  /** By lower-case name, of a command that has any. */
  readonly subcommands: ReadonlyMap<string, Command>;
}

/** A family's commands by lower-case name. */
export type CommandTable = Readonly<Record<string, CommandSpec>>;

/**
 * Declares a command. `arity` counts the name; negative: at least so many. For a subcommand (`"object|encoding"`) it counts both
 * words, and the handler's arguments start behind them.
 */
export function command(
  arity: number,
  flags: readonly Flag[],
  keys: KeyRange,
  handler: Handler,
): CommandSpec {
  return {
    arity,
    flags,
    keys,
    handler,
    immediate: false,
    enabledBy: "",
    upstashOnly: false,
    wrongArity,
  };
}

/** Declares a command that a transaction does not queue. */
export function immediateCommand(
  arity: number,
  flags: readonly Flag[],
  keys: KeyRange,
  handler: Handler,
): CommandSpec {
  return { ...command(arity, flags, keys, handler), immediate: true };
}

/** Declares a command that is refused unless the configuration file enables it (`enable-debug-command`). */
export function guardedCommand(
  arity: number,
  flags: readonly Flag[],
  handler: Handler,
  enabledBy: string,
): CommandSpec {
  return { ...command(arity, flags, noKeys, handler), enabledBy };
}

/** Declares a subcommand that Upstash has and Redis has not. */
export function upstashCommand(
  arity: number,
  flags: readonly Flag[],
  keys: KeyRange,
  handler: Handler,
): CommandSpec {
  return { ...command(arity, flags, keys, handler), upstashOnly: true };
}

/** Declares a command that only has subcommands. */
export function container(arity: number): CommandSpec {
  return command(arity, [], noKeys, () => {
    throw new TypeError("a container command is never run itself");
  });
}
