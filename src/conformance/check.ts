/** The suite as its users run it: a target beside its reference, on random sequences of commands. */
import { asyncProperty, check } from "fast-check";
import { lowerAscii } from "../bytes.js";
import { randomSeed } from "../random.js";
import { Comparison, type Difference } from "./comparison.js";
import type { Coverage } from "./coverage.js";
import { familyNames, isFamily, type Family } from "./families.js";
import { commandNames } from "./laws.js";
import { sequences, type Sequence } from "./sequences.js";
import type { Target } from "./target.js";

export interface ConformanceOptions {
  /** Only these commands, `"GET"` or `"OBJECT ENCODING"`, in any case. Default: all of the families. */
  readonly commands?: readonly string[];
  /** Default: string, hash, list, set, zset, generic, expire and sort. */
  readonly families?: readonly Family[];
  /** Makes the same sequences again. A whole number; default: another one each time. */
  readonly seed?: number;
  /** How many sequences of up to 30 commands. Default 200. */
  readonly runs?: number;
}

/** What was compared, all of it equal. */
export interface ConformanceReport {
  readonly seed: number;
  /** How many commands both sides answered. */
  readonly calls: number;
  /** By command: how often it was called, how often it failed, and with which errors. */
  readonly commands: Readonly<
    Record<
      string,
      { readonly calls: number; readonly errors: number; readonly errorTexts: readonly string[] }
    >
  >;
  /** By command: how often the target had no way to say it. */
  readonly skipped: Readonly<Record<string, number>>;
}

/** The target answers otherwise than Redis; the message holds the shortest sequence of commands that shows it. */
export class ConformanceError extends Error {
  override readonly name = "ConformanceError";
  /** The sequence, as typed into redis-cli, and both replies. */
  readonly counterexample: string;
  /** What makes the same sequences again. */
  readonly seed: number;
  /** How many commands had agreed before. */
  readonly calls: number;

  constructor(counterexample: string, seed: number, calls: number) {
    super(
      `the target does not answer as Redis\n\n${counterexample}\n\n(after ${calls} commands that agreed; { seed: ${seed} } finds it again)`,
    );
    this.counterexample = counterexample;
    this.seed = seed;
    this.calls = calls;
  }
}

const DEFAULT_FAMILIES: readonly Family[] = [
  "string",
  "hash",
  "list",
  "set",
  "zset",
  "generic",
  "expire",
  "sort",
];

const DEFAULT_RUNS = 200;
const LENGTH = 30;

/** Deadlines that are meant to pass, and pauses in which they do, in milliseconds: far enough apart for a slow target. */
const TIMING = { short: [40], wait: [80] };
const PAUSES = 0.01;

/** How often a difference must show, one after the other, to be none of chance or time. */
const REPETITIONS = 3;

/**
 * Compares a target with a faithful implementation on random commands. Resolves to what was compared; rejects with a ConformanceError
 * where the two differ, and with a TypeError for malformed options or a target that supports none of the commands.
 */
export async function checkConformance(
  target: Target,
  options: ConformanceOptions = {},
): Promise<ConformanceReport> {
  const { seed = randomSeed(), runs = DEFAULT_RUNS } = options;
  checkWhole("seed", seed);
  checkWhole("runs", runs);
  const { commands } = options;
  const arbitrary = sequences({
    families: familiesOf(options.families),
    ...(commands !== undefined && { commands: commandsOf(commands) }),
    length: LENGTH,
    sessions: false,
    pauses: PAUSES,
    textOnly: true,
    timing: TIMING,
  });

  const comparison = new Comparison(target);
  let found: Difference | undefined;
  /** The first difference fails; from then on, while the sequence shrinks, only those of its kind. */
  const law = async (sequence: Sequence): Promise<boolean> => {
    let difference: Difference | undefined;
    for (let repetition = 0; repetition < REPETITIONS; repetition++) {
      difference = await comparison.run(sequence, found === undefined && repetition === 0);
      if (difference === undefined || (found !== undefined && found.kind !== difference.kind)) {
        return true;
      }
    }
    found = difference;
    return false;
  };
  const { errorInstance } = await check(asyncProperty(arbitrary, law), { seed, numRuns: runs });

  const { coverage, skipped } = comparison;
  if (found !== undefined) throw new ConformanceError(found.counterexample, seed, coverage.calls);
  if (errorInstance !== null && errorInstance !== undefined) throw errorInstance;
  if (coverage.calls === 0) {
    throw new TypeError(
      "checkConformance(target): the target supports none of the commands; see its supports(), or name other families or commands",
    );
  }
  return {
    seed,
    calls: coverage.calls,
    commands: reportOf(coverage),
    skipped: Object.fromEntries(skipped),
  };
}

function reportOf(coverage: Coverage): ConformanceReport["commands"] {
  return Object.fromEntries(
    coverage.byName.map(([name, { calls, errors, errorTexts }]) => [
      name,
      { calls, errors, errorTexts: [...errorTexts].toSorted() },
    ]),
  );
}

function checkWhole(option: string, value: number): void {
  if (Number.isSafeInteger(value)) return;
  throw new TypeError(
    `checkConformance(target, { ${option} }): ${JSON.stringify(value)} is no whole number`,
  );
}

function familiesOf(names: readonly string[] = DEFAULT_FAMILIES): readonly Family[] {
  return names.map((name) => {
    if (isFamily(name)) return name;
    throw new TypeError(
      `checkConformance(target, { families }): ${JSON.stringify(name)} is no family; there are ${familyNames.join(", ")}`,
    );
  });
}

/** Names as the grammars have them: `object|encoding` for `"OBJECT ENCODING"`. */
function commandsOf(names: readonly string[]): ReadonlySet<string> {
  const found = names.map((name) => {
    const command = lowerAscii(name).replace(" ", "|");
    if (commandNames.has(command)) return command;
    throw new TypeError(
      `checkConformance(target, { commands }): ${JSON.stringify(name)} is no command of the emulator`,
    );
  });
  return new Set(found);
}
