/**
 * A list: one array with a gap before its head, so that both ends cost the same. It counts the bytes its listpack would take in
 * Redis, from which its encoding follows.
 */
import type { ByteString } from "../bytes.js";
import { listpackSize } from "./listpack.js";

/** A listpack of up to so many bytes is one piece (list-max-listpack-size -2). */
const MAX_LISTPACK_BYTES = 8192;

/** A listpack's own bytes: its header and its end. */
const LISTPACK_HEADER = 7;
const MIN_GAP = 16;

export class List {
  #elements: (ByteString | undefined)[] = [];
  #head = 0;
  #bytes = LISTPACK_HEADER;
  #encoding: "listpack" | "quicklist" = "listpack";

  get length(): number {
    return this.#elements.length - this.#head;
  }

  get size(): number {
    return this.length;
  }

  get encoding(): "listpack" | "quicklist" {
    return this.#encoding;
  }

  /** The element at an index from 0; undefined outside. */
  at(index: number): ByteString | undefined {
    return index < 0 ? undefined : this.#elements[this.#head + index];
  }

  pushTail(element: ByteString): void {
    this.#grow(element);
    this.#elements.push(element);
  }

  pushHead(element: ByteString): void {
    this.#grow(element);
    if (this.#head === 0) this.#openGap();
    this.#elements[--this.#head] = element;
  }

  popTail(): ByteString | undefined {
    if (this.length === 0) return undefined;
    const element = this.#elements.pop();
    if (element !== undefined) this.#shrink(element);
    return element;
  }

  popHead(): ByteString | undefined {
    const element = this.#elements[this.#head];
    if (element === undefined) return undefined;
    this.#elements[this.#head++] = undefined;
    this.#shrink(element);
    if (this.#head > this.length + MIN_GAP) this.#closeGap();
    return element;
  }

  /** Replaces the element at an index that exists. */
  set(index: number, element: ByteString): void {
    const old = this.at(index);
    this.#grow(element);
    this.#elements[this.#head + index] = element;
    if (old !== undefined) this.#shrink(old);
  }

  /** Inserts before the element at an index; at the length: at the end. */
  insert(index: number, element: ByteString): void {
    this.#grow(element);
    this.#elements.splice(this.#head + index, 0, element);
  }

  /** The first index of an element, -1 where there is none. */
  indexOf(element: ByteString): number {
    const found = this.#elements.indexOf(element, this.#head);
    return found < 0 ? -1 : found - this.#head;
  }

  /** The elements from `start` to before `end`, both within the list. */
  slice(start: number, end: number): ByteString[] {
    const elements: ByteString[] = [];
    for (let index = start; index < end; index++) {
      const element = this.at(index);
      if (element !== undefined) elements.push(element);
    }
    return elements;
  }

  /** Keeps only the elements from `start` to before `end`. */
  trim(start: number, end: number): void {
    this.#replace(this.slice(start, end));
  }

  /** Removes `count` equal elements from the head, from the tail (negative) or all (0); returns how many. */
  removeMatching(element: ByteString, count: number): number {
    const limit = count === 0 ? Infinity : Math.abs(count);
    const elements = this.slice(0, this.length);
    if (count < 0) elements.reverse();
    let removed = 0;
    const kept = elements.filter((other) => other !== element || removed >= limit || !++removed);
    if (count < 0) kept.reverse();
    this.#replace(kept);
    return removed;
  }

  clone(): List {
    const copy = new List();
    copy.#elements = this.#elements.slice(this.#head);
    copy.#bytes = this.#bytes;
    copy.#encoding = this.#encoding;
    return copy;
  }

  #replace(elements: ByteString[]): void {
    this.#elements = elements;
    this.#head = 0;
    this.#bytes = elements.reduce((sum, element) => sum + listpackSize(element), LISTPACK_HEADER);
    this.#convertSmall();
  }

  /** Redis decides by the element's plain length before it adds it. */
  #grow(element: ByteString): void {
    if (this.#bytes + element.length > MAX_LISTPACK_BYTES) this.#encoding = "quicklist";
    this.#bytes += listpackSize(element);
  }

  #shrink(element: ByteString): void {
    this.#bytes -= listpackSize(element);
    this.#convertSmall();
  }

  /** A quicklist becomes a listpack again when it has shrunk to half of what one may take. */
  #convertSmall(): void {
    if (this.#bytes <= MAX_LISTPACK_BYTES / 2) this.#encoding = "listpack";
  }

  #openGap(): void {
    const gap = Math.max(MIN_GAP, this.length);
    const elements = Array.from<ByteString | undefined>({ length: gap + this.length });
    for (let index = 0; index < this.length; index++) elements[gap + index] = this.#elements[index];
    this.#elements = elements;
    this.#head = gap;
  }

  #closeGap(): void {
    this.#elements = this.#elements.slice(this.#head);
    this.#head = 0;
  }
}
