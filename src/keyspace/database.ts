/**
 * One database: keys, their values, deadlines and watchers. Typed look-ups throw WRONGTYPE. Every change of a key passes `write`
 * (or `set`, `put`, `delete`, `rename`, which are built on it): there watched keys break their WATCH and the change is counted. A
 * command looks first, decides, and calls `write(key)` before it touches the value it found.
 */
import type { ByteString } from "../bytes.js";
import { wrongJsonType, wrongType } from "../errors.js";
import type { Random } from "../random.js";
import { Hash } from "../values/hash.js";
import { JsonDocument } from "../values/json.js";
import { List } from "../values/list.js";
import { SetValue } from "../values/set.js";
import { SortedSet } from "../values/sorted-set.js";
import { Stream } from "../values/stream.js";
import { Contents } from "./contents.js";
import {
  EVICTED,
  EXPIRED,
  GENERIC,
  HASH,
  KEY_MISS,
  NEW,
  publishEvent,
  type Publish,
} from "./events.js";
import type { Deadline, Expiry, UnixTime } from "./expiry.js";
import type { Journal } from "./journal.js";
import { stringOf, type Value } from "./value.js";
import type { Waiter, Waiting } from "./waiting.js";

/** What one session's WATCH holds; it breaks when a watched key changes. */
export interface Watch {
  broken: boolean;
}

/** Who hears of keys that change, and of databases that hold something else as a whole. */
export interface Sizes {
  touch(database: number, key: ByteString): void;
  touchAll(database: number): void;
}

/** What all databases share: the time of the current command and the counters that INFO shows. */
export interface Shared {
  /** Unix time in milliseconds. */
  now: number;
  /** Whether look-ups count as hits and misses, and misses are told of: they are in commands that read. */
  counting: boolean;
  commands: number;
  hits: number;
  misses: number;
  expired: number;
  /** Grows with every change of any key. */
  changes: number;
  /** The classes of events that are published (notify-keyspace-events); 0 for none. */
  events: number;
  readonly publish: Publish;
  /** What changes is noted there first; undefined where no version of the keyspace is kept. */
  journal: Journal | undefined;
  /** Told of what may have another size from then on; undefined where nobody counts bytes. */
  sizes: Sizes | undefined;
  /** Who waits for keys. */
  readonly waiting: Pick<Waiting<Waiter>, "touch" | "touchReplaced" | "touchAll">;
}

export class Database {
  readonly index: number;
  readonly #shared: Shared;
  readonly #expiry: Expiry<Database>;
  /** When the next field of a hash dies, or an earlier time. */
  readonly #fieldExpiry: Expiry<Database>;
  #contents = new Contents();
  /** Those of the contents, at hand for every command. */
  #entries = this.#contents.entries;
  #deadlines = this.#contents.deadlines;
  #accessed = this.#contents.accessed;
  readonly #watches = new Map<ByteString, Set<Watch>>();

  constructor(
    index: number,
    shared: Shared,
    expiry: Expiry<Database>,
    fieldExpiry: Expiry<Database>,
  ) {
    this.index = index;
    this.#shared = shared;
    this.#expiry = expiry;
    this.#fieldExpiry = fieldExpiry;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** How many keys have a deadline. */
  get volatileSize(): number {
    return this.#deadlines.size;
  }

  /** How many hashes have fields with a deadline. */
  get hashesWithDeadlines(): number {
    return this.#contents.fieldDeadlines.size;
  }

  /** Has look-ups count from here on in a command that writes. */
  countLookups(): void {
    this.#shared.counting = true;
  }

  /** The value, asked by the way. */
  value(key: ByteString): Value | undefined {
    return this.#entries.get(key);
  }

  /** Whether the key exists, asked by the way. */
  has(key: ByteString): boolean {
    return this.#entries.has(key);
  }

  /** The value without marking the key as accessed (TYPE, TTL, OBJECT…). */
  peek(key: ByteString): Value | undefined {
    const value = this.#entries.get(key);
    if (this.#shared.counting) this.#count(key, value !== undefined);
    return value;
  }

  /** The value of any type; marks the key as accessed. */
  get(key: ByteString): Value | undefined {
    const index = this.#entries.indexOf(key);
    if (this.#shared.counting) this.#count(key, index !== undefined);
    if (index === undefined) return undefined;
    this.#accessed[index] = this.#shared.now / 1000;
    return this.#entries.valueAt(index);
  }

  string(key: ByteString): ByteString | undefined {
    const value = this.get(key);
    const string = stringOf(value);
    if (value !== undefined && string === undefined) throw wrongType();
    return string;
  }

  list(key: ByteString): List | undefined {
    const value = this.get(key);
    if (value === undefined || value instanceof List) return value;
    throw wrongType();
  }

  hash(key: ByteString): Hash | undefined {
    const value = this.get(key);
    if (value === undefined || value instanceof Hash) return value;
    throw wrongType();
  }

  setOf(key: ByteString): SetValue | undefined {
    const value = this.get(key);
    if (value === undefined || value instanceof SetValue) return value;
    throw wrongType();
  }

  sortedSet(key: ByteString): SortedSet | undefined {
    const value = this.get(key);
    if (value === undefined || value instanceof SortedSet) return value;
    throw wrongType();
  }

  stream(key: ByteString): Stream | undefined {
    const value = this.get(key);
    if (value === undefined || value instanceof Stream) return value;
    throw wrongType();
  }

  json(key: ByteString): JsonDocument | undefined {
    const value = this.get(key);
    if (value === undefined || value instanceof JsonDocument) return value;
    throw wrongJsonType();
  }

  /** Announces a change of the key: call it once the change is certain and before making it. */
  write(key: ByteString): void {
    this.#shared.journal?.noteChange(this.#contents, key);
    this.#announce(key);
  }

  #announce(key: ByteString): void {
    this.#shared.changes++;
    this.#shared.sizes?.touch(this.index, key);
    if (this.#watches.size > 0) this.#breakWatches(key);
  }

  /** Wakes those who wait for more in the value at the key. */
  wake(key: ByteString): void {
    this.#shared.waiting.touch(this.index, key);
  }

  /** Announces a change that breaks no WATCH: Redis does not signal what commands do to a stream's consumer groups. */
  writeUnwatched(key: ByteString): void {
    this.#shared.journal?.noteChange(this.#contents, key);
    this.#shared.changes++;
    this.#shared.sizes?.touch(this.index, key);
  }

  /** Announces that a value will be kept in another form, or note something by the way: to clients it is no change. */
  writeUnseen(key: ByteString): void {
    this.#shared.journal?.noteChange(this.#contents, key);
  }

  /** Tells those who listen of an event of the key, where its class is wanted. A command tells of what it has done, when it is done. */
  notify(event: string, ofClass: number, key: ByteString): void {
    if ((this.#shared.events & ofClass) !== 0) {
      publishEvent(this.#shared.events, this.#shared.publish, { database: this.index, event, key });
    }
  }

  /** Creates or replaces the key; its deadline becomes `expireAt`, none when undefined. */
  set(key: ByteString, value: Value, expireAt?: UnixTime): void {
    this.put(key, value);
    if (expireAt !== undefined) this.#setDeadline(key, expireAt);
    else if (this.#deadlines.size > 0) this.#deadlines.delete(key);
  }

  /** Creates the key, or replaces its value and keeps its deadline. */
  put(key: ByteString, value: Value): void {
    const contents = this.#contents;
    this.#shared.journal?.noteReplacement(contents, key);
    this.#announce(key);
    const { size } = this.#entries;
    const index = this.#entries.put(key, value);
    if (index === this.#accessed.length) this.#accessed = contents.growAccessed();
    this.#accessed[index] = this.#shared.now / 1000;
    if (value instanceof Hash) this.indexFields(key, value);
    else if (contents.fieldDeadlines.size > 0) contents.fieldDeadlines.delete(key);
    if (this.#entries.size > size) {
      this.#shared.waiting.touch(this.index, key);
      this.notify("new", NEW, key);
    } else this.#shared.waiting.touchReplaced(this.index, key);
  }

  /** Puts a new key in the place of what stood there. */
  replace(key: ByteString, value: Value, expireAt?: UnixTime): void {
    const existed = this.has(key);
    this.set(key, value, expireAt);
    if (!existed) return;
    this.wake(key);
    this.notify("new", NEW, key);
  }

  /** Notes when the next field of the hash dies; call it when fields have got deadlines. */
  indexFields(key: ByteString, hash: Hash): void {
    const at = hash.nextDeadline;
    if (at === this.#contents.fieldDeadlines.get(key)) return;
    this.#shared.journal?.note(this.#contents, key);
    if (at === undefined) {
      this.#contents.fieldDeadlines.delete(key);
      return;
    }
    this.#contents.fieldDeadlines.set(key, at);
    this.#fieldExpiry.push({ at, owner: this, key });
  }

  /** Deletes the fields of the hash whose time is up, and the key with its last field. */
  expireFields(key: ByteString): void {
    const hash = this.#entries.get(key);
    if (!(hash instanceof Hash)) return;
    const next = hash.nextDeadline;
    if (next !== undefined && next <= this.#shared.now) {
      this.write(key);
      hash.deleteDue(this.#shared.now);
      this.notify("hexpired", HASH, key);
    }
    this.indexFields(key, hash);
    this.deleteEmpty(key, hash);
  }

  /** Keeps an existing key's value in another form; for those who watch it nothing changes. */
  reencode(key: ByteString, value: Value): void {
    this.#shared.journal?.noteReplacement(this.#contents, key);
    this.#entries.put(key, value);
    this.#shared.sizes?.touch(this.index, key);
  }

  /** Deletes the key, with the event "del"; tells whether it existed. */
  delete(key: ByteString): boolean {
    const existed = this.#remove(key);
    if (existed) this.notify("del", GENERIC, key);
    return existed;
  }

  /** Deletes a key whose time is up. */
  deleteDue(key: ByteString): void {
    this.#remove(key);
    this.#shared.expired++;
    this.notify("expired", EXPIRED, key);
  }

  /** Deletes a key to make room. */
  evict(key: ByteString): void {
    if (this.#remove(key)) this.notify("evicted", EVICTED, key);
  }

  #remove(key: ByteString): boolean {
    const { entries, accessed, deadlines, fieldDeadlines } = this.#contents;
    const index = entries.indexOf(key);
    if (index === undefined) return false;
    this.#shared.journal?.noteDeletion(this.#contents, key);
    this.#announce(key);
    entries.delete(key);
    this.#shared.waiting.touch(this.index, key);
    accessed[index] = accessed[entries.size] ?? 0;
    if (deadlines.size > 0) deadlines.delete(key);
    if (fieldDeadlines.size > 0) fieldDeadlines.delete(key);
    return true;
  }

  /** Deletes the key when the collection it holds has become empty. */
  deleteEmpty(key: ByteString, value: List | Hash | SetValue | SortedSet): void {
    if (value.size === 0) this.delete(key);
  }

  /** Stores a command's result in the place of what was there, with the event; an empty one deletes the key. Returns its size. */
  store(
    key: ByteString,
    result: List | SetValue | SortedSet,
    event: string,
    ofClass: number,
  ): number {
    if (result.size === 0) {
      this.delete(key);
      return 0;
    }
    this.set(key, result);
    this.notify(event, ofClass, key);
    return result.size;
  }

  /** Moves an existing key with its deadline over another. */
  rename(from: ByteString, to: ByteString): void {
    const value = this.#entries.get(from);
    const expireAt = this.#deadlines.get(from);
    if (value === undefined) return;
    this.writeUnseen(from);
    this.#remove(from);
    this.replace(to, value, expireAt);
    this.notify("rename_from", GENERIC, from);
    this.notify("rename_to", GENERIC, to);
  }

  /** Moves a key with its deadline to another database; false where it is not here, or is there already. */
  moveTo(target: Database, key: ByteString): boolean {
    const value = this.get(key);
    if (value === undefined || target.has(key)) return false;
    const expireAt = this.#deadlines.get(key);
    this.writeUnseen(key);
    this.#remove(key);
    target.set(key, value, expireAt);
    this.notify("move_from", GENERIC, key);
    target.notify("move_to", GENERIC, key);
    return true;
  }

  /** What the database holds, as the journal knows it. */
  get contents(): Contents {
    return this.#contents;
  }

  /** Puts what the database held back in its place, with all keys; watched keys of either break their WATCH. */
  putBackContents(contents: Contents): void {
    for (const key of this.#watches.keys()) {
      if (this.has(key) || contents.entries.has(key)) this.#breakWatches(key);
    }
    this.#replaceContents(contents);
  }

  /** Has everyone hear of keys that have been put back: those who watch them, those who wait for them, and time. */
  announceBack(keys: Iterable<ByteString>): void {
    const { deadlines, fieldDeadlines } = this.#contents;
    for (const key of keys) {
      this.#announce(key);
      this.#shared.waiting.touch(this.index, key);
      const at = deadlines.get(key);
      if (at !== undefined) this.#expiry.push({ at, owner: this, key });
      const fieldsAt = fieldDeadlines.get(key);
      if (fieldsAt !== undefined) this.#fieldExpiry.push({ at: fieldsAt, owner: this, key });
    }
  }

  /** Exchanges all keys with another database; watched keys that one of them has break their WATCH in both. */
  swap(other: Database): void {
    this.#shared.changes++;
    for (const database of [this, other]) {
      for (const key of database.#watches.keys()) {
        if (this.has(key) || other.has(key)) database.#breakWatches(key);
      }
    }
    const contents = this.#contents;
    this.#replaceContents(other.#contents);
    other.#replaceContents(contents);
  }

  clear(): void {
    this.#shared.changes++;
    for (const key of this.#watches.keys()) if (this.has(key)) this.#breakWatches(key);
    this.#replaceContents(new Contents());
  }

  #replaceContents(contents: Contents): void {
    this.#shared.journal?.noteContents(this.index, this.#contents);
    this.#contents = contents;
    this.#entries = contents.entries;
    this.#deadlines = contents.deadlines;
    this.#accessed = contents.accessed;
    this.#shared.sizes?.touchAll(this.index);
    for (const [key, at] of contents.deadlines) this.#expiry.push({ at, owner: this, key });
    for (const [key, at] of contents.fieldDeadlines) {
      this.#fieldExpiry.push({ at, owner: this, key });
    }
    this.#shared.waiting.touchAll(this.index);
  }

  /** The key's deadline; undefined when it has none. */
  expireAt(key: ByteString): UnixTime | undefined {
    return this.#deadlines.get(key);
  }

  /** Gives an existing key a deadline, with the event "expire"; one that is past deletes the key. */
  expire(key: ByteString, at: UnixTime): void {
    if (at <= this.#shared.now) {
      this.delete(key);
      return;
    }
    this.#shared.journal?.note(this.#contents, key);
    this.#announce(key);
    this.#setDeadline(key, at);
    this.notify("expire", GENERIC, key);
  }

  /** Removes the key's deadline, with the event "persist"; tells whether it had one. */
  persist(key: ByteString): boolean {
    if (!this.#deadlines.has(key)) return false;
    this.#shared.journal?.note(this.#contents, key);
    this.#announce(key);
    this.#deadlines.delete(key);
    this.notify("persist", GENERIC, key);
    return true;
  }

  /** Whole seconds since the key was last accessed; undefined when there is no such key. */
  idleSeconds(key: ByteString): number | undefined {
    const index = this.#entries.indexOf(key);
    if (index === undefined) return undefined;
    return Math.max(0, Math.floor(this.#shared.now / 1000) - (this.#contents.accessed[index] ?? 0));
  }

  /** Makes an existing key look as if it had not been accessed for so many seconds. */
  setIdle(key: ByteString, seconds: number): void {
    const index = this.#entries.indexOf(key);
    if (index === undefined) return;
    this.#shared.journal?.note(this.#contents, key);
    this.#contents.accessed[index] = Math.max(0, Math.floor(this.#shared.now / 1000) - seconds);
  }

  /** All keys, in no promised order; do not change the database while you hold them. */
  keys(): readonly ByteString[] {
    return this.#entries.keys();
  }

  randomKey(random: Random): ByteString | undefined {
    return this.#entries.randomKey(random);
  }

  /** Visits about `count` keys from `cursor` (0 starts); returns the next cursor, 0 at the end. */
  scan(cursor: number, count: number, visit: (key: ByteString, value: Value) => void): number {
    return this.#entries.scan(cursor, count, visit);
  }

  watch(key: ByteString, watch: Watch): void {
    const watches = this.#watches.get(key);
    if (watches === undefined) this.#watches.set(key, new Set([watch]));
    else watches.add(watch);
  }

  unwatch(key: ByteString, watch: Watch): void {
    const watches = this.#watches.get(key);
    watches?.delete(watch);
    if (watches?.size === 0) this.#watches.delete(key);
  }

  /** Whether a deadline is still the key's own. */
  isLive({ key, at }: Deadline<Database>): boolean {
    return this.#deadlines.get(key) === at;
  }

  /** Whether a time noted for the fields of a hash is still the key's own. */
  isLiveForFields({ key, at }: Deadline<Database>): boolean {
    return this.#contents.fieldDeadlines.get(key) === at;
  }

  #count(key: ByteString, isHit: boolean): void {
    if (isHit) this.#shared.hits++;
    else {
      this.#shared.misses++;
      this.notify("keymiss", KEY_MISS, key);
    }
  }

  #setDeadline(key: ByteString, at: UnixTime): void {
    this.#deadlines.set(key, at);
    this.#expiry.push({ at, owner: this, key });
  }

  #breakWatches(key: ByteString): void {
    for (const watch of this.#watches.get(key) ?? []) watch.broken = true;
  }
}
