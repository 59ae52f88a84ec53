/**
 * A list: one array with a gap before its head, so that both ends cost the same. Its encoding follows Redis to the byte: the size
 * of the listpack while it is one, the nodes of the quicklist above.
 */
import { bytes, type ByteString } from "../bytes.js";
import { LISTPACK_HEADER, listpackSize, MAX_LISTPACK_BYTES } from "./listpack.js";
import { Quicklist, type Side } from "./quicklist.js";

/** A gap is as long as the list, at least this; the one that pops leave behind is closed when it is twice as long as both. */
const MIN_GAP = 16;

/** Stands in the gap, so that popped elements are not kept in memory. */
const NONE = bytes("");

/** A node of a quicklist: a listpack, or one large element by itself. */
export interface ListNode {
  readonly elements: readonly ByteString[];
  readonly plain: boolean;
}

export class List {
  /** A gap of `#head` places, then the elements. */
  #slots: ByteString[] = [];
  #head = 0;
  #listpackBytes = LISTPACK_HEADER;
  #quicklist: Quicklist | undefined;

  /** A list of these elements as SORT stores it: filled as a quicklist, and a listpack where one node holds them all. */
  static from(elements: readonly ByteString[]): List {
    const list = new List();
    list.#quicklist = new Quicklist();
    for (const element of elements) list.#pushTail(element);
    list.#returnToListpack(MAX_LISTPACK_BYTES);
    return list;
  }

  /** A list of these nodes, as a quicklist is restored. */
  static ofNodes(nodes: readonly ListNode[]): List {
    const list = new List();
    list.#quicklist = new Quicklist();
    for (const { elements, plain } of nodes) {
      list.#quicklist.appendNode(elements, plain);
      for (const element of elements) list.#slots.push(element);
    }
    list.#returnToListpack(MAX_LISTPACK_BYTES);
    return list;
  }

  /** The elements by node; a listpack is one. */
  get nodes(): readonly ListNode[] {
    const elements = this.#slots.slice(this.#head);
    if (this.#quicklist === undefined) return [{ elements, plain: false }];
    let start = 0;
    return this.#quicklist.nodes.map(({ count, plain }) => {
      start += count;
      return { elements: elements.slice(start - count, start), plain };
    });
  }

  get nodeCount(): number {
    return this.#quicklist?.nodes.length ?? 1;
  }

  get length(): number {
    return this.#slots.length - this.#head;
  }

  get size(): number {
    return this.length;
  }

  get encoding(): "listpack" | "quicklist" {
    return this.#quicklist === undefined ? "listpack" : "quicklist";
  }

  /** The element at an index from 0; undefined outside. */
  at(index: number): ByteString | undefined {
    return index < 0 ? undefined : this.#slots[this.#head + index];
  }

  /** Redis chooses the encoding before it adds, by the plain length of all that one command brings. */
  prepareFor(elements: readonly ByteString[]): void {
    let length = 0;
    for (const element of elements) length += element.length;
    this.#makeRoom(length);
  }

  pushTail(element: ByteString): void {
    this.#makeRoom(element.length);
    this.#pushTail(element);
  }

  pushHead(element: ByteString): void {
    this.#makeRoom(element.length);
    this.#pushHead(element);
  }

  /** Pushes all to the tail as one RPUSH does. */
  append(elements: readonly ByteString[]): void {
    this.prepareFor(elements);
    for (const element of elements) this.#pushTail(element);
  }

  /** Pushes one after the other to the head as one LPUSH does. */
  prepend(elements: readonly ByteString[]): void {
    this.prepareFor(elements);
    for (const element of elements) this.#pushHead(element);
  }

  popTail(): ByteString | undefined {
    const element = this.#popTail();
    this.#returnToListpack();
    return element;
  }

  popHead(): ByteString | undefined {
    const element = this.#popHead();
    this.#returnToListpack();
    return element;
  }

  /** Moves an end's element to an end as LMOVE does within one key, which leaves the listpack or returns to it only afterwards. */
  rotate(from: "LEFT" | "RIGHT", to: "LEFT" | "RIGHT"): ByteString | undefined {
    const element = from === "LEFT" ? this.#popHead() : this.#popTail();
    if (element === undefined) return undefined;
    this.#makeRoom(element.length);
    if (to === "LEFT") this.#pushHead(element);
    else this.#pushTail(element);
    this.#returnToListpack();
    return element;
  }

  /** Replaces the element at an index that exists. */
  set(index: number, element: ByteString): void {
    const old = this.at(index);
    if (old === undefined) return;
    this.#makeRoom(element.length);
    if (this.#quicklist !== undefined) this.#quicklist.replace(index, element, this);
    else this.#listpackBytes += listpackSize(element) - listpackSize(old);
    this.#slots[this.#head + index] = element;
    this.#returnToListpack();
  }

  /** Inserts before the element at an index; at the length: at the end. */
  insert(index: number, element: ByteString): void {
    if (index === this.length) this.pushTail(element);
    else this.#insertBeside(index, "before", element);
  }

  /** Inserts behind the element at an index. In a quicklist this can leave other nodes than an insertion before the next one. */
  insertAfter(index: number, element: ByteString): void {
    this.#insertBeside(index, "after", element);
  }

  /** The first index of an element, -1 where there is none. */
  indexOf(element: ByteString): number {
    const found = this.#slots.indexOf(element, this.#head);
    return found < 0 ? -1 : found - this.#head;
  }

  /** The elements from `start` to before `end`, both within the list. */
  slice(start: number, end: number): ByteString[] {
    return this.#slots.slice(this.#head + start, this.#head + end);
  }

  /** Keeps only the elements from `start` to before `end`, both within the list. Costs what it removes. */
  trim(start: number, end: number): void {
    this.#forget(end, this.length);
    this.#slots.length = this.#head + end;
    this.#forget(0, start);
    this.#slots.fill(NONE, this.#head, this.#head + start);
    this.#head += start;
    this.#closeGap();
    this.#returnToListpack();
  }

  /** Removes `count` equal elements from the head, from the tail (negative) or all (0); returns how many. */
  removeMatching(element: ByteString, count: number): number {
    const found = count < 0 ? this.#lastMatches(element, -count) : this.#matches(element, count);
    for (const index of found.toReversed()) this.#forget(index, index + 1);
    this.#removeAt(found);
    this.#returnToListpack();
    return found.length;
  }

  clone(): List {
    const copy = new List();
    copy.#slots = this.#slots.slice(this.#head);
    copy.#listpackBytes = this.#listpackBytes;
    copy.#quicklist = this.#quicklist?.clone();
    return copy;
  }

  #pushTail(element: ByteString): void {
    if (this.#quicklist !== undefined) this.#quicklist.pushTail(element);
    else this.#listpackBytes += listpackSize(element);
    this.#slots.push(element);
  }

  #pushHead(element: ByteString): void {
    if (this.#quicklist !== undefined) this.#quicklist.pushHead(element);
    else this.#listpackBytes += listpackSize(element);
    if (this.#head === 0) this.#openGap();
    this.#slots[--this.#head] = element;
  }

  #popTail(): ByteString | undefined {
    if (this.length === 0) return undefined;
    this.#forget(this.length - 1, this.length);
    const element = this.#slots.pop();
    this.#closeGap();
    return element;
  }

  #popHead(): ByteString | undefined {
    const element = this.at(0);
    if (element === undefined) return undefined;
    this.#forget(0, 1);
    this.#slots[this.#head++] = NONE;
    this.#closeGap();
    return element;
  }

  #insertBeside(index: number, side: Side, element: ByteString): void {
    this.#makeRoom(element.length);
    if (this.#quicklist !== undefined) this.#quicklist.insert(index, side, element, this);
    else this.#listpackBytes += listpackSize(element);
    this.#slots.splice(this.#head + index + (side === "after" ? 1 : 0), 0, element);
  }

  /** The ascending indexes of the first `count` matches, of all where it is 0. */
  #matches(element: ByteString, count: number): number[] {
    const limit = count === 0 ? this.length : count;
    const found: number[] = [];
    let slot = this.#slots.indexOf(element, this.#head);
    while (slot >= 0 && found.length < limit) {
      found.push(slot - this.#head);
      slot = this.#slots.indexOf(element, slot + 1);
    }
    return found;
  }

  /** The ascending indexes of the last `count` matches. */
  #lastMatches(element: ByteString, count: number): number[] {
    const found: number[] = [];
    for (let index = this.length - 1; index >= 0 && found.length < count; index--) {
      if (this.at(index) === element) found.push(index);
    }
    return found.reverse();
  }

  /** Closes up over the elements at ascending indexes. */
  #removeAt(indexes: readonly number[]): void {
    const [first] = indexes;
    if (first === undefined) return;
    let kept = this.#head + first;
    let next = 0;
    for (let slot = kept; slot < this.#slots.length; slot++) {
      if (slot - this.#head === indexes[next]) next++;
      else this.#slots[kept++] = this.#slots[slot] ?? NONE;
    }
    this.#slots.length = kept;
    this.#closeGap();
  }

  /** Takes elements that are about to go out of the encoding's account. */
  #forget(start: number, end: number): void {
    if (this.#quicklist !== undefined) return this.#quicklist.remove(start, end, this);
    for (let index = start; index < end; index++) {
      this.#listpackBytes -= listpackSize(this.at(index) ?? NONE);
    }
  }

  #makeRoom(length: number): void {
    if (this.#quicklist !== undefined || this.#listpackBytes + length <= MAX_LISTPACK_BYTES) return;
    this.#quicklist = new Quicklist();
    this.#quicklist.adopt(this.length, this.#listpackBytes);
  }

  /** What removes or replaces leaves a listpack of no more than half of what one may take. */
  #returnToListpack(limit = MAX_LISTPACK_BYTES / 2): void {
    const listpackBytes = this.#quicklist?.listpackBytes;
    if (listpackBytes === undefined || listpackBytes > limit) return;
    this.#listpackBytes = listpackBytes;
    this.#quicklist = undefined;
  }

  #openGap(): void {
    const gap = Math.max(MIN_GAP, this.length);
    const slots: ByteString[] = [];
    for (let slot = 0; slot < gap; slot++) slots.push(NONE);
    this.#slots = slots.concat(this.#slots);
    this.#head = gap;
  }

  #closeGap(): void {
    if (this.#head <= 2 * (this.length + MIN_GAP)) return;
    this.#slots = this.#slots.slice(this.#head);
    this.#head = 0;
  }
}
