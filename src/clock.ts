/**
 * Time comes from outside the engine, and each emulator has one clock for all that is its own: TTLs, stream ids, waits, slow replies.
 * The clock follows `Date.now()`, so the fake timers of vitest, Jest and sinon move it, until a test moves it or has it stand still.
 */
import { fakeTimers } from "./fake-timers.js";

/** Where a clock has its time from. */
export interface Clock {
  /** The time in milliseconds since the Unix epoch. */
  now(): number;
}

/** What waits for points in time. */
export interface Sleeper {
  /** The next time it waits for, in milliseconds since the Unix epoch; undefined where there is none. */
  wakeAt(): number | undefined;
  /** Called when the clock has come there. */
  wake(): void;
}

/** Milliseconds, or a text of numbers with units: `"1h30m"`, `"250ms"`, `"1d 2h"` (d, h, m, s, ms). */
export type Duration = number | string;

/** A point in time: a Date, milliseconds since the epoch, or an ISO 8601 text. */
export type Instant = Date | number | string;

/** The time of the process. */
export const systemClock: Clock = { now: () => Date.now() };

/** A clock that moves only when told to. Starts at the present unless `start` says otherwise. */
export function manualClock(start: Instant = Date.now()): TestClock {
  return new TestClock(systemClock, instant("start", start));
}

/** A clock that a test can move: it follows another, plus what it was moved by, or stands still. */
export class TestClock implements Clock {
  readonly #source: Clock;
  /** How far it is ahead of what it follows. */
  #ahead = 0;
  /** Where it stands still. */
  #standsAt: number | undefined;
  readonly #alarms = new Set<Alarm>();
  /** What `after` waits for: an alarm alone does not hold its sleeper. */
  readonly #pending = new Map<Sleeper, Alarm>();

  constructor(source: Clock = systemClock, standsAt?: number) {
    this.#source = source;
    this.#standsAt = standsAt;
  }

  /** The time in milliseconds since the Unix epoch. */
  now(): number {
    if (this.#standsAt !== undefined) return this.#standsAt;
    return (this.#source === systemClock ? Date.now() : this.#source.now()) + this.#ahead;
  }

  /**
   * Moves the clock forward; what is due on the way happens in its order, each at its time. Where the clock follows fake timers, they
   * are moved, so that there is one time for the program and its database. Throws a TypeError when the duration is malformed or
   * negative.
   */
  advance(duration: Duration): void {
    const by = milliseconds("advance", duration);
    this.#moveTo(this.now() + by, by);
  }

  /** Moves the clock to a point in time, forward (as `advance` does) or back. Throws a TypeError when it is none. */
  set(date: Instant): void {
    this.#moveTo(instant("date", date));
  }

  /** Has the clock stand still, where it is or at a point in time to which it is set; `advance` and `set` move it all the same. */
  freeze(at: Instant = this.now()): void {
    const time = instant("at", at);
    if (time !== Math.trunc(this.now())) this.#moveTo(time);
    this.#standsAt = time;
    this.#setAlarms();
  }

  /** Has the clock follow `Date.now()` again, with nothing added. */
  follow(): void {
    this.#wakeUntil(this.#source.now());
    this.#standsAt = undefined;
    this.#ahead = 0;
    this.#setAlarms();
  }

  /**
   * Calls `run` once when the time has passed on this clock: by itself, by fake timers, or because the clock was moved, and then at its
   * very time. The process is kept alive as long. Returns what calls it off. Throws a TypeError when the duration is malformed or
   * negative.
   */
  after(duration: Duration, run: () => void): () => void {
    const at = this.now() + milliseconds("after", duration);
    const sleeper: Sleeper = {
      wakeAt: () => (this.#pending.has(sleeper) ? at : undefined),
      wake: () => {
        this.#forget(sleeper);
        run();
      },
    };
    const alarm = new Alarm(this, sleeper, true);
    this.#pending.set(sleeper, alarm);
    this.#alarms.add(alarm);
    alarm.set();
    return () => this.#forget(sleeper);
  }

  /** Resolves when the time has passed on this clock, as `after` tells. */
  async sleep(duration: Duration): Promise<void> {
    await new Promise<void>((resolve) => this.after(duration, resolve));
  }

  /** The times, each since the Unix epoch, for which `after` and `sleep` wait, the next one first. */
  get due(): readonly number[] {
    const times = Array.from(this.#pending.keys(), (sleeper) => sleeper.wakeAt() ?? Infinity);
    return times.toSorted((a, b) => a - b);
  }

  /** Has the clock wake a sleeper, again and again; returns what tells the clock that it may wait for another time now. */
  schedule(sleeper: Sleeper): () => void {
    const alarm = new Alarm(this, sleeper, false);
    this.#alarms.add(alarm);
    return () => alarm.set();
  }

  /**
   * Notes how the clock stands to the time of the process; the returned function brings it back there, waking nobody, and calls off what
   * `after` and `sleep` wait for since.
   */
  save(): () => void {
    const [ahead, standsAt] = [this.#ahead, this.#standsAt];
    const pending = new Set(this.#pending.keys());
    return () => {
      for (const sleeper of this.#pending.keys()) {
        if (!pending.has(sleeper)) this.#forget(sleeper);
      }
      this.#ahead = ahead;
      this.#standsAt = standsAt;
      this.#setAlarms();
    };
  }

  /** Whether it moves by itself. */
  get runs(): boolean {
    return this.#standsAt === undefined;
  }

  /** The time of the process may go on meanwhile: how far the clock is moved is told beside. */
  #moveTo(target: number, by = target - this.now()): void {
    if (!this.runs) {
      this.#wakeUntil(target);
      this.#standsAt = target;
      return;
    }
    const fake = this.#source === systemClock ? fakeTimers() : undefined;
    // Timers that are fake wake the sleepers when they are moved, each between those of the program.
    if (fake?.areTimersFake === true) for (const alarm of this.#alarms) alarm.set();
    else this.#wakeUntil(target);
    if (fake === undefined) this.#ahead += by;
    else fake.move(target - this.now(), target - this.#ahead);
    this.#setAlarms();
  }

  /** Wakes those in their order who wait for a time up to the target; it is their time meanwhile. */
  #wakeUntil(target: number): void {
    const stoodAt = this.#standsAt;
    let now = this.now();
    try {
      for (let next = this.#first(); next !== undefined && next.at <= target;) {
        now = Math.max(now, next.at);
        this.#standsAt = now;
        next.sleeper.wake();
        next = this.#first();
      }
    } finally {
      this.#standsAt = stoodAt;
    }
  }

  /** Who is to be woken first, and when. */
  #first(): { readonly sleeper: Sleeper; readonly at: number } | undefined {
    let first: { readonly sleeper: Sleeper; readonly at: number } | undefined;
    for (const alarm of this.#alarms) {
      const sleeper = alarm.sleeper.deref();
      if (sleeper === undefined) this.#alarms.delete(alarm);
      const at = sleeper?.wakeAt();
      if (sleeper === undefined || at === undefined) continue;
      if (first === undefined || at < first.at) first = { sleeper, at };
    }
    return first;
  }

  /** The time has moved otherwise than the alarms were set for. */
  #setAlarms(): void {
    for (const alarm of this.#alarms) {
      alarm.unset();
      alarm.set();
    }
  }

  #forget(sleeper: Sleeper): void {
    const alarm = this.#pending.get(sleeper);
    if (alarm === undefined) return;
    alarm.unset();
    this.#pending.delete(sleeper);
    this.#alarms.delete(alarm);
  }
}

/** The longest time that timers take. */
const LONGEST = 2 ** 31 - 1;

/** The timer that wakes one sleeper of a clock that runs. */
class Alarm {
  readonly sleeper: WeakRef<Sleeper>;
  readonly #clock: TestClock;
  readonly #keepsAlive: boolean;
  #at: number | undefined;
  /** The function that set the timer: it is another one when fake timers come or go. */
  #timers: typeof setTimeout | undefined;
  #clear: () => void = () => undefined;

  constructor(clock: TestClock, sleeper: Sleeper, keepsAlive: boolean) {
    this.#clock = clock;
    this.sleeper = new WeakRef(sleeper);
    this.#keepsAlive = keepsAlive;
  }

  /** Sets the timer for the time that the sleeper waits for now. */
  set(): void {
    const sleeper = this.sleeper.deref();
    const at = this.#clock.runs ? sleeper?.wakeAt() : undefined;
    if (at === this.#at && (at === undefined || this.#timers === setTimeout)) return;
    this.unset();
    if (sleeper === undefined || at === undefined) return;
    const { setTimeout: start, clearTimeout: clear } = globalThis;
    const delay = Math.min(LONGEST, Math.max(1, Math.ceil(at - this.#clock.now())));
    const timer = start(() => this.#ring(sleeper), delay);
    // What waits does not keep a program alive; a server's socket does, and so does who waits for a reply.
    if (!this.#keepsAlive && typeof timer === "object") timer.unref();
    this.#at = at;
    this.#timers = start;
    this.#clear = () => clear(timer);
  }

  unset(): void {
    if (this.#at === undefined) return;
    this.#at = undefined;
    this.#clear();
  }

  /** Timers are set anew where they rang too soon. */
  #ring(sleeper: Sleeper): void {
    const at = this.#at;
    this.#at = undefined;
    if (at !== undefined && at <= this.#clock.now()) sleeper.wake();
    this.set();
  }
}

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

function milliseconds(method: string, duration: Duration): number {
  const value = parseDuration(duration);
  if (value >= 0 && Number.isFinite(value)) return Math.round(value);
  throw new TypeError(
    `${method}(duration): ${JSON.stringify(duration)} is not a duration; pass milliseconds (≥ 0) or a text like "1h30m", "10s" or "250ms"`,
  );
}

/** A duration in milliseconds; NaN for a text that is none. */
export function parseDuration(duration: Duration): number {
  if (typeof duration === "number") return duration;
  if (!/^\s*(\d+(\.\d+)?\s*(ms|s|m|h|d)\s*)+$/.test(duration)) return Number.NaN;
  let total = 0;
  for (const [, amount, unit] of duration.matchAll(/(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)/g)) {
    total += Number(amount) * (UNITS[unit ?? "ms"] ?? 0);
  }
  return total;
}

function instant(argument: string, date: Instant): number {
  const value = typeof date === "number" ? date : new Date(date).getTime();
  if (Number.isFinite(value)) return Math.trunc(value);
  throw new TypeError(
    `${argument}: ${JSON.stringify(date)} is not a point in time; pass a Date, milliseconds since the epoch or an ISO 8601 text`,
  );
}
