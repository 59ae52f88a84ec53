/**
 * The log of an emulator: each command that came through a door, who sent it, and what the client got for it. What runs without a door
 * (`emulator.call`, seeds, the commands of scripts) is not in it.
 */
import type { ByteString } from "../bytes.js";
import { redacted } from "../commands/monitor.js";
import { Disruption } from "../disruption.js";
import type { Call } from "../call.js";
import type { Engine } from "../engine.js";
import { ReplyError } from "../errors.js";
import type {
  AlteredResponse,
  ObservedCommands,
  ObservedRequest,
  RequestObserver,
} from "../request-observer.js";
import { plain } from "../plain.js";
import type { Reply } from "../reply.js";
import { Bill, type Cost } from "./cost.js";
import { LogEntry } from "./log-entry.js";
import {
  calledCommand,
  commandMatcher,
  commandName,
  commandsMeant,
  type CalledCommand,
  type CommandFilter,
} from "./matching.js";
import { AROUND_TRANSACTION, isFree } from "./plan-billing.js";

export interface LogOptions {
  /** How many commands are kept, the newest; 10,000 unless told. */
  readonly limit?: number;
}

const LIMIT = 10_000;

/** A command as it is kept: what is shown of it is made when somebody asks. */
interface Kept {
  readonly argv: readonly ByteString[] | ReplyError;
  readonly from: Pick<LogEntry, "door" | "client" | "request" | "atomic" | "time">;
  result: Result | undefined;
  entry: LogEntry | undefined;
}

interface Result {
  readonly reply?: Reply;
  readonly error?: string;
  /** On the emulator's clock. */
  readonly at: number;
}

export class CommandLog implements RequestObserver, Iterable<LogEntry> {
  readonly #engine: Engine;
  readonly #limit: number;
  /** The newest at the end; up to twice as many as the limit. */
  #kept: Kept[] = [];
  /** How many commands there have been, those of before `clear` included. */
  #seen = 0;
  /** How many of them there had been when it was cleared. */
  #cleared = 0;
  #bill = new Bill();
  #started = false;

  /** Starts at once unless `options` are false or left out. Throws a TypeError for a limit that is none. */
  constructor(engine: Engine, options: boolean | LogOptions = false) {
    this.#engine = engine;
    const { limit = LIMIT } = typeof options === "object" ? options : {};
    if (!Number.isSafeInteger(limit) || limit < 1) {
      throw new TypeError(
        `createEmulator({ log: { limit } }): ${limit} is no number of commands; pass a whole number from 1 on`,
      );
    }
    this.#limit = limit;
    if (options !== false) this.start();
  }

  /** Logs what comes from now on; what is in the log stays. */
  start(): void {
    this.#started = true;
    this.#engine.requestObserver = this;
  }

  /** Logs nothing more until `start`; what is in the log can be read. */
  stop(): void {
    if (this.#engine.requestObserver === this) this.#engine.requestObserver = undefined;
  }

  /** Forgets what was logged, and what it cost; requests are numbered from 1 again. */
  clear(): void {
    this.#kept = [];
    this.#cleared = this.#seen;
    this.#bill = new Bill();
  }

  /** Notes whether it is on; the returned function makes it so again and clears it. */
  save(): () => void {
    const [started, { requestObserver }] = [this.#started, this.#engine];
    return () => {
      this.clear();
      this.#started = started;
      this.#engine.requestObserver = requestObserver;
    };
  }

  /** How many commands there are in the log. */
  get length(): number {
    return this.#read().length;
  }

  /** How many commands the log has had to drop since it was cleared, because it keeps no more than its limit. */
  get dropped(): number {
    return this.#seen - this.#cleared - this.length;
  }

  /** How many requests the commands came in, those counted that are dropped. */
  get requests(): number {
    return this.cost.requests;
  }

  /** What all of it costs, since the log was cleared; nothing is left out because it was dropped. */
  get cost(): Cost {
    this.#check();
    return this.#bill.cost;
  }

  [Symbol.iterator](): Iterator<LogEntry> {
    return this.#read().map(entryOf)[Symbol.iterator]();
  }

  /** The calls of some commands: `commands("SET", "OBJECT ENCODING")`. Throws a TypeError for a name that no command has. */
  commands(...names: readonly string[]): readonly LogEntry[] {
    const all = [...this];
    for (const name of names) checkName("log.commands", name, all);
    const matchers = names.map((on) => commandMatcher("log.commands", { on }));
    return all.filter((entry) => matchers.some((matches) => matches(calledOf(entry))));
  }

  /** The calls that are meant: `filter({ on: "SET", key: "user:*", client: "worker", door: "rest" })`. */
  filter(filter: CommandFilter): readonly LogEntry[] {
    const all = [...this];
    const unknown = Object.keys(filter).find((name) => !OPTIONS.includes(name));
    if (unknown !== undefined) {
      throw new TypeError(
        `log.filter({ ${unknown} }): there is no such option; pass on, key, client or door`,
      );
    }
    if (typeof filter.on === "string") checkName("log.filter", filter.on, all);
    const matches = commandMatcher("log.filter", filter);
    return all.filter((entry) => matches(calledOf(entry)));
  }

  /** A place in the log, for `since`. */
  mark(): number {
    this.#check();
    return this.#seen;
  }

  /** What was logged since `mark()`. */
  since(mark: number): readonly LogEntry[] {
    const kept = this.#read();
    return kept.slice(Math.max(0, kept.length - (this.#seen - mark))).map(entryOf);
  }

  /** `2026-01-01T00:00:00.000Z #1 rest default SET user:1 Ada → "OK"`, a line for each command; passwords are not shown. */
  toString(): string {
    return Array.from(this, (entry) => {
      const { time, request, door, client } = entry;
      return `${new Date(time).toISOString()} #${request} ${door} ${client} ${String(entry)}`;
    }).join("\n");
  }

  /** For the doors. */
  begin(door: Call["door"], sent: () => number): ObservedRequest {
    const bill = this.#bill;
    bill.addRequest();
    bill.addBytes(sent);
    const request = bill.requests;
    const kept: Kept[] = [];
    let free = 0;
    let fixed = 0;
    return {
      run: ({ commands, atomic, client }: ObservedCommands) => {
        const from = { door, client, request, atomic, time: this.#engine.clock.now() };
        const own = commands.map((argv) => this.#keep(argv, from));
        kept.push(...own);
        free = commands.filter((argv) => !(argv instanceof ReplyError) && isFree(argv)).length;
        fixed = atomic ? AROUND_TRANSACTION : 0;
        return (outcome) => this.#settle(own, outcome);
      },
      onRun: (commands) => bill.addCommands(fixed + Math.max(0, commands - free)),
      end: (received) => bill.addBytes(received),
      alter: (response) => {
        const error = shownResponse(response);
        for (const command of kept) settle(command, { error, at: this.#engine.clock.now() });
      },
    };
  }

  #keep(argv: Kept["argv"], from: Kept["from"]): Kept {
    const shown = argv instanceof ReplyError ? argv : redacted(argv);
    const kept: Kept = { argv: shown, from, result: undefined, entry: undefined };
    this.#seen++;
    if (this.#kept.push(kept) >= 2 * this.#limit) this.#kept = this.#kept.slice(-this.#limit);
    return kept;
  }

  #settle(commands: readonly Kept[], outcome: unknown): void {
    const at = this.#engine.clock.now();
    for (const [index, command] of commands.entries()) {
      settle(command, { ...resultOf(command, outcome, index), at });
    }
  }

  #read(): readonly Kept[] {
    this.#check();
    return this.#kept.slice(-this.#limit);
  }

  /** Nobody is to take a log that was never kept for one in which nothing happened. */
  #check(): void {
    if (this.#started) return;
    throw new TypeError(
      "emulator.log: the log is off, so that it can tell nothing; switch it on with createEmulator({ log: true }) or emulator.log.start()",
    );
  }
}

const OPTIONS: readonly string[] = [
  "on",
  "key",
  "client",
  "door",
] satisfies (keyof CommandFilter)[];

/** Throws a TypeError for a name that is no command's and not in the log either. */
export function checkName(method: string, name: string, entries: readonly LogEntry[]): void {
  const meant = commandsMeant(name);
  const wanted = commandName(name);
  if (meant === undefined || entries.some(({ command }) => command === wanted)) return;
  const fix = meant.length === 0 ? 'pass one like "SET"' : `did you mean ${meant.join(" or ")}?`;
  throw new TypeError(`${method}(${JSON.stringify(name)}): there is no such command; ${fix}`);
}

function calledOf({ command, ...entry }: LogEntry): CalledCommand {
  return { ...entry, name: command };
}

function settle(command: Kept, result: Result): void {
  command.result = result;
  command.entry = undefined;
}

/** What a client gets for one command. */
function resultOf({ from }: Kept, outcome: unknown, index: number): Omit<Result, "at"> {
  if (isReplies(outcome)) return replyOrError(outcome[index]);
  if (outcome instanceof ReplyError) return { error: outcome.message };
  if (!(outcome instanceof Disruption)) return { error: String(outcome) };
  const { response } = outcome;
  const isCut = response === undefined || from.door === "resp";
  return { error: isCut ? CUT : shownResponse(response) };
}

function replyOrError(reply: Reply | undefined): Omit<Result, "at"> {
  if (reply instanceof ReplyError) return { error: reply.message };
  if (reply === undefined) return {};
  const replies = severalOf(reply);
  const [first] = replies;
  if (first === undefined) return {};
  return { reply: replies.length === 1 ? first : reply };
}

function isReplies(outcome: unknown): outcome is readonly Reply[] {
  return Array.isArray(outcome);
}

/** What is sent for a command: one reply to most, one for each channel to SUBSCRIBE, none where CLIENT REPLY is off. */
function severalOf(reply: Reply): readonly Reply[] {
  if (reply === null || typeof reply !== "object" || !("kind" in reply)) return [reply];
  return reply.kind === "several" ? reply.items : [reply];
}

const CUT = "connection cut";

function shownResponse({ status, body, torn }: AlteredResponse): string {
  if (torn === true) return CUT;
  const text = typeof body === "string" ? body : "";
  return [`HTTP ${status}`, text.slice(0, 80)].filter(Boolean).join(": ");
}

function entryOf(kept: Kept): LogEntry {
  const { argv, from, result } = kept;
  if (kept.entry !== undefined) return kept.entry;
  const { name, args, keys } = argv instanceof ReplyError ? UNREADABLE : calledCommand(argv, from);
  const { reply, error, at } = result ?? {};
  const outcome = reply === undefined ? undefined : plain(reply);
  const duration = at === undefined ? undefined : at - from.time;
  kept.entry = new LogEntry({
    ...from,
    command: name,
    args,
    keys,
    reply: outcome,
    error,
    duration,
  });
  return kept.entry;
}

const UNREADABLE = { name: "", args: [], keys: [] };
