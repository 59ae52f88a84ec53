/**
 * Compares the engine with a real Redis 8 on random commands, and tells what it called and where the two part:
 * `npm run conformance -- --commands 100000 --seed 1 --family zset`. A seed gives the same sequences again.
 */
import { parseArgs } from "node:util";
import type { Coverage } from "../../src/conformance/coverage.js";
import { recordedFamilies } from "../../src/conformance/families.js";
import { printDivergence } from "../../src/conformance/print.js";
import { knownDifferences } from "./known-differences.js";
import { Differential, doors } from "./differential.js";
import { startLanes } from "./lanes.js";
import { runInProcesses } from "./processes.js";
import { wholeNumber } from "./whole-number.js";
import { occurs } from "./witness.js";

const { values } = parseArgs({
  options: {
    commands: { type: "string", default: "100000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
    door: { type: "string", default: "none" },
    family: { type: "string", multiple: true, default: [...recordedFamilies] },
  },
});
const commands = wholeNumber("commands", values.commands);
const seed = wholeNumber("seed", values.seed);
const families = recordedFamilies.filter((name) => values.family.includes(name));
if (families.length < new Set(values.family).size) {
  throw new Error(`--family takes ${recordedFamilies.join(", ")}`);
}

const door = doors.find((name) => name === values.door);
if (door === undefined) throw new Error(`--door takes ${doors.join(", ")}`);

console.log(`seed ${seed}`);
const { lanes, close } = await startLanes();
try {
  const start = performance.now();
  const options = { commands, seed, families, door, enough: 20, shrink: true };
  const { findings, coverage, undecided } = await runInProcesses(lanes, options);
  const seconds = (performance.now() - start) / 1000;
  printCoverage(coverage);
  for (const { divergence } of findings) {
    console.log(`\n${printDivergence(divergence, ["redis", "emulator"])}`);
  }

  console.log("\nknown differences");
  let gone = 0;
  const sides = await Promise.all(lanes.map((lane) => Differential.open(lane, knownDifferences)));
  for (const difference of knownDifferences) {
    const still = await occurs(difference, sides);
    if (!still) gone++;
    console.log(`${still ? "     " : "GONE "}${difference.reason} (${difference.link})`);
  }
  for (const side of sides) side.close();

  const rate = Math.round(coverage.calls / seconds);
  console.log(`\n${coverage.calls} commands in ${seconds.toFixed(1)} s, ${rate} a second`);
  console.log(`${undecided} sequences diverged only when the clock moved among their commands`);
  console.log(`${findings.length} divergences, ${gone} known differences gone; seed ${seed}`);
  if (findings.length + gone > 0) process.exitCode = 1;
} finally {
  close();
}

function printCoverage(coverage: Coverage): void {
  console.log("command               calls  errors  error texts");
  for (const [name, { calls, errors, errorTexts }] of coverage.byName) {
    const share = `${Math.round((errors / calls) * 100)} %`;
    console.log(
      `${name.padEnd(18)} ${String(calls).padStart(8)} ${share.padStart(7)} ${String(errorTexts.size).padStart(12)}`,
    );
  }
}
