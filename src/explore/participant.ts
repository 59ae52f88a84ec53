/** One actor in one run: what it has sent and waits for, whose sessions are its own, and how it has ended. */
import type { User } from "../acl/user.js";
import type { ByteString } from "../bytes.js";
import type { Call, Engine, Replies } from "../engine.js";
import type { Reply } from "../reply.js";
import type { Backend } from "../rest/backend.js";
import type { Receive, Session } from "../session.js";

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

/** The emulator as an actor's own clients have it: their sessions tell whose a call is. */
export class OwnBackend implements Backend {
  readonly #engine: Engine;
  readonly #claim: (session: Session) => void;

  constructor(engine: Engine, claim: (session: Session) => void) {
    this.#engine = engine;
    this.#claim = claim;
  }

  get changes(): number {
    return this.#engine.changes;
  }

  get disrupted(): boolean {
    return this.#engine.disrupted;
  }

  createSession(profile: "upstash", receive?: Receive): Session {
    const session = this.#engine.createSession(profile, receive);
    this.#claim(session);
    return session;
  }

  closeSession(session: Session): void {
    this.#engine.closeSession(session);
  }

  userOfToken(token: ByteString): User | undefined {
    return this.#engine.userOfToken(token);
  }

  handle(call: Call): Replies {
    return this.#engine.handle(call);
  }
}
