/** How a running script or function reaches the commands: what it may call, in Redis's order of checks (script.c, scriptCall), and who calls. */
import { lowerAscii, type ByteString } from "../bytes.js";
import { ReplyError } from "../errors.js";
import type { Run } from "../lua/redis-api.js";
import {
  redisDialect,
  upstashDialect,
  type Dialect,
  type ScriptFlag,
} from "../lua/script-flags.js";
import type { Reply } from "../reply.js";
import { parseInteger } from "../values/numbers.js";
import type { Args } from "./args.js";
import type { Command, Context } from "./command.js";
import { keysOf } from "./keys.js";
import { denialOf, denialText, loggedDenial } from "./permission.js";

/** The keys that a script names and the arguments behind them. */
export interface ScriptOperands {
  readonly keys: readonly ByteString[];
  readonly args: readonly ByteString[];
}

/** Reads `numkeys [key …] [arg …]`; `notInteger` is the error for a number that is none. */
export function scriptOperands(args: Args, notInteger: () => ReplyError): ScriptOperands {
  const count = parseInteger(args.next());
  if (count === undefined) throw notInteger();
  if (count > args.left) {
    throw new ReplyError("ERR Number of keys can't be greater than number of args");
  }
  if (count < 0) throw new ReplyError("ERR Number of keys can't be negative");
  return { keys: args.take(Number(count)), args: args.rest() };
}

/** How scripts are read at this door. */
export function dialectOf({ profile }: Context): Dialect {
  return profile.scripts === "upstash" ? upstashDialect : redisDialect;
}

/** How a script or function is run. */
export interface Running {
  /** What errors call it. */
  readonly name: string;
  /** Undefined for a script that does not name an engine and so declares nothing. */
  readonly flags: ReadonlySet<ScriptFlag> | undefined;
  /** Whether the command that runs it is one of the `_RO` kind. */
  readonly readOnlyCommand: boolean;
  readonly keys: readonly ByteString[];
}

/**
 * Runs a script: `start` hands it to the interpreter. Its SELECT ends with it. Throws a ReplyError where the command may not run a script of
 * such flags.
 */
export function runScript(
  context: Context,
  { name, flags, readOnlyCommand, keys }: Running,
  start: (run: Run) => Reply,
): Reply {
  const declaresNoWrites = flags?.has("no-writes") ?? false;
  if (readOnlyCommand && flags !== undefined && !declaresNoWrites) {
    throw new ReplyError("ERR Can not execute a script with write flag using *_ro command.");
  }
  const { session } = context;
  const { database } = session;
  const locked = flags?.has("allow-key-locking") === true ? new Set(keys) : undefined;
  session.inScript = true;
  try {
    return start(new ScriptRun(context, name, readOnlyCommand || declaresNoWrites, locked));
  } finally {
    session.inScript = false;
    session.database = database;
  }
}

/** What of a command decides whether a script may call it. */
interface Callable {
  readonly command: Command;
  readonly forbidden: boolean;
  readonly writes: boolean;
}

const callables = new Map<Command, Callable>();

function callable(command: Command): Callable {
  const known = callables.get(command);
  if (known !== undefined) return known;
  const { flags } = command;
  const found = {
    command,
    forbidden: flags.includes("noscript"),
    writes: flags.includes("write") || flags.includes("may_replicate"),
  };
  callables.set(command, found);
  return found;
}

/** Commands by how scripts spell them; so many spellings at most are remembered. */
const bySpelling = new Map<string, Callable>();
const MAX_SPELLINGS = 1000;

class ScriptRun implements Run {
  readonly name: string;
  resp: 2 | 3 = 2;
  readonly #context: Context;
  readonly #readOnly: boolean;
  /** The only keys that the script may touch, where it has said so. */
  readonly #locked: ReadonlySet<ByteString> | undefined;

  constructor(
    context: Context,
    name: string,
    readOnly: boolean,
    locked: ReadonlySet<ByteString> | undefined,
  ) {
    this.name = name;
    this.#context = context;
    this.#readOnly = readOnly;
    this.#locked = locked;
  }

  knows(argv: readonly ByteString[]): boolean {
    return this.#find(argv) !== undefined;
  }

  call(argv: readonly ByteString[]): Reply {
    const found = this.#find(argv);
    if (found === undefined) return this.#unknown(argv);
    const refusal = this.#refusal(found, argv);
    if (refusal === undefined) return this.#context.run(argv);
    this.#context.server.countRejected(found.command.name, refusal);
    return refusal;
  }

  #refusal(
    { command, forbidden, writes }: Callable,
    argv: readonly ByteString[],
  ): ReplyError | undefined {
    const { arity } = command;
    if (arity >= 0 ? argv.length !== arity : argv.length < -arity) {
      return new ReplyError("ERR Wrong number of args calling Redis command from script");
    }
    if (forbidden) return new ReplyError("ERR This Redis command is not allowed from script");
    const denied = this.#denied(command, argv);
    if (denied !== undefined) return denied;
    if (writes && this.#readOnly) {
      return new ReplyError("ERR Write commands are not allowed from read-only scripts.");
    }
    return this.#touchesOther(command, argv);
  }

  #find(argv: readonly ByteString[]): Callable | undefined {
    const [name = "", second] = argv;
    const found = bySpelling.get(name) ?? this.#findSpelling(name);
    if (found === undefined || second === undefined) return found;
    const { subcommands } = found.command;
    if (subcommands.size === 0) return found;
    const subcommand = subcommands.get(lowerAscii(second));
    return subcommand === undefined ? undefined : callable(subcommand);
  }

  #findSpelling(name: string): Callable | undefined {
    const command = this.#context.commands.get(lowerAscii(name));
    if (command === undefined || command.words > 1) return undefined;
    const found = callable(command);
    if (bySpelling.size < MAX_SPELLINGS) bySpelling.set(name, found);
    return found;
  }

  /** A command that the emulator lacks is named as such; it does not pass for one that Redis lacks. */
  #unknown(argv: readonly ByteString[]): Reply {
    const reply = this.#context.run(argv);
    if (reply instanceof ReplyError && reply.message.startsWith("ERR kv-emulator")) return reply;
    return new ReplyError("ERR Unknown Redis command called from script");
  }

  /** The error for what the session's user may not do. */
  #denied(command: Command, argv: readonly ByteString[]): ReplyError | undefined {
    const { acl, session, now } = this.#context;
    if (session.user.unrestricted) return undefined;
    const denial = loggedDenial(acl, session, command, argv, "lua", now);
    if (denial === undefined) return undefined;
    return new ReplyError(`ERR ACL failure in script: ${denialText(session.user, denial)}`);
  }

  allows(argv: readonly ByteString[]): boolean {
    const { session } = this.#context;
    const found = this.#find(argv);
    return found !== undefined && denialOf(session.user, found.command, argv) === undefined;
  }

  /** The error for a key that the script has not declared though it locks its keys. */
  #touchesOther(command: Command, argv: readonly ByteString[]): ReplyError | undefined {
    const locked = this.#locked;
    if (locked === undefined) return undefined;
    if (FLUSHES.has(command.name)) {
      return new ReplyError(
        `ERR ${command.name.toUpperCase()} is not allowed in Lua scripts when 'allow-key-locking' flag is set`,
      );
    }
    const other = keysOf(command, argv).find((key) => !locked.has(key));
    if (other === undefined) return undefined;
    return new ReplyError(
      `ERR Dynamic keys are not allowed in Lua scripts when 'allow-key-locking' flag is set. Key was: ${other}`,
    );
  }
}

/** What touches every key without naming one. */
const FLUSHES: ReadonlySet<string> = new Set(["flushall", "flushdb"]);
