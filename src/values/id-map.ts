/**
 * What has an ID, in the order of the IDs: blocks of up to 128 in one list. Appending costs O(1); look-ups, insertions and deletions
 * cost a binary search and the moving of one block's part. Pending entries are kept in it.
 */
import { compareIds, MIN_ID, positionOf, type StreamId } from "./stream-id.js";

const MAX_BLOCK = 128;

interface Identified {
  readonly id: StreamId;
}

export class IdMap<T extends Identified> {
  readonly #blocks: T[][] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get first(): T | undefined {
    return this.#blocks[0]?.[0];
  }

  get last(): T | undefined {
    return this.#blocks.at(-1)?.at(-1);
  }

  get(id: StreamId): T | undefined {
    const found = this.ceiling(id);
    return found !== undefined && compareIds(found.id, id) === 0 ? found : undefined;
  }

  /** What stands at the ID or is the first behind it. */
  ceiling(id: StreamId): T | undefined {
    const block = this.#blocks[this.#blockOf(id)];
    return block?.[positionOf(block, id)];
  }

  /** Puts an entry in its place, and in the place of one with the same ID. */
  set(entry: T): void {
    const { last } = this;
    if (last === undefined || compareIds(last.id, entry.id) < 0) this.#append(entry);
    else this.#insert(entry);
  }

  delete(id: StreamId): boolean {
    const index = this.#blockOf(id);
    const block = this.#blocks[index];
    if (block === undefined) return false;
    const position = positionOf(block, id);
    const found = block[position];
    if (found === undefined || compareIds(found.id, id) !== 0) return false;
    block.splice(position, 1);
    if (block.length === 0) this.#blocks.splice(index, 1);
    this.#size--;
    return true;
  }

  /** All entries from an ID on, in order; do not add or delete meanwhile. */
  *from(start: StreamId = MIN_ID): IterableIterator<T> {
    for (let index = this.#blockOf(start); index < this.#blocks.length; index++) {
      const block = this.#blocks[index] ?? [];
      for (let at = positionOf(block, start); at < block.length; at++) {
        const entry = block[at];
        if (entry !== undefined) yield entry;
      }
    }
  }

  #append(entry: T): void {
    const block = this.#blocks.at(-1);
    if (block === undefined || block.length >= MAX_BLOCK) this.#blocks.push([entry]);
    else block.push(entry);
    this.#size++;
  }

  #insert(entry: T): void {
    const index = this.#blockOf(entry.id);
    const block = this.#blocks[index] ?? [];
    const position = positionOf(block, entry.id);
    const there = block[position];
    if (there !== undefined && compareIds(there.id, entry.id) === 0) {
      block[position] = entry;
      return;
    }
    block.splice(position, 0, entry);
    this.#size++;
    if (block.length > MAX_BLOCK) {
      this.#blocks.splice(index + 1, 0, block.splice(MAX_BLOCK / 2));
    }
  }

  /** The first block that does not end before the ID. */
  #blockOf(id: StreamId): number {
    let low = 0;
    let high = this.#blocks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const last = this.#blocks[middle]?.at(-1);
      if (last !== undefined && compareIds(last.id, id) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
