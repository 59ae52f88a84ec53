/**
 * Which commands a test means: by name, text of the whole command, key, client and door. Faults, and whatever else picks commands out of
 * the calls, have it from here, so that a pattern means the same everywhere.
 */
import { text, upperAscii, utf8, type ByteString } from "../bytes.js";
import { keysOf } from "../commands/keys.js";
import { lookUp } from "../commands/look-up.js";
import { commandTable, isKnown } from "../commands/table.js";
import type { Call } from "../call.js";
import { globMatcher } from "../glob.js";

/** One command of a call, as text. */
export interface CalledCommand {
  /** In capitals, with its subcommand: `SET`, `OBJECT ENCODING`. */
  readonly name: string;
  /** What stands behind the name. */
  readonly args: readonly string[];
  readonly keys: readonly string[];
  /** As `Call.client`: the name of a double, of REST's user or token, of a connection. */
  readonly client: string;
  readonly door: Call["door"];
}

/** Which commands are meant; what is left out means any. */
export interface CommandFilter {
  /**
   * A command's name in any case, with its subcommand or for all of them (`"INCR"`, `"json.get"`, `"OBJECT ENCODING"`, `"OBJECT"`), `"*"`
   * for every command, a pattern for the command line (`/^SET user:\d+ /`; the name is in capitals), or a function.
   */
  readonly on?: string | RegExp | ((command: CalledCommand) => boolean) | undefined;
  /** One of the command's keys: a glob pattern as Redis has them (`"user:*"`), or a RegExp. */
  readonly key?: string | RegExp | undefined;
  /** Who calls, as `Call.client` has it: the whole of it, or a RegExp. */
  readonly client?: string | RegExp | undefined;
  /** Where the call comes in. */
  readonly door?: Call["door"] | undefined;
}

export const DOORS: readonly string[] = ["double", "rest", "resp"] satisfies Call["door"][];

/** A call's command as text. */
export function calledCommand(
  argv: readonly ByteString[],
  call: Pick<Call, "client" | "door">,
): CalledCommand {
  const command = lookUp(commandTable, argv);
  const name = command === undefined ? upperAscii(text(argv[0] ?? utf8(""))) : nameOf(command);
  return {
    name,
    args: argv.slice(command?.words ?? 1).map(text),
    keys: command === undefined ? [] : keysOf(command, argv).map(text),
    client: call.client,
    door: call.door,
  };
}

/** A command with its arguments, as text. */
export function commandLine({ name, args }: Pick<CalledCommand, "name" | "args">): string {
  return [name, ...args].join(" ");
}

/** Whether a command is meant. Throws a TypeError for a filter that is malformed; `method` is where the caller passed it. */
export function commandMatcher(
  method: string,
  { on = "*", key, client, door }: CommandFilter,
): (command: CalledCommand) => boolean {
  checkPattern(method, "key", key, '"user:*" or /^user:\\d+$/');
  checkPattern(method, "client", client, '"worker" or /^worker-/');
  if (door !== undefined && !DOORS.includes(door)) {
    throw new TypeError(
      `${method}({ door }): ${show(door)} is no door; pass "double", "rest" or "resp"`,
    );
  }
  const isNamed = nameMatcher(method, on);
  const isKey = keyMatcher(key);
  return (command) =>
    (door === undefined || command.door === door) &&
    (client === undefined || matchesText(client, command.client)) &&
    isKey(command.keys) &&
    isNamed(command);
}

function nameMatcher(
  method: string,
  on: NonNullable<CommandFilter["on"]>,
): (command: CalledCommand) => boolean {
  if (typeof on === "function") return on;
  if (on instanceof RegExp) return (command) => matchesText(on, commandLine(command));
  if (typeof on !== "string" || on.trim() === "") {
    throw new TypeError(
      `${method}({ on }): ${show(on)} names no command; pass a name ("INCR"), "*", a RegExp for the command line or a function`,
    );
  }
  const wanted = commandName(on);
  if (wanted === "*") return () => true;
  return ({ name }) => name === wanted || name.startsWith(`${wanted} `);
}

function keyMatcher(key: CommandFilter["key"]): (keys: readonly string[]) => boolean {
  if (key === undefined) return () => true;
  if (key instanceof RegExp) return (keys) => keys.some((name) => matchesText(key, name));
  const matches = globMatcher(utf8(key));
  return (keys) => keys.some((name) => matches(utf8(name)));
}

/** `search` looks at the whole text each time, where `test` goes on from where a global pattern has come. */
function matchesText(pattern: string | RegExp, subject: string): boolean {
  return typeof pattern === "string" ? pattern === subject : subject.search(pattern) >= 0;
}

function checkPattern(method: string, option: string, pattern: unknown, example: string): void {
  if (pattern === undefined || typeof pattern === "string" || pattern instanceof RegExp) return;
  throw new TypeError(
    `${method}({ ${option} }): ${show(pattern)} is neither text nor a RegExp; pass one like ${example}`,
  );
}

/** A command's name as it stands in a `CalledCommand`. */
export function commandName(given: string): string {
  return upperAscii(given.trim().replace(/\s+/g, " "));
}

/** The names, in capitals, that may be meant by one that no command has; undefined where there is a command of that name. */
export function commandsMeant(given: string): readonly string[] | undefined {
  const name = commandName(given);
  if (name === "*" || isKnown(name.replace(" ", "|"))) return undefined;
  const [first = ""] = name.split(" ");
  // A command and its arguments.
  if (first !== name && commandTable.get(first.toLowerCase())?.subcommands.size === 0) {
    return [first];
  }
  return nearest(name, [...commandTable.values()].map(nameOf));
}

function nameOf({ name }: { readonly name: string }): string {
  return name.toUpperCase().replace("|", " ");
}

/** The candidates that differ least from a word, if they differ little. */
export function nearest(word: string, candidates: Iterable<string>): readonly string[] {
  let least = Math.max(2, Math.floor(word.length / 3));
  let found: string[] = [];
  for (const candidate of candidates) {
    const distance = editDistance(word, candidate);
    if (distance > least) continue;
    if (distance < least) found = [];
    least = distance;
    found.push(candidate);
  }
  return found;
}

/** How many letters have to be put in, left out, replaced or swapped with their neighbour to make one text of the other. */
export function editDistance(from: string, to: string): number {
  let beforeLast: readonly number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const replaced = (last[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      const inserted = Math.min(last[column] ?? 0, current[column - 1] ?? 0) + 1;
      const areSwapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      const swapped = areSwapped ? (beforeLast[column - 2] ?? Infinity) + 1 : Infinity;
      current.push(Math.min(replaced, inserted, swapped));
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length] ?? 0;
}

/** A value as it may stand in the source of a test. */
export function show(value: unknown): string {
  if (value instanceof RegExp) return String(value);
  if (typeof value === "function") return value.name === "" ? "() => …" : value.name;
  if (Array.isArray(value)) return `[${value.map(show).join(", ")}]`;
  if (typeof value === "object" && value !== null) return showObject(value);
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

function showObject(value: object): string {
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{ ${entries.map(([name, member]) => `${name}: ${show(member)}`).join(", ")} }`;
}
