/**
 * Time while interleavings are explored: the emulator's clock stands still until a step moves it, and `setTimeout` of the functions under
 * test waits on that clock. The explorer itself waits in turns of the event loop, which no fake timers have in their hands.
 */
import type { TestClock } from "../clock.js";
import { fakeTimers } from "../fake-timers.js";

const { setTimeout: realSetTimeout } = globalThis;
const now = performance.now.bind(performance);

/** Turns of the event loop. */
export class Turns {
  readonly #channel = new MessageChannel();
  #resolve: () => void = () => undefined;

  constructor() {
    this.#channel.port1.addEventListener("message", () => this.#resolve());
    this.#channel.port1.start();
  }

  /** Resolves when all has run that was ready to. */
  async next(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#resolve = resolve;
      this.#channel.port2.postMessage(0);
    });
  }

  close(): void {
    this.#channel.port1.close();
  }
}

/** Resolves after about a millisecond of real time. */
export async function pause(): Promise<void> {
  await new Promise<void>((resolve) => {
    realSetTimeout(resolve, 1);
  });
}

/** Milliseconds of real time, from some point on. */
export function elapsed(): number {
  return now();
}

/** Takes a timer over: calls `run` when the clock comes there. Undefined where the timer is not the explorer's. */
export type TakeTimer = (delay: number, run: () => void) => (() => void) | undefined;

/** Has `setTimeout` ask `take` first, until the returned function is called. Those of the runtime itself stay real. */
export function replaceTimers(take: TakeTimer): () => void {
  const { setTimeout: original, clearTimeout: clearOriginal } = globalThis;
  const start = (
    run: (...args: unknown[]) => void,
    delay?: number,
    ...args: unknown[]
  ): unknown => {
    const isOwn = typeof run === "function" && Number(delay) >= 1 && !calledByRuntime();
    const cancel = isOwn ? take(Number(delay), () => run(...args)) : undefined;
    if (cancel !== undefined) return new Timer(cancel);
    return Reflect.apply(original, globalThis, [run, delay, ...args]);
  };
  const clear = (timer: unknown): void => {
    if (timer instanceof Timer) timer.close();
    else Reflect.apply(clearOriginal, globalThis, [timer]);
  };
  // Fake timers, and those that look for them, know each other by what stands on these functions.
  Object.assign(start, original);
  Object.assign(clear, clearOriginal);
  Reflect.set(globalThis, "setTimeout", start);
  Reflect.set(globalThis, "clearTimeout", clear);
  return () => {
    if (Reflect.get(globalThis, "setTimeout") === start) globalThis.setTimeout = original;
    if (Reflect.get(globalThis, "clearTimeout") === clear) globalThis.clearTimeout = clearOriginal;
  };
}

/** What `setTimeout` returns in Node, as far as programs use it. */
class Timer {
  readonly #cancel: () => void;

  constructor(cancel: () => void) {
    this.#cancel = cancel;
  }

  close(): void {
    this.#cancel();
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

/** Node's own HTTP client takes its timers from the same place. */
function calledByRuntime(): boolean {
  const [, , , caller = ""] = new Error("of whoever calls").stack?.split("\n") ?? [];
  return caller.includes("node:internal");
}

/** A clock that moves in steps from one start, again and again; a fake `Date` goes along. */
export class SteppedClock {
  readonly clock: TestClock;
  readonly #dateAtStart = Date.now();

  constructor(clock: TestClock) {
    this.clock = clock;
    clock.freeze();
  }

  moveTo(time: number): void {
    const by = time - this.clock.now();
    this.clock.set(time);
    fakeTimers()?.move(by, Date.now() + by);
  }

  /** Only the fake `Date` is brought back; the clock comes with the emulator's checkpoint. */
  restart(): void {
    const ahead = Date.now() - this.#dateAtStart;
    if (ahead > 0) fakeTimers()?.move(-ahead, this.#dateAtStart);
  }
}
