/** The chain around the calls of all doors: links that look at a call, hold it up, change it, or answer in the place of what is behind. */
import type { Call, Interceptor, Replies } from "./call.js";

export class Chain {
  /** The outermost first. */
  readonly #links: Interceptor[] = [];
  /** Those of them that disturb what travels. */
  readonly #disruptive = new Set<Interceptor>();
  readonly #last: (call: Call) => Replies;

  /** `last` answers what has come through. */
  constructor(last: (call: Call) => Replies) {
    this.#last = last;
  }

  /** Whether links disturb what travels. */
  get disrupted(): boolean {
    return this.#disruptive.size > 0;
  }

  /** Puts a link behind those that are there; returns what takes it out. */
  add(link: Interceptor, disruptive = false): () => void {
    this.#links.push(link);
    if (disruptive) this.#disruptive.add(link);
    return () => {
      const index = this.#links.indexOf(link);
      if (index >= 0) this.#links.splice(index, 1);
      this.#disruptive.delete(link);
    };
  }

  handle(call: Call): Replies {
    if (this.#links.length === 0) return this.#last(call);
    const whole = this.#links.reduceRight<(call: Call) => Replies>(
      (next, link) => (passed) => link(passed, next),
      this.#last,
    );
    return whole(call);
  }

  /** Notes which links there are; the returned function makes it so again. */
  save(): () => void {
    const links = [...this.#links];
    const disruptive = [...this.#disruptive];
    return () => {
      this.#links.splice(0, Infinity, ...links);
      this.#disruptive.clear();
      for (const link of disruptive) this.#disruptive.add(link);
    };
  }
}
