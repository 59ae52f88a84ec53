/** Looks for one divergence: what is bundled with a fault in the engine, to see how soon it is found. */
import { Coverage } from "../../src/conformance/coverage.js";
import { recordedFamilies } from "../../src/conformance/families.js";
import { printCommand } from "../../src/conformance/print.js";
import { Differential } from "./differential.js";
import { knownDifferences } from "./known-differences.js";
import type { Lane } from "./lanes.js";
import { findDivergences } from "./run.js";

/** How many commands it took, and the command whose replies parted; undefined where `commands` did not do. */
export interface Catch {
  readonly commands: number;
  readonly command: string;
}

export async function hunt(
  lanes: readonly Lane[],
  seed: number,
  commands: number,
): Promise<Catch | undefined> {
  const sides = await Promise.all(lanes.map((lane) => Differential.open(lane, knownDifferences)));
  const [finding] = await findDivergences(sides, {
    commands,
    seed,
    families: recordedFamilies,
    coverage: new Coverage(),
    enough: 1,
    shrink: false,
  });
  for (const side of sides) side.close();
  return finding && { commands: finding.commands, command: printCommand(finding.divergence.argv) };
}
