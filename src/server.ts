/**
 * What an emulator knows of itself as a server: who is connected, what its commands came to, the slow log, and the pause that CLIENT PAUSE
 * asks for. The counters cost an increment for each command; INFO makes the rest of them.
 */
import type { ReplyError } from "./errors.js";
import { seededRandom } from "./random.js";
import type { Session } from "./session.js";
import { SlowLog, type SlowLogState } from "./slow-log.js";

/** Which commands wait: all, or those that write. */
export interface Pause {
  /** Unix time in milliseconds. */
  readonly until: number;
  readonly mode: "all" | "write";
}

export interface ServerState {
  readonly calls: Uint32Array;
  readonly counts: readonly ReadonlyMap<string, number>[];
  readonly errorCount: number;
  readonly connections: number;
  readonly savedAt: number;
  readonly saves: number;
  readonly changesSinceSave: number;
  readonly pause: Pause | undefined;
  readonly slowLog: SlowLogState;
}

/** So many codes of errors are told apart; scripts make up their own. */
const MAX_CODES = 128;

export class Server {
  /** The sessions that are connected, in the order of their numbers. */
  readonly sessions = new Set<Session>();
  readonly slowLog = new SlowLog();
  /** How often each command was called, at the command's index. */
  readonly calls: Uint32Array;
  /** How often commands were refused before they ran, and how often they answered with an error, by name. */
  readonly rejected = new Map<string, number>();
  readonly failed = new Map<string, number>();
  /** How often errors were answered, by their code. */
  readonly errors = new Map<string, number>();
  errorCount = 0;
  /** How many sessions there have been. */
  connections = 0;
  /** When the databases were last saved, as far as Redis's words go: Unix time in milliseconds. */
  savedAt: number;
  saves = 0;
  /** How many changes the keyspace had seen then. */
  changesAtSave = 0;
  /** What CLIENT PAUSE asks for. */
  pause: Pause | undefined = undefined;
  /** Where clients reach the server, as CLIENT LIST shows it. */
  address = "0.0.0.0:0";
  readonly #startedAt: number;

  constructor(startedAt: number, commands: number) {
    this.#startedAt = startedAt;
    this.savedAt = startedAt;
    this.calls = new Uint32Array(commands);
  }

  /** The pause that is not over yet. */
  pauseAt(now: number): Pause | undefined {
    return this.pause !== undefined && this.pause.until > now ? this.pause : undefined;
  }

  /** Forty hexadecimal digits that are this server's own: the first its run, the second its replication. */
  identity(which: 1 | 2): string {
    const random = seededRandom(this.#startedAt * which);
    return Array.from({ length: 40 }, () => random.below(16).toString(16)).join("");
  }

  snapshot(changes: number): ServerState {
    const { errorCount, connections, savedAt, saves, changesAtSave, pause } = this;
    return {
      calls: this.calls.slice(),
      counts: this.#counts.map((counts) => new Map(counts)),
      errorCount,
      connections,
      savedAt,
      saves,
      changesSinceSave: changes - changesAtSave,
      pause,
      slowLog: this.slowLog.snapshot(),
    };
  }

  restore(state: ServerState, changes: number): void {
    this.calls.set(state.calls);
    for (const [index, counts] of this.#counts.entries()) {
      counts.clear();
      for (const [name, count] of state.counts[index] ?? []) counts.set(name, count);
    }
    this.errorCount = state.errorCount;
    this.connections = state.connections;
    this.savedAt = state.savedAt;
    this.saves = state.saves;
    this.changesAtSave = changes - state.changesSinceSave;
    this.pause = state.pause;
    this.slowLog.restore(state.slowLog);
  }

  get #counts(): readonly Map<string, number>[] {
    return [this.rejected, this.failed, this.errors];
  }

  countCall(index: number): void {
    this.calls[index] = (this.calls[index] ?? 0) + 1;
  }

  /** A command that was refused before it ran; undefined for one that does not exist. */
  countRejected(name: string | undefined, error: ReplyError): void {
    if (name !== undefined) increment(this.rejected, name);
    this.#countError(error);
  }

  /** A command that answered with an error; where a command that it called did so before it, the error is counted once. */
  countFailed(name: string, error: ReplyError, errorsBefore: number): void {
    increment(this.failed, name);
    if (this.errorCount === errorsBefore) this.#countError(error);
  }

  #countError(error: ReplyError): void {
    this.errorCount++;
    const code = error.code.length < error.bytes.length ? error.code : "ERR";
    if (this.errors.has(code) || this.errors.size < MAX_CODES) increment(this.errors, code);
  }

  resetStatistics(): void {
    this.calls.fill(0);
    this.rejected.clear();
    this.failed.clear();
    this.errors.clear();
    this.errorCount = 0;
    this.connections = 0;
  }
}

function increment(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
