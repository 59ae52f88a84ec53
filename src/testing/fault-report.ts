/** What is said of rules that never fired: why that is, and what they may have been meant for. */
import type { Fault } from "./fault-options.js";
import { commandLine, commandsMeant, editDistance, show, type CalledCommand } from "./matching.js";

export interface SilentRule {
  readonly fault: Fault;
  /** How many commands it was meant for. */
  readonly matched: number;
  /** How many of its commands another rule was first to disturb. */
  readonly missed: number;
  /** How many of its commands the effect has nothing to do with, and why. */
  readonly unfit: number;
  readonly limits: string;
}

/** So many of the commands seen are shown, and so much of each. */
const SHOWN = 3;
const LONGEST = 80;

/** A command that came by, as much of it as is shown. */
export type SeenCommand = { readonly line: string } & Pick<CalledCommand, "client" | "door">;

export function seenCommand(command: CalledCommand): SeenCommand {
  const { client, door } = command;
  const line = commandLine(command);
  return { line: line.length <= LONGEST ? line : `${line.slice(0, LONGEST)}…`, client, door };
}

/** `seen` are the commands that came by. */
export function unfired(
  rules: readonly SilentRule[],
  total: number,
  seen: readonly SeenCommand[],
): string {
  const lines = rules.map(
    (rule) => `  ${show(rule.fault)}\n    ${reasons(rule, seen).join("\n    ")}`,
  );
  const count = total === 1 ? "the only rule has" : `${rules.length} of ${total} rules have`;
  return `faults.verify(): ${count} never fired:\n${lines.join("\n")}`;
}

function reasons(
  { fault, matched, missed, unfit, limits }: SilentRule,
  seen: readonly SeenCommand[],
): readonly string[] {
  const { on = "*", after = 0 } = fault;
  if (matched > after)
    return [`${matches(matched)}, and chance spared each (chance: ${fault.chance})`];
  if (matched > 0) return [`${matches(matched)}, and the first ${after} pass (after: ${after})`];
  if (missed > 0) return [`${matches(missed)}, and a rule that was added before fired`];
  if (unfit > 0) return [`${matches(unfit)}, but ${limits}`];
  const meant = typeof on === "string" ? commandsMeant(on) : undefined;
  if (meant === undefined) return [`no command matched; ${closest(fault, seen)}`];
  const hint = meant.length === 0 ? "" : `; did you mean ${meant.join(" or ")}?`;
  return [`there is no command ${show(on)}${hint}`, closest(fault, seen)];
}

function matches(count: number): string {
  return count === 1 ? "1 command matched" : `${count} commands matched`;
}

/** The commands seen that a rule's words differ least from; who called them, where the rule says who. */
function closest({ on, key = "", client, door }: Fault, seen: readonly SeenCommand[]): string {
  if (seen.length === 0) return "nothing was called while it was in force";
  const name = typeof on === "string" ? on : on instanceof RegExp ? on.source : "";
  const words = `${name} ${typeof key === "string" ? key : key.source}`.trim().toUpperCase();
  const isScoped = client !== undefined || door !== undefined;
  const lines = new Set(
    seen.map(({ line, client, door }) =>
      isScoped ? `${line} (client ${client}, door ${door})` : line,
    ),
  );
  const distances = [...lines].map((line) => ({
    line,
    distance: editDistance(words, line.slice(0, words.length).toUpperCase()),
  }));
  const nearby = distances.sort((one, other) => one.distance - other.distance).slice(0, SHOWN);
  return `the closest commands seen: ${nearby.map(({ line }) => line).join("; ")}`;
}
