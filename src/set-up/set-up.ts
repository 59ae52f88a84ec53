/**
 * `kv-emulator/set-up`: what makes a runner's tests run on the emulator, with the app and its client as they are in production. The
 * entries for vitest and Jest call it with their hooks; any other runner is given its own.
 */
import { emulator } from "../default-emulator.js";
import type { Emulator } from "../emulator.js";
import { fakeTimers } from "../fake-timers.js";
import { interceptFetch } from "../rest/intercept-fetch.js";
import { setEnvironment } from "./environment.js";

export { matchers } from "../testing/matchers.js";
export { snapshotSerializer } from "../testing/snapshot-serializer.js";

/** The hooks of a runner, around every test of the file that runs. */
export interface Hooks {
  readonly beforeEach: (hook: () => void) => unknown;
  /** Runners that call these in the order of definition undo before the `afterEach` of the file itself. */
  readonly afterEach: (hook: () => void) => unknown;
  /** Ends fake timers, as the runner does it. They are ended after a test that has left them on. */
  readonly useRealTimers?: () => unknown;
}

/**
 * Sets the environment, answers the client's `fetch` from an emulator, and undoes after each test what it has changed there; what was
 * there before the test stays. Returns the emulator, which is that of `kv-emulator/kv`, too. Called once for each file of tests, before
 * the app is imported; throws a TypeError where a hook is missing.
 */
export function setUp(hooks: Hooks): Emulator {
  const { beforeEach, afterEach, useRealTimers } = checkedHooks(hooks);
  return setUpWith((begin) => {
    const ends: (() => void)[] = [];
    beforeEach(() => void ends.push(begin()));
    afterEach(() => ends.pop()?.());
  }, useRealTimers);
}

/** Called when a test begins; what it returns is called when the test has ended. */
export type Begin = () => () => void;

/** As `setUp`, for whoever has `begin` called in a way of his own. */
export function setUpWith(
  register: (begin: Begin) => void,
  useRealTimers: Hooks["useRealTimers"] = () => undefined,
): Emulator {
  const before = place[SET_UP];
  // A test that resets its modules may load this again.
  if (before !== undefined && before.running > 0) return before.emulator;
  before?.leave();

  const undoFile = remember(useRealTimers);
  const restoreFetch = setEnvironment().map((database) => interceptFetch(emulator, database));
  const leave = (): void => {
    undoFile();
    for (const restore of restoreFetch.toReversed()) restore();
  };
  const current: SetUp = { emulator, leave, running: 0 };
  place[SET_UP] = current;

  let undo: (() => void) | undefined;
  register(() => {
    // Tests that run side by side share the database; it is tidied when none runs.
    if (current.running++ === 0) undo = remember(useRealTimers);
    return () => {
      if (--current.running === 0) undo?.();
    };
  });
  return emulator;
}

/** How things are set up. A process that runs file after file finds here what is to be taken back before the next. */
interface SetUp {
  readonly emulator: Emulator;
  /** Takes all of it back, and what the file has changed. */
  readonly leave: () => void;
  /** How many tests run now. */
  running: number;
}

const SET_UP = Symbol.for("kv-emulator/set-up");
const place: { readonly fetch: unknown; [SET_UP]?: SetUp } = globalThis;

/** Notes how things are; the returned function undoes whatever has changed since. */
function remember(useRealTimers: () => unknown): () => void {
  const hadFakeTimers = fakeTimers() !== undefined;
  const undo = emulator.checkpoint();
  // What a test tells of its calls are its own.
  emulator.log.clear();
  emulator.log.start();
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
