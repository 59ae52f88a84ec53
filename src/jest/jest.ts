/** `kv-emulator/jest`: as one of `setupFilesAfterEnv`, it runs every test on the emulator. */
import { afterEach, beforeEach, jest } from "@jest/globals";
import type { EmulatorMatchers } from "../testing/matchers.js";
import { setUp } from "../set-up/set-up.js";
import { extendExpect } from "./matchers.js";

export type { EmulatorMatchers };

declare module "expect" {
  // oxlint-disable-next-line no-empty-object-type, no-unused-vars -- it is merged with Jest's, whose parameters it has to have
  interface Matchers<R extends void | Promise<void>, T> extends EmulatorMatchers<R> {}
}

declare global {
  // oxlint-disable-next-line no-namespace -- the global of @types/jest
  namespace jest {
    // oxlint-disable-next-line no-empty-object-type, no-unused-vars -- as above
    interface Matchers<R, T> extends EmulatorMatchers<R> {}
  }
}

extendExpect();

/** The emulator that the tests run on. */
export const emulator = setUp({
  beforeEach,
  afterEach,
  useRealTimers: () => jest.useRealTimers(),
});

/** Its clock. */
export const { clock } = emulator;
