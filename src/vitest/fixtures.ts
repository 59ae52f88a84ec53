/** vitest's `test` with a database of its own for each test: nothing is shared, so tests may run side by side. */
import { test as base } from "vitest";
import type { TestClock } from "../clock.js";
import { createEmulator, type Emulator, type EmulatorOptions } from "../emulator.js";
import type { VercelKV } from "../kv/kv.js";
import type { Redis } from "../kv/upstash.js";

export interface Fixtures {
  /** The emulator's option `strict`; another with `test.extend({ strict: true })`. */
  readonly strict: EmulatorOptions["strict"];
  /** The test's own emulator. */
  readonly emulator: Emulator;
  /** Its clock. */
  readonly clock: TestClock;
  /** A client on it that is `@vercel/kv`'s. */
  readonly kv: VercelKV;
  /** A client on it that is `@upstash/redis`'s. */
  readonly redis: Redis;
}

/** vitest's `test` with the fixtures `kv`, `redis`, `emulator` and `clock`, which each test has for itself. */
export const test = base.extend<Fixtures>({
  strict: undefined,
  emulator: async ({ strict }, use) => {
    const emulator = createEmulator({ log: true, strict });
    await use(emulator);
    emulator.lint.settle();
  },
  clock: async ({ emulator }, use) => use(emulator.clock),
  // A file that only sets up needs no client of ours.
  kv: async ({ emulator }, use) => {
    const { VercelKV } = await import("../kv/kv.js");
    await use(new VercelKV({ enableAutoPipelining: true }, emulator));
  },
  redis: async ({ emulator }, use) => {
    const { Redis } = await import("../kv/upstash.js");
    await use(new Redis({}, emulator));
  },
});

export const it = test;
