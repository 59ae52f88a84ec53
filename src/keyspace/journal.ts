/**
 * What has changed since a version of the keyspace was taken: what was at each changed key, and what each database held as a whole that
 * was emptied or exchanged. A key's state is noted at its first change; its value is copied only where it is about to change in place.
 */
import type { ByteString } from "../bytes.js";
import type { Contents, Former, FormerKeys } from "./contents.js";
import { cloneValue } from "./value.js";

const MANY = 1024;

export class Journal {
  /** The keys that have changed, of databases' contents. */
  readonly keys = new Map<Contents, FormerKeys>();
  /** What databases held that now hold something else, by their index. */
  readonly contents = new Map<number, Contents>();

  readonly #grown: () => void;

  /** `grown` is called now and then while it grows: who keeps the journal may want it no longer. */
  constructor(grown: () => void = () => undefined) {
    this.#grown = grown;
  }

  get isEmpty(): boolean {
    return this.keys.size === 0 && this.contents.size === 0;
  }

  /** Notes a key before it changes in anything but its value. */
  note(contents: Contents, key: ByteString): Former | undefined {
    let former = this.keys.get(contents);
    if (former === undefined) {
      former = { size: contents.entries.size, keys: new Map() };
      this.keys.set(contents, former);
    }
    const known = former.keys.get(key);
    if (known !== undefined || former.keys.has(key)) return known;
    const state = contents.state(key);
    if (state !== undefined) state.value = undefined;
    former.keys.set(key, state);
    if (former.keys.size % MANY === 0) this.#grown();
    return state;
  }

  /** Notes a key before its value changes in place, or goes to another key. */
  noteChange(contents: Contents, key: ByteString): void {
    const former = this.note(contents, key);
    if (former === undefined || former.value !== undefined) return;
    const value = contents.entries.get(key);
    if (value !== undefined) former.value = cloneValue(value);
  }

  /** Notes a key before its value gives way to another, or to none. */
  noteReplacement(contents: Contents, key: ByteString): void {
    const former = this.note(contents, key);
    if (former !== undefined) former.value ??= contents.entries.get(key);
  }

  /** Notes a key before it is deleted, and the one that takes its place. */
  noteDeletion(contents: Contents, key: ByteString): void {
    this.noteReplacement(contents, key);
    const last = contents.entries.lastKey;
    if (last !== undefined && last !== key) this.note(contents, last);
  }

  /** Notes what a database holds before it holds something else. */
  noteContents(database: number, contents: Contents): void {
    if (!this.contents.has(database)) this.contents.set(database, contents);
  }
}
