/**
 * Replicas that lag behind, as those of a global database do. What the database becomes with each command reaches every replica in that
 * order, some time later on the emulator's clock; a read is answered by a replica unless the client shows by its sync token that it has
 * seen more than the replica has.
 */
import type { ByteString } from "../bytes.js";
import { parseDuration, type Duration } from "../clock.js";
import { findCommand } from "../commands/table.js";
import type { Call, Gate, Replies } from "../call.js";
import { Engine, keyspaceOf } from "../engine.js";
import { ReplyError } from "../errors.js";
import { cloneValue } from "../keyspace/value.js";
import type { Version, View } from "../keyspace/versions.js";
import { seededRandom, type Random } from "../random.js";
import type { Session } from "../session.js";

export interface ReplicaOptions {
  /** How many there are; 1 unless told otherwise. Which of them answers a read is chance. */
  readonly count?: number | undefined;
  /** How long a change takes to the slowest of them; `"100ms"` unless told otherwise. Of several, each is a part slower than the one before. */
  readonly lag?: Duration | undefined;
}

/** What the database has become. */
interface Change {
  readonly version: Version;
  /** `Engine.changes` then. */
  readonly changes: number;
  /** Unix time in milliseconds. */
  readonly time: number;
}

const nothing = (): void => undefined;

export class Replicas {
  readonly #primary: Engine;
  readonly #replicas: readonly Replica[];
  readonly #random: Random;
  /** The latest that it has become. */
  #latest: Change;

  /** `gate` is asked about what replicas answer as well. */
  constructor(primary: Engine, options: ReplicaOptions, gate?: Gate) {
    const { count, lag } = checkedOptions(options);
    this.#primary = primary;
    this.#random = seededRandom(primary.chance + 2 ** 20);
    this.#latest = this.#now();
    this.#replicas = Array.from({ length: count }, (_, index) => {
      const own = Math.ceil((lag * (index + 1)) / count);
      return new Replica(primary, own, this.#latest, new GuardedEngine(primary, gate));
    });
    primary.trace({ open: nothing, close: nothing, begin: nothing, end: () => this.#note() });
  }

  /** Brings all replicas to the present. */
  replicate(): void {
    this.#send();
    for (const replica of this.#replicas) replica.catchUp(Infinity);
  }

  /** Answers reads; undefined for calls that the primary has to answer, for what they do or for what the client has seen. */
  answer(call: Call): Replies | undefined {
    if (!isRead(call)) return undefined;
    this.#note();
    const replica = this.#replicas[this.#random.below(this.#replicas.length)];
    if (replica === undefined) return undefined;
    replica.catchUp(this.#primary.clock.now());
    if (replica.changes < changesOf(call.syncToken)) return undefined;
    call.onSeen?.(replica.changes);
    return replica.answer(call);
  }

  #note(): void {
    if (this.#latest.changes !== this.#primary.changes) this.#send();
  }

  #send(): void {
    this.#latest = this.#now();
    for (const replica of this.#replicas) replica.send(this.#latest);
  }

  #now(): Change {
    const { versions, shared } = keyspaceOf(this.#primary);
    return { version: versions.take(), changes: this.#primary.changes, time: shared.now };
  }
}

class GuardedEngine extends Engine {
  constructor({ clock, chance }: Engine, gate: Gate | undefined) {
    super({ clock, seed: chance });
    this.gate = gate;
  }
}

/** One replica: an engine of its own that becomes what the primary was. */
class Replica {
  readonly #primary: Engine;
  readonly #engine: Engine;
  readonly #session: Session;
  readonly #lag: number;
  /** What it has become. */
  #state: Change;
  /** What it will become, in order. */
  #pending: Change[] = [];

  constructor(primary: Engine, lag: number, state: Change, engine: Engine) {
    this.#primary = primary;
    this.#engine = engine;
    this.#session = this.#engine.createSession("upstash");
    this.#lag = lag;
    this.#state = state;
  }

  get changes(): number {
    return this.#state.changes;
  }

  send(change: Change): void {
    this.#pending.push(change);
  }

  /** Becomes what the primary was when the lag before. */
  catchUp(now: number): void {
    const arrived = this.#pending.findLastIndex(({ time }) => time + this.#lag <= now);
    const change = this.#pending[arrived];
    if (change === undefined) return;
    this.#pending.splice(0, arrived + 1);
    this.#become(change);
  }

  answer(call: Call): Replies {
    return this.#engine.handle({ ...call, session: this.#session });
  }

  #become(change: Change): void {
    const { versions } = keyspaceOf(this.#primary);
    const before = versions.views(this.#state.version);
    for (const view of versions.views(change.version)) {
      const known = before.find(({ database }) => database === view.database);
      if (known?.contents === view.contents) this.#put(view, [...known.changed, ...view.changed]);
      else {
        keyspaceOf(this.#engine).database(view.database).clear();
        this.#put(view, view.keys);
      }
    }
    this.#state = change;
  }

  #put(view: View, keys: readonly ByteString[]): void {
    const database = keyspaceOf(this.#engine).database(view.database);
    for (const key of new Set(keys)) {
      const entry = view.get(key);
      if (entry === undefined) database.delete(key);
      else database.set(key, cloneValue(entry.value), entry.expireAt);
    }
  }
}

/** Cursors belong to who gave them, scripts and functions to the primary; who may do less than everything is asked about there. */
function isRead({ commands, session, atomic, door }: Call): boolean {
  if (door === "resp" || atomic || !session.trusted) return false;
  return commands.every((argv) => {
    const command = findCommand(argv, session.profile);
    if (command instanceof ReplyError || !command.readonly) return false;
    return !/scan$|_ro$/.test(command.name) && !command.flags.includes("blocking");
  });
}

/** What a sync token stands for; 0 for none. */
function changesOf(token: string | undefined): number {
  const changes = Number.parseInt(token ?? "", 32);
  return Number.isNaN(changes) ? 0 : changes;
}

function checkedOptions({ count = 1, lag = "100ms" }: ReplicaOptions): {
  readonly count: number;
  readonly lag: number;
} {
  if (!Number.isInteger(count) || count < 1) {
    throw new TypeError(
      `createEmulator({ replicas: { count } }): ${JSON.stringify(count)} is no number of replicas; pass a whole number from 1`,
    );
  }
  const milliseconds = parseDuration(lag);
  if (milliseconds >= 0 && Number.isFinite(milliseconds)) return { count, lag: milliseconds };
  throw new TypeError(
    `createEmulator({ replicas: { lag } }): ${JSON.stringify(lag)} is no duration; pass milliseconds or text like "250ms" or "1s"`,
  );
}
