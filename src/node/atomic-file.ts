/** A file that is whole at every moment: what is new is written beside it and takes its place when the disk has it. */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { codeOf } from "./failure.js";

/** So many characters are written at once. */
const BATCH = 256 * 1024;

/**
 * Writes the parts in place of what the file holds. Where that fails, of the disk or of the parts, the file is as it was, nothing
 * is left beside it, and the error is thrown. A link is followed, and the file keeps its permissions.
 */
export function writeWhole(file: string, parts: Iterable<string>): void {
  const target = resolved(file);
  const temporary = `${target}.${randomBytes(6).toString("hex")}.tmp`;
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
