/**
 * `kv-emulator/vitest`: as one of `setupFiles`, it runs every test on the emulator; imported by a test, it has fixtures that give each
 * test an emulator of its own.
 */
import { beforeEach, vi } from "vitest";
import { emulator, prepare } from "../testing/set-up.js";

export { it, test, type Fixtures } from "./fixtures.js";
export { emulator };

/** The clock of `emulator`. */
export const { clock } = emulator;

const begin = prepare(() => vi.useRealTimers());

// What is called when a test is finished comes behind all other hooks, in whatever order those are run.
beforeEach(({ onTestFinished }) => onTestFinished(begin()));
