/**
 * The deadlines of a hash's fields: by field, and in a binary heap whose first entry is the next field to die. A heap entry is never
 * searched for; one whose field has got another deadline since is stale and dropped when it comes up, or when stale entries outnumber
 * the live ones.
 */
import type { ByteString } from "../bytes.js";

/** Unix time in milliseconds. Redis gives fields no deadline past 2^46, so a number holds each. */
export type FieldDeadline = number;

/** The last millisecond that Redis takes for a field's deadline. */
export const MAX_FIELD_DEADLINE = 2 ** 46 - 1;

interface Entry {
  readonly at: FieldDeadline;
  readonly field: ByteString;
}

export class FieldDeadlines {
  readonly #byField = new Map<ByteString, FieldDeadline>();
  #heap: Entry[] = [];
  #order: readonly ByteString[] | undefined = undefined;

  /** How many fields have a deadline. */
  get size(): number {
    return this.#byField.size;
  }

  get(field: ByteString): FieldDeadline | undefined {
    return this.#byField.get(field);
  }

  /** The earliest deadline; undefined when no field has one. */
  get next(): FieldDeadline | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || this.#byField.get(first.field) === first.at) return first?.at;
      this.#removeFirst();
    }
  }

  /** Fields from the earliest deadline to the latest, of equal ones the one that was set last first: the order of Redis's listpack. */
  get order(): readonly ByteString[] {
    this.#order ??= [...this.#byField]
      .reverse()
      .sort(([, a], [, b]) => a - b)
      .map(([field]) => field);
    return this.#order;
  }

  set(field: ByteString, at: FieldDeadline): void {
    this.#order = undefined;
    this.#byField.delete(field);
    this.#byField.set(field, at);
    if (this.#heap.length >= 64 && this.#heap.length >= 2 * this.#byField.size) this.#prune();
    else this.#push({ at, field });
  }

  /** Tells whether the field had a deadline. */
  delete(field: ByteString): boolean {
    this.#order = undefined;
    return this.#byField.delete(field);
  }

  clone(): FieldDeadlines {
    const copy = new FieldDeadlines();
    for (const [field, at] of this.#byField) copy.#byField.set(field, at);
    copy.#prune();
    return copy;
  }

  /** Makes the heap anew; what is sorted is a heap. */
  #prune(): void {
    this.#heap = Array.from(this.#byField, ([field, at]) => ({ at, field }));
    this.#heap.sort((a, b) => a.at - b.at);
  }

  #push(entry: Entry): void {
    let index = this.#heap.length;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = this.#heap[parentIndex];
      if (parent === undefined || parent.at <= entry.at) break;
      this.#heap[index] = parent;
      index = parentIndex;
    }
    this.#heap[index] = entry;
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    let index = 0;
    for (;;) {
      let childIndex = 2 * index + 1;
      let child = this.#heap[childIndex];
      const right = this.#heap[childIndex + 1];
      if (child === undefined) break;
      if (right !== undefined && right.at < child.at) {
        child = right;
        childIndex++;
      }
      if (child.at >= last.at) break;
      this.#heap[index] = child;
      index = childIndex;
    }
    this.#heap[index] = last;
  }

  /** Takes out a field whose deadline `now` has reached, the earliest first; undefined when there is none. */
  popDue(now: number): ByteString | undefined {
    const { next } = this;
    if (next === undefined || next > now) return undefined;
    const field = this.#heap[0]?.field;
    this.#removeFirst();
    if (field !== undefined) this.delete(field);
    return field;
  }
}
