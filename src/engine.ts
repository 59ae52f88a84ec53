/**
 * The engine: it looks a command up, checks its arity, queues or runs it, and always answers with a reply. It knows no door and
 * keeps no timers; time comes from its clock and chance from its seed.
 */
import { Acl } from "./acl/acl.js";
import type { User } from "./acl/user.js";
import { bytes, fromUint8Array, untilZero, utf8, type ByteString } from "./bytes.js";
import type { Call, Gate, Interceptor, Linter, Replies, Run, Tracer } from "./call.js";
import { Chain } from "./chain.js";
import { systemClock, TestClock, type Clock, type Sleeper } from "./clock.js";
import { Args } from "./commands/args.js";
import type { Command, Context } from "./commands/command.js";
import { isShown, monitorLine, redacted } from "./commands/monitor.js";
import { refusalOfSession } from "./commands/permission.js";
import {
  isWriting,
  mayReplicate,
  refusalOfGuarded,
  refusalToSubscriber,
  touchesKeys,
} from "./commands/refusals.js";
import { commandTable, findCommand } from "./commands/table.js";
import { abortedBecauseOf } from "./commands/transactions.js";
import { ReplyError } from "./errors.js";
import { Keyspace } from "./keyspace/keyspace.js";
import { independent, Scripting } from "./lua/scripting.js";
import type { RequestObserver } from "./request-observer.js";
import { plain, type PlainReply } from "./plain.js";
import { redisProfile, upstashProfile, type Profile } from "./profile.js";
import { randomSeed, seededRandom, type SeededRandom } from "./random.js";
import { PubSub } from "./pubsub.js";
import { LATER, several, status, type Reply } from "./reply.js";
import { Server } from "./server.js";
import { Snapshot, checkedState, type EngineState } from "./snapshot.js";
import { Session, type Receive } from "./session.js";
import { Waits } from "./waits.js";

export interface EmulatorOptions {
  /** Where the time comes from: `systemClock` (the default, follows fake timers), a `manualClock()`, or your own, which is followed. */
  readonly clock?: Clock;
  /** Makes everything random (SPOP, RANDOMKEY, SRANDMEMBER…) repeatable. A whole number. */
  readonly seed?: number;
  /** How long a Lua script may run, in milliseconds of real time; then it is ended with an error. 5000 unless told otherwise. */
  readonly scriptTimeout?: number;
}

type StateBeside = Omit<EngineState, "keyspace" | "version">;

/** What `call` takes: text becomes UTF-8, numbers their digits, bytes stay as they are. */
export type Argument = string | number | bigint | Uint8Array;

/** For those who look into an engine without a command; it is up to date. */
export let keyspaceOf: (engine: Engine) => Keyspace;

export class Engine {
  /** The one clock for everything here. A clock that was handed in and can be moved is this one. */
  readonly clock: TestClock;
  /** Who looks on at what the doors are asked and answer. */
  requestObserver: RequestObserver | undefined;
  /** When it was made: Unix time in milliseconds. */
  readonly startedAt: number;
  /** What makes chance repeatable: the seed given, or one of its own. */
  readonly chance: number;
  /** Handed to every handler; a handler is done with it when it returns or runs another command. */
  readonly #context: { -readonly [Field in keyof Context]: Context[Field] };
  readonly #scripting: Scripting;
  readonly #pubsub = new PubSub();
  readonly #waits: Waits = new Waits({
    again: (session, argv) => this.#again(session, argv),
    process: (session, argv) => this.#respond(this.#keyspace.shared.now, session, argv),
    valueAt: (database, key) => this.#keyspace.database(database).value(key),
  });
  readonly #keyspace = new Keyspace((channel, message) => {
    this.#pubsub.publish(channel, message);
  }, this.#waits.keys);
  readonly #monitors = new Set<Session>();
  readonly #acl = new Acl();
  readonly #server: Server;
  readonly #random: SeededRandom;
  readonly #chain = new Chain((call) => this.answer(call));
  /** Undefined where there are none. */
  #tracers: readonly Tracer[] | undefined = undefined;
  #session: Session;
  #sessions = 0;
  #batched = false;
  /** What a plan puts before the commands of the call that it lets pass. */
  protected gate: Gate | undefined = undefined;
  /** Called where the sleeper may wait for another time. */
  readonly #tellClock: () => void;
  /** Where events of keys are wanted, and waits end, that is at the very time, not with the next command. */
  readonly #sleeper: Sleeper = {
    wakeAt: () => {
      const { shared, nextDeadline } = this.#keyspace;
      const expiry = shared.events === 0 ? Infinity : Number(nextDeadline ?? Infinity);
      const next = Math.min(expiry, this.#waits.keys.nextDeadline ?? Infinity);
      return next === Infinity ? undefined : next;
    },
    wake: () => {
      this.#moveTo(this.clock.now());
      this.#waits.serve();
    },
  };

  constructor(options: EmulatorOptions = {}) {
    this.clock = checkedClock(options.clock);
    this.#tellClock = this.clock.schedule(this.#sleeper);
    this.#scripting = new Scripting(checkedTimeout(options.scriptTimeout));
    this.startedAt = this.clock.now();
    this.#server = new Server(this.startedAt, commandTable.size);
    this.chance = checkedSeed(options.seed);
    this.#random = seededRandom(this.chance);
    this.#session = this.#newSession(redisProfile);
    this.#context = {
      session: this.#session,
      profile: redisProfile,
      keyspace: this.#keyspace,
      db: this.#keyspace.database(0),
      now: 0,
      random: this.#random,
      startedAt: this.startedAt,
      commands: commandTable,
      scripting: this.#scripting,
      pubsub: this.#pubsub,
      monitors: this.#monitors,
      wait: (wish) => this.#waits.begin(this.#context.session, wish),
      unblock: (session, reply) => this.#waits.unblock(session, reply),
      unpause: () => this.#waits.releaseHeld(),
      acl: this.#acl,
      server: this.#server,
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
    const session = this.#newSession(own, receive);
    session.id = ++this.#sessions;
    // What REST and the doubles call through is no connection.
    if (profile === "redis" || receive !== undefined) {
      this.#server.sessions.add(session);
      this.#server.connections++;
    }
    session.onClose = () => this.closeSession(session);
    for (const tracer of this.#tracers ?? []) tracer.open(session);
    return session;
  }

  #newSession(profile: Profile, receive?: Receive): Session {
    const session = new Session(profile, receive, this.#acl.default);
    session.createdAt = this.clock.now();
    session.calledAt = session.createdAt;
    return session;
  }

  /** The user that a token of ACL RESTTOKEN or ACL GENTOKEN stands for. */
  userOfToken(token: ByteString): User | undefined {
    return this.#acl.userOfToken(token);
  }

  userNamed(name: ByteString): User | undefined {
    return this.#acl.find(name);
  }

  /** Ends a session as a connection that closes: its transaction, WATCHes, subscriptions and MONITOR. */
  closeSession(session: Session): void {
    for (const tracer of this.#tracers ?? []) tracer.close(session);
    session.endTransaction();
    this.#waits.leave(session);
    session.user.sessions.delete(session);
    this.#pubsub.leave(session);
    this.#monitors.delete(session);
    this.#server.sessions.delete(session);
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
    this.#waits.keys.clear();
    this.#keyspace.clear();
    this.#scripting.clear();
    this.#acl.clear();
    this.#server.resetStatistics();
    this.#server.slowLog.clear();
    this.#session = this.#newSession(redisProfile);
  }

  /**
   * The present state, to go back to: all databases in their order, scripts and functions, users, CONFIG, the counters of INFO, the
   * slow log, the random generator and the emulator's own session. Costs the same whatever the databases hold; from then on the first
   * change of a key copies its value. Connections, subscriptions, interceptors and the clock are no part of it.
   */
  snapshot(): Snapshot {
    this.#moveTo(this.clock.now());
    return new Snapshot({
      ...this.#stateBeside(),
      keyspace: this.#keyspace,
      version: this.#keyspace.versions.take(),
    });
  }

  /** All that a snapshot has but for what the databases hold. */
  #stateBeside(): StateBeside {
    const { shared, config } = this.#keyspace;
    const { commands, hits, misses, expired } = shared;
    return {
      counters: { commands, hits, misses, expired },
      events: shared.events,
      config: config.snapshot(),
      scripting: this.#scripting.snapshot(),
      acl: this.#acl.snapshot(),
      server: this.#server.snapshot(shared.changes),
      random: this.#random.snapshot(),
      session: this.#session.snapshot(),
    };
  }

  /**
   * Makes a snapshot's state the present one, as often as you like and in any order; costs what has changed between the two. Time goes
   * on: keys whose time was up since then are gone. Watched keys that it changes break their WATCH, and who waits for a key that comes
   * back is served. Throws a TypeError for a snapshot of another emulator.
   */
  restore(snapshot: Snapshot): void {
    const state = checkedState(snapshot, this.#keyspace);
    this.#keyspace.versions.restore(state.version);
    this.#restoreBeside(state);
    this.#moveTo(this.clock.now());
    this.#settle();
  }

  #restoreBeside(state: StateBeside): void {
    const { shared, config } = this.#keyspace;
    Object.assign(shared, state.counters, { events: state.events });
    config.restore(state.config);
    this.#scripting.restore(state.scripting);
    this.#acl.restore(state.acl);
    this.#server.restore(state.server, shared.changes);
    this.#random.restore(state.random);
    this.#session.restore(state.session, this.#acl.find(state.session.user) ?? this.#acl.default);
  }

  /**
   * Takes a snapshot and notes what is no part of it: the clock, the interceptors, and who listens over REST and the doubles. The returned
   * function undoes whatever has changed since; streams of events that began since are ended.
   */
  checkpoint(): () => void {
    const snapshot = this.snapshot();
    const bringChainBack = this.#chain.save();
    const sessions = new Set(this.#server.sessions);
    const bringClockBack = this.clock.save();
    return () => {
      bringChainBack();
      for (const session of this.#server.sessions) {
        if (session.profile === upstashProfile && !sessions.has(session)) session.close();
      }
      bringClockBack();
      this.restore(snapshot);
    };
  }

  /** Makes this engine, which is new, a copy of another that shares nothing with it. */
  protected become(other: Engine): void {
    other.#moveTo(other.clock.now());
    this.#keyspace.copy(other.#keyspace);
    const state = other.#stateBeside();
    const watched = state.session.watched.map(({ db, key }) => {
      return { db: this.#keyspace.database(db.index), key };
    });
    this.#restoreBeside({
      ...state,
      scripting: independent(state.scripting),
      session: { ...state.session, watched },
    });
  }

  static {
    keyspaceOf = (engine) => {
      engine.#moveTo(engine.clock.now());
      return engine.#keyspace;
    };
  }

  /** Who looks for what would hurt in production, where anyone does. */
  get linter(): Linter | undefined {
    return undefined;
  }

  /** Whether links of the chain disturb what travels: the doubles then take the real client's way, retries and all. */
  get disrupted(): boolean {
    return this.#chain.disrupted;
  }

  /**
   * Puts a link into the chain around the calls of all doors (not around `call` and `execute`); returns what takes it out. One that throws
   * a `Disruption` or alters responses has to be called disruptive.
   */
  intercept(interceptor: Interceptor, options: { readonly disruptive?: boolean } = {}): () => void {
    return this.#chain.add(interceptor, options.disruptive);
  }

  /** Answers a door's call through the chain: one reply per command. */
  handle(call: Call): Replies {
    return this.#chain.handle(call);
  }

  /** Runs one command in a session. Errors are replies too; only bugs and misuse throw. */
  execute(session: Session, argv: readonly ByteString[]): Reply {
    if (this.#tracers !== undefined) return this.#executeTraced(session, argv);
    const reply = this.#respond(this.clock.now(), session, argv);
    this.#settle();
    return reply;
  }

  #executeTraced(session: Session, argv: readonly ByteString[], call?: Call): Reply {
    const run = (): readonly Reply[] => {
      const reply = this.#respond(this.clock.now(), session, argv);
      this.#settle();
      return [reply];
    };
    const [reply = null] = this.#traced(session, [argv], run, call);
    return reply;
  }

  /** Has a tracer told of all that runs; returns what ends that. */
  trace(tracer: Tracer): () => void {
    this.#tracers = [...(this.#tracers ?? []), tracer];
    return () => {
      const others = this.#tracers?.filter((other) => other !== tracer) ?? [];
      this.#tracers = others.length === 0 ? undefined : others;
    };
  }

  #traced(
    session: Session,
    commands: Run["commands"],
    run: () => readonly Reply[],
    call?: Call,
  ): readonly Reply[] {
    for (const tracer of this.#tracers ?? []) tracer.begin(session);
    const replies = run();
    const time = this.#keyspace.shared.now;
    for (const tracer of this.#tracers ?? [])
      tracer.end({ session, commands, replies, time, call });
    return replies;
  }

  /** CLIENT REPLY keeps replies back, but for the one to CLIENT REPLY ON. */
  #respond(now: number, session: Session, argv: readonly ByteString[]): Reply {
    if (session.replies === "on") return this.#process(now, session, argv);
    const skipped = session.replies === "skip";
    if (skipped) session.replies = "on";
    const reply = this.#process(now, session, argv);
    return skipped || session.replies === "off" ? several([]) : reply;
  }

  /** Answers what has come through the chain. */
  protected answer(call: Call): Replies {
    if (call.onRun === undefined) return this.#runAll(call);
    const { shared } = this.#keyspace;
    const before = shared.commands;
    const own = this.#runAll(call);
    call.onRun(Math.max(0, shared.commands - before));
    return own;
  }

  #runAll(call: Call): readonly Reply[] {
    const { commands, session, atomic } = call;
    if (this.#tracers !== undefined) return this.#answerTraced(call);
    if (atomic) return this.#transact(call);
    return commands.map((argv) => this.execute(session, argv));
  }

  #answerTraced(call: Call): readonly Reply[] {
    const { commands, session, atomic } = call;
    if (atomic) return this.#traced(session, commands, () => this.#transact(call), call);
    return commands.map((argv) => this.#executeTraced(session, argv, call));
  }

  /** Time stands still for a transaction, as it does in EXEC. */
  #transact({ commands, session }: Call): readonly Reply[] {
    const now = this.clock.now();
    const replies = commands.map((argv) => this.#process(now, session, argv));
    this.#settle();
    return replies;
  }

  /**
   * Runs what a client has sent at once: a session that one of these commands wakes goes on, with what it had sent itself, only behind the
   * last of them, as in Redis.
   */
  batch(run: () => void): void {
    this.#batched = true;
    try {
      run();
    } finally {
      this.#batched = false;
      this.#settle();
    }
  }

  /** Serves those who wait; the clock hears of what it has to wake them for. */
  #settle(): void {
    if (this.#waits.isDue) {
      if (this.#batched) this.#waits.serveTouched();
      else this.#waits.serve();
    }
    if (this.#waits.keys.size > 0 || this.#keyspace.shared.events !== 0) this.#tellClock();
  }

  /** A command that a client sends: it is refused, queued or performed. */
  #process(now: number, session: Session, argv: readonly ByteString[]): Reply {
    this.#moveTo(now);
    if (this.#waits.holds(session)) {
      session.backlog.push(argv);
      return LATER;
    }
    const command = findCommand(argv, session.profile);
    if (command instanceof ReplyError) return this.refuse(session, command);
    const refusal = this.#refusal(session, command, argv);
    if (refusal !== undefined) return this.refuse(session, refusal, command);
    const pausedUntil = this.#pausedUntil(session, command);
    if (pausedUntil !== undefined) return this.#waits.hold(session, argv, pausedUntil);
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
    if (!(command instanceof ReplyError)) return this.#run(session, command, argv);
    this.#server.countRejected(undefined, command);
    return command;
  }

  /**
   * Has a command refused before it runs: that spoils the transaction that it was meant for, and EXEC ends it. Returns the reply.
   */
  refuse(session: Session, refusal: ReplyError, command?: Command): ReplyError {
    if (session.transaction !== undefined) session.transaction.failed = true;
    const aborted = command?.name === "exec" ? abortedBecauseOf(refusal) : refusal;
    if (aborted.code === "EXECABORT") session.endTransaction();
    this.#server.countRejected(command?.name, aborted);
    return aborted;
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
    if (command.enabledBy !== "") return refusalOfGuarded(command);
    if (session.subscribed) return refusalToSubscriber(session, command);
    if (session.transaction !== undefined && command.flags.includes("no_multi")) {
      return new ReplyError("ERR Command not allowed inside a transaction");
    }
    if (this.#monitors.size === 0 || !this.#monitors.has(session)) return undefined;
    const refused = touchesKeys(command);
    return refused ? new ReplyError("ERR Replica can't interact with the keyspace") : undefined;
  }

  /** When the pause is over for which a command has to wait (CLIENT PAUSE); what can not wait does not. */
  #pausedUntil({ receive, transaction }: Session, command: Command): number | undefined {
    const pause = this.#server.pause;
    if (pause === undefined || receive === undefined) return undefined;
    const writes =
      mayReplicate(command) ||
      (command.name === "exec" && transaction?.queue.some(isWriting) === true);
    if (pause.until <= this.#keyspace.shared.now || (pause.mode === "write" && !writes)) {
      return undefined;
    }
    return pause.until;
  }

  /** Runs a command again with which a session waited; monitors have seen it. */
  #again(session: Session, argv: readonly ByteString[]): Reply {
    const command = findCommand(argv);
    if (command instanceof ReplyError) return command;
    this.#enter(session, command);
    return this.#answerOf(command, argv);
  }

  #run(session: Session, command: Command, argv: readonly ByteString[]): Reply {
    const refusal = this.gate?.(session, command, argv);
    if (refusal !== undefined) return refusal;
    this.#enter(session, command);
    const isSeen = this.#monitors.size > 0;
    const reply = isSeen
      ? this.#runMonitored(session, command, argv)
      : this.#answerOf(command, argv);
    if (this.#keyspace.config.slowerThan === 0) this.#log(session, command, argv);
    return reply;
  }

  /** Makes the context that of a session's command. */
  #enter(session: Session, command: Command): void {
    const context = this.#context;
    const { shared } = this.#keyspace;
    shared.commands++;
    session.calledAt = shared.now;
    session.lastCommand = command.name;
    shared.counting = command.countsLookups;
    context.session = session;
    context.profile = session.profile;
    context.db = this.#keyspace.database(session.database);
    context.now = shared.now;
  }

  #answerOf(command: Command, argv: readonly ByteString[]): Reply {
    const { errorCount } = this.#server;
    const reply = answerOf(command, this.#context, argv);
    this.#server.countCall(command.index);
    if (typeof reply === "object" && reply instanceof ReplyError) {
      this.#server.countFailed(command.name, reply, errorCount);
    }
    return reply;
  }

  /** Sets the time; ends waits whose time is up. */
  #moveTo(now: number): void {
    this.#keyspace.advanceTo(now);
    this.#waits.endDue(this.#keyspace.shared.now);
  }

  /** The slow log gets a command when it has run. */
  #log(session: Session, command: Command, argv: readonly ByteString[]): void {
    if (command.flags.includes("skip_slowlog")) return;
    const { config, shared } = this.#keyspace;
    const { name, address } = session;
    const time = Math.floor(shared.now / 1000);
    const entry = { time, argv: redacted(argv), address: bytes(address), name: untilZero(name) };
    this.#server.slowLog.add(entry, config.slowLogLength);
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

function answerOf(command: Command, context: Context, argv: readonly ByteString[]): Reply {
  try {
    return command.handler(context, new Args(argv, command.words));
  } catch (error) {
    if (error instanceof ReplyError) return error;
    throw error;
  }
}

function toBytes(argument: Argument): ByteString {
  if (typeof argument === "string") return utf8(argument);
  if (typeof argument === "number" || typeof argument === "bigint") return bytes(String(argument));
  if (argument instanceof Uint8Array) return fromUint8Array(argument);
  throw new TypeError(
    `call(name, ...args): ${JSON.stringify(argument)} is no argument; pass text, a number or a Uint8Array (objects go through JSON.stringify first)`,
  );
}

function checkedClock(clock: Clock = systemClock): TestClock {
  if (isTestClock(clock)) return clock;
  if (typeof clock.now === "function") return new TestClock(clock);
  throw new TypeError(
    "createEmulator({ clock }): the clock has no now(); pass manualClock(), systemClock or { now: () => milliseconds }",
  );
}

/** Also one of a second copy of this package: ES modules and CommonJS may meet. */
function isTestClock(clock: Clock): clock is TestClock {
  return "schedule" in clock && typeof clock.schedule === "function";
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
