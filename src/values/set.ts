/**
 * A set in Redis's three encodings: integers only (ascending), a listpack (order of insertion) and a hashtable. It moves to a
 * larger encoding by Redis 8's default thresholds and never back.
 */
import type { ByteString } from "../bytes.js";
import type { Random } from "../random.js";
import { IndexedMap } from "./indexed-map.js";
import { parseInteger } from "./numbers.js";

const MAX_INTSET_ENTRIES = 512;
const MAX_LISTPACK_ENTRIES = 128;
const MAX_LISTPACK_MEMBER = 64;

export class SetValue {
  /** The members of an intset or listpack, or of a hashtable. */
  #members: Set<ByteString> | IndexedMap<ByteString, true> = new Set();
  #integers = true;
  /** An intset's members in order, made when they are asked for. */
  #sorted: readonly ByteString[] | undefined;

  /** A set of these members as SINTERSTORE stores it: an intset of nothing but integers, else in the order given. */
  static from(members: readonly ByteString[]): SetValue {
    const set = new SetValue();
    if (!members.every(isInteger)) set.#integers = false;
    for (const member of members) set.add(member);
    return set;
  }

  /** A set of these members that was not an intset, or began as one where they may be: what a payload of DUMP holds. */
  static restored(members: readonly ByteString[], mayBeIntset: boolean): SetValue {
    const set = new SetValue();
    if (!mayBeIntset) set.#integers = false;
    for (const member of members) set.add(member);
    return set;
  }

  get size(): number {
    return this.#members.size;
  }

  get encoding(): "intset" | "listpack" | "hashtable" {
    if (this.#members instanceof IndexedMap) return "hashtable";
    return this.#integers ? "intset" : "listpack";
  }

  has(member: ByteString): boolean {
    return this.#members.has(member);
  }

  /** Adds a member; tells whether it is new. */
  add(member: ByteString): boolean {
    if (this.#members instanceof IndexedMap) return this.#members.set(member, true);
    if (this.#members.has(member)) return false;
    if (this.#integers && !isInteger(member)) this.#leaveIntset();
    this.#members.add(member);
    this.#sorted = undefined;
    this.#convertLarge(member.length);
    return true;
  }

  /** Redis leaves the small encodings already for a command that brings so many members, new or not; `first` decides for a new set. */
  prepareFor(members: number, first?: ByteString): void {
    const startsListpack = this.size === 0 && first !== undefined && !isInteger(first);
    if (members > (startsListpack ? MAX_LISTPACK_ENTRIES : this.#maxEntries())) this.#toHashtable();
  }

  /** Makes a hashtable a listpack again where its members fit: what SPOP does when it takes by far the most of them. */
  repack(): void {
    if (!(this.#members instanceof IndexedMap) || this.size > MAX_LISTPACK_ENTRIES) return;
    const members = this.#members.keys();
    if (members.some(({ length }) => length > MAX_LISTPACK_MEMBER)) return;
    this.#members = new Set(members);
  }

  delete(member: ByteString): boolean {
    this.#sorted = undefined;
    return this.#members.delete(member);
  }

  /** All members in Redis's order where it has one; do not change the set while you hold them. */
  members(): readonly ByteString[] {
    if (this.#members instanceof IndexedMap) return this.#members.keys();
    if (!this.#integers) return [...this.#members];
    return (this.#sorted ??= [...this.#members].sort(byNumber));
  }

  /** A random member; undefined when empty. */
  randomMember(random: Random): ByteString | undefined {
    if (this.#members instanceof IndexedMap) return this.#members.randomKey(random);
    return this.members()[random.below(this.size)];
  }

  /** Visits about `count` members from `cursor`, those of a small encoding all at once; returns the next cursor, 0 at the end. */
  scan(cursor: number, count: number, visit: (member: ByteString) => void): number {
    if (this.#members instanceof IndexedMap) return this.#members.scan(cursor, count, visit);
    for (const member of this.members()) visit(member);
    return 0;
  }

  clone(): SetValue {
    const copy = new SetValue();
    const members = this.#members;
    copy.#integers = this.#integers;
    copy.#members = members instanceof IndexedMap ? members.clone() : new Set(members);
    return copy;
  }

  #maxEntries(): number {
    return this.#integers ? MAX_INTSET_ENTRIES : MAX_LISTPACK_ENTRIES;
  }

  #convertLarge(length: number): void {
    const tooLong = !this.#integers && length > MAX_LISTPACK_MEMBER;
    if (tooLong || this.#members.size > this.#maxEntries()) this.#toHashtable();
  }

  /** The first member that is no integer: the integers stay in their order. */
  #leaveIntset(): void {
    this.#members = new Set(this.members());
    this.#integers = false;
  }

  #toHashtable(): void {
    if (this.#members instanceof IndexedMap) return;
    const members = new IndexedMap<ByteString, true>();
    for (const member of this.members()) members.set(member, true);
    this.#members = members;
    this.#integers = false;
    this.#sorted = undefined;
  }
}

function isInteger(member: ByteString): boolean {
  return parseInteger(member) !== undefined;
}

/** Orders integers in canonical decimal: the sign decides, then the length, then the digits. */
function byNumber(a: ByteString, b: ByteString): number {
  const aNegative = a.startsWith("-");
  if (aNegative !== b.startsWith("-")) return aNegative ? -1 : 1;
  const larger = a.length === b.length ? a > b : a.length > b.length;
  return larger === aNegative ? -1 : 1;
}
