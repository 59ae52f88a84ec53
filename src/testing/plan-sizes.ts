/**
 * How many bytes the databases hold. The size of each key is that of MEMORY USAGE (five members looked at), measured when the key has
 * changed and somebody asks: a command costs the keys that it changes, and only FLUSHALL and its kin a whole database.
 */
import type { ByteString } from "../bytes.js";
import type { Sizes } from "../keyspace/database.js";
import { footprint } from "../keyspace/footprint.js";
import type { Keyspace } from "../keyspace/keyspace.js";

const SAMPLES = 5;

export class KeySizes implements Sizes {
  readonly #keyspace: Keyspace;
  readonly #sizes = new Map<number, Map<ByteString, number>>();
  #total = 0;
  /** The keys to be measured, by database. */
  readonly #touched = new Map<number, Set<ByteString>>();
  readonly #replaced = new Set<number>();

  /** Counts from here on, beginning with what is there. */
  constructor(keyspace: Keyspace) {
    this.#keyspace = keyspace;
    keyspace.shared.sizes = this;
    for (const { index } of keyspace.opened()) this.touchAll(index);
  }

  touch(database: number, key: ByteString): void {
    const touched = this.#touched.get(database);
    if (touched === undefined) this.#touched.set(database, new Set([key]));
    else touched.add(key);
  }

  touchAll(database: number): void {
    this.#replaced.add(database);
  }

  /** Of all keys together. */
  get total(): number {
    this.#measure();
    return this.#total;
  }

  /** Of a key with what it holds; 0 where there is none. */
  of(database: number, key: ByteString): number {
    this.#measure();
    return this.#sizes.get(database)?.get(key) ?? 0;
  }

  #measure(): void {
    for (const index of this.#replaced) {
      const known = this.#sizesIn(index);
      for (const size of known.values()) this.#total -= size;
      known.clear();
      for (const key of this.#keyspace.database(index).keys()) this.#measureKey(index, key);
    }
    this.#replaced.clear();
    for (const [index, keys] of this.#touched) {
      for (const key of keys) this.#measureKey(index, key);
      keys.clear();
    }
  }

  #measureKey(index: number, key: ByteString): void {
    const known = this.#sizesIn(index);
    const value = this.#keyspace.database(index).value(key);
    const size = value === undefined ? 0 : footprint(key, value, SAMPLES);
    this.#total += size - (known.get(key) ?? 0);
    if (value === undefined) known.delete(key);
    else known.set(key, size);
  }

  #sizesIn(index: number): Map<ByteString, number> {
    const known = this.#sizes.get(index) ?? new Map<ByteString, number>();
    this.#sizes.set(index, known);
    return known;
  }
}
