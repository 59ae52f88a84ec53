/** `kv-emulator/jest`: as one of `setupFilesAfterEnv`, it runs every test on the emulator. */
import { afterEach, beforeEach, jest } from "@jest/globals";
import { setUp } from "../testing/set-up.js";

export const emulator = setUp({
  beforeEach,
  afterEach,
  useRealTimers: () => jest.useRealTimers(),
});

/** The clock of `emulator`. */
export const { clock } = emulator;
