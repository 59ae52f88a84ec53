/**
 * What `expect(emulator)` can say in vitest, Jest and whatever else has `expect.extend`: which commands were received, which keys there
 * are, how long they live, and what it all cost. Where the log could not tell, they throw in either form: none passes for want of a look.
 */
import { read, written } from "./notation.js";
import { parseDuration, type Duration } from "../clock.js";
import { Engine, keyspaceOf } from "../engine.js";
import type { Entry, View } from "../keyspace/versions.js";
import { closestCalls, closestNames } from "./closest.js";
import type { Cost } from "./cost.js";
import { formatLeft } from "./duration.js";
import { contentOf, matchesContent, matchesText, shownExpected, type Equals } from "./expected.js";
import { checkName, CommandLog } from "./log.js";
import { shownWord, type LogEntry } from "./log-entry.js";
import { commandName, show } from "./matching.js";
import { content } from "./to-json.js";

export interface EmulatorMatchers<Result = void> {
  /**
   * Whether a command came in through a door since the test began, or since `log.clear()`: its name in any case, and its first arguments;
   * what stands behind them does not count, and without a name any command will do. Text is as it was sent, a number or boolean its text,
   * an object or array what the JSON that was sent stands for; asymmetric matchers get both. Throws a TypeError for a name that no command
   * has.
   */
  toHaveReceived(command?: string, ...args: readonly unknown[]): Result;
  /**
   * Whether database 0 has the key, and holds a value in it as `seed` takes it and `toJSON` gives it: text, an array for a list, an object
   * for a hash, other types by `$type`. Text that is JSON is also what it stands for. A TTL counts where `$ttl` says one.
   */
  toHaveKey(key: string, value?: unknown): Result;
  /**
   * Whether the key expires, and in how long: exactly where the clock stands still, else up to a second sooner, or `tolerance` sooner or
   * later.
   */
  toHaveTtl(key: string, ttl?: Duration, options?: { readonly tolerance?: Duration }): Result;
  /** Whether what came in since the test began, or since `log.clear()`, cost at most so much. */
  toCost(budget: Partial<Cost>): Result;
}

/** What a runner has a matcher know. */
interface Runner {
  readonly isNot?: boolean | undefined;
  readonly equals: Equals;
}

interface Outcome {
  readonly pass: boolean;
  readonly message: () => string;
}

/** For `expect.extend(matchers)`. */
export const matchers = {
  toHaveReceived(this: Runner, received: unknown, command?: string, ...args: unknown[]): Outcome {
    const { log } = checked("toHaveReceived", received);
    const entries = [...log];
    const isArgument = (actual: string, expected: unknown): boolean =>
      matchesText(actual, expected, this.equals);
    const words = wordsOf(command, entries);
    const expected = [...words, ...args];
    const found = entries.filter((entry) => {
      const own = [...entry.command.split(" "), ...entry.args];
      return expected.every((argument, index) => {
        const word = own[index];
        if (word === undefined) return false;
        return index < words.length ? word.toUpperCase() === argument : isArgument(word, argument);
      });
    });
    const pass = found.length > 0;
    if (!pass && this.isNot === true && log.dropped > 0) throw new TypeError(tooMany(log));
    const call = title(this, "toHaveReceived", command === undefined ? [] : [command, ...args]);
    const closest = (): readonly LogEntry[] => {
      const line = [...words, ...args.map(shownExpected)].join(" ");
      return closestCalls(entries, { command: words.join(" "), args, line }, isArgument);
    };
    return {
      pass,
      message: () =>
        pass ? `${call}\n\n${receivedAfterAll(found)}` : missed(call, log, closest()),
    };
  },

  toHaveKey(this: Runner, received: unknown, key: string, ...values: unknown[]): Outcome {
    const { engine } = checked("toHaveKey", received);
    const call = title(this, "toHaveKey", [key, ...values]);
    const entry = entryOf(engine, key);
    if (entry === undefined) return { pass: false, message: () => noKey(call, engine, key) };
    const { now } = keyspaceOf(engine).shared;
    const json = content(entry, now);
    const [expected] = values;
    const pass = values.length === 0 || matchesContent(contentOf(json), expected, this.equals);
    return { pass, message: () => `${call}\n\n${shownWord(key)} holds ${show(json)}` };
  },

  toHaveTtl(
    this: Runner,
    received: unknown,
    key: string,
    ...given: readonly [] | readonly [ttl: Duration, options?: { readonly tolerance?: Duration }]
  ): Outcome {
    const { engine } = checked("toHaveTtl", received);
    const [ttl, { tolerance } = {}] = given;
    const wanted = given.length === 0 ? undefined : milliseconds("ttl", ttl);
    const call = title(this, "toHaveTtl", [key, ...given]);
    const entry = entryOf(engine, key);
    if (entry === undefined) return { pass: false, message: () => noKey(call, engine, key) };
    const name = shownWord(key);
    if (entry.expireAt === undefined) {
      return { pass: false, message: () => `${call}\n\n${name} has no TTL: it does not expire` };
    }
    const { now } = keyspaceOf(engine).shared;
    const left = Number(BigInt(entry.expireAt) - BigInt(now));
    const [sooner, later] = reach(engine, tolerance);
    const pass = wanted === undefined || (left >= wanted - sooner && left <= wanted + later);
    const shown = formatLeft(entry.expireAt, now);
    return { pass, message: () => `${call}\n\n${name} expires in ${shown}` };
  },

  toCost(this: Runner, received: unknown, budget: Partial<Cost>): Outcome {
    const { log } = checked("toCost", received);
    const limits = limitsOf(budget);
    const { cost } = log;
    const pass = limits.every(([name, limit]) => cost[name] <= limit);
    return { pass, message: () => overview(title(this, "toCost", [budget]), log, limits) };
  },
};

/** An emulator's engine and log. */
function checked(matcher: string, received: unknown): { engine: Engine; log: CommandLog } {
  if (received instanceof Engine && "log" in received && received.log instanceof CommandLog) {
    return { engine: received, log: received.log };
  }
  throw new TypeError(
    `expect(received).${matcher}(…): ${show(typeof received)} is no emulator; pass createEmulator(), or the emulator of the set-up or the test`,
  );
}

function title({ isNot }: Runner, matcher: string, args: readonly unknown[]): string {
  const not = isNot === true ? ".not" : "";
  return `expect(emulator)${not}.${matcher}(${args.map(shownExpected).join(", ")})`;
}

/** The words of a command's name. */
function wordsOf(command: unknown, entries: readonly LogEntry[]): readonly string[] {
  if (command === undefined) return [];
  if (typeof command !== "string" || command.trim() === "") {
    throw new TypeError(
      `toHaveReceived(command): ${show(command)} is no command's name; pass one like "SET"`,
    );
  }
  checkName("toHaveReceived", command, entries);
  return commandName(command).split(" ");
}

function tooMany({ dropped }: CommandLog): string {
  return `toHaveReceived: the log has dropped ${dropped} commands, so that it can not tell what was not received; keep more of them, with createEmulator({ log: { limit } }), or call log.clear() before`;
}

function receivedAfterAll(found: readonly LogEntry[]): string {
  const times = found.length === 1 ? "once" : `${found.length} times`;
  return `It was received ${times}:\n${lines(found)}`;
}

function missed(call: string, log: CommandLog, closest: readonly LogEntry[]): string {
  if (log.length === 0) return `${call}\n\nNo command was received.`;
  const dropped = log.dropped === 0 ? "" : ` (and ${log.dropped} that the log has dropped)`;
  const count = log.length === 1 ? "1 command was" : `${log.length} commands were`;
  return `${call}\n\n${count} received${dropped}. The closest:\n${lines(closest)}`;
}

/** So many commands of a log are listed. */
const LISTED = 20;

function lines(entries: readonly LogEntry[]): string {
  const listed = entries.slice(0, LISTED).map((entry) => `  ${String(entry)}`);
  if (entries.length > LISTED) listed.push(`  … ${entries.length - LISTED} more`);
  return listed.join("\n");
}

function entryOf(engine: Engine, key: string): Entry | undefined {
  const name = read(key);
  return name === undefined ? undefined : viewOf(engine)?.get(name);
}

function viewOf(engine: Engine): View | undefined {
  return keyspaceOf(engine)
    .versions.views()
    .find(({ database }) => database === 0);
}

function noKey(call: string, engine: Engine, key: string): string {
  const names = (viewOf(engine)?.keys ?? []).map(written);
  if (names.length === 0) return `${call}\n\nThere are no keys.`;
  const closest = closestNames(names, key).map((name) => `  ${shownWord(name)}`);
  const count = names.length === 1 ? "1 key" : `${names.length} keys`;
  return `${call}\n\nIt is not among the ${count}. The closest:\n${closest.join("\n")}`;
}

/** How much sooner and later than expected a key may expire, in milliseconds. */
function reach({ clock }: Engine, tolerance: Duration | undefined): readonly [number, number] {
  if (tolerance !== undefined) {
    const both = milliseconds("tolerance", tolerance);
    return [both, both];
  }
  return [clock.runs ? 1000 : 0, 0];
}

function milliseconds(argument: string, duration: Duration | undefined): number {
  const value = typeof duration === "string" ? parseDuration(duration) : (duration ?? Number.NaN);
  if (value >= 0 && Number.isFinite(value)) return value;
  throw new TypeError(
    `toHaveTtl(${argument}): ${show(duration)} is not a duration; pass milliseconds (≥ 0) or a text like "1h30m", "10s" or "250ms"`,
  );
}

const UNITS: readonly (keyof Cost)[] = ["commands", "requests", "bytes"];

function limitsOf(budget: Partial<Cost>): readonly (readonly [keyof Cost, number])[] {
  const wrong = Object.entries(budget).find(([name, limit]) => {
    return !UNITS.some((unit) => unit === name) || !(limit >= 0);
  });
  const limits = UNITS.flatMap((unit) => {
    const limit = budget[unit];
    return limit === undefined ? [] : [[unit, limit] as const];
  });
  if (wrong === undefined && limits.length > 0) return limits;
  throw new TypeError(
    `toCost(budget): ${show(budget)} is no budget; pass numbers for what may be spent, as in { commands: 3, requests: 1, bytes: 500 }`,
  );
}

function overview(
  call: string,
  log: CommandLog,
  limits: readonly (readonly [keyof Cost, number])[],
): string {
  const { cost } = log;
  const spent = limits.map(([name, limit]) => {
    const verdict = cost[name] > limit ? "over the budget of" : "within";
    return `${name}: ${cost[name]}, ${verdict} ${limit}`;
  });
  const entries = [...log];
  const list = entries.length === 0 ? "" : `\n\nReceived:\n${numbered(entries)}`;
  return `${call}\n\n${spent.join("\n")}${list}`;
}

function numbered(entries: readonly LogEntry[]): string {
  const listed = entries.slice(0, LISTED).map((entry) => `  #${entry.request} ${String(entry)}`);
  if (entries.length > LISTED) listed.push(`  … ${entries.length - LISTED} more`);
  return listed.join("\n");
}
