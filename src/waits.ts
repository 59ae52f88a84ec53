/**
 * Sessions that wait: for a key (BLPOP and its kin), for time to pass (WAIT), or for CLIENT PAUSE to end. What a session sends meanwhile is
 * run when its wait is over; its replies then come by `Session.deliver`.
 */
import type { ByteString } from "./bytes.js";
import type { Wish } from "./commands/command.js";
import { ReplyError } from "./errors.js";
import type { Value } from "./keyspace/value.js";
import { typeName } from "./keyspace/value.js";
import { Waiting, type Waiter } from "./keyspace/waiting.js";
import { LATER, type Reply } from "./reply.js";
import type { Session } from "./session.js";

interface WaitingSession extends Waiter {
  readonly session: Session;
  /** The command that is run again; undefined where only time ends the wait. */
  readonly argv: readonly ByteString[] | undefined;
  readonly type: Wish["type"];
  /** The reply when the time is up. */
  readonly timedOut: Reply;
}

/** What runs commands. */
export interface Runner {
  /** Runs the command again with which a session waited. */
  again(session: Session, argv: readonly ByteString[]): Reply;
  /** Runs what a session sent while it waited. */
  process(session: Session, argv: readonly ByteString[]): Reply;
  valueAt(database: number, key: ByteString): Value | undefined;
}

export class Waits {
  /** Who waits for which key. */
  readonly keys = new Waiting<WaitingSession>();
  readonly #runner: Runner;
  /** The wait that a command is run again for; its deadline stays. */
  #resumed: WaitingSession | undefined = undefined;
  /** The sessions whose wait is over, and that may have sent more meanwhile. */
  #released: Session[] = [];

  constructor(runner: Runner) {
    this.#runner = runner;
  }

  /** Whether anything is to be done for those who wait. */
  get isDue(): boolean {
    return this.keys.isTouched || this.#released.length > 0;
  }

  holds(session: Session): boolean {
    return this.keys.size > 0 && this.keys.of(session) !== undefined;
  }

  /** Has a session wait as a command wishes; returns what the command answers. */
  begin(session: Session, wish: Wish): Reply {
    const { args, type, keys, until, otherwise, timedOut = otherwise, orGone = false } = wish;
    if (session.inExec || session.inScript) return otherwise;
    if (session.receive === undefined) {
      if (session.profile.withoutWaiting === "nothing") return otherwise;
      throw cannotWait(args.name);
    }
    const { database } = session;
    const deadline = this.#resumed?.deadline ?? until;
    const { argv } = args;
    this.keys.add({ session, database, argv, type, keys, deadline, timedOut, orGone });
    return LATER;
  }

  /** Holds a command back until a time; answers that its reply comes later. */
  hold(session: Session, argv: readonly ByteString[], until: number): Reply {
    const { database } = session;
    session.backlog.push(argv);
    this.keys.add({
      session,
      database,
      argv: undefined,
      type: undefined,
      keys: [],
      deadline: until,
      timedOut: LATER,
      orGone: false,
    });
    return LATER;
  }

  /** Ends a session's wait for a key with a reply, its own unless told otherwise; false where it does not wait. */
  unblock(session: Session, reply?: Reply): boolean {
    const waiter = this.keys.of(session);
    if (waiter?.argv === undefined) return false;
    this.#end(waiter, reply ?? waiter.timedOut);
    return true;
  }

  /** Lets all go on that were held back. */
  releaseHeld(): void {
    const held = [...this.keys.all()].filter(({ argv }) => argv === undefined);
    for (const waiter of held) this.#end(waiter, waiter.timedOut);
  }

  /** Ends the waits whose time is up. */
  endDue(now: number): void {
    if (this.keys.size === 0) return;
    for (const waiter of this.keys.takeDue(now)) this.#end(waiter, waiter.timedOut);
  }

  /** Ends the waits that can end now, then runs what those sessions sent meanwhile. */
  serve(): void {
    this.serveTouched();
    this.#catchUp();
  }

  /** Runs the commands again whose keys were touched, in the order in which they came, until nothing more is touched. */
  serveTouched(): void {
    for (let next = this.keys.takeTouched(); next !== undefined; next = this.keys.takeTouched()) {
      for (const waiter of next.waiters) this.#resume(waiter, next.key);
    }
  }

  leave(session: Session): void {
    const waiter = this.keys.of(session);
    if (waiter !== undefined) this.keys.remove(waiter);
    session.backlog.length = 0;
  }

  #resume(waiter: WaitingSession, key: ByteString): void {
    const { session, database, argv, type, orGone } = waiter;
    if (argv === undefined || this.keys.of(session) !== waiter) return;
    const value = this.#runner.valueAt(database, key);
    if (!orGone && (value === undefined || typeName(value) !== type)) return;
    this.keys.remove(waiter);
    this.#resumed = waiter;
    const reply = this.#runner.again(session, argv);
    this.#resumed = undefined;
    this.#end(waiter, reply);
  }

  #end(waiter: WaitingSession, reply: Reply): void {
    if (this.keys.of(waiter.session) === waiter) this.keys.remove(waiter);
    waiter.session.deliver(reply);
    this.#released.push(waiter.session);
  }

  /** Runs what sessions sent while they waited; those who wait for what a command makes go before the next. */
  #catchUp(): void {
    for (let session = this.#released.shift(); session; session = this.#released.shift()) {
      while (!this.holds(session)) {
        const argv = session.backlog.shift();
        if (argv === undefined) break;
        session.deliver(this.#runner.process(session, argv));
        this.serveTouched();
      }
    }
  }
}

function cannotWait(name: ByteString): ReplyError {
  return new ReplyError(
    `ERR '${name}' would wait, and this session of kv-emulator can not: make it with createSession(profile, receive)`,
  );
}
