/** What of that which is there comes closest to what a test expects: failing matchers show it. */
import type { LogEntry } from "./log-entry.js";
import { editDistance } from "./matching.js";

/** So many are shown. */
const SHOWN = 3;
/** So many are compared letter by letter. */
const COMPARED = 100;
/** So much of each is compared. */
const LENGTH = 60;

/** The calls closest to an expected one: first those of the same command, with most of the arguments in common, and the latest. */
export function closestCalls(
  entries: readonly LogEntry[],
  expected: { readonly command: string; readonly args: readonly unknown[]; readonly line: string },
  isArgument: (actual: string, expected: unknown) => boolean,
): readonly LogEntry[] {
  const candidates = entries.toReversed().map((entry) => {
    const { command, args } = entry;
    const common = expected.args.filter((argument, index) => {
      const actual = args[index];
      return actual !== undefined && isArgument(actual, argument);
    }).length;
    const rank = (command === expected.command ? 1000 : 0) + common;
    return { entry, rank };
  });
  return candidates
    .toSorted((a, b) => b.rank - a.rank)
    .slice(0, COMPARED)
    .map(({ entry, rank }) => {
      const line = [entry.command, ...entry.args].join(" ");
      return { entry, rank, distance: distance(line, expected.line) };
    })
    .toSorted((a, b) => b.rank - a.rank || a.distance - b.distance)
    .slice(0, SHOWN)
    .map(({ entry }) => entry);
}

/** The names closest to an expected one. */
export function closestNames(names: readonly string[], expected: string): readonly string[] {
  return names
    .slice(0, COMPARED * COMPARED)
    .map((name) => ({ name, distance: distance(name, expected) }))
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, SHOWN)
    .map(({ name }) => name);
}

function distance(one: string, other: string): number {
  return editDistance(one.slice(0, LENGTH), other.slice(0, LENGTH));
}
