/**
 * The search through all orders of steps. Each run follows a prefix that no run has had, then goes on without interference; where else it
 * could have gone are the prefixes to come, those with fewest interferences (an actor that is interrupted, a crash, time that passes)
 * first. So every order is run exactly once, and the first that fails is among the simplest.
 */
import type * as FastCheck from "fast-check";
import type { Choice, Choose, Taken, Trace } from "./plan.js";
import type { Stage } from "./stage.js";

/** Where a run parts from an earlier one: behind its first steps another is taken. */
interface Branch {
  readonly steps: readonly Taken[];
  readonly length: number;
  readonly choice: Choice | undefined;
  readonly cost: number;
}

export interface Found {
  readonly trace: Trace;
  readonly schedule: string;
}

export interface Coverage {
  /** How many orders were run, each once. */
  readonly interleavings: number;
  /** Whether there are no others. */
  readonly exhaustive: boolean;
  /** The first failure, the one with fewest steps among those of its cost. */
  readonly found: Found | undefined;
}

/** So many orders as simple as the first that fails are looked at for one with fewer steps. */
const AS_SIMPLE = 200;

/** Runs the orders, up to a limit. */
export async function enumerate(stage: Stage, limit: number): Promise<Coverage> {
  const levels: Branch[][] = [[{ steps: [], length: 0, choice: undefined, cost: 0 }]];
  let interleavings = 0;
  let exhaustive = true;
  let found: Found | undefined;
  for (let cost = 0; cost < levels.length && found === undefined; cost++) {
    const level = levels[cost] ?? [];
    let last = limit;
    // Branches of the same cost join while the level is gone through.
    for (const branch of level) {
      if (interleavings >= last) return { interleavings, exhaustive: false, found };
      interleavings++;
      const trace = await stage.perform(along(branch));
      if (trace.isCut) exhaustive = false;
      if (trace.violation !== undefined) {
        if (found === undefined) last = Math.min(limit, interleavings + AS_SIMPLE);
        if (found === undefined || trace.steps.length < found.trace.steps.length) {
          found = { trace, schedule: scheduleOf(trace) };
        }
      }
      if (found === undefined || trace.violation === undefined) branchOff(trace, branch, levels);
    }
  }
  return { interleavings, exhaustive: exhaustive && found === undefined, found };
}

/** Runs one order; behind its end nothing interferes. Throws a TypeError for steps that can not be taken. */
export async function replay(stage: Stage, schedule: string): Promise<Found> {
  const steps = schedule.split(/\s+/).filter((step) => step !== "");
  const trace = await stage.perform((index, choices) => {
    const step = steps[index];
    if (step === undefined) return 0;
    const choice = choices.findIndex((other) => other.step === step);
    if (choice >= 0) return choice;
    const possible = choices.map((other) => JSON.stringify(other.step)).join(", ");
    throw new TypeError(
      `explore(emulator, { schedule }): step ${index + 1}, ${JSON.stringify(step)}, can not be taken; what can is ${possible}`,
    );
  });
  return { trace, schedule: scheduleOf(trace) };
}

/** Runs random orders; fast-check shrinks one that fails. */
export async function sample(
  stage: Stage,
  options: { readonly runs: number; readonly seed: number },
): Promise<Found | undefined> {
  const { array, asyncProperty, check, nat } = await fastCheck();
  const perform = (picks: readonly number[]): Promise<Trace> =>
    stage.perform((index, choices) => (picks[index] ?? 0) % choices.length);
  const maxLength = stage.plan.maxSteps;
  const picks = array(nat(LARGEST_PICK), { maxLength, size: "max" });
  const property = asyncProperty(picks, async (picked) => {
    return (await perform(picked)).violation === undefined;
  });
  const { runs: numRuns, seed } = options;
  const { counterexample } = await check(property, { numRuns, seed, endOnFailure: false });
  if (counterexample === null) return undefined;
  const trace = await perform(counterexample[0]);
  return { trace, schedule: scheduleOf(trace) };
}

/** Divisible by every number of choices up to ten. */
const LARGEST_PICK = 2519;

async function fastCheck(): Promise<typeof FastCheck> {
  try {
    return await import("fast-check");
  } catch (cause) {
    throw new Error(
      "explore(…): there are more interleavings than maxInterleavings, and random ones come from fast-check: npm install --save-dev fast-check (or pass runs: 0)",
      { cause },
    );
  }
}

function scheduleOf({ steps }: Trace): string {
  return steps.map(({ step }) => step).join(" ");
}

/** Follows a branch; throws where the actors do not as they did before. */
function along({ steps, length, choice }: Branch): Choose {
  return (index, choices) => {
    const before = steps[index];
    if (choice === undefined || before === undefined || index > length) return 0;
    const wanted = index < length ? before : choice;
    const known = [before, ...before.others];
    const isSame =
      known.length === choices.length && known.every((one) => choices.some(isLike(one)));
    if (isSame) return choices.findIndex(isLike(wanted));
    throw notRepeatable(steps.slice(0, index), known, choices);
  };
}

function isLike({ step, label }: Choice): (other: Choice) => boolean {
  return (other) => other.step === step && other.label === label;
}

function notRepeatable(
  steps: readonly Choice[],
  known: readonly Choice[],
  choices: readonly Choice[],
): Error {
  const before = steps.map(({ step }) => step).join(" ");
  return new Error(
    `explore(…): the actors do not do the same again: behind ${JSON.stringify(before)} there was ${described(known)} in an earlier run, and now there is ${described(choices)}. What they do may depend on replies and the emulator's clock only, not on chance, Date.now() (fake timers go with the clock) or what earlier runs have left in variables (bring those back in \`setup\`)`,
  );
}

function described(choices: readonly Choice[]): string {
  const all = choices.map(({ step, label }) => (label === "" ? step : `${step} (${label})`));
  return all.toSorted().join(", ");
}

/** Notes where a run could have parted from itself behind its branch. */
function branchOff({ steps }: Trace, branch: Branch, levels: Branch[][]): void {
  let { cost } = branch;
  const first = branch.choice === undefined ? 0 : branch.length + 1;
  for (const [length, taken] of steps.entries()) {
    if (length < first) continue;
    for (const choice of taken.others) {
      const total = cost + choice.cost;
      (levels[total] ??= []).push({ steps, length, choice, cost: total });
    }
    cost += taken.cost;
  }
}
