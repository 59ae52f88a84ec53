/** Looks for one divergence: what is bundled with a fault in the engine, to see how soon it is found. */
import { Coverage } from "../../src/conformance/coverage.js";
import { recordedFamilies, type Family } from "../../src/conformance/families.js";
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

/** A fault in a data type is to be found as soon as if nothing were drawn of the server and its clients. */
const ADMINISTRATION = new Set<Family>(["acl", "administration", "client", "config"]);
const dataFamilies = recordedFamilies.filter((family) => !ADMINISTRATION.has(family));

export async function hunt(
  lanes: readonly Lane[],
  seed: number,
  commands: number,
): Promise<Catch | undefined> {
  const sides = await Promise.all(lanes.map((lane) => Differential.open(lane, knownDifferences)));
  const look = async (families: readonly Family[]) => {
    const options = { commands, seed, families, coverage: new Coverage(), enough: 1 };
    return (await findDivergences(sides, { ...options, shrink: false }))[0];
  };
  const finding = (await look(dataFamilies)) ?? (await look(recordedFamilies));
  for (const side of sides) side.close();
  return finding && { commands: finding.commands, command: printCommand(finding.divergence.argv) };
}
