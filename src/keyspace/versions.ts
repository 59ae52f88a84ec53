/**
 * Versions of the keyspace (Baker's trick: each version but the latest knows the next one and what was different in it). To take one
 * costs nothing; to go back to one costs what has changed between it and now, and turns the way between the two around. A version that
 * nobody holds any more is garbage, since versions know only later ones and the keyspace holds none.
 */
import type { ByteString } from "../bytes.js";
import type { Contents, FormerKeys } from "./contents.js";
import type { UnixTime } from "./expiry.js";
import { Journal } from "./journal.js";
import type { Keyspace } from "./keyspace.js";
import type { Value } from "./value.js";

/** The state of all databases at one time. */
export class Version {
  /** What was different here, and from which version; undefined where this is the latest one. */
  later: { readonly version: Version; readonly journal: Journal } | undefined = undefined;
}

/** What is at a key. */
export interface Entry {
  readonly value: Value;
  readonly expireAt: UnixTime | undefined;
}

/** A database in a version. */
export class View {
  readonly database: number;
  /** The same for views that differ in no other keys than the `changed` ones. */
  readonly contents: Contents;
  /** The nearest to the version first. */
  readonly #former: readonly FormerKeys[];

  constructor(database: number, contents: Contents, former: readonly FormerKeys[]) {
    this.database = database;
    this.contents = contents;
    this.#former = former;
  }

  /** The keys that have changed since. */
  get changed(): ReadonlySet<ByteString> {
    return new Set(this.#former.flatMap(({ keys }) => [...keys.keys()]));
  }

  /** In no promised order. */
  get keys(): readonly ByteString[] {
    const keys = new Set([...this.contents.entries.keys(), ...this.changed]);
    return [...keys].filter((key) => this.get(key) !== undefined);
  }

  get(key: ByteString): Entry | undefined {
    const states = this.#former
      .filter(({ keys }) => keys.has(key))
      .map(({ keys }) => keys.get(key));
    states.push(this.contents.state(key));
    const [nearest] = states;
    const value = states.find((state) => state?.value !== undefined)?.value;
    if (nearest === undefined || value === undefined) return undefined;
    return { value, expireAt: nearest.expireAt };
  }
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

  /** What the databases hold in a version, or at present; not to be kept, nor to be changed. */
  views(version?: Version): readonly View[] {
    const way: Journal[] = [];
    for (let { later } = version ?? {}; later !== undefined; later = later.version.later) {
      way.push(later.journal);
    }
    const { journal } = this.#keyspace.shared;
    if (version !== undefined && journal !== undefined) way.push(journal);
    return this.#keyspace.opened().map(({ index, contents }) => {
      const found = way.find((each) => each.contents.has(index))?.contents.get(index) ?? contents;
      return new View(
        index,
        found,
        way.flatMap((each) => each.keys.get(found) ?? []),
      );
    });
  }

  #open(version: Version): void {
    const latest = new WeakRef(version);
    const { shared } = this.#keyspace;
    this.#latest = latest;
    shared.journal = new Journal(() => {
      if (latest.deref() === undefined && this.#latest === latest) shared.journal = undefined;
    });
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
