/** The emulator as its users hold it: the engine with the Upstash REST API in front. */
import type { Clock } from "./clock.js";
import type { Call, Linter, Replies } from "./call.js";
import { Engine, type EmulatorOptions as EngineOptions } from "./engine.js";
import type { Tokens } from "./rest/auth.js";
import { createRestHandler } from "./rest/handler.js";
import { respond } from "./rest/respond.js";
import { isBelow } from "./rest/settings.js";
import type { Snapshot } from "./snapshot.js";
import { dump } from "./testing/dump.js";
import { Faults } from "./testing/faults.js";
import { Replicas, type ReplicaOptions } from "./testing/replicas.js";
import { CommandLog, type LogOptions } from "./testing/log.js";
import { limitsOf, type Plan } from "./testing/plan-limits.js";
import type { Usage } from "./testing/plan-usage.js";
import { EnforcedPlan } from "./testing/plan.js";
import { Lint } from "./testing/lint.js";
import type { Strictness } from "./testing/lint-options.js";
import { seed } from "./testing/seed.js";
import { toJson } from "./testing/to-json.js";

/** Options of `createEmulator`. Tokens are those that `fetch` asks for. */
export interface EmulatorOptions extends EngineOptions, Tokens {
  /** The path below which `fetch` is mounted, such as `/api/kv`; unless given, it has the whole host. */
  readonly basePath?: string | undefined;
  /** Replicas that lag behind and answer the reads of REST and the doubles; none unless given. */
  readonly replicas?: ReplicaOptions | undefined;
  /** Whether the commands that come through the doors are logged (`emulator.log`), and how many are kept; they are not unless told. */
  readonly log?: boolean | LogOptions | undefined;
  /** The plan of Upstash's whose limits are enforced; none are unless given, but for the 10 MiB of a command over REST. */
  readonly plan?: Plan | undefined;
  /**
   * Looks in the calls for what will hurt in production, and tells where they are made: `true` for all rules, or an object for each that is to
   * be other, `{ keyWithoutTtl: { level: "error", ignore: ["config:*"] } }`.
   */
  readonly strict?: Strictness | undefined;
}

export class Emulator extends Engine {
  /**
   * The Upstash REST API: `/`, `/pipeline`, `/multi-exec`, commands as paths, and `/subscribe`, `/psubscribe` and `/monitor` as
   * streams of events, on whatever host the request names. Errors of commands are responses (400, 401, 405, 413), as is a path that is
   * not below `basePath` (404); the promise rejects only on a bug. It needs no `this`, and looks at its first argument only.
   */
  readonly fetch: (request: Request) => Promise<Response>;

  /** What came through the doors, where that is logged. */
  readonly log: CommandLog;

  readonly #options: EmulatorOptions;
  #faults: Faults | undefined;
  readonly #replicas: Replicas | undefined;
  readonly #plan: EnforcedPlan | undefined;
  #lint: Lint | undefined;

  constructor(options: EmulatorOptions = {}) {
    super(options);
    this.#options = options;
    const { plan, replicas, log } = options;
    if (plan !== undefined) this.#plan = new EnforcedPlan(this, limitsOf(plan));
    if (replicas !== undefined) this.#replicas = new Replicas(this, replicas, this.#plan?.gate);
    this.log = new CommandLog(this, log);
    if (options.strict !== undefined) this.lint.use(options.strict);
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
    fork.#replicas?.replicate();
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

  /** Rules by which calls fail as they do between a client and its database. */
  get faults(): Faults {
    this.#faults ??= new Faults(this);
    return this.#faults;
  }

  /** What the calls do that will hurt in production; found while it is on, by the option `strict` or by `lint.use`. */
  get lint(): Lint {
    this.#lint ??= new Lint(this);
    return this.#lint;
  }

  override get linter(): Linter | undefined {
    return this.#lint?.isOn === true ? this.#lint : undefined;
  }

  /** Brings all replicas to the present. Throws a TypeError where there are none. */
  replicate(): void {
    if (this.#replicas !== undefined) return this.#replicas.replicate();
    throw new TypeError(
      'replicate(): there are no replicas; make some with createEmulator({ replicas: { lag: "1s" } })',
    );
  }

  /** What a plan lets pass, replicas answer if they can. */
  protected override answer(call: Call): Replies {
    if (this.#plan === undefined) return this.#replicas?.answer(call) ?? super.answer(call);
    const { gate } = this.#plan;
    return this.#plan.pass(call, (passed) => {
      const before = this.gate;
      this.gate = gate;
      try {
        return this.#replicas?.answer(passed) ?? super.answer(passed);
      } finally {
        this.gate = before;
      }
    });
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

  /** As the engine's, with the usage of the plan. */
  override snapshot(): Snapshot {
    const snapshot = super.snapshot();
    this.#plan?.remember(snapshot);
    return snapshot;
  }

  /** As the engine's, with the usage of the plan; the replicas are there without a lag. */
  override restore(snapshot: Snapshot): void {
    super.restore(snapshot);
    this.#plan?.recall(snapshot);
    this.#replicas?.replicate();
  }

  /**
   * Empties every database, the replicas and the log, forgets scripts, functions, users, lint's problems and what was used of the plan,
   * and puts faults out of force; clock and interceptors stay.
   */
  override reset(): void {
    super.reset();
    this.#plan?.meter.clear();
    this.#faults?.clear();
    this.#lint?.clear();
    this.log.clear();
    this.#replicas?.replicate();
  }

  /**
   * As the engine's; faults, the log, lint's rules and problems are as they were, too. Undoing throws what lint has put off and finds to be
   * an error, when all is undone.
   */
  override checkpoint(): () => void {
    const [undoFaults, undoLint, undoLog] = [this.faults.save(), this.lint.save(), this.log.save()];
    const undo = super.checkpoint();
    return () => {
      try {
        undoLint();
      } finally {
        undoFaults();
        undo();
        undoLog();
      }
    };
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
