/** What an actor works with: clients by whose sessions its calls are known, and a clock to sleep on. */
import type { User } from "../acl/user.js";
import type { ByteString } from "../bytes.js";
import type { Duration } from "../clock.js";
import type { Call, Replies } from "../call.js";
import type { Engine } from "../engine.js";
import { VercelKV } from "../kv/kv.js";
import { Redis } from "../kv/upstash.js";
import type { Backend } from "../rest/backend.js";
import type { Receive, Session } from "../session.js";
import type { Participant } from "./participant.js";

export interface Own {
  /** Its own double of `@vercel/kv`, and its own of `@upstash/redis`, which does not send commands together by itself. */
  readonly kv: VercelKV;
  readonly redis: Redis;
  /** The emulator's clock, which only steps move: who sleeps on it, or with `setTimeout`, is woken by a step. */
  readonly clock: { now(): number; sleep(duration: Duration): Promise<void> };
}

/**
 * The place of an actor from run to run: clients cost more than a run does. Where an actor has been left behind, the place stays its own, and
 * the next run has another.
 */
export class Seat implements Own {
  readonly clock: Own["clock"];
  /** Who has it now; undefined for nobody, whose requests are no steps. */
  actor: Participant | undefined = undefined;
  readonly #backend: OwnBackend;
  readonly #name: string | undefined;
  #kv: VercelKV | undefined;
  #redis: Redis | undefined;

  constructor(
    engine: Engine,
    owners: WeakMap<Session, Seat>,
    options: { readonly name?: string; readonly sleep: SleepOf },
  ) {
    this.#name = options.name;
    this.#backend = new OwnBackend(engine, (session) => void owners.set(session, this));
    this.clock = {
      now: () => engine.clock.now(),
      sleep: async (duration) => {
        await new Promise<void>((resolve) => void options.sleep(this.actor, duration, resolve));
      },
    };
  }

  get kv(): VercelKV {
    this.#kv ??= new VercelKV({ enableAutoPipelining: true }, this.#backend, this.#name);
    return this.#kv;
  }

  get redis(): Redis {
    this.#redis ??= new Redis({ enableAutoPipelining: false }, this.#backend, this.#name);
    return this.#redis;
  }
}

/** Has an actor sleep; `wake` is called when the time has passed. */
export type SleepOf = (
  actor: Participant | undefined,
  duration: Duration,
  wake: () => void,
) => unknown;

/** The emulator as an actor's own clients have it: their sessions tell whose a call is. */
class OwnBackend implements Backend {
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
