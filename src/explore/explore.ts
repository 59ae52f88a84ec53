/**
 * `kv-emulator/explore`: runs concurrent functions in every order of their requests to one emulator, each time from the same state, and tells
 * of an order that breaks what shall hold always, as a sequence diagram that can be run again.
 */
import { parseDuration, type Duration } from "../clock.js";
import type { Emulator } from "../emulator.js";
import type { VercelKV } from "../kv/kv.js";
import { randomSeed } from "../random.js";
import { RaceFound } from "./race-found.js";
import type { Own } from "./own.js";
import type { Plan } from "./plan.js";
import { enumerate, replay, sample } from "./search.js";
import { Stage } from "./stage.js";

export { sequenceDiagram, type DiagramEvent } from "./diagram.js";
export { RaceFound } from "./race-found.js";
export type { Own } from "./own.js";

/** What a run has come to. */
export interface Outcome<Results> {
  readonly emulator: Emulator;
  /** A client whose requests are no steps. */
  readonly kv: VercelKV;
  /** What the actors have returned, by name; nothing of one that has crashed, or goes on. */
  readonly results: { readonly [Name in keyof Results]?: Results[Name] };
  /** The names of those that have crashed. */
  readonly crashed: readonly string[];
}

export interface ExploreOptions<Results> {
  /**
   * The functions that run at the same time, by name. They may use their own clients or any other of the emulator, such as an app imports:
   * a double, or the real one through MSW, `interceptFetch` or a server; its requests are taken for those of the actor that went on last. An
   * actor that throws is a failure; one that may, catches it and returns it.
   */
  readonly actors: {
    readonly [Name in keyof Results]: (own: Own) => Results[Name] | Promise<Results[Name]>;
  };
  /** Called when all have ended; it is violated where it throws, rejects, or comes to false. */
  readonly invariant?: (outcome: Outcome<Results>) => unknown;
  /** As `invariant`, before the first step and behind each. */
  readonly always?: (outcome: Outcome<Results>) => unknown;
  /** Called before each run, which begins with the emulator as it is now: for variables of the test, too. */
  readonly setup?: (own: Own) => unknown;
  /**
   * Whether actors may crash behind any of their requests: all of them (`true`), so many in one run, or those named. What has crashed
   * never goes on, not even with `finally`. Default false.
   */
  readonly crashes?: boolean | number | readonly (keyof Results & string)[];
  /** Times that may pass, in this order, each once or not at all, whenever: `["10s"]`. */
  readonly advance?: readonly Duration[];
  /** Whether others come between the commands of a pipeline, as at Upstash (the default), or it is one step. */
  readonly pipelines?: "split" | "whole";
  /** How many interleavings are run before random ones are. Default 10000. */
  readonly maxInterleavings?: number;
  /** How many random runs there are where that was not enough. Default 1000. */
  readonly runs?: number;
  /** Makes the same random runs again. A whole number. */
  readonly seed?: number;
  /** A run of more steps is given up, and the result not called exhaustive. Default 200. */
  readonly maxSteps?: number;
  /**
   * How long an actor may do what the explorer can not see before others go on, in milliseconds of real time. Default 1000. Lower it where
   * actors wait for each other in memory; a server's clients need it to come through the network.
   */
  readonly patience?: number;
  /** Runs this order only, as a `RaceFound` tells it. */
  readonly schedule?: string;
}

/** What was covered; nothing was violated. */
export interface Exploration {
  /** How many orders of steps were run, each once, not counting random ones. */
  readonly interleavings: number;
  /** Whether there are no others: what holds in each of them holds always, for these actors and this state. */
  readonly exhaustive: boolean;
  /** How many random runs there were, and their seed. */
  readonly random?: { readonly runs: number; readonly seed: number };
}

let before: Promise<unknown> = Promise.resolve();

/**
 * Runs the actors in every order of their requests, of the steps of the clock and of crashes, as far as `maxInterleavings` allows, then in
 * random orders. Rejects with a `RaceFound` for the simplest order that violates the invariant, or in which an actor throws; with a
 * TypeError for options that are wrong. The emulator and its clock are then as they were. Explorations wait for each other; as they have
 * `setTimeout` in their hands meanwhile, tests that set timers can not run beside them.
 */
export function explore<Results>(
  emulator: Emulator,
  options: ExploreOptions<Results>,
): Promise<Exploration>;
export async function explore(
  emulator: Emulator,
  options: ExploreOptions<Readonly<Record<string, unknown>>>,
): Promise<Exploration> {
  const plan = checkedPlan(emulator, options);
  const result = before.then(() => search(plan, options));
  before = result.catch(() => undefined);
  return result;
}

async function search(
  plan: Plan,
  options: ExploreOptions<Readonly<Record<string, unknown>>>,
): Promise<Exploration> {
  const { maxInterleavings = 10_000, runs = 1000, seed = randomSeed(), schedule } = options;
  const names = [...plan.actors.keys()];
  const stage = new Stage(plan);
  try {
    if (schedule !== undefined) {
      const found = await replay(stage, schedule);
      if (found.trace.violation !== undefined) throw new RaceFound(names, found, "replayed");
      return { interleavings: 1, exhaustive: false };
    }
    const { found, interleavings, exhaustive } = await enumerate(stage, maxInterleavings);
    if (found !== undefined) throw new RaceFound(names, found, `of ${interleavings} interleavings`);
    if (exhaustive || runs === 0) return { interleavings, exhaustive };
    const random = { runs, seed };
    const sampled = await sample(stage, random);
    if (sampled !== undefined) throw new RaceFound(names, sampled, `seed ${seed}`);
    return { interleavings, exhaustive, random };
  } finally {
    stage.leave();
  }
}

function checkedPlan(
  emulator: Emulator,
  options: ExploreOptions<Readonly<Record<string, unknown>>>,
): Plan {
  const { actors, invariant, always, setup, crashes = false, advance = [] } = options;
  const { pipelines = "split", maxSteps = 200, patience = 1000 } = options;
  const names = Object.keys(actors);
  for (const name of names) {
    if (typeof actors[name] !== "function") wrong(`actors.${name}`, "is no function");
    if (!/^[\p{L}_][\p{L}\p{N}_.-]*$/u.test(name) || name === "wake") {
      wrong(
        "actors",
        `${JSON.stringify(name)} is no name; begin with a letter, and leave out spaces`,
      );
    }
  }
  if (names.length === 0) wrong("actors", "there are none; pass functions by name");
  if (invariant === undefined && always === undefined) {
    wrong(
      "invariant",
      "nothing says what shall hold; pass a function that throws where it does not",
    );
  }
  for (const name of ["maxInterleavings", "runs", "seed", "maxSteps", "patience"] as const) {
    const value = options[name] ?? 0;
    if (!Number.isSafeInteger(value)) wrong(name, `${JSON.stringify(value)} is no whole number`);
  }
  for (const duration of advance) {
    const time = parseDuration(duration);
    if (!(time > 0)) wrong("advance", `${JSON.stringify(duration)} is no time; pass ["10s"]`);
  }
  const crashing = typeof crashes === "object" ? crashes : crashes === false ? [] : names;
  for (const name of crashing) {
    if (!names.includes(name)) {
      wrong("crashes", `${JSON.stringify(name)} is no actor; they are ${names.join(", ")}`);
    }
  }
  return {
    emulator,
    actors: new Map(Object.entries(actors)),
    setup,
    invariant,
    always,
    crashing: new Set(crashing),
    crashes: typeof crashes === "number" ? crashes : crashing.length,
    advance,
    splitsPipelines: pipelines === "split",
    maxSteps,
    patience,
  };
}

function wrong(option: string, why: string): never {
  throw new TypeError(`explore(emulator, { ${option} }): ${why}`);
}
