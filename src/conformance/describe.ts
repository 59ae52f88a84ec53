/** The suite as a test of vitest or Jest. */
import { checkConformance, type ConformanceOptions } from "./check.js";
import type { Target } from "./target.js";

/** What of a test runner is used. */
export interface TestRunner {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void>, timeout: number): unknown;
}

export interface DescribeOptions extends ConformanceOptions {
  /** How long the test may take, in milliseconds. Default: a minute. */
  readonly timeout?: number;
  /** The runner's functions, where they are neither global nor vitest's. */
  readonly runner?: TestRunner;
}

const TIMEOUT = 60_000;

/** Declares a test that holds what `createTarget` makes to `checkConformance`. Throws a TypeError outside a test file. */
export function describeConformance(
  name: string,
  createTarget: () => Target | Promise<Target>,
  { timeout = TIMEOUT, runner = currentRunner(), ...options }: DescribeOptions = {},
): void {
  runner.describe(name, () => {
    runner.it(
      "answers as Redis",
      async () => {
        await checkConformance(await createTarget(), options);
      },
      timeout,
    );
  });
}

/** Jest's and node:test's functions may be global; vitest keeps its own at hand for tests within source files. */
function currentRunner(): TestRunner {
  for (const place of [globalThis, Reflect.get(globalThis, "__vitest_index__")]) {
    if (isRunner(place)) return place;
  }
  throw new TypeError(
    "describeConformance(name, createTarget): there is no describe() and it() here; call it in a test file of vitest or Jest, or pass { runner: { describe, it } }",
  );
}

function isRunner(place: unknown): place is TestRunner {
  if (typeof place !== "object" || place === null) return false;
  return ["describe", "it"].every((name) => typeof Reflect.get(place, name) === "function");
}
