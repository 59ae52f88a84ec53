/** Kills processes at random moments of saving a data file, and looks after each at what they leave. */
import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { loadData, saveData } from "../../src/node/data-file.js";
import { contents } from "../../test/support/contents.js";
import { emulatorIn, STATES } from "./states.js";

export interface KillReport {
  /** How often the file held each state after a kill. */
  readonly held: Readonly<Record<(typeof STATES)[number], number>>;
  /** How many kills came while a file was being written, so that a part of it was left. */
  readonly midst: number;
  /** What was wrong, each with the kill that has shown it. */
  readonly violations: readonly string[];
}

const SAVER = fileURLToPath(new URL("saver.ts", import.meta.url));

/** Each process starts with what the one killed before it has left. A seed makes the moments the same ones. */
export async function killSavers(kills: number, seed: number): Promise<KillReport> {
  const place = mkdtempSync(join(tmpdir(), "kv-emulator-kills-"));
  const directory = join(place, "data");
  mkdirSync(directory);
  const file = join(directory, "data.kv");
  const saver = join(place, "saver.mjs");
  const held = { old: 0, new: 0 };
  const violations: string[] = [];
  let midst = 0;
  try {
    // In one file a process starts ten times as fast as from the sources.
    await build({
      entryPoints: [SAVER],
      outfile: saver,
      bundle: true,
      platform: "node",
      format: "esm",
      logLevel: "error",
    });
    for (let kill = 1; kill <= kills; kill++) {
      await killOne(saver, file, chance(`${seed} ${kill}`));
      const beside = readdirSync(directory).filter((name) => name !== basename(file));
      midst += beside.length;
      if (beside.length > 1) violations.push(`kill ${kill}: ${beside.join(", ")} are left`);
      const state = stateOf(file);
      if (typeof state === "string") held[state]++;
      else violations.push(`kill ${kill}: ${state.message}`);
    }
    saveData(emulatorIn("new"), file);
    if (readdirSync(directory).length > 1) violations.push("what was left is not cleaned up");
  } finally {
    rmSync(place, { recursive: true });
  }
  return { held, midst, violations };
}

/** A number from 0 to 1 that the text decides. */
function chance(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32LE() / 2 ** 32;
}

/**
 * Kills a process after a part of the time in which it saves each state twice. Rejects where it does not come as far as to save.
 */
async function killOne(program: string, file: string, part: number): Promise<void> {
  const saver = fork(program, [file], { execArgv: [] });
  const ended = once(saver, "exit");
  const [report]: unknown[] = await Promise.race([once(saver, "message"), ended]);
  if (typeof report !== "object" || report === null || !("milliseconds" in report)) {
    throw new Error("a process could not start with what was left");
  }
  await wait(2 * part * Number(report.milliseconds));
  saver.kill("SIGKILL");
  await ended;
}

function stateOf(file: string): (typeof STATES)[number] | Error {
  const loaded = emulatorIn();
  try {
    loadData(loaded, file);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
  const found = contents(loaded);
  return (
    STATES.find((state) => contents(emulatorIn(state)) === found) ??
    new Error("the file holds neither state")
  );
}
