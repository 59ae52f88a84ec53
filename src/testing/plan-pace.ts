/** So many commands a second: those above that wait for the next, in the order in which they came. */
import type { Clock } from "../clock.js";

const SECOND = 1000;

export class Pace {
  readonly #clock: Clock;
  readonly #perSecond: number;
  /** When the second began, or will begin, that is being filled. */
  #began = 0;
  #taken = 0;
  #last = 0;

  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
  }

  /** Takes the next places; returns how many milliseconds there are until the last of them. */
  take(commands: number): number {
    if (this.#perSecond === Infinity) return 0;
    const now = this.#clock.now();
    // A clock that was set back leaves nobody waiting for where it was.
    if (now < this.#last || now >= this.#began + SECOND) this.restart(now);
    this.#last = now;
    const places = this.#taken + commands;
    const seconds = Math.max(0, Math.ceil(places / this.#perSecond) - 1);
    this.#began += seconds * SECOND;
    this.#taken = places - seconds * this.#perSecond;
    return Math.max(0, this.#began - now);
  }

  restart(at = this.#clock.now()): void {
    this.#began = at;
    this.#taken = 0;
  }
}
