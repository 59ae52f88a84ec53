/** Looks for one divergence: what is bundled with a fault in the engine, to see how soon it is found. */
import { Coverage } from "../../src/conformance/coverage.js";
import type { Family } from "../../src/conformance/families.js";
import { printCommand } from "../../src/conformance/print.js";
import { Differential } from "./differential.js";
import { knownDifferences } from "./known-differences.js";
import type { Lane } from "./lanes.js";
import { findDivergences } from "./run.js";

export interface HuntOptions {
  readonly seed: number;
  /** The most that are called. */
  readonly commands: number;
  readonly families: readonly Family[];
}

/** How many commands it took, and the command whose replies parted. */
export interface Catch {
  readonly commands: number;
  readonly command: string;
}

/** Undefined where the commands did not do. */
export async function hunt(
  lanes: readonly Lane[],
  options: HuntOptions,
): Promise<Catch | undefined> {
  const sides = await Promise.all(lanes.map((lane) => Differential.open(lane, knownDifferences)));
  const [finding] = await findDivergences(sides, {
    ...options,
    coverage: new Coverage(),
    enough: 1,
    shrink: false,
  });
  for (const side of sides) side.close();
  return finding && { commands: finding.commands, command: printCommand(finding.divergence.argv) };
}
