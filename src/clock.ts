/**
 * Time comes from outside the engine. The default clock reads `Date.now()` at each command, so the fake timers of vitest, Jest and
 * sinon move every TTL; a manual clock stands still until a test moves it.
 */

export interface Clock {
  /** The time in milliseconds since the Unix epoch. */
  now(): number;
  /**
   * Has the clock wake a sleeper whenever it comes to a time that the sleeper waits for; returns what tells the clock that it may be
   * another one now. Without it the engine does what is due with the next command.
   */
  follow?(sleeper: Sleeper): () => void;
}

/** What waits for points in time. */
export interface Sleeper {
  /** The next time it waits for, in milliseconds since the Unix epoch; undefined where there is none. */
  wakeAt(): number | undefined;
  /** Called when the clock has come there. */
  wake(): void;
}

/** The longest time that timers take. */
const LONGEST = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  follow(sleeper) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let armedFor: number | undefined;
    const arm = (): void => {
      const at = sleeper.wakeAt();
      if (at === armedFor) return;
      clearTimeout(timer);
      armedFor = at;
      if (at === undefined) return;
      timer = setTimeout(ring, Math.min(LONGEST, Math.max(1, at - Date.now())));
      // What waits does not keep a program alive; a server's socket does.
      if (typeof timer === "object") timer.unref();
    };
    const ring = (): void => {
      armedFor = undefined;
      sleeper.wake();
      arm();
    };
    return arm;
  },
};

/** Milliseconds, or a text of numbers with units: `"1h30m"`, `"250ms"`, `"1d 2h"` (d, h, m, s, ms). */
export type Duration = number | string;

export interface ManualClock extends Clock {
  /** Moves the clock forward. Throws a TypeError when the duration is malformed or negative. */
  advance(duration: Duration): void;
  /** Moves the clock to a point in time, forward or back: a Date, milliseconds since the epoch, or an ISO 8601 text. */
  set(date: Date | number | string): void;
}

/** A clock that moves only when told to. Starts at the present unless `start` says otherwise. */
export function manualClock(start: Date | number | string = Date.now()): ManualClock {
  let now = instant("start", start);
  const sleepers = new Set<WeakRef<Sleeper>>();
  const move = (target: number): void => {
    for (const reference of sleepers)
      if (reference.deref() === undefined) sleepers.delete(reference);
    for (let next = earliest(sleepers); next !== undefined && next.at <= target;) {
      now = Math.max(now, next.at);
      next.sleeper.wake();
      next = earliest(sleepers);
    }
    now = target;
  };
  return {
    now: () => now,
    follow(sleeper) {
      sleepers.add(new WeakRef(sleeper));
      return () => undefined;
    },
    advance: (duration) => move(now + milliseconds(duration)),
    set: (date) => move(instant("date", date)),
  };
}

/** Who is to be woken first, and when. */
function earliest(
  sleepers: Iterable<WeakRef<Sleeper>>,
): { readonly sleeper: Sleeper; readonly at: number } | undefined {
  let first: { readonly sleeper: Sleeper; readonly at: number } | undefined;
  for (const reference of sleepers) {
    const sleeper = reference.deref();
    const at = sleeper?.wakeAt();
    if (sleeper === undefined || at === undefined) continue;
    if (first === undefined || at < first.at) first = { sleeper, at };
  }
  return first;
}

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

function milliseconds(duration: Duration): number {
  const value = typeof duration === "number" ? duration : parseDuration(duration);
  if (value >= 0 && Number.isFinite(value)) return Math.round(value);
  throw new TypeError(
    `advance(duration): ${JSON.stringify(duration)} is not a duration; pass milliseconds (≥ 0) or a text like "1h30m", "10s" or "250ms"`,
  );
}

/** A text of numbers with units in milliseconds; NaN where it is none. */
export function parseDuration(text: string): number {
  if (!/^\s*(\d+(\.\d+)?\s*(ms|s|m|h|d)\s*)+$/.test(text)) return Number.NaN;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)/g)) {
    total += Number(amount) * (UNITS[unit ?? "ms"] ?? 0);
  }
  return total;
}

function instant(argument: string, date: Date | number | string): number {
  const value = typeof date === "number" ? date : new Date(date).getTime();
  if (Number.isFinite(value)) return Math.trunc(value);
  throw new TypeError(
    `${argument}: ${JSON.stringify(date)} is not a point in time; pass a Date, milliseconds since the epoch or an ISO 8601 text`,
  );
}
