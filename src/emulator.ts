/** The emulator as its users hold it: the engine with the Upstash REST API in front. */
import type { Clock } from "./clock.js";
import {
  Engine,
  type Call,
  type EmulatorOptions as EngineOptions,
  type Replies,
} from "./engine.js";
import type { Tokens } from "./rest/auth.js";
import { createRestHandler } from "./rest/handler.js";
import { respond } from "./rest/respond.js";
import { isBelow } from "./rest/settings.js";
import type { Snapshot } from "./snapshot.js";
import { dump } from "./testing/dump.js";
import { limitsOf, type Plan } from "./testing/plan-limits.js";
import type { Usage } from "./testing/plan-usage.js";
import { EnforcedPlan } from "./testing/plan.js";
import { seed } from "./testing/seed.js";
import { toJson } from "./testing/to-json.js";

/** Options of `createEmulator`. Tokens are those that `fetch` asks for. */
export interface EmulatorOptions extends EngineOptions, Tokens {
  /** The path below which `fetch` is mounted, such as `/api/kv`; unless given, it has the whole host. */
  readonly basePath?: string | undefined;
  /** The plan of Upstash's whose limits are enforced; none are unless given, but for the 10 MiB of a command over REST. */
  readonly plan?: Plan | undefined;
}

export class Emulator extends Engine {
  /**
   * The Upstash REST API: `/`, `/pipeline`, `/multi-exec`, commands as paths, and `/subscribe`, `/psubscribe` and `/monitor` as
   * streams of events, on whatever host the request names. Errors of commands are responses (400, 401, 405, 413), as is a path that is
   * not below `basePath` (404); the promise rejects only on a bug. It needs no `this`, and looks at its first argument only.
   */
  readonly fetch: (request: Request) => Promise<Response>;

  readonly #options: EmulatorOptions;
  readonly #plan: EnforcedPlan | undefined;

  constructor(options: EmulatorOptions = {}) {
    super(options);
    this.#options = options;
    const { plan } = options;
    this.#plan =
      plan === undefined ? undefined : new EnforcedPlan(this, limitsOf(plan), options.seed);
    const basePath = checkedPath(options.basePath);
    const handler = createRestHandler(this, options);
    this.fetch = async (request) => {
      const base = new URL(request.url).origin + basePath;
      if (isBelow(request.url, base)) return respond(handler, request, base);
      return new Response(null, { status: 404 });
    };
  }

  /**
   * An emulator of its own with a copy of all that this one holds, and with its options; it has the same clock unless it is given
   * another. Interceptors stay behind.
   */
  fork({ clock = this.clock }: { readonly clock?: Clock } = {}): Emulator {
    const fork = new Emulator({ ...this.#options, clock });
    fork.become(this);
    if (this.#plan !== undefined) fork.#plan?.restore(this.#plan.save());
    return fork;
  }

  /** What has been used of the plan. Throws a TypeError where there is none. */
  get usage(): Usage {
    if (this.#plan !== undefined) return this.#plan.meter;
    throw new TypeError(
      'emulator.usage: nothing is counted without a plan; pass one, as in createEmulator({ plan: "free" })',
    );
  }

  /** What REST takes. */
  get maxCommandBytes(): number | undefined {
    return this.#plan?.limits.requestSize;
  }

  protected override answer(call: Call): Replies {
    if (this.#plan === undefined) return super.answer(call);
    const { gate } = this.#plan;
    return this.#plan.pass(call, (passed) => {
      const before = this.gate;
      this.gate = gate;
      try {
        return super.answer(passed);
      } finally {
        this.gate = before;
      }
    });
  }

  override reset(): void {
    super.reset();
    this.#plan?.meter.clear();
  }

  /** As the engine's, with the usage of the plan. */
  override snapshot(): Snapshot {
    const snapshot = super.snapshot();
    this.#plan?.remember(snapshot);
    return snapshot;
  }

  override restore(snapshot: Snapshot): void {
    super.restore(snapshot);
    this.#plan?.recall(snapshot);
  }

  /**
   * Sets keys from an object as people write it: text is a string, an array a list, an object a hash, and what else there is says so
   * with `$type`, `$ttl` and `$fieldTtl`. Throws a TypeError that names the place of what is wrong, and the fix.
   */
  seed(data: unknown): void {
    seed(this, data);
  }

  /** What database 0 holds, as `seed` takes it; the order of the fields of a hash may get lost. */
  toJSON(): Readonly<Record<string, unknown>> {
    return toJson(this);
  }

  /** What all databases hold, to read, and to keep as a test's snapshot: by key, with types, what is in them, and what is left of their time. */
  dump(): string {
    return dump(this);
  }
}

/** The path as it stands in a request's URL, without a trailing slash. */
function checkedPath(basePath = ""): string {
  if (/^(?:\/[^\s/?#]+)*\/?$/.test(basePath)) {
    return new URL(basePath, "https://any.host").pathname.replace(/\/$/, "");
  }
  throw new TypeError(
    `createEmulator({ basePath }): ${JSON.stringify(basePath)} is no path; pass one like "/api/kv"`,
  );
}

/** An empty in-memory Redis. Throws a TypeError for malformed options. */
export function createEmulator(options: EmulatorOptions = {}): Emulator {
  return new Emulator(options);
}
