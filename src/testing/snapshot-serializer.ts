/** What stands in a snapshot of vitest's or Jest's for an emulator (its dump) and for a difference (its text). */
import { Engine } from "../engine.js";
import { Difference } from "./diff.js";
import { dump } from "./dump.js";

/** For `expect.addSnapshotSerializer`. */
export const snapshotSerializer = {
  test: (value: unknown): boolean => value instanceof Engine || value instanceof Difference,
  serialize: (value: unknown): string => {
    if (!(value instanceof Engine)) return String(value);
    return dump(value) || "(no keys)";
  },
};
