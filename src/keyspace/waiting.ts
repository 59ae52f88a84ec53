/**
 * Who waits for keys (BLPOP and its kin), first come first served, and which of these keys have been touched since it was last asked:
 * made, gone, or added to in a way for which someone may wait.
 */
import type { ByteString } from "../bytes.js";

export interface Waiter {
  readonly session: object;
  /** The index of the database. */
  readonly database: number;
  readonly keys: readonly ByteString[];
  /** Unix time in milliseconds; Infinity for no end. */
  readonly deadline: number;
  /** Whether the wait ends when one of the keys is gone, too. */
  readonly orGone: boolean;
}

interface Touched<W> {
  readonly key: ByteString;
  /** Those who wait for the key, in order. */
  readonly waiters: readonly W[];
}

interface Queue<W> {
  readonly key: ByteString;
  readonly waiters: Set<W>;
}

export class Waiting<W extends Waiter> {
  readonly #queues = new Map<string, Queue<W>>();
  /** Everyone who waits, by session. */
  readonly #all = new Map<object, W>();
  /** In the order in which they were touched. */
  readonly #touched = new Set<string>();

  get size(): number {
    return this.#all.size;
  }

  /** Whether any key that someone waits for has been touched. */
  get isTouched(): boolean {
    return this.#touched.size > 0;
  }

  /** The earliest deadline; undefined where nobody waits, or all for ever. */
  get nextDeadline(): number | undefined {
    let next = Infinity;
    for (const { deadline } of this.#all.values()) next = Math.min(next, deadline);
    return next === Infinity ? undefined : next;
  }

  /** Everyone who waits. */
  all(): Iterable<W> {
    return this.#all.values();
  }

  /** With what a session waits; undefined where it does not. */
  of(session: object): W | undefined {
    return this.#all.get(session);
  }

  add(waiter: W): void {
    this.#all.set(waiter.session, waiter);
    for (const key of waiter.keys) {
      const name = nameOf(waiter.database, key);
      const queue = this.#queues.get(name) ?? { key, waiters: new Set() };
      this.#queues.set(name, queue);
      queue.waiters.add(waiter);
    }
  }

  remove(waiter: W): void {
    this.#all.delete(waiter.session);
    for (const key of waiter.keys) {
      const name = nameOf(waiter.database, key);
      const queue = this.#queues.get(name);
      queue?.waiters.delete(waiter);
      if (queue?.waiters.size === 0) this.#queues.delete(name);
    }
  }

  touch(database: number, key: ByteString): void {
    if (this.#all.size === 0) return;
    const name = nameOf(database, key);
    if (this.#queues.has(name)) this.#touched.add(name);
  }

  /** Another value stands where the key's was. In Redis that is no new key: it ends only the waits of those to whom the old one is gone. */
  touchReplaced(database: number, key: ByteString): void {
    if (this.#all.size === 0) return;
    const queue = this.#queues.get(nameOf(database, key));
    if (queue === undefined) return;
    for (const { orGone } of queue.waiters) if (orGone) this.touch(database, key);
  }

  /** Touches all keys of a database for which someone waits. */
  touchAll(database: number): void {
    for (const waiter of this.#all.values()) {
      if (waiter.database === database) for (const key of waiter.keys) this.touch(database, key);
    }
  }

  /** Takes the key that was touched first; undefined where there is none. */
  takeTouched(): Touched<W> | undefined {
    for (const name of this.#touched) {
      this.#touched.delete(name);
      const queue = this.#queues.get(name);
      if (queue !== undefined) return { key: queue.key, waiters: [...queue.waiters] };
    }
    return undefined;
  }

  /** Takes out everyone whose deadline has come, the earliest first. */
  takeDue(now: number): readonly W[] {
    const due = [...this.#all.values()].filter(({ deadline }) => deadline <= now);
    for (const waiter of due) this.remove(waiter);
    return due.sort((a, b) => a.deadline - b.deadline);
  }

  clear(): void {
    this.#queues.clear();
    this.#all.clear();
    this.#touched.clear();
  }
}

function nameOf(database: number, key: ByteString): string {
  return `${database} ${key}`;
}
