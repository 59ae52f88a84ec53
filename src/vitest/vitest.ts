/**
 * `kv-emulator/vitest`: as one of `setupFiles`, it runs every test on the emulator; imported by a test, it has fixtures that give each
 * test an emulator of its own.
 */
import { beforeEach, vi } from "vitest";
import type { EmulatorMatchers } from "../testing/matchers.js";
import { setUpWith } from "../set-up/set-up.js";
import { extendExpect } from "./matchers.js";

export type { EmulatorMatchers };
export { it, test, type Fixtures } from "./fixtures.js";

declare module "vitest" {
  // oxlint-disable-next-line no-empty-object-type, no-unused-vars -- it is merged with vitest's, whose parameters it has to have
  interface Assertion<T> extends EmulatorMatchers {}
}

extendExpect();

/** The emulator of the tests that have none of their own. */
export const emulator = setUpWith(
  // What is called when a test is finished comes behind all other hooks, in whatever order those are run.
  (begin) => beforeEach(({ onTestFinished }) => onTestFinished(begin())),
  () => vi.useRealTimers(),
);

/** Its clock. */
export const { clock } = emulator;
