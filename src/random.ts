/** Chance: one seeded generator (sfc32) per emulator, so that a seed makes SPOP, RANDOMKEY and their kin repeatable. */

export interface Random {
  /** A whole number from 0 to below `limit`; `limit` is at most 2^32. */
  below(limit: number): number;
}

/** Where a generator stands. */
export type RandomState = readonly [a: number, b: number, c: number, counter: number];

export interface SeededRandom extends Random {
  snapshot(): RandomState;
  restore(state: RandomState): void;
}

export function seededRandom(seed: number): SeededRandom {
  let a = 0x9e3779b9 ^ seed;
  let b = 0x243f6a88 ^ Math.floor(seed / 2 ** 32);
  let c = 0xb7e15162;
  let counter = 1;

  function next(): number {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  }

  for (let round = 0; round < 12; round++) next();
  return {
    below: (limit) => Math.floor((next() / 2 ** 32) * limit),
    snapshot: () => [a, b, c, counter],
    restore(state) {
      [a, b, c, counter] = state;
    },
  };
}

/** A seed for an emulator that was given none. */
export function randomSeed(): number {
  return Math.floor(Math.random() * 2 ** 32);
}
