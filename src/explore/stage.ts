/**
 * An emulator made ready for run after run, each from the same state. Requests wait at a gate, which is the last link of its chain: a request
 * of an actor's own client is that actor's, one of any other client is whose turn it is.
 */
import type { Call, Replies } from "../call.js";
import type { Session } from "../session.js";
import { Seat, type Own, type SleepOf } from "./own.js";
import type { Participant } from "./participant.js";
import type { Choose, Plan, Trace } from "./plan.js";
import { Run, type Surroundings } from "./run.js";
import { replaceTimers, SteppedClock, Turns } from "./timers.js";

export class Stage implements Surroundings {
  readonly plan: Plan;
  readonly nobody: Own;
  readonly #owners = new WeakMap<Session, Seat>();
  readonly #seats = new Map<string, Seat>();
  readonly turns = new Turns();
  readonly clock: SteppedClock;
  /** The run at whose gate requests wait. */
  run: Run | undefined = undefined;
  readonly #leave: (() => void)[];
  readonly #restore: () => void;

  constructor(plan: Plan) {
    const { emulator } = plan;
    this.plan = plan;
    this.nobody = this.#seat();
    const undo = emulator.checkpoint();
    this.clock = new SteppedClock(emulator.clock);
    emulator.intercept((call, next) => this.#gate(call, next));
    this.#restore = emulator.checkpoint();
    const giveBackTimers = replaceTimers((delay, run) => this.run?.sleep(delay, run));
    this.#leave = [giveBackTimers, () => this.clock.restart(), undo, () => this.turns.close()];
  }

  async perform(choose: Choose): Promise<Trace> {
    this.clock.restart();
    this.#restore();
    const run = new Run(this);
    await this.plan.setup?.(this.nobody);
    this.run = run;
    try {
      await run.perform(choose);
    } finally {
      this.run = undefined;
      run.abandonAll();
    }
    await run.judge();
    return run;
  }

  own(actor: Participant): Own {
    const seat = this.#seats.get(actor.name) ?? this.#seat(actor.name);
    this.#seats.set(actor.name, seat);
    seat.actor = actor;
    return seat;
  }

  abandon(actor: Participant): void {
    if (this.#seats.get(actor.name)?.actor === actor) this.#seats.delete(actor.name);
  }

  #seat(name?: string): Seat {
    const sleep: SleepOf = (actor, duration, wake) => {
      const { run } = this;
      if (actor === undefined || run === undefined) this.clock.clock.after(duration, wake);
      else run.sleepOf(actor, duration, wake);
    };
    return new Seat(this.plan.emulator, this.#owners, {
      ...(name !== undefined && { name }),
      sleep,
    });
  }

  /** Leaves all as it was found. */
  leave(): void {
    for (const step of this.#leave) step();
  }

  #gate(call: Call, next: (call: Call) => Replies): Replies {
    const seat = this.#owners.get(call.session);
    const actor = seat === undefined ? this.run?.turn : seat.actor;
    if (actor === undefined) return next(call);
    if (this.run?.has(actor) === true) return this.run.admit(actor, call, next);
    // Of an actor that has crashed, or that an earlier run has left behind.
    return new Promise<never>(() => undefined);
  }
}
