/**
 * A list: one array with a gap before its head, so that both ends cost the same. Its encoding follows Redis to the byte: the size
 * of the listpack while it is one, the nodes of the quicklist above.
 */
import { bytes, type ByteString } from "../bytes.js";
import { listpackSize } from "./listpack.js";

/** A listpack of up to so many bytes is one piece (list-max-listpack-size -2). */
const MAX_LISTPACK_BYTES = 8192;

/** A listpack's own bytes: its header and its end. */
const LISTPACK_HEADER = 7;

/** A gap is as long as the list, at least this; the one that pops leave behind is closed when it is twice as long as both. */
const MIN_GAP = 16;

/** Stands in the gap, so that popped elements are not kept in memory. */
const NONE = bytes("");

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

/** What Redis reckons an element needs beside its own bytes when it asks whether it fits. */
const ESTIMATED_OVERHEAD = 8;

interface Node {
  count: number;
  bytes: number;
  /** An element too large for a listpack stands alone, without one. */
  readonly plain: boolean;
}

interface Place {
  /** The node's index. */
  readonly at: number;
  readonly node: Node;
  /** The element's index within the node. */
  readonly offset: number;
}

/** The list's elements as they are before the change that is told to the quicklist. */
interface Elements {
  at(index: number): ByteString | undefined;
}

type Side = "before" | "after";

/**
 * The nodes that a long list has in Redis, after quicklist.c: how many elements and bytes stand in each, without the elements. It is
 * kept because a list becomes a listpack again only when one small node is left, and which node an element landed in depends on
 * everything that happened before.
 */
class Quicklist {
  readonly #nodes: Node[] = [];
  #count = 0;

  /** The bytes of the listpack that the list could be; undefined while it is in several nodes or one large element. */
  get listpackBytes(): number | undefined {
    const [only] = this.#nodes;
    if (only === undefined || only.plain || this.#nodes.length > 1) return undefined;
    return only.bytes;
  }

  /** Takes the listpack that the list was until now as the first node. */
  adopt(count: number, bytes: number): void {
    if (count > 0) this.#place(0, { count, bytes, plain: false });
  }

  pushHead(element: ByteString): void {
    const [head] = this.#nodes;
    if (hasRoom(head, element)) this.#add(head, element);
    else this.#place(0, nodeOf(element));
  }

  pushTail(element: ByteString): void {
    const tail = this.#nodes.at(-1);
    if (hasRoom(tail, element)) this.#add(tail, element);
    else this.#place(this.#nodes.length, nodeOf(element));
  }

  /** Inserts beside the element at an index: which side matters where two nodes meet. */
  insert(index: number, side: Side, element: ByteString, elements: Elements): void {
    const place = this.#locate(index);
    if (place === undefined) return;
    const { at, node, offset } = place;
    const cut = side === "after" ? offset + 1 : offset;
    const isEdge = side === "after" ? cut === node.count : cut === 0;
    const neighbour = this.#nodes[side === "after" ? at + 1 : at - 1];

    if (hasRoom(node, element)) this.#add(node, element);
    else if (isEdge && hasRoom(neighbour, element)) this.#add(neighbour, element);
    else if (isEdge) this.#place(side === "after" ? at + 1 : at, nodeOf(element));
    else this.#insertBySplit(at, side, index - offset, cut, element, elements);
  }

  replace(index: number, element: ByteString, elements: Elements): void {
    const place = this.#locate(index);
    if (place === undefined) return;
    const { at, node, offset } = place;
    if (node.plain && isLarge(element)) {
      node.bytes = element.length;
    } else if (node.plain) {
      this.insert(index, "after", element, elements);
      this.#drop(at);
    } else if (isLarge(element)) {
      this.#replaceByLarge(place, index - offset, element, elements);
    } else {
      node.bytes += listpackSize(element) - sizes(elements, index, index + 1);
    }
  }

  /** Removes the elements from `start` to before `end`. */
  remove(start: number, end: number, elements: Elements): void {
    let place = this.#locate(start);
    let index = start;
    while (place !== undefined && index < end) {
      const { at, node, offset }: Place = place;
      const count = Math.min(end - index, node.count - offset);
      if (count === node.count) this.#drop(at);
      else this.#shrink(node, count, sizes(elements, index, index + count));
      index += count;
      place = this.#locate(start);
    }
  }

  clone(): Quicklist {
    const copy = new Quicklist();
    for (const node of this.#nodes) copy.#place(copy.#nodes.length, { ...node });
    return copy;
  }

  #locate(index: number): Place | undefined {
    return index < this.#count / 2 ? this.#locateFromHead(index) : this.#locateFromTail(index);
  }

  #locateFromHead(index: number): Place | undefined {
    let first = 0;
    for (let at = 0; at < this.#nodes.length; at++) {
      const node = this.#nodes[at];
      if (node === undefined) return undefined;
      if (index < first + node.count) return { at, node, offset: index - first };
      first += node.count;
    }
    return undefined;
  }

  #locateFromTail(index: number): Place | undefined {
    let first = this.#count;
    if (index >= first) return undefined;
    for (let at = this.#nodes.length - 1; at >= 0; at--) {
      const node = this.#nodes[at];
      if (node === undefined) return undefined;
      first -= node.count;
      if (index >= first) return { at, node, offset: index - first };
    }
    return undefined;
  }

  #add(node: Node, element: ByteString): void {
    node.count++;
    node.bytes += listpackSize(element);
    this.#count++;
  }

  #shrink(node: Node, count: number, bytes: number): void {
    node.count -= count;
    node.bytes -= bytes;
    this.#count -= count;
  }

  #place(at: number, node: Node): void {
    this.#nodes.splice(at, 0, node);
    this.#count += node.count;
  }

  #drop(at: number): void {
    const [node] = this.#nodes.splice(at, 1);
    this.#count -= node?.count ?? 0;
  }

  /** Leaves the first `cut` elements of a node where they are, moves the others to a new node behind it. `first` is its first index. */
  #split(at: number, first: number, cut: number, elements: Elements): void {
    const node = this.#nodes[at];
    if (node === undefined || cut === node.count) return;
    const count = node.count - cut;
    const bytes = sizes(elements, first + cut, first + node.count);
    this.#shrink(node, count, bytes);
    this.#place(at + 1, { count, bytes: LISTPACK_HEADER + bytes, plain: false });
  }

  #insertBySplit(
    at: number,
    side: Side,
    first: number,
    cut: number,
    element: ByteString,
    elements: Elements,
  ): void {
    this.#split(at, first, cut, elements);
    if (isLarge(element)) return this.#place(at + 1, nodeOf(element));
    const part = this.#nodes[side === "after" ? at + 1 : at];
    if (part !== undefined) this.#add(part, element);
    return this.#mergeAround(side === "after" ? at : at + 1);
  }

  #replaceByLarge(place: Place, first: number, element: ByteString, elements: Elements): void {
    const { at, node, offset } = place;
    this.#split(at, first, offset + 1, elements);
    this.#place(at + 1, nodeOf(element));
    if (node.count === 1) return this.#drop(at);
    this.#shrink(node, 1, sizes(elements, first + offset, first + offset + 1));
    return this.#mergeAround(at + 1);
  }

  /** Merges the two nodes before a centre, the two behind it, and what is then beside it, where they fit into one. */
  #mergeAround(at: number): void {
    let center = at;
    if (this.#merge(center - 2)) center--;
    this.#merge(center + 1);
    if (this.#merge(center - 1)) center--;
    this.#merge(center);
  }

  /** Merges a node with the next; tells whether they fit. */
  #merge(at: number): boolean {
    const left = this.#nodes[at];
    const right = this.#nodes[at + 1];
    if (at < 0 || left === undefined || right === undefined || left.plain || right.plain)
      return false;
    const bytes = left.bytes + right.bytes - LISTPACK_HEADER;
    if (bytes > MAX_LISTPACK_BYTES) return false;
    this.#nodes.splice(at, 2, { count: left.count + right.count, bytes, plain: false });
    return true;
  }
}

function isLarge(element: ByteString): boolean {
  return element.length > MAX_LISTPACK_BYTES;
}

function hasRoom(node: Node | undefined, element: ByteString): node is Node {
  if (node === undefined || node.plain || isLarge(element)) return false;
  return node.bytes + element.length + ESTIMATED_OVERHEAD <= MAX_LISTPACK_BYTES;
}

function nodeOf(element: ByteString): Node {
  const plain = isLarge(element);
  const bytes = plain ? element.length : LISTPACK_HEADER + listpackSize(element);
  return { count: 1, bytes, plain };
}

/** The listpack bytes of the elements from `start` to before `end`. */
function sizes(elements: Elements, start: number, end: number): number {
  let bytes = 0;
  for (let index = start; index < end; index++) {
    const element = elements.at(index);
    if (element !== undefined) bytes += listpackSize(element);
  }
  return bytes;
}
