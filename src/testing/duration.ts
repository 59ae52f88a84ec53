/** Spans of time as text that `parseDuration` reads: `1d2h3m4s5ms`. */
import type { UnixTime } from "../keyspace/expiry.js";

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
] as const;

/** What is left, in milliseconds above 0, of the time to a deadline. */
export function formatLeft(deadline: UnixTime, now: number): string {
  const left = BigInt(deadline) - BigInt(now);
  if (left > Number.MAX_SAFE_INTEGER) return `${left}ms`;
  let rest = Number(left);
  let text = "";
  for (const [unit, length] of UNITS) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count > 0) text += `${count}${unit}`;
  }
  return text;
}
