/**
 * Real time, for scripts that run away: fake timers must not stop it. Where the clock has been put in their hands before this module was
 * loaded, it stands still, and instructions are counted instead.
 */

const now: () => number = performance.now.bind(performance);

/** So few instructions in a millisecond no machine runs. */
const INSTRUCTIONS_PER_MS = 20_000;

/** Thrown within a script whose time is up: nothing in Lua can catch it. */
export class OutOfTime extends Error {
  override readonly name = "OutOfTime";
}

export class Stopwatch {
  #start = 0;
  #limit = Number.POSITIVE_INFINITY;
  #instructions = 0;

  /** Starts a run of so many milliseconds at most. */
  start(limit: number): void {
    this.#start = now();
    this.#limit = limit;
    this.#instructions = 0;
  }

  stop(): void {
    this.#limit = Number.POSITIVE_INFINITY;
  }

  /** Throws when the time is up. `instructions` have run since the last check. */
  check(instructions: number): void {
    this.#instructions += instructions;
    const elapsed = now() - this.#start;
    const frozen = elapsed === 0 && this.#instructions > this.#limit * INSTRUCTIONS_PER_MS;
    if (elapsed > this.#limit || frozen) throw new OutOfTime("the script's time is up");
  }

  /** Seconds from some point in the past. */
  seconds(): number {
    return now() / 1000;
  }
}
