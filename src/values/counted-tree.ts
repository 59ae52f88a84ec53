/**
 * A B+tree of (score, member) pairs in which every branch knows how many pairs stand below each child, so that ranks and ranges by
 * rank cost O(log n). Leaves keep scores and members in arrays of their own. A member above all others, `LAST_MEMBER`, lets a bound
 * be written as a pair: before (5, "") stand all scores below 5, before (5, LAST_MEMBER) all up to 5.
 */
import type { ByteString } from "../bytes.js";

/** Greater than every byte string, for bounds. */
export const LAST_MEMBER = "\uffff";

const MAX_ENTRIES = 64;

/** After a deletion, neighbours that together have no more entries than this become one: on average nodes stay a quarter full or more. */
const MERGED_ENTRIES = 32;

export type VisitPair = (member: ByteString, score: number) => void;

class Leaf {
  readonly scores: number[];
  readonly members: ByteString[];

  constructor(scores: number[], members: ByteString[]) {
    this.scores = scores;
    this.members = members;
  }
}

/** Children with the number of pairs below each, and for each but the first a pair that none before it reaches. */
class Branch {
  readonly children: Node[];
  readonly sizes: number[];
  readonly scores: number[];
  readonly members: ByteString[];

  constructor(children: Node[], sizes: number[], scores: number[], members: ByteString[]) {
    this.children = children;
    this.sizes = sizes;
    this.scores = scores;
    this.members = members;
  }
}

type Node = Leaf | Branch;

/** What split off a node that became too large, with its first pair. */
interface Split {
  readonly node: Node;
  readonly score: number;
  readonly member: ByteString;
}

export class CountedTree {
  #root: Node = new Leaf([], []);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Adds a pair that is not there yet. */
  insert(score: number, member: ByteString): void {
    const split = insert(this.#root, score, member);
    this.#size++;
    if (split === undefined) return;
    const sizes = [sizeOf(this.#root), sizeOf(split.node)];
    const first = firstPair(this.#root);
    this.#root = new Branch(
      [this.#root, split.node],
      sizes,
      [first.score, split.score],
      [first.member, split.member],
    );
  }

  /** Removes a pair; tells whether it was there. */
  delete(score: number, member: ByteString): boolean {
    if (!remove(this.#root, score, member)) return false;
    this.#size--;
    this.#lowerRoot();
    return true;
  }

  /** Removes the pairs whose ranks are from `start` to before `end`, whole nodes at once; returns how many. */
  deleteRange(start: number, end: number): number {
    const from = Math.max(0, start);
    const to = Math.min(end, this.#size);
    if (from >= to) return 0;
    if (to - from === this.#size) this.#root = new Leaf([], []);
    else removeRange(this.#root, from, to);
    this.#size -= to - from;
    this.#lowerRoot();
    return to - from;
  }

  /** How many pairs stand before a pair, which need not be there itself: its rank. */
  countBefore(score: number, member: string): number {
    let count = 0;
    let node = this.#root;
    let size = this.#size;
    while (node instanceof Branch) {
      const index = childIndex(node, score, member);
      count += sizeBefore(node, index, size);
      const child = node.children[index];
      if (child === undefined) return count;
      size = node.sizes[index] ?? 0;
      node = child;
    }
    return count + lowerBound(node.scores, node.members, score, member);
  }

  /** Visits the pairs whose ranks are from `start` to before `end`, ascending. */
  forEach(start: number, end: number, visit: VisitPair): void {
    walk(this.#root, Math.max(0, start), Math.min(end, this.#size), visit);
  }

  /** Visits the same pairs, descending. */
  forEachReverse(start: number, end: number, visit: VisitPair): void {
    walkReverse(this.#root, Math.max(0, start), Math.min(end, this.#size), visit);
  }

  /** The member of a rank; undefined outside. */
  memberAt(rank: number): ByteString | undefined {
    let node = this.#root;
    let offset = rank;
    while (node instanceof Branch) {
      let index = 0;
      for (let size = node.sizes[0] ?? 0; offset >= size && index < node.sizes.length - 1;) {
        offset -= size;
        size = node.sizes[++index] ?? 0;
      }
      const child = node.children[index];
      if (child === undefined) return undefined;
      node = child;
    }
    return offset < 0 ? undefined : node.members[offset];
  }

  clone(): CountedTree {
    const copy = new CountedTree();
    copy.#root = copyOf(this.#root);
    copy.#size = this.#size;
    return copy;
  }

  #lowerRoot(): void {
    while (this.#root instanceof Branch) {
      const [only] = this.#root.children;
      if (only === undefined || this.#root.children.length > 1) return;
      this.#root = only;
    }
  }
}

/** The first index whose pair is not before the given one. */
function lowerBound(
  scores: readonly number[],
  members: readonly ByteString[],
  score: number,
  member: string,
): number {
  let low = 0;
  let high = scores.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = scores[middle] ?? 0;
    if (other < score || (other === score && (members[middle] ?? "") < member)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The child under which a pair stands or would stand. */
function childIndex(branch: Branch, score: number, member: string): number {
  const { scores, members } = branch;
  let low = 1;
  let high = scores.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = scores[middle] ?? 0;
    if (other < score || (other === score && (members[middle] ?? "") <= member)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** How many pairs stand below the children before an index, counted from the nearer end of a branch with so many in all. */
function sizeBefore({ sizes }: Branch, index: number, total: number): number {
  let count = 0;
  if (2 * index <= sizes.length) {
    for (let before = 0; before < index; before++) count += sizes[before] ?? 0;
    return count;
  }
  for (let from = index; from < sizes.length; from++) count += sizes[from] ?? 0;
  return total - count;
}

function insert(node: Node, score: number, member: ByteString): Split | undefined {
  if (node instanceof Leaf) {
    const index = lowerBound(node.scores, node.members, score, member);
    insertAt(node.scores, index, score);
    insertAt(node.members, index, member);
    return node.scores.length > MAX_ENTRIES ? splitLeaf(node) : undefined;
  }
  const index = childIndex(node, score, member);
  const child = node.children[index];
  if (child === undefined) return undefined;
  const split = insert(child, score, member);
  if (split === undefined) {
    node.sizes[index] = (node.sizes[index] ?? 0) + 1;
    return undefined;
  }
  node.sizes[index] = sizeOf(child);
  insertAt(node.children, index + 1, split.node);
  insertAt(node.sizes, index + 1, sizeOf(split.node));
  insertAt(node.scores, index + 1, split.score);
  insertAt(node.members, index + 1, split.member);
  return node.children.length > MAX_ENTRIES ? splitBranch(node) : undefined;
}

function insertAt<Entry>(array: Entry[], index: number, entry: Entry): void {
  if (index === array.length) array.push(entry);
  else array.splice(index, 0, entry);
}

function splitLeaf(leaf: Leaf): Split {
  const half = leaf.scores.length >>> 1;
  const right = new Leaf(leaf.scores.splice(half), leaf.members.splice(half));
  return { node: right, ...firstPair(right) };
}

function splitBranch(branch: Branch): Split {
  const half = branch.children.length >>> 1;
  const right = new Branch(
    branch.children.splice(half),
    branch.sizes.splice(half),
    branch.scores.splice(half),
    branch.members.splice(half),
  );
  return { node: right, ...firstPair(right) };
}

function firstPair({ scores, members }: Node): { score: number; member: ByteString } {
  const [score] = scores;
  const [member] = members;
  if (score === undefined || member === undefined) throw new RangeError("an empty node");
  return { score, member };
}

function sizeOf(node: Node): number {
  if (node instanceof Leaf) return node.scores.length;
  let size = 0;
  for (const below of node.sizes) size += below;
  return size;
}

function remove(node: Node, score: number, member: ByteString): boolean {
  if (node instanceof Leaf) {
    const index = lowerBound(node.scores, node.members, score, member);
    if (node.members[index] !== member || node.scores[index] !== score) return false;
    node.scores.splice(index, 1);
    node.members.splice(index, 1);
    return true;
  }
  const index = childIndex(node, score, member);
  const child = node.children[index];
  if (child === undefined || !remove(child, score, member)) return false;
  node.sizes[index] = (node.sizes[index] ?? 0) - 1;
  if (entriesOf(child) <= MERGED_ENTRIES) settle(node, index);
  return true;
}

/** Removes some of a node's pairs; who calls has dropped the node where it would be all. */
function removeRange(node: Node, start: number, end: number): void {
  if (node instanceof Leaf) {
    node.scores.splice(start, end - start);
    node.members.splice(start, end - start);
    return;
  }
  let offset = 0;
  let first = -1;
  let firstWhole = 0;
  let wholes = 0;
  for (const [index, size] of node.sizes.entries()) {
    const from = Math.max(0, start - offset);
    const to = Math.min(size, end - offset);
    const child = node.children[index];
    offset += size;
    if (from >= to || child === undefined) continue;
    if (first < 0) first = index;
    if (to - from === size) {
      if (wholes++ === 0) firstWhole = index;
    } else {
      removeRange(child, from, to);
      node.sizes[index] = size - (to - from);
    }
  }
  drop(node, firstWhole, wholes);
  settle(node, first + 1);
  settle(node, first);
}

function drop(branch: Branch, index: number, count: number): void {
  branch.children.splice(index, count);
  branch.sizes.splice(index, count);
  branch.scores.splice(index, count);
  branch.members.splice(index, count);
}

function entriesOf(node: Node): number {
  return node instanceof Leaf ? node.scores.length : node.children.length;
}

/** Drops a child that has become empty, joins one that runs low with its neighbours. */
function settle(branch: Branch, index: number): void {
  if (branch.sizes[index] === 0 && branch.children.length > 1) return drop(branch, index, 1);
  mergeWithNext(branch, index);
  return mergeWithNext(branch, index - 1);
}

function mergeWithNext(branch: Branch, index: number): void {
  const left = branch.children[index];
  const right = branch.children[index + 1];
  const score = branch.scores[index + 1];
  const member = branch.members[index + 1];
  if (left === undefined || right === undefined || score === undefined) return;
  if (member === undefined || entriesOf(left) + entriesOf(right) > MERGED_ENTRIES) return;
  const seam = entriesOf(left);
  if (left instanceof Branch && right instanceof Branch) {
    left.children.push(...right.children);
    left.sizes.push(...right.sizes);
    right.scores[0] = score;
    right.members[0] = member;
  }
  left.scores.push(...right.scores);
  left.members.push(...right.members);
  branch.sizes[index] = (branch.sizes[index] ?? 0) + (branch.sizes[index + 1] ?? 0);
  drop(branch, index + 1, 1);
  if (left instanceof Branch) settle(left, seam);
}

function copyOf(node: Node): Node {
  const scores = node.scores.slice();
  const members = node.members.slice();
  if (node instanceof Leaf) return new Leaf(scores, members);
  return new Branch(node.children.map(copyOf), node.sizes.slice(), scores, members);
}

function walk(node: Node, start: number, end: number, visit: VisitPair): void {
  if (node instanceof Leaf) {
    for (let index = start; index < end; index++) {
      const member = node.members[index];
      if (member !== undefined) visit(member, node.scores[index] ?? 0);
    }
    return;
  }
  let offset = 0;
  for (let index = 0; index < node.children.length && offset < end; index++) {
    const size = node.sizes[index] ?? 0;
    const child = node.children[index];
    if (child !== undefined && offset + size > start) {
      walk(child, Math.max(0, start - offset), Math.min(size, end - offset), visit);
    }
    offset += size;
  }
}

function walkReverse(node: Node, start: number, end: number, visit: VisitPair): void {
  if (node instanceof Leaf) {
    for (let index = end - 1; index >= start; index--) {
      const member = node.members[index];
      if (member !== undefined) visit(member, node.scores[index] ?? 0);
    }
    return;
  }
  let offset = sizeOf(node);
  for (let index = node.children.length - 1; index >= 0 && offset > start; index--) {
    const size = node.sizes[index] ?? 0;
    const child = node.children[index];
    offset -= size;
    if (child !== undefined && offset < end) {
      walkReverse(child, Math.max(0, start - offset), Math.min(size, end - offset), visit);
    }
  }
}
