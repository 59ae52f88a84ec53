/**
 * A sorted set: scores by member beside a counted tree ordered by (score, member). Its encoding is the one Redis 8 would use by
 * default; it matters for OBJECT ENCODING, for what a scan answers at once and for the sign of zero, which a listpack loses.
 */
import type { ByteString } from "../bytes.js";
import { CountedTree, LAST_MEMBER, type VisitPair } from "./counted-tree.js";
import { IndexedMap } from "./indexed-map.js";

const MAX_LISTPACK_ENTRIES = 128;
const MAX_LISTPACK_MEMBER = 64;

/** One end of a range of scores. */
export interface ScoreBound {
  readonly value: number;
  readonly exclusive: boolean;
}

/** One end of a range of members that have equal scores; `-` and `+` are before and after all members. */
export type LexBound = "-" | "+" | { readonly member: ByteString; readonly exclusive: boolean };

/** Ranks from `start` to before `end`. */
export type RankRange = readonly [start: number, end: number];

export class SortedSet {
  #scores = new IndexedMap<ByteString, number>();
  #tree = new CountedTree();
  #encoding: "listpack" | "skiplist" = "listpack";

  /** A set of its own, in the encoding that fits it: not even before a long member comes is it a listpack. */
  static of(scores: ReadonlyMap<ByteString, number>): SortedSet {
    const large = scores.size > MAX_LISTPACK_ENTRIES || [...scores.keys()].some(isLong);
    return SortedSet.#filled(scores, large ? "skiplist" : "listpack");
  }

  /** A set that is never stored: a skiplist whatever its size, as the result of ZUNION is in Redis. */
  static temporary(scores: ReadonlyMap<ByteString, number>): SortedSet {
    return SortedSet.#filled(scores, "skiplist");
  }

  static #filled(
    scores: ReadonlyMap<ByteString, number>,
    encoding: "listpack" | "skiplist",
  ): SortedSet {
    const set = new SortedSet();
    set.#encoding = encoding;
    for (const [member, score] of scores) set.set(member, score);
    return set;
  }

  get size(): number {
    return this.#tree.size;
  }

  get encoding(): "listpack" | "skiplist" {
    return this.#encoding;
  }

  score(member: ByteString): number | undefined {
    return this.#scores.get(member);
  }

  /** Adds a member or changes its score. */
  set(member: ByteString, given: number): "added" | "updated" | "same" {
    const old = this.#scores.get(member);
    if (old === given) return "same";
    if (old !== undefined) this.#tree.delete(old, member);
    else if (member.length > MAX_LISTPACK_MEMBER) this.#encoding = "skiplist";
    else this.prepareFor(this.size + 1);
    const score = given === 0 && this.#encoding === "listpack" ? 0 : given;
    this.#scores.put(member, score);
    this.#tree.insert(score, member);
    return old === undefined ? "added" : "updated";
  }

  /** Redis leaves the listpack already for a command that brings so many members, new or not. */
  prepareFor(members: number): void {
    if (members > MAX_LISTPACK_ENTRIES) this.#encoding = "skiplist";
  }

  /** Leaves the listpack, as Redis does with a set that it sorts. */
  toSkiplist(): void {
    this.#encoding = "skiplist";
  }

  delete(member: ByteString): boolean {
    const score = this.#scores.get(member);
    if (score === undefined) return false;
    this.#scores.delete(member);
    return this.#tree.delete(score, member);
  }

  /** The rank counted from the lowest score. */
  rank(member: ByteString): number | undefined {
    const score = this.#scores.get(member);
    return score === undefined ? undefined : this.#tree.countBefore(score, member);
  }

  /** The member of a rank; undefined outside. */
  at(rank: number): ByteString | undefined {
    return this.#tree.memberAt(rank);
  }

  scoreRange(min: ScoreBound, max: ScoreBound): RankRange {
    const start = this.#tree.countBefore(min.value, min.exclusive ? LAST_MEMBER : "");
    const end = this.#tree.countBefore(max.value, max.exclusive ? "" : LAST_MEMBER);
    return [start, Math.max(start, end)];
  }

  /**
   * The members between two bounds. All scores should be equal; where they are not, small sets answer as Redis's listpack does, whose
   * walk begins at either end.
   */
  lexRange(min: LexBound, max: LexBound, walk: "up" | "down" = "up"): RankRange {
    if (this.#encoding === "listpack") return this.#lexRangeByWalk(min, max, walk);
    const score = this.#lowestScore();
    const start = this.#countBeforeLex(score, min, "min");
    return [start, Math.max(start, this.#countBeforeLex(score, max, "max"))];
  }

  /** Visits the members of a range of ranks, ascending. */
  forEach([start, end]: RankRange, visit: VisitPair): void {
    this.#tree.forEach(start, end, visit);
  }

  /** Visits the members of a range of ranks, descending. */
  forEachReverse([start, end]: RankRange, visit: VisitPair): void {
    this.#tree.forEachReverse(start, end, visit);
  }

  /** Deletes the members of a range of ranks; returns how many. */
  deleteRange([start, end]: RankRange): number {
    this.#tree.forEach(start, end, (member) => this.#scores.delete(member));
    return this.#tree.deleteRange(start, end);
  }

  /** Visits about `count` members from `cursor`, a listpack's all at once; returns the next cursor, 0 at the end. */
  scan(cursor: number, count: number, visit: VisitPair): number {
    if (this.#encoding === "skiplist") return this.#scores.scan(cursor, count, visit);
    this.forEach([0, this.size], visit);
    return 0;
  }

  clone(): SortedSet {
    const copy = new SortedSet();
    copy.#encoding = this.#encoding;
    copy.#scores = this.#scores.clone();
    copy.#tree = this.#tree.clone();
    return copy;
  }

  #lowestScore(): number {
    let lowest = 0;
    this.#tree.forEach(0, 1, (_, score) => (lowest = score));
    return lowest;
  }

  #countBeforeLex(score: number, bound: LexBound, side: "min" | "max"): number {
    if (bound === "-") return 0;
    if (bound === "+") return this.size;
    const behind = (side === "min") === bound.exclusive;
    return this.#tree.countBefore(score, behind ? `${bound.member}\0` : bound.member);
  }

  #lexRangeByWalk(min: LexBound, max: LexBound, walk: "up" | "down"): RankRange {
    const members: ByteString[] = [];
    this.forEach([0, this.size], (member) => members.push(member));
    const [first] = members;
    const last = members.at(-1);
    if (first === undefined || last === undefined) return [0, 0];
    if (!isAbove(last, min) || !isBelow(first, max)) return [0, 0];
    if (walk === "down") {
      const end = members.findLastIndex((member) => isBelow(member, max)) + 1;
      return [
        members.findLastIndex((member, rank) => rank < end && !isAbove(member, min)) + 1,
        end,
      ];
    }
    const start = members.findIndex((member) => isAbove(member, min));
    const beyond = members.findIndex((member, rank) => rank >= start && !isBelow(member, max));
    return [start, beyond < 0 ? members.length : beyond];
  }
}

function isLong({ length }: ByteString): boolean {
  return length > MAX_LISTPACK_MEMBER;
}

function isAbove(member: ByteString, min: LexBound): boolean {
  if (min === "-") return true;
  if (min === "+") return false;
  return min.exclusive ? member > min.member : member >= min.member;
}

function isBelow(member: ByteString, max: LexBound): boolean {
  if (max === "+") return true;
  if (max === "-") return false;
  return max.exclusive ? member < max.member : member <= max.member;
}
