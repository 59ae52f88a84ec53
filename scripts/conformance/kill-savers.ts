/** Kills processes at random moments of saving a data file, and looks after each at what they leave. */
import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
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

/** Longer than two saves take, so that every moment of them is as likely. */
const LONGEST_LIFE = 60;

/** Each process starts with what the one killed before it has left. A seed makes the moments the same ones. */
export async function killSavers(kills: number, seed: number): Promise<KillReport> {
  const directory = mkdtempSync(join(tmpdir(), "kv-emulator-kills-"));
  const file = join(directory, "data.kv");
  const held = { old: 0, new: 0 };
  const violations: string[] = [];
  let midst = 0;
  try {
    for (let kill = 1; kill <= kills; kill++) {
      await killOne(file, LONGEST_LIFE * chance(`${seed} ${kill}`));
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
    rmSync(directory, { recursive: true });
  }
  return { held, midst, violations };
}

/** A number from 0 to 1 that the text decides. */
function chance(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32LE() / 2 ** 32;
}

/** Rejects where the process does not come as far as to save. */
async function killOne(file: string, milliseconds: number): Promise<void> {
  const saver = fork(SAVER, [file], { execArgv: ["--import", "tsx"] });
  const ended = once(saver, "exit");
  const [saving] = await Promise.race([once(saver, "message"), ended]);
  if (saving !== "saving") throw new Error("a process could not start with what was left");
  await wait(milliseconds);
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
