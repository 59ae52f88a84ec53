/**
 * Versions of the keyspace (Baker's trick: each version but the latest knows the next one and what was different in it). To take one
 * costs nothing; to go back to one costs what has changed between it and now, and turns the way between the two around. A version that
 * nobody holds any more is garbage, since versions know only later ones and the keyspace holds none.
 */
import { Journal } from "./journal.js";
import type { Keyspace } from "./keyspace.js";

/** The state of all databases at one time. */
export class Version {
  /** What was different here, and from which version; undefined where this is the latest one. */
  later: { readonly version: Version; readonly journal: Journal } | undefined = undefined;
}

export class Versions {
  readonly #keyspace: Keyspace;
  /** The version that the open journal goes back to. */
  #latest: WeakRef<Version> | undefined = undefined;

  constructor(keyspace: Keyspace) {
    this.#keyspace = keyspace;
  }

  /** The present state. */
  take(): Version {
    const { shared } = this.#keyspace;
    const latest = this.#latest?.deref();
    if (latest !== undefined && shared.journal?.isEmpty === true) return latest;
    const version = new Version();
    if (latest !== undefined && shared.journal !== undefined) {
      latest.later = { version, journal: shared.journal };
    }
    this.#open(version);
    return version;
  }

  /** Makes a version of this keyspace the present state. */
  restore(version: Version): void {
    const way: Version[] = [];
    let latest = version;
    for (; latest.later !== undefined; latest = latest.later.version) way.push(latest);
    const { shared } = this.#keyspace;
    if (shared.journal !== undefined) this.#putBack(shared.journal);
    for (const earlier of way.reverse()) {
      if (earlier.later === undefined) continue;
      latest.later = { version: earlier, journal: this.#putBack(earlier.later.journal) };
      earlier.later = undefined;
      latest = earlier;
    }
    this.#open(latest);
  }

  #open(version: Version): void {
    this.#latest = new WeakRef(version);
    this.#keyspace.shared.journal = new Journal();
  }

  /** Undoes what a journal has noted; returns what undoes that. */
  #putBack(journal: Journal): Journal {
    const keyspace = this.#keyspace;
    const undo = new Journal();
    keyspace.shared.journal = undo;
    for (const [index, contents] of journal.contents) {
      keyspace.database(index).putBackContents(contents);
    }
    keyspace.shared.journal = undefined;
    for (const [contents, former] of journal.keys) {
      undo.keys.set(contents, contents.putBack(former));
      for (const database of keyspace.opened()) {
        if (database.contents === contents) database.announceBack(former.keys.keys());
      }
    }
    return undo;
  }
}
