/** The emulator as its users hold it: the engine with the Upstash REST API in front. */
import type { Clock } from "./clock.js";
import { Engine, type EmulatorOptions as EngineOptions, type Linter } from "./engine.js";
import type { Tokens } from "./rest/auth.js";
import { createRestHandler } from "./rest/handler.js";
import { respond } from "./rest/respond.js";
import { isBelow } from "./rest/settings.js";
import { dump } from "./testing/dump.js";
import { Faults } from "./testing/faults.js";
import { Lint } from "./testing/lint.js";
import type { Strictness } from "./testing/lint-options.js";
import { seed } from "./testing/seed.js";
import { toJson } from "./testing/to-json.js";

/** Options of `createEmulator`. Tokens are those that `fetch` asks for. */
export interface EmulatorOptions extends EngineOptions, Tokens {
  /** The path below which `fetch` is mounted, such as `/api/kv`; unless given, it has the whole host. */
  readonly basePath?: string | undefined;
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

  readonly #options: EmulatorOptions;
  #faults: Faults | undefined;
  #lint: Lint | undefined;

  constructor(options: EmulatorOptions = {}) {
    super(options);
    this.#options = options;
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
    return fork;
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

  /**
   * Empties every database, forgets scripts, functions, users and lint's problems, and puts faults out of force; clock and interceptors
   * stay.
   */
  override reset(): void {
    super.reset();
    this.#faults?.clear();
    this.#lint?.clear();
  }

  /**
   * As the engine's checkpoint; the faults in force are again those that were, and lint's rules and problems too. Undoing it throws what lint
   * has put off and finds to be an error, when all is undone.
   */
  override checkpoint(): () => void {
    const undoFaults = this.faults.save();
    const undoLint = this.lint.save();
    const undo = super.checkpoint();
    return () => {
      try {
        undoLint();
      } finally {
        undoFaults();
        undo();
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
