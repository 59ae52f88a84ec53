/** A run in several processes, one on each core: lanes of its own for each, and batches of sequences that no other draws. */
import { fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { Coverage } from "../../src/conformance/coverage.js";
import { signature } from "../../src/conformance/print.js";
import type { Door } from "./differential.js";
import type { Lane } from "./lanes.js";
import type { Finding, RunOptions } from "./run.js";

interface Part extends Omit<RunOptions, "coverage"> {
  readonly door: Door;
}

/** What a process is told. */
export interface Order {
  readonly lanes: readonly Lane[];
  readonly part: Part;
}

/** What it answers. */
export interface Report {
  readonly findings: readonly Finding[];
  readonly covered: Coverage["byName"];
  /** Sequences that diverged only when the clock moved among their commands. */
  readonly undecided: number;
}

export interface Summary {
  /** The different divergences. */
  readonly findings: readonly Finding[];
  readonly coverage: Coverage;
  readonly undecided: number;
}

const PART = fileURLToPath(new URL("part.ts", import.meta.url));

/** So far apart are the batches of two processes. */
const FAR = 100_000;

/** Runs a process on each core, at most one per lane. */
export async function runInProcesses(lanes: readonly Lane[], options: Part): Promise<Summary> {
  const count = Math.min(lanes.length, availableParallelism());
  const commands = Math.ceil(options.commands / count);
  const orders = Array.from({ length: count }, (_, index) => ({
    lanes: lanes.filter((__, lane) => Math.floor((lane * count) / lanes.length) === index),
    part: { ...options, commands, firstBatch: index * FAR },
  }));
  const reports = await Promise.all(orders.map(runPart));
  const coverage = new Coverage();
  const findings = new Map<string, Finding>();
  for (const report of reports) {
    coverage.addAll(report.covered);
    for (const finding of report.findings) findings.set(signature(finding.divergence), finding);
  }
  const undecided = reports.reduce((sum, report) => sum + report.undecided, 0);
  return { findings: [...findings.values()], coverage, undecided };
}

function runPart(order: Order): Promise<Report> {
  const child = fork(PART, { serialization: "advanced" });
  child.send(order);
  return new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", () => reject(new Error("a part of the run ended without a report")));
  });
}
