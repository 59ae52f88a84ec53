/**
 * The nodes that a long list has in Redis, after quicklist.c: how many elements and bytes stand in each, without the elements. It is
 * kept because a list becomes a listpack again only when one small node is left, and which node an element landed in depends on
 * everything that happened before.
 */
import type { ByteString } from "../bytes.js";
import { LISTPACK_HEADER, listpackSize, MAX_LISTPACK_BYTES } from "./listpack.js";

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
export interface Elements {
  at(index: number): ByteString | undefined;
}

export type Side = "before" | "after";

export class Quicklist {
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

  /** How many elements stand in each node, and whether it is one large element without a listpack. */
  get nodes(): readonly { readonly count: number; readonly plain: boolean }[] {
    return this.#nodes;
  }

  /** Adds a whole node behind the others. */
  appendNode(elements: readonly ByteString[], plain: boolean): void {
    let bytes = plain ? 0 : LISTPACK_HEADER;
    for (const element of elements) bytes += plain ? element.length : listpackSize(element);
    this.#place(this.#nodes.length, { count: elements.length, bytes, plain });
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
