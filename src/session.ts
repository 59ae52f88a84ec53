/**
 * One connection's state: its database, its transaction and what it watches. Doors that have no connections (the doubles, REST)
 * use a session of their own per emulator.
 */
import type { ByteString } from "./bytes.js";
import type { Database, Watch } from "./keyspace/database.js";
import type { Profile } from "./profile.js";

/** The commands queued since MULTI. A command that could not be queued makes EXEC fail. */
export interface Transaction {
  readonly queue: (readonly ByteString[])[];
  failed: boolean;
}

export class Session {
  readonly profile: Profile;
  /** The protocol in which the session's replies are encoded. */
  resp: 2 | 3 = 2;
  database = 0;
  transaction: Transaction | undefined = undefined;
  #watch: Watch = { broken: false };
  readonly #watched: { readonly db: Database; readonly key: ByteString }[] = [];

  constructor(profile: Profile) {
    this.profile = profile;
  }

  /** Whether a watched key has changed since WATCH. */
  get watchBroken(): boolean {
    return this.#watch.broken;
  }

  watch(db: Database, key: ByteString): void {
    db.watch(key, this.#watch);
    this.#watched.push({ db, key });
  }

  endTransaction(): void {
    this.transaction = undefined;
    this.unwatch();
  }

  unwatch(): void {
    for (const { db, key } of this.#watched) db.unwatch(key, this.#watch);
    this.#watched.length = 0;
    this.#watch = { broken: false };
  }
}
