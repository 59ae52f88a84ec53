/**
 * What a test's calls cost: commands, as plan-billing.ts has Upstash count them, requests and what travels.
 */
export interface Cost {
  /**
   * Commands that ran, those of pipelines and scripts each, and two more for a transaction over REST, MULTI and EXEC. AUTH, CLIENT, COMMAND,
   * CONFIG, HELLO, INFO, PING, QUIT, RESET and SELECT are free, and so is what was refused.
   */
  readonly commands: number;
  /** Requests over HTTP, or what would be one of a double; tries again are requests. Over RESP each command is one. */
  readonly requests: number;
  /**
   * The bodies of requests and responses in bytes: over HTTP as they travel, of a double as they would, over RESP the commands and
   * replies. Events of streams are not counted.
   */
  readonly bytes: number;
}

export const NO_COST: Cost = { commands: 0, requests: 0, bytes: 0 };

/** The sum of what is billed; what was counted in pieces is summed when somebody asks. */
export class Bill {
  #commands = 0;
  #requests = 0;
  #bytes = 0;
  #uncounted: (() => number)[] = [];

  addRequest(): void {
    this.#requests++;
  }

  addCommands(commands: number): void {
    this.#commands += commands;
  }

  /** `count` is called when the sum is wanted, or there are many. */
  addBytes(count: () => number): void {
    if (this.#uncounted.push(count) >= MANY) this.#count();
  }

  get requests(): number {
    return this.#requests;
  }

  get cost(): Cost {
    this.#count();
    return { commands: this.#commands, requests: this.#requests, bytes: this.#bytes };
  }

  #count(): void {
    for (const count of this.#uncounted) this.#bytes += count();
    this.#uncounted = [];
  }
}

const MANY = 1000;
