/** One actor in one run: what it has sent and waits for, and how it has ended. */
import type { Call, Replies } from "../call.js";
import type { Reply } from "../reply.js";

/** A request that waits for its turn. Where a pipeline is run command by command, `replies` are those of the commands that have run. */
export interface Request {
  readonly call: Call;
  readonly next: (call: Call) => Replies;
  readonly replies: Reply[];
  readonly resolve: (replies: readonly Reply[]) => void;
  readonly reject: (reason: unknown) => void;
}

export type Ending =
  | { readonly kind: "returned"; readonly value: unknown }
  | { readonly kind: "threw"; readonly reason: unknown }
  | { readonly kind: "crashed" };

export class Participant {
  readonly name: string;
  /** In the order in which they were sent. */
  readonly requests: Request[] = [];
  /** What calls its timers off. */
  readonly timers = new Set<() => void>();
  #ending: Ending | undefined = undefined;

  constructor(name: string) {
    this.name = name;
  }

  /** Whether the server works on a pipeline of it, which it will to its end. */
  get isServed(): boolean {
    return this.requests.some(({ replies }) => replies.length > 0);
  }

  get ending(): Ending | undefined {
    return this.#ending;
  }

  /** Its timers are called off; requests that nobody waits for are run, but not those of one that crashes: it never goes on. */
  end(ending: Ending): void {
    this.#ending = ending;
    for (const cancel of this.timers) cancel();
    this.timers.clear();
    if (ending.kind === "crashed") this.requests.splice(0, Infinity);
  }
}
