/** The plain get / set / delete shape that small platforms offer as `kv`: JSON values and a TTL in seconds. */
import type { Argument, Engine } from "../engine.js";

export interface KeyValueStore {
  /** The value that was set, or null when there is none or its time is up. Rejects with a ReplyError for a key of another type. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller says what it stored, as with kv.get<Value>
  get<Value = unknown>(key: string): Promise<Value | null>;
  /**
   * Stores a value as JSON, for `ttlSeconds` (a whole number above 0) or for good. Rejects with a TypeError for a value that JSON
   * can not hold, and with a ReplyError for a TTL that is none.
   */
  set(key: string, value: unknown, ttlSeconds?: number): Promise<void>;
  /** Tells whether there was a value. */
  delete(key: string): Promise<boolean>;
}

/** A store over the emulator's database: what one writes, every other door reads. */
export function createKeyValueStore(emulator: Engine): KeyValueStore {
  return {
    async get(key) {
      const stored = emulator.call("GET", key);
      return typeof stored === "string" ? JSON.parse(stored) : null;
    },
    async set(key, value, ttlSeconds) {
      const json = JSON.stringify(value);
      if (json === undefined) {
        throw new TypeError(
          `set(key, value): JSON can not hold ${String(value)}; use delete(key) to remove a value`,
        );
      }
      const expiry: Argument[] = ttlSeconds === undefined ? [] : ["EX", ttlSeconds];
      emulator.call("SET", key, json, ...expiry);
    },
    async delete(key) {
      return emulator.call("DEL", key) === 1;
    },
  };
}
