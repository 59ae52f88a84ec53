/**
 * The generator behind `math.random` in scripts: `lrand48`, the same on every machine, begun as Redis begins it (rand.c). It goes on from
 * script to script.
 */

const LOW_MULTIPLIER = 0xece66d;
const HIGH_MULTIPLIER = 0x5de;
const INCREMENT = 0xb;
const HALF = 2 ** 24;
/** What stands in the low 16 bits of a seeded state. */
const SEEDED = 0x330e;

const FIRST_HIGH = 0x1234ab;
const FIRST_LOW = 0xcd330e;

export class Rand48 {
  /** The upper and the lower 24 bits of 48. */
  #high = FIRST_HIGH;
  #low = FIRST_LOW;

  /** Begins anew. */
  reset(): void {
    this.#high = FIRST_HIGH;
    this.#low = FIRST_LOW;
  }

  seed(seed: number): void {
    this.#high = (seed >>> 8) & 0xffffff;
    this.#low = ((seed & 0xff) << 16) | SEEDED;
  }

  get state(): readonly [high: number, low: number] {
    return [this.#high, this.#low];
  }

  set state([high, low]) {
    this.#high = high;
    this.#low = low;
  }

  /** A whole number of 31 bits. */
  next(): number {
    const low = this.#low * LOW_MULTIPLIER + INCREMENT;
    const high = this.#high * LOW_MULTIPLIER + this.#low * HIGH_MULTIPLIER + Math.floor(low / HALF);
    this.#low = low % HALF;
    this.#high = high % HALF;
    return this.#high * 128 + (this.#low >>> 17);
  }
}
