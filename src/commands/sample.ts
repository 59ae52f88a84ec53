/** Random samples as SRANDMEMBER, HRANDFIELD, ZRANDMEMBER and SPOP take them. */
import { outOfRange } from "../errors.js";
import type { Random } from "../random.js";

/** The longest reply with repeats that is made, where Redis would run out of memory. */
const MAX_REPEATS = 100_000_000;

/**
 * Indexes below `size`: `count` different ones, all of them in order where there are no more; for a negative count exactly so many,
 * repeats included.
 */
export function sample(size: number, count: number, random: Random): number[] {
  if (count < 0) return repeats(size, -count, random);
  return distinct(size, Math.min(count, size), random);
}

function repeats(size: number, count: number, random: Random): number[] {
  if (count > MAX_REPEATS) throw outOfRange();
  return Array.from({ length: count }, () => random.below(size));
}

/** The first `count` places of a shuffle; only those that were moved are kept, so that few of many cost little. */
function distinct(size: number, count: number, random: Random): number[] {
  if (count === size) return Array.from({ length: size }, (_, index) => index);
  const moved = new Map<number, number>();
  const chosen: number[] = [];
  for (let place = 0; place < count; place++) {
    const other = place + random.below(size - place);
    chosen.push(moved.get(other) ?? other);
    moved.set(other, moved.get(place) ?? place);
  }
  return chosen;
}
