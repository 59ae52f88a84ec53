/** All databases of one emulator and their common time. Databases come into being when they are first used. */
import { Config } from "./config.js";
import { Database, type Shared } from "./database.js";
import type { Publish } from "./events.js";
import { Expiry, type UnixTime } from "./expiry.js";
import { Versions } from "./versions.js";

export class Keyspace {
  /** What CONFIG sets. */
  readonly config = new Config();
  readonly shared: Shared;
  /** The states to which the databases can go back. */
  readonly versions = new Versions(this);
  readonly #databases: Database[] = [];
  readonly #expiry = new Expiry<Database>((deadline) => deadline.owner.isLive(deadline));
  readonly #fieldExpiry = new Expiry<Database>((deadline) =>
    deadline.owner.isLiveForFields(deadline),
  );

  /** Events of keys go to `publish`; `waiting` knows who waits for keys. */
  constructor(publish: Publish, waiting: Shared["waiting"]) {
    this.shared = {
      now: 0,
      counting: false,
      commands: 0,
      hits: 0,
      misses: 0,
      expired: 0,
      changes: 0,
      events: 0,
      publish,
      journal: undefined,
      sizes: undefined,
      waiting,
    };
  }

  database(index: number): Database {
    return (this.#databases[index] ??= new Database(
      index,
      this.shared,
      this.#expiry,
      this.#fieldExpiry,
    ));
  }

  /** Sets the time, in whole milliseconds, and deletes every key and field whose deadline it has reached: each dies at its millisecond. */
  advanceTo(time: number): void {
    const now = Math.floor(time);
    this.shared.now = now;
    for (;;) {
      const due = this.#expiry.popDue(now);
      if (due === undefined) break;
      due.owner.deleteDue(due.key);
    }
    for (;;) {
      const due = this.#fieldExpiry.popDue(now);
      if (due === undefined) return;
      due.owner.expireFields(due.key);
    }
  }

  /** When the next key or field dies; undefined where none has a deadline, and perhaps too early where one had. */
  get nextDeadline(): UnixTime | undefined {
    const [key, field] = [this.#expiry.first, this.#fieldExpiry.first];
    if (key === undefined || field === undefined) return key ?? field;
    return key < field ? key : field;
  }

  /** The databases that have come into being, in order. */
  opened(): Database[] {
    return this.#databases.filter((database) => database !== undefined);
  }

  /** The databases that hold keys, in order. */
  used(): Database[] {
    return this.#databases.filter((database) => database.size > 0);
  }

  /** Exchanges what two databases hold; whoever watches a key that either has sees it change. */
  swap(first: number, second: number): void {
    if (first !== second) this.database(first).swap(this.database(second));
  }

  /** Takes a copy of all that another keyspace's databases hold. */
  copy(other: Keyspace): void {
    for (const { index, contents } of other.opened()) {
      this.database(index).putBackContents(contents.clone());
    }
  }

  clear(): void {
    for (const database of this.#databases) database?.clear();
  }
}
