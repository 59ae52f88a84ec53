/**
 * A Map whose entries also stand in a dense array, for the keyspace and for large hashes and sets. Deletion moves the last entry
 * into the hole, so a random entry costs O(1) and a scan needs no snapshot: it walks the array from its end to its start, and an
 * entry that stays is never missed, because a moved entry only moves to where the walk has still to come or has come from.
 */
import type { Random } from "../random.js";

export class IndexedMap<K, V> {
  #indexes = new Map<K, number>();
  #keys: K[] = [];
  #values: V[] = [];

  get size(): number {
    return this.#keys.length;
  }

  has(key: K): boolean {
    return this.#indexes.has(key);
  }

  get(key: K): V | undefined {
    const index = this.#indexes.get(key);
    return index === undefined ? undefined : this.#values[index];
  }

  /** Where the entry stands at the moment; undefined when there is none. A deletion moves the last entry to the deleted one's index. */
  indexOf(key: K): number | undefined {
    return this.#indexes.get(key);
  }

  valueAt(index: number): V | undefined {
    return this.#values[index];
  }

  /** Adds or replaces; returns the entry's index. */
  put(key: K, value: V): number {
    const index = this.#indexes.get(key);
    if (index !== undefined) {
      this.#values[index] = value;
      return index;
    }
    this.#indexes.set(key, this.#keys.length);
    this.#keys.push(key);
    this.#values.push(value);
    return this.#keys.length - 1;
  }

  /** Adds or replaces; tells whether the key is new. */
  set(key: K, value: V): boolean {
    const size = this.size;
    this.put(key, value);
    return this.size > size;
  }

  delete(key: K): boolean {
    const hole = this.#indexes.get(key);
    if (hole === undefined) return false;
    this.#indexes.delete(key);
    const lastKey = this.#keys.pop();
    const lastValue = this.#values.pop();
    if (hole < this.#keys.length && lastKey !== undefined && lastValue !== undefined) {
      this.#keys[hole] = lastKey;
      this.#values[hole] = lastValue;
      this.#indexes.set(lastKey, hole);
    }
    return true;
  }

  clear(): void {
    this.#indexes.clear();
    this.#keys.length = 0;
    this.#values.length = 0;
  }

  /** The key that a deletion moves; undefined when empty. */
  get lastKey(): K | undefined {
    return this.#keys.at(-1);
  }

  /**
   * Takes entries out and puts others at their indexes, so that `size` are left. Whatever stood at these indexes, and behind the size,
   * has to be among the entries of either kind.
   */
  rearrange(
    size: number,
    gone: Iterable<K>,
    places: ReadonlyMap<K, { readonly index: number; readonly value: V }>,
  ): void {
    for (const key of gone) this.#indexes.delete(key);
    if (size < this.#keys.length) {
      this.#keys.length = size;
      this.#values.length = size;
    }
    const ascending = [...places].sort(([, a], [, b]) => a.index - b.index);
    for (const [key, { index, value }] of ascending) {
      this.#keys[index] = key;
      this.#values[index] = value;
      this.#indexes.set(key, index);
    }
  }

  keys(): readonly K[] {
    return this.#keys;
  }

  forEach(visit: (key: K, value: V) => void): void {
    for (let index = 0; index < this.#keys.length; index++) this.#visit(index, visit);
  }

  /** A random entry's key; undefined when empty. */
  randomKey(random: Random): K | undefined {
    return this.#keys[random.below(this.#keys.length)];
  }

  /**
   * Visits about `count` entries from `cursor` (0 starts) and returns the next cursor, 0 at the end. Entries present during the
   * whole loop are visited at least once, whatever is added or deleted between the calls.
   */
  scan(cursor: number, count: number, visit: (key: K, value: V) => void): number {
    const start = cursor === 0 ? this.#keys.length : Math.min(cursor, this.#keys.length);
    const stop = Math.max(0, start - count);
    for (let index = start - 1; index >= stop; index--) this.#visit(index, visit);
    return stop;
  }

  clone(): IndexedMap<K, V> {
    const copy = new IndexedMap<K, V>();
    copy.#indexes = new Map(this.#indexes);
    copy.#keys = this.#keys.slice();
    copy.#values = this.#values.slice();
    return copy;
  }

  #visit(index: number, visit: (key: K, value: V) => void): void {
    const key = this.#keys[index];
    const value = this.#values[index];
    if (key !== undefined && value !== undefined) visit(key, value);
  }
}
