/**
 * The deadlines of all databases in one binary heap, so that the next key to die is known in O(1) and each change costs O(log n).
 * Entries are never searched for: one whose key has got another deadline since is stale and dropped when it comes up, or when stale
 * entries outnumber the live ones.
 */
import type { ByteString } from "../bytes.js";

/** Unix time in milliseconds; a bigint past 2^53, for deadlines in the far future. */
export type UnixTime = number | bigint;

export interface Deadline<Owner> {
  /** When the key is gone. */
  readonly at: UnixTime;
  readonly owner: Owner;
  readonly key: ByteString;
}

export class Expiry<Owner> {
  #heap: Deadline<Owner>[] = [];
  readonly #isLive: (deadline: Deadline<Owner>) => boolean;
  #sizeToPrune = 64;

  constructor(isLive: (deadline: Deadline<Owner>) => boolean) {
    this.#isLive = isLive;
  }

  /** The earliest deadline, stale or not. */
  get first(): UnixTime | undefined {
    return this.#heap[0]?.at;
  }

  push(deadline: Deadline<Owner>): void {
    if (this.#heap.length >= this.#sizeToPrune) this.#prune();
    this.#heap.push(deadline);
    this.#rise(this.#heap.length - 1, deadline);
  }

  /** Takes out the earliest live deadline that `now` has reached; undefined when there is none. */
  popDue(now: number): Deadline<Owner> | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || first.at > now) return undefined;
      const last = this.#heap.pop();
      if (last !== undefined && last !== first) this.#sink(0, last);
      if (this.#isLive(first)) return first;
    }
  }

  /** A key's deadline may stand here twice where one was put back: once is enough. */
  #prune(): void {
    const seen = new Map<Owner, Set<ByteString>>();
    this.#heap = this.#heap.filter((deadline) => {
      if (!this.#isLive(deadline)) return false;
      const keys = seen.get(deadline.owner) ?? new Set();
      seen.set(deadline.owner, keys);
      return keys.size < keys.add(deadline.key).size;
    });
    for (let index = (this.#heap.length >> 1) - 1; index >= 0; index--) {
      const deadline = this.#heap[index];
      if (deadline !== undefined) this.#sink(index, deadline);
    }
    this.#sizeToPrune = Math.max(64, this.#heap.length * 2);
  }

  #rise(start: number, deadline: Deadline<Owner>): void {
    let index = start;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = this.#heap[parentIndex];
      if (parent === undefined || parent.at <= deadline.at) break;
      this.#heap[index] = parent;
      index = parentIndex;
    }
    this.#heap[index] = deadline;
  }

  #sink(start: number, deadline: Deadline<Owner>): void {
    let index = start;
    for (;;) {
      let childIndex = 2 * index + 1;
      let child = this.#heap[childIndex];
      const right = this.#heap[childIndex + 1];
      if (child === undefined) break;
      if (right !== undefined && right.at < child.at) {
        child = right;
        childIndex++;
      }
      if (child.at >= deadline.at) break;
      this.#heap[index] = child;
      index = childIndex;
    }
    this.#heap[index] = deadline;
  }
}
