/**
 * Listpacks as Redis lays them out, in sizes only: what an element takes, and the chain of listpacks that a quicklist is
 * (quicklist.c). On them depends which encoding a list has and when it becomes a single listpack again.
 */
import type { ByteString } from "../bytes.js";
import { parseInteger } from "./numbers.js";

/** A listpack of up to so many bytes is one piece (list-max-listpack-size -2); a longer element is a piece of its own. */
export const MAX_LISTPACK_BYTES = 8192;

/** A listpack's own bytes: its header and its end. */
export const LISTPACK_OVERHEAD = 7;

/** What Redis allows for an element's header before it adds the element to a piece. */
const ESTIMATED_HEADER = 8;

/** How many bytes an element takes: integers 1 to 9, strings a header and their bytes, and behind either its length. */
export function listpackSize(element: ByteString): number {
  const size = element.length <= MAX_INTEGER_TEXT ? encodedSize(element) : stringSize(element);
  return size + backLength(size);
}

/** The longest text of a 64-bit integer. */
const MAX_INTEGER_TEXT = 20;

function encodedSize(element: ByteString): number {
  const integer = parseInteger(element);
  if (integer === undefined) return stringSize(element);
  if (integer >= 0 && integer <= 127) return 1;
  if (integer >= -4096 && integer <= 4095) return 2;
  if (integer >= -(2 ** 15) && integer < 2 ** 15) return 3;
  if (integer >= -(2 ** 23) && integer < 2 ** 23) return 4;
  if (integer >= -(2 ** 31) && integer < 2 ** 31) return 5;
  return 9;
}

function stringSize({ length }: ByteString): number {
  if (length < 64) return length + 1;
  return length + (length < 4096 ? 2 : 5);
}

function backLength(size: number): number {
  if (size <= 127) return 1;
  if (size < 16_383) return 2;
  if (size < 2_097_151) return 3;
  return size < 268_435_455 ? 4 : 5;
}

/** One listpack of a quicklist, or a large element on its own. */
interface Piece {
  readonly count: number;
  readonly bytes: number;
  readonly large: boolean;
}

/** The element at an index of the list that the chain describes. */
type ElementAt = (index: number) => ByteString;

/** The pieces of a quicklist, from head to tail. */
export class ListpackChain {
  #pieces: Piece[] = [];

  /** Starts with the listpack that the list was. */
  constructor(count: number, size: number) {
    if (count > 0) this.#pieces.push({ count, bytes: size, large: false });
  }

  /** The bytes of the listpack that is left alone; undefined where there are more pieces, none or a large element. */
  get singleListpack(): number | undefined {
    const [only] = this.#pieces;
    return this.#pieces.length === 1 && only?.large === false ? only.bytes : undefined;
  }

  pushHead(element: ByteString): void {
    if (!this.#addTo(0, element)) this.#pieces.unshift(pieceOf(element));
  }

  pushTail(element: ByteString): void {
    if (!this.#addTo(this.#pieces.length - 1, element)) this.#pieces.push(pieceOf(element));
  }

  popHead(element: ByteString): void {
    this.#take(0, element);
  }

  popTail(element: ByteString): void {
    this.#take(this.#pieces.length - 1, element);
  }

  /** Inserts before or after the element at `pivot`; `at` reads the list as it was. */
  insert(pivot: number, element: ByteString, after: boolean, at: ElementAt): void {
    const { place, start } = this.#locate(pivot);
    if (this.#addTo(place, element)) return;
    const cut = pivot - start + (after ? 1 : 0);
    if (this.#split(place, cut, start, at)) this.#insertAtCut(place, element, after);
    else if (!this.#addTo(after ? place + 1 : place - 1, element)) {
      this.#pieces.splice(after ? place + 1 : place, 0, pieceOf(element));
    }
  }

  /** Replaces the element at `index`; `at` reads the list as it was. */
  replace(index: number, element: ByteString, at: ElementAt): void {
    const { place, start } = this.#locate(index);
    const piece = this.#pieces[place];
    if (piece === undefined) return;
    if (piece.large) this.#replaceLarge(place, element);
    else if (isLarge(element)) {
      this.#split(place, index - start + 1, start, at);
      this.#pieces.splice(place + 1, 0, pieceOf(element));
      this.#take(place, at(index));
      if (piece.count > 1) this.#mergeAround(place + 1);
    } else {
      const bytes = piece.bytes + listpackSize(element) - listpackSize(at(index));
      this.#pieces[place] = { ...piece, bytes };
    }
  }

  /** Removes the element at all these ascending indexes: it is the same at each. */
  removeAll(indexes: readonly number[], element: ByteString): void {
    const size = listpackSize(element);
    let end = 0;
    let next = 0;
    this.#pieces = this.#pieces.flatMap(({ count, bytes, large }) => {
      end += count;
      const first = next;
      while ((indexes[next] ?? end) < end) next++;
      const removed = next - first;
      return removed === count
        ? []
        : [{ count: count - removed, bytes: bytes - removed * size, large }];
    });
  }

  clone(): ListpackChain {
    const copy = new ListpackChain(0, 0);
    copy.#pieces = this.#pieces.slice();
    return copy;
  }

  /** The piece that holds the element at an index, and the index of the piece's first element. */
  #locate(index: number): { readonly place: number; readonly start: number } {
    let start = 0;
    const place = this.#pieces.findIndex(({ count }) => {
      if (index < start + count) return true;
      start += count;
      return false;
    });
    return { place, start };
  }

  /** Adds to the piece at a place, if there is one with room. */
  #addTo(place: number, element: ByteString): boolean {
    const piece = this.#pieces[place];
    if (piece === undefined || !hasRoom(piece, element)) return false;
    this.#pieces[place] = withElement(piece, element);
    return true;
  }

  /** Takes one element out of the piece at a place, which goes with its last. */
  #take(place: number, element: ByteString): void {
    const piece = this.#pieces[place];
    if (piece === undefined) return;
    const { count, bytes } = piece;
    if (count === 1) this.#pieces.splice(place, 1);
    else this.#pieces[place] = { ...piece, count: count - 1, bytes: bytes - listpackSize(element) };
  }

  /** Splits the piece at a place before its `cut`-th element; tells whether there is something on both sides. */
  #split(place: number, cut: number, start: number, at: ElementAt): boolean {
    const piece = this.#pieces[place];
    if (piece === undefined || cut === 0 || cut === piece.count) return false;
    let bytes = LISTPACK_OVERHEAD;
    for (let index = start; index < start + cut; index++) bytes += listpackSize(at(index));
    this.#pieces.splice(
      place,
      1,
      { count: cut, bytes, large: false },
      { count: piece.count - cut, bytes: piece.bytes + LISTPACK_OVERHEAD - bytes, large: false },
    );
    return true;
  }

  /** The element goes between the two halves that a split left at a place: to the half that is further from the pivot. */
  #insertAtCut(place: number, element: ByteString, after: boolean): void {
    if (isLarge(element)) {
      this.#pieces.splice(place + 1, 0, pieceOf(element));
      return;
    }
    const half = this.#pieces[after ? place + 1 : place];
    if (half !== undefined) this.#pieces[after ? place + 1 : place] = withElement(half, element);
    this.#mergeAround(after ? place : place + 1);
  }

  #replaceLarge(place: number, element: ByteString): void {
    if (isLarge(element)) return;
    if (this.#addTo(place + 1, element)) this.#pieces.splice(place, 1);
    else this.#pieces[place] = pieceOf(element);
  }

  /** Merges the two pieces on either side of a place, and then the one at the place with what is beside it, where they fit. */
  #mergeAround(place: number): void {
    let center = place;
    if (this.#merge(center - 2)) center--;
    this.#merge(center + 1);
    if (this.#merge(center - 1)) center--;
    this.#merge(center);
  }

  /** Merges the piece at a place with the next. */
  #merge(place: number): boolean {
    const first = this.#pieces[place];
    const second = this.#pieces[place + 1];
    if (first === undefined || second === undefined || first.large || second.large) return false;
    const bytes = first.bytes + second.bytes - LISTPACK_OVERHEAD;
    if (bytes > MAX_LISTPACK_BYTES) return false;
    this.#pieces.splice(place, 2, { count: first.count + second.count, bytes, large: false });
    return true;
  }
}

function isLarge(element: ByteString): boolean {
  return element.length > MAX_LISTPACK_BYTES;
}

function hasRoom({ bytes, large }: Piece, element: ByteString): boolean {
  return !large && bytes + element.length + ESTIMATED_HEADER <= MAX_LISTPACK_BYTES;
}

function pieceOf(element: ByteString): Piece {
  const bytes = LISTPACK_OVERHEAD + listpackSize(element);
  return { count: 1, bytes, large: isLarge(element) };
}

function withElement({ count, bytes, large }: Piece, element: ByteString): Piece {
  return { count: count + 1, bytes: bytes + listpackSize(element), large };
}
