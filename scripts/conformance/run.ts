/** Random sequences until so many commands have run, each divergence shrunk and kept once. */
import { asyncProperty, check } from "fast-check";
import type { Coverage } from "../../src/conformance/coverage.js";
import type { Family } from "../../src/conformance/families.js";
import { printSequence, signature, type Divergence } from "../../src/conformance/print.js";
import { sequences, type Sequence } from "../../src/conformance/sequences.js";
import type { Differential } from "./differential.js";

export interface RunOptions {
  readonly commands: number;
  readonly seed: number;
  readonly families: readonly Family[];
  readonly coverage: Coverage;
  /** After so many different divergences the run ends. */
  readonly enough: number;
  /** Whether each is made as short as it can be. */
  readonly shrink: boolean;
}

/** A divergence, and how many commands had run when it showed first. */
export interface Finding {
  readonly divergence: Divergence;
  readonly commands: number;
}

/** Sequences at a time; each batch has a seed of its own. */
const BATCH = 100;

/** So far apart are the seeds of two runs' first batches. */
const FAR = 1_000_003;

/** The different divergences, each as the shortest sequence that shows it. Each side works off batches of its own, beside the others. */
export async function findDivergences(
  sides: readonly Differential[],
  { commands, seed, families, coverage, enough, shrink }: RunOptions,
): Promise<readonly Finding[]> {
  const arbitrary = sequences({
    families,
    length: 100,
    sessions: true,
    pauses: 0.004,
    textOnly: false,
    timing: { short: [1, 2, 3, 5], wait: [1, 2, 3, 5] },
  });
  const found = new Map<string, Finding>();

  const work = async (side: Differential, first: number): Promise<void> => {
    for (let batch = first; coverage.calls < commands && found.size < enough;) {
      await findOne(side, batch);
      batch += sides.length;
    }
  };

  const findOne = async (side: Differential, batch: number): Promise<void> => {
    let shrinking: string | undefined;
    let broken: Error | undefined;
    const law = async (sequence: Sequence): Promise<boolean> => {
      const done = shrinking === undefined && (found.size >= enough || coverage.calls >= commands);
      if (broken !== undefined || done) return true;
      let divergence: Divergence | undefined;
      try {
        divergence = await side.run(sequence, shrinking === undefined ? coverage : undefined);
      } catch (cause) {
        broken = new Error(`the run broke off within\n${printSequence(sequence)}`, { cause });
      }
      if (divergence === undefined) return true;
      const kind = signature(divergence);
      if (shrinking === undefined && !found.has(kind)) shrinking = kind;
      if (shrinking !== kind) return true;
      found.set(kind, { divergence, commands: found.get(kind)?.commands ?? coverage.calls });
      return false;
    };
    await check(asyncProperty(arbitrary, law), {
      seed: (seed * FAR + batch) | 0,
      numRuns: BATCH,
      endOnFailure: !shrink,
    });
    if (broken !== undefined) throw broken;
  };

  await Promise.all(sides.map(work));
  return [...found.values()];
}
