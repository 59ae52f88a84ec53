/**
 * `kv-emulator/set-up`: what makes a runner's tests run on the emulator, with the app and its client as they are in production. The
 * entries for vitest and Jest call it with their hooks; any other runner is given its own.
 */
import { emulator } from "../default-emulator.js";
import type { Emulator } from "../emulator.js";
import { fakeTimers } from "../fake-timers.js";
import { interceptFetch } from "../rest/intercept-fetch.js";
import { setEnvironment } from "./environment.js";

export { emulator };

/** The hooks of a runner, around every test of the file that runs. */
export interface Hooks {
  readonly beforeEach: (hook: () => void) => unknown;
  readonly afterEach: (hook: () => void) => unknown;
  /** Ends fake timers, as the runner does it. They are ended after a test that has left them on. */
  readonly useRealTimers?: () => unknown;
}

/**
 * Sets the environment, answers the client's `fetch` from `emulator`, and undoes after each test what it has changed there; what was
 * there before the test stays. Called once for each file of tests, before the app is imported; throws a TypeError where a hook is missing.
 */
export function setUp(hooks: Hooks): Emulator {
  const { beforeEach, afterEach } = checkedHooks(hooks);
  const begin = prepare(hooks.useRealTimers);
  const ends: (() => void)[] = [];
  beforeEach(() => void ends.push(begin()));
  afterEach(() => ends.pop()?.());
  return emulator;
}

/** What a process that runs one file after the other has to take back before the next. */
let leave: (() => void) | undefined;

/** Sets up all but the hooks. What is returned is called when a test begins, and what that returns when the test has ended. */
export function prepare(useRealTimers: () => unknown = () => undefined): () => () => void {
  leave?.();
  const undoFile = remember(useRealTimers);
  const restoreFetch = setEnvironment().map((connection) => interceptFetch(emulator, connection));
  leave = () => {
    undoFile();
    for (const restore of restoreFetch.toReversed()) restore();
  };
  let running = 0;
  let undo: (() => void) | undefined;
  return () => {
    // Tests that run side by side share the database; it is tidied when none runs.
    if (running++ === 0) undo = remember(useRealTimers);
    return () => {
      if (--running === 0) undo?.();
    };
  };
}

/** Notes how things are; the returned function undoes whatever has changed since. */
function remember(useRealTimers: () => unknown): () => void {
  const hadFakeTimers = fakeTimers() !== undefined;
  const undo = emulator.checkpoint();
  return () => {
    if (!hadFakeTimers && fakeTimers() !== undefined) useRealTimers();
    undo();
  };
}

function checkedHooks(hooks: Hooks): Hooks {
  if (typeof hooks.beforeEach === "function" && typeof hooks.afterEach === "function") return hooks;
  throw new TypeError(
    "setUp({ beforeEach, afterEach }): a hook is missing; pass those of your runner, such as those of node:test",
  );
}
