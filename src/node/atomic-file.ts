/** A file that is whole at every moment: what is new is written beside it and takes its place when the disk has it. */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { codeOf } from "./failure.js";

/** So many characters are written at once. */
const BATCH = 256 * 1024;

/**
 * Writes the parts in place of what the file holds. Where that fails, of the disk or of the parts, the file is as it was, nothing
 * is left beside it, and the error is thrown. A link is followed, and the file keeps its permissions. What a process that was killed
 * in the midst of this has left beside the file does no harm, and goes when the file is next written.
 */
export function writeWhole(file: string, parts: Iterable<string>): void {
  const target = resolved(file);
  removeLeftovers(target);
  const temporary = `${target}.${process.pid}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    const mode = statSync(target, { throwIfNoEntry: false })?.mode ?? 0o666;
    const descriptor = openSync(temporary, "wx", mode);
    try {
      for (const batch of batches(parts)) writeFileSync(descriptor, batch);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncDirectory(dirname(target));
}

/** Removes what dead processes have left beside the file; a process that lives is writing its own. */
function removeLeftovers(target: string): void {
  const prefix = `${basename(target)}.`;
  try {
    for (const name of readdirSync(dirname(target))) {
      const [, pid] = (name.startsWith(prefix) && LEFTOVER.exec(name.slice(prefix.length))) || [];
      if (pid !== undefined && isOver(Number(pid))) rmSync(join(dirname(target), name));
    }
  } catch {
    // It may not be for this user to remove, or another process has done so.
  }
}

const LEFTOVER = /^(\d+)\.[0-9a-f]{12}\.tmp$/;

/** Whether no process can be at work on a file with this id: the own one writes nothing while it looks for leftovers. */
function isOver(pid: number): boolean {
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return codeOf(error) === "ESRCH";
  }
}

/** The file behind links; the name itself where there is none yet. */
export function resolved(file: string): string {
  try {
    return realpathSync(file);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return file;
    throw error;
  }
}

function* batches(parts: Iterable<string>): Iterable<string> {
  let batch = "";
  for (const part of parts) {
    batch += part;
    if (batch.length < BATCH) continue;
    yield batch;
    batch = "";
  }
  yield batch;
}

/** Has the disk keep the new name, too; not every system lets a directory be opened for that. */
function syncDirectory(directory: string): void {
  try {
    const descriptor = openSync(directory, "r");
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // The file is whole under its old name or its new one.
  }
}
