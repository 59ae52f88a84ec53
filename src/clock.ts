/**
 * Time comes from outside the engine. The default clock reads `Date.now()` at each command, so the fake timers of vitest, Jest and
 * sinon move every TTL; a manual clock stands still until a test moves it.
 */

export interface Clock {
  /** The time in milliseconds since the Unix epoch. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

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
  return {
    now: () => now,
    advance(duration) {
      now += milliseconds(duration);
    },
    set(date) {
      now = instant("date", date);
    },
  };
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

function parseDuration(text: string): number {
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
