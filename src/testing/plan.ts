/**
 * A plan of Upstash's before an emulator: what comes through the chain of interceptors is counted, delayed, or refused with Upstash's
 * words. `call` and `execute` pass it by.
 */
import type { ByteString } from "../bytes.js";
import type { TestClock } from "../clock.js";
import type { Command } from "../commands/command.js";
import { keyReferences } from "../commands/key-specs.js";
import { abortedBecauseOf } from "../commands/transactions.js";
import type { Call, Gate, Replies } from "../call.js";
import { keyspaceOf, type Engine } from "../engine.js";
import type { ReplyError } from "../errors.js";
import type { Keyspace } from "../keyspace/keyspace.js";
import { seededRandom, type RandomState, type SeededRandom } from "../random.js";
import type { Reply } from "../reply.js";
import { ResultTooLarge } from "../rest/backend.js";
import { sizeExceeded, tooLarge } from "../rest/commands.js";
import type { Session } from "../session.js";
import type { Snapshot } from "../snapshot.js";
import { AROUND_TRANSACTION, billedCommands, isBilled, leastCost } from "./plan-billing.js";
import { evict } from "./plan-eviction.js";
import {
  capacityExceeded,
  connectionsExceeded,
  dailyExceeded,
  keySizeExceeded,
  monthlyExceeded,
  recordSizeExceeded,
  type Limits,
} from "./plan-limits.js";
import { bytesFor, bytesOf, longest, mayGrow, replaces } from "./plan-measures.js";
import { Pace } from "./plan-pace.js";
import { pendingExceeded } from "./plan-streams.js";
import { KeySizes } from "./plan-sizes.js";
import { Meter, type UsageState } from "./plan-usage.js";

export interface PlanState {
  readonly usage: UsageState;
  readonly random: RandomState;
}

/** The plans of emulators that have one. */
const enforced = new WeakMap<Engine, EnforcedPlan>();

/** For a door that has connections. */
export function planOf(engine: Engine): EnforcedPlan | undefined {
  return enforced.get(engine);
}

export class EnforcedPlan {
  readonly limits: Limits;
  readonly meter: Meter;
  readonly #clock: TestClock;
  readonly #keyspace: Keyspace;
  readonly #sizes: KeySizes;
  readonly #pace: Pace;
  readonly #random: SeededRandom;
  readonly #states = new WeakMap<Snapshot, PlanState>();
  /** Whether a transaction's commands run that came in one request. */
  #inTransaction = false;

  constructor(engine: Engine, limits: Limits) {
    this.limits = limits;
    this.#clock = engine.clock;
    this.#keyspace = keyspaceOf(engine);
    this.#sizes = new KeySizes(this.#keyspace);
    this.meter = new Meter(engine.clock, this.#sizes, () => keyspaceOf(engine));
    this.#pace = new Pace(engine.clock, limits.commandsPerSecond);
    this.#random = seededRandom(engine.chance);
    enforced.set(engine, this);
  }

  /** Lets a call pass when it is its turn, to where each command meets the gate. */
  pass(call: Call, next: (call: Call) => Replies): Replies {
    const wait = this.#pace.take(call.commands.length);
    if (wait === 0) return this.#run(call, next);
    return this.#clock.sleep(wait).then(() => this.#run(call, next));
  }

  #run(call: Call, next: (call: Call) => Replies): Replies {
    const refused = call.door === "resp" ? this.#refuseLarge(call) : undefined;
    if (refused !== undefined) return [refused];
    if (call.atomic) {
      const discarded = this.#overUsed(billedCommands(call.commands) + AROUND_TRANSACTION);
      if (discarded !== undefined) return Promise.reject(discarded);
      this.meter.count(AROUND_TRANSACTION);
      this.#makeRoom();
    }
    this.#inTransaction = call.atomic;
    const fit = (replies: readonly Reply[]): readonly Reply[] =>
      replies.map((reply) => this.#fit(reply));
    const replies = next(call);
    return replies instanceof Promise ? replies.then(fit) : fit(replies);
  }

  /** Over RESP commands come one by one; REST has refused what is too large already. */
  #refuseLarge({ commands, session }: Call): ReplyError | undefined {
    const [argv = []] = commands;
    const refusal = tooLarge(argv, this.limits.requestSize);
    if (refusal !== undefined && session.transaction !== undefined) {
      session.transaction.failed = true;
    }
    return refusal;
  }

  #fit(reply: Reply): Reply {
    const size = bytesOf(reply);
    if (size <= this.limits.requestSize) return reply;
    return new ResultTooLarge(sizeExceeded(this.limits.requestSize, size).message);
  }

  /** What each command meets. */
  readonly gate: Gate = (session, command, argv) => {
    const isInner = this.#inTransaction || session.inExec || session.inScript;
    const counts = isBilled(command);
    if (!isInner) {
      const refusal = counts ? this.#overUsed(leastCost(command, session)) : undefined;
      if (refusal !== undefined) return refusedExec(refusal, command, session);
      this.#makeRoom();
    }
    const refusal = this.#overSize(session, command, argv, isInner);
    if (refusal === undefined && counts) this.meter.count(1);
    return refusal;
  };

  /** The error where so many commands more are too many. */
  #overUsed(commands: number): ReplyError | undefined {
    const { dailyCommands, monthlyCommands } = this.limits;
    const { meter } = this;
    if (meter.monthlyCommands + commands > monthlyCommands) {
      return monthlyExceeded(monthlyCommands, meter.monthlyCommands);
    }
    if (meter.dailyCommands + commands <= dailyCommands) return undefined;
    return dailyExceeded(dailyCommands, meter.dailyCommands);
  }

  #makeRoom(): void {
    const { eviction, databaseSize } = this.limits;
    if (eviction) evict(this.#keyspace, this.#random, () => this.meter.bytes <= databaseSize);
  }

  #overSize(
    { database }: Session,
    command: Command,
    argv: readonly ByteString[],
    isInner: boolean,
  ): ReplyError | undefined {
    const { keySize, databaseSize, pendingEntries, eviction } = this.limits;
    if (argv.some(({ length }) => length > keySize)) {
      const lengths = keyReferences(command, argv).map(({ place }) => argv[place]?.length ?? 0);
      const size = longest(lengths);
      if (size > keySize) return keySizeExceeded(keySize, size);
    }
    if (command.name === "xreadgroup") {
      return pendingExceeded(argv, this.#keyspace.database(database), pendingEntries);
    }
    if (!mayGrow(command)) return undefined;
    const { bytes } = this.meter;
    if (bytes > databaseSize && !(isInner && eviction))
      return capacityExceeded(databaseSize, bytes);
    return this.#makesLargeRecord(database, command, argv) ? recordSizeExceeded() : undefined;
  }

  /**
   * Whether a record would be too large with the words of the command; what it makes beyond its words (a union that is stored, a
   * SETRANGE far behind the end) is seen by the next.
   */
  #makesLargeRecord(database: number, command: Command, argv: readonly ByteString[]): boolean {
    const { recordSize } = this.limits;
    if (recordSize === Infinity) return false;
    return keyReferences(command, argv).some((reference) => {
      const { place, flags } = reference;
      if (flags.includes("RO")) return false;
      const key = argv[place];
      const isKept = key !== undefined && !replaces(command, argv, reference);
      const before = isKept ? this.#sizes.of(database, key) : 0;
      return before + bytesFor(command, argv, place) > recordSize;
    });
  }

  /** Counts a connection until what is returned is called; the error for one too many. */
  connect(): ReplyError | (() => void) {
    if (this.meter.connections >= this.limits.connections) return connectionsExceeded();
    this.meter.connections++;
    return () => {
      this.meter.connections--;
    };
  }

  /** Notes the usage as a part of a snapshot. */
  remember(snapshot: Snapshot): void {
    this.#states.set(snapshot, this.save());
  }

  /** Brings back what was noted. */
  recall(snapshot: Snapshot): void {
    const state = this.#states.get(snapshot);
    if (state !== undefined) this.restore(state);
  }

  save(): PlanState {
    return { usage: this.meter.save(), random: this.#random.snapshot() };
  }

  restore({ usage, random }: PlanState): void {
    this.meter.restore(usage);
    this.#random.restore(random);
    this.#pace.restart();
  }
}

/** EXEC ends its transaction, as it does whatever it is refused for. */
function refusedExec(refusal: ReplyError, { name }: Command, session: Session): ReplyError {
  if (name !== "exec") return refusal;
  session.endTransaction();
  return abortedBecauseOf(refusal);
}
