/**
 * The engine: it looks a command up, checks its arity, queues or runs it, and always answers with a reply. It knows no door and
 * keeps no timers; time comes from its clock and chance from its seed.
 */
import { Acl } from "./acl/acl.js";
import type { User } from "./acl/user.js";
import { bytes, fromUint8Array, utf8, type ByteString } from "./bytes.js";
import { systemClock, type Clock, type Sleeper } from "./clock.js";
import { Args } from "./commands/args.js";
import type { Command, Context, Wish } from "./commands/command.js";
import { isShown, monitorLine } from "./commands/monitor.js";
import { refusalOfSession } from "./commands/permission.js";
import { commandTable, findCommand } from "./commands/table.js";
import { abortedBecauseOf } from "./commands/transactions.js";
import { Config } from "./config.js";
import { ReplyError } from "./errors.js";
import { Keyspace } from "./keyspace/keyspace.js";
import { typeName } from "./keyspace/value.js";
import { Waiting, type Waiter } from "./keyspace/waiting.js";
import { Scripting } from "./lua/scripting.js";
import { plain, type PlainReply } from "./plain.js";
import { redisProfile, upstashProfile } from "./profile.js";
import { randomSeed, seededRandom } from "./random.js";
import { PubSub } from "./pubsub.js";
import { LATER, status, type Reply } from "./reply.js";
import { Session, type Receive } from "./session.js";

export interface EmulatorOptions {
  /** Where the time comes from: `systemClock` (the default, follows fake timers), a `manualClock()`, or your own. */
  readonly clock?: Clock;
  /** Makes everything random (SPOP, RANDOMKEY, SRANDMEMBER…) repeatable. A whole number. */
  readonly seed?: number;
  /** How long a Lua script may run, in milliseconds of real time; then it is ended with an error. 5000 unless told otherwise. */
  readonly scriptTimeout?: number;
}

/** What a door hands in: commands to run in order, in one session. */
export interface Call {
  readonly commands: readonly (readonly ByteString[])[];
  readonly session: Session;
  readonly door: "double" | "rest" | "resp";
  /** Whether the commands are a transaction: nothing may run between them. */
  readonly atomic: boolean;
}

export type Replies = readonly Reply[] | Promise<readonly Reply[]>;

/** A link of the chain around every call: it may look, wait, answer by itself, or change what `next` gets. */
export type Interceptor = (call: Call, next: (call: Call) => Replies) => Replies;

/** A session that waits for a key, and the command that it waits with. */
interface WaitingSession extends Waiter {
  readonly session: Session;
  readonly argv: readonly ByteString[];
  readonly type: Wish["type"];
  readonly otherwise: Reply;
  readonly orGone: boolean;
}

/** What `call` takes: text becomes UTF-8, numbers their digits, bytes stay as they are. */
export type Argument = string | number | bigint | Uint8Array;

export class Engine {
  readonly clock: Clock;
  /** Handed to every handler; a handler is done with it when it returns or runs another command. */
  readonly #context: { -readonly [Field in keyof Context]: Context[Field] };
  readonly #scripting: Scripting;
  readonly #config = new Config();
  readonly #pubsub = new PubSub();
  readonly #waiting = new Waiting<WaitingSession>();
  /** The wait that a command is run again for; its deadline stays. */
  #resumed: WaitingSession | undefined = undefined;
  readonly #keyspace = new Keyspace((channel, message) => {
    this.#pubsub.publish(channel, message);
  }, this.#waiting);
  readonly #monitors = new Set<Session>();
  readonly #acl = new Acl();
  readonly #interceptors: Interceptor[] = [];
  #session = new Session(redisProfile, undefined, this.#acl.default);
  #sessions = 0;
  /** Called where the sleeper may wait for another time. */
  readonly #tellClock: () => void;
  /** Where events of keys are wanted, and waits end, that is at the very time, not with the next command. */
  readonly #sleeper: Sleeper = {
    wakeAt: () => {
      const { shared, nextDeadline } = this.#keyspace;
      const expiry = shared.events === 0 ? Infinity : Number(nextDeadline ?? Infinity);
      const next = Math.min(expiry, this.#waiting.nextDeadline ?? Infinity);
      return next === Infinity ? undefined : next;
    },
    wake: () => {
      this.#moveTo(this.clock.now());
      this.#serveWaiting();
    },
  };

  constructor(options: EmulatorOptions = {}) {
    this.clock = checkedClock(options.clock);
    this.#tellClock = this.clock.follow?.(this.#sleeper) ?? (() => undefined);
    this.#scripting = new Scripting(checkedTimeout(options.scriptTimeout));
    this.#context = {
      session: this.#session,
      profile: redisProfile,
      keyspace: this.#keyspace,
      db: this.#keyspace.database(0),
      now: 0,
      random: seededRandom(checkedSeed(options.seed)),
      startedAt: this.clock.now(),
      commands: commandTable,
      scripting: this.#scripting,
      config: this.#config,
      pubsub: this.#pubsub,
      monitors: this.#monitors,
      wait: (wish) => this.#wait(this.#context.session, wish),
      acl: this.#acl,
      run: (argv) => this.#perform(this.#context.session, argv),
    };
  }

  /** How many changes the keyspace has seen; moves with every write. */
  get changes(): number {
    return this.#keyspace.shared.changes;
  }

  /**
   * A session of its own, as a connection has: database, transaction, WATCH, subscriptions. Profile `"redis"` unless told otherwise.
   * What the server sends unasked (messages of channels, MONITOR's lines) goes to `receive`; without it the session can not subscribe.
   */
  createSession(profile: "redis" | "upstash" = "redis", receive?: Receive): Session {
    const own = profile === "redis" ? redisProfile : upstashProfile;
    const session = new Session(own, receive, this.#acl.default);
    session.id = ++this.#sessions;
    session.onClose = () => this.closeSession(session);
    return session;
  }

  /** The user that a token of ACL RESTTOKEN or ACL GENTOKEN stands for. */
  userOfToken(token: ByteString): User | undefined {
    return this.#acl.userOfToken(token);
  }

  /** Ends a session as a connection that closes: its transaction, WATCHes, subscriptions and MONITOR. */
  closeSession(session: Session): void {
    session.endTransaction();
    const waiter = this.#waiting.of(session);
    if (waiter !== undefined) this.#waiting.remove(waiter);
    session.user.sessions.delete(session);
    this.#pubsub.leave(session);
    this.#monitors.delete(session);
  }

  /**
   * Runs one command in the emulator's own session: `call("ZADD", "board", 1, "ada")`. Returns what Redis answers as plain values:
   * text, integers (bigint past 2^53), null, arrays; maps are flat arrays and doubles text, as in RESP2. Throws a ReplyError where
   * Redis answers with an error, and a TypeError for an argument that is neither text, a number nor bytes.
   */
  call(name: string, ...args: readonly Argument[]): PlainReply {
    const reply = plain(this.execute(this.#session, [name, ...args].map(toBytes)));
    if (reply instanceof ReplyError) throw reply;
    return reply;
  }

  /** Empties every database, forgets scripts, functions, users and the emulator's own session; clock and interceptors stay. */
  reset(): void {
    this.#waiting.clear();
    this.#keyspace.clear();
    this.#scripting.clear();
    this.#acl.clear();
    this.#session = new Session(redisProfile, undefined, this.#acl.default);
  }

  /** Puts a link into the chain around the calls of all doors (not around `call` and `execute`); returns what takes it out. */
  intercept(interceptor: Interceptor): () => void {
    this.#interceptors.push(interceptor);
    return () => {
      const index = this.#interceptors.indexOf(interceptor);
      if (index >= 0) this.#interceptors.splice(index, 1);
    };
  }

  /** Answers a door's call through the chain: one reply per command. */
  handle(call: Call): Replies {
    if (this.#interceptors.length === 0) return this.#answer(call);
    const chain = this.#interceptors.reduceRight<(call: Call) => Replies>(
      (next, interceptor) => (passed) => interceptor(passed, next),
      (passed) => this.#answer(passed),
    );
    return chain(call);
  }

  /** Runs one command in a session. Errors are replies too; only bugs and misuse throw. */
  execute(session: Session, argv: readonly ByteString[]): Reply {
    const reply = this.#process(this.clock.now(), session, argv);
    if (this.#waiting.isTouched) this.#serveWaiting();
    if (this.#waiting.size > 0 || this.#keyspace.shared.events !== 0) this.#tellClock();
    return reply;
  }

  /** Time stands still for a transaction, as it does in EXEC. */
  #answer({ commands, session, atomic }: Call): readonly Reply[] {
    if (!atomic) return commands.map((argv) => this.execute(session, argv));
    const now = this.clock.now();
    const replies = commands.map((argv) => this.#process(now, session, argv));
    if (this.#waiting.isTouched) this.#serveWaiting();
    return replies;
  }

  /** A command that a client sends: it is refused, queued or performed. */
  #process(now: number, session: Session, argv: readonly ByteString[]): Reply {
    this.#moveTo(now);
    if (this.#waiting.size > 0 && this.#waiting.of(session) !== undefined) {
      session.backlog.push(argv);
      return LATER;
    }
    const command = findCommand(argv);
    if (command instanceof ReplyError) return refuse(session, command);
    const refusal = this.#refusal(session, command, argv);
    if (refusal !== undefined) return refuse(session, refusal, command);
    const { transaction } = session;
    if (transaction !== undefined && !command.immediate) {
      transaction.queue.push(argv);
      return QUEUED;
    }
    return this.#run(session, command, argv);
  }

  /**
   * A command of a transaction or a script. It finds no key whose time is up either: the one before it may have set a deadline that
   * is past.
   */
  #perform(session: Session, argv: readonly ByteString[]): Reply {
    this.#keyspace.advanceTo(this.#context.now);
    const command = findCommand(argv);
    return command instanceof ReplyError ? command : this.#run(session, command, argv);
  }

  /** What the session's user, and a session that listens, may not call. */
  #refusal(
    session: Session,
    command: Command,
    argv: readonly ByteString[],
  ): ReplyError | undefined {
    if (!session.trusted) {
      const { now } = this.#keyspace.shared;
      const refusal = refusalOfSession(this.#acl, session, command, argv, now);
      if (refusal !== undefined) return refusal;
    }
    if (session.subscribed) return refusalToSubscriber(session, command);
    if (this.#monitors.size === 0 || !this.#monitors.has(session)) return undefined;
    const refused = touchesKeys(command);
    return refused ? new ReplyError("ERR Replica can't interact with the keyspace") : undefined;
  }

  #run(session: Session, command: Command, argv: readonly ByteString[]): Reply {
    this.#enter(session, command);
    if (this.#monitors.size > 0) return this.#runMonitored(session, command, argv);
    return this.#answerOf(command, argv);
  }

  /** Makes the context that of a session's command. */
  #enter(session: Session, command: Command): void {
    const context = this.#context;
    const { shared } = this.#keyspace;
    shared.commands++;
    shared.counting = command.countsLookups;
    context.session = session;
    context.profile = session.profile;
    context.db = this.#keyspace.database(session.database);
    context.now = shared.now;
  }

  #answerOf(command: Command, argv: readonly ByteString[]): Reply {
    try {
      return command.handler(this.#context, new Args(argv, command.words));
    } catch (error) {
      if (error instanceof ReplyError) return error;
      throw error;
    }
  }

  /** Sets the time; ends waits whose time is up. */
  #moveTo(now: number): void {
    this.#keyspace.advanceTo(now);
    if (this.#waiting.size === 0) return;
    for (const { session, otherwise } of this.#waiting.takeDue(this.#keyspace.shared.now)) {
      session.deliver(otherwise);
      this.#catchUp(session);
    }
  }

  #wait(session: Session, { args, type, keys, until, otherwise, orGone = false }: Wish): Reply {
    if (session.inExec || session.inScript) return otherwise;
    if (session.receive === undefined) {
      if (session.profile.withoutWaiting === "nothing") return otherwise;
      throw cannotWait(args.name);
    }
    const { database } = session;
    const deadline = this.#resumed?.deadline ?? until;
    const { argv } = args;
    this.#waiting.add({ session, database, argv, type, keys, deadline, otherwise, orGone });
    return LATER;
  }

  /** Runs the commands again that wait for a key that has been touched, in the order in which they came; until nothing more is touched. */
  #serveWaiting(): void {
    for (;;) {
      const touched = this.#waiting.takeTouched();
      if (touched === undefined) return;
      for (const waiter of touched.waiters) {
        if (this.#waiting.of(waiter.session) !== waiter) continue;
        const value = this.#keyspace.database(waiter.database).value(touched.key);
        const isThere = value !== undefined && typeName(value) === waiter.type;
        if (isThere || waiter.orGone) this.#resume(waiter);
      }
    }
  }

  #resume(waiter: WaitingSession): void {
    const { session, argv } = waiter;
    const command = findCommand(argv);
    if (command instanceof ReplyError) return;
    this.#waiting.remove(waiter);
    this.#resumed = waiter;
    this.#enter(session, command);
    const reply = this.#answerOf(command, argv);
    this.#resumed = undefined;
    session.deliver(reply);
    this.#catchUp(session);
  }

  /** Runs what a session was sent while it waited. */
  #catchUp(session: Session): void {
    while (this.#waiting.of(session) === undefined) {
      const argv = session.backlog.shift();
      if (argv === undefined) return;
      session.deliver(this.#process(this.#keyspace.shared.now, session, argv));
    }
  }

  /** Monitors see a script before the commands that it calls, all else when it has run. */
  #runMonitored(session: Session, command: Command, argv: readonly ByteString[]): Reply {
    const feed = (): void => {
      for (const monitor of this.#monitors) {
        monitor.deliver(monitorLine(this.#keyspace.shared.now, session, argv));
      }
    };
    if (command.flags.includes("skip_monitor")) feed();
    const reply = this.#answerOf(command, argv);
    if (isShown(command)) feed();
    return reply;
  }
}

const QUEUED = status("QUEUED");

function cannotWait(name: ByteString): ReplyError {
  return new ReplyError(
    `ERR '${name}' would wait, and this session of kv-emulator can not: make it with createSession(profile, receive)`,
  );
}

/** A command that is refused before it runs spoils the transaction that it was meant for; EXEC ends it. */
function refuse(session: Session, refusal: ReplyError, command?: Command): ReplyError {
  if (session.transaction !== undefined) session.transaction.failed = true;
  const aborted = command?.name === "exec" ? abortedBecauseOf(refusal) : refusal;
  if (aborted.code === "EXECABORT") session.endTransaction();
  return aborted;
}

function touchesKeys({ flags }: Command): boolean {
  return flags.includes("readonly") || flags.includes("write") || flags.includes("may_replicate");
}

/** What a session may call in RESP2 while it listens to channels: messages and replies look alike there. */
const OF_SUBSCRIBERS: ReadonlySet<string> = new Set(
  "subscribe unsubscribe psubscribe punsubscribe ssubscribe sunsubscribe ping quit reset".split(
    " ",
  ),
);

function refusalToSubscriber({ resp }: Session, { name }: Command): ReplyError | undefined {
  if (resp === 3 || OF_SUBSCRIBERS.has(name)) return undefined;
  return new ReplyError(
    `ERR Can't execute '${name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`,
  );
}

function toBytes(argument: Argument): ByteString {
  if (typeof argument === "string") return utf8(argument);
  if (typeof argument === "number" || typeof argument === "bigint") return bytes(String(argument));
  if (argument instanceof Uint8Array) return fromUint8Array(argument);
  throw new TypeError(
    `call(name, ...args): ${JSON.stringify(argument)} is no argument; pass text, a number or a Uint8Array (objects go through JSON.stringify first)`,
  );
}

function checkedClock(clock: Clock = systemClock): Clock {
  if (typeof clock.now === "function") return clock;
  throw new TypeError(
    "createEmulator({ clock }): the clock has no now(); pass manualClock(), systemClock or { now: () => milliseconds }",
  );
}

function checkedSeed(seed: number = randomSeed()): number {
  if (Number.isSafeInteger(seed)) return seed;
  throw new TypeError(`createEmulator({ seed }): ${JSON.stringify(seed)} is no whole number`);
}

function checkedTimeout(milliseconds = 5000): number {
  if (milliseconds > 0) return milliseconds;
  throw new TypeError(
    `createEmulator({ scriptTimeout }): ${JSON.stringify(milliseconds)} is no number of milliseconds above 0`,
  );
}
