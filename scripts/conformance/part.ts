/** One process's part of a run: it is told what to do by a message, and answers with another. */
import { Coverage } from "../../src/conformance/coverage.js";
import { Differential } from "./differential.js";
import { knownDifferences } from "./known-differences.js";
import type { Order, Report } from "./processes.js";
import { findDivergences } from "./run.js";

// Replies that are errors would each take a trace along.
Error.stackTraceLimit = 0;

process.once("message", (order: Order) => {
  void work(order).then((report) => process.send?.(report, () => process.disconnect()));
});

async function work({ lanes, part }: Order): Promise<Report> {
  const sides = await Promise.all(
    lanes.map((lane) => Differential.open(lane, knownDifferences, part.door)),
  );
  const coverage = new Coverage();
  const findings = await findDivergences(sides, { ...part, coverage });
  for (const side of sides) side.close();
  const undecided = sides.reduce((sum, side) => sum + side.undecided, 0);
  return { findings, covered: coverage.byName, undecided };
}
