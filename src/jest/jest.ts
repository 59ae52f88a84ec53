/** `kv-emulator/jest`: as one of `setupFilesAfterEnv`, it runs every test on the emulator. */
import { afterEach, beforeEach, jest } from "@jest/globals";
import { setUp } from "../set-up/set-up.js";
import { extendExpect } from "./matchers.js";

export type { EmulatorMatchers } from "../testing/matchers.js";

extendExpect();

/** The emulator that the tests run on. */
export const emulator = setUp({
  beforeEach,
  afterEach,
  useRealTimers: () => jest.useRealTimers(),
});

/** Its clock. */
export const { clock } = emulator;
