/** A hash: a plain Map while Redis would keep a listpack (order of insertion, scanned at once), an indexed map above. */
import type { ByteString } from "../bytes.js";
import type { Random } from "../random.js";
import { IndexedMap } from "./indexed-map.js";

const MAX_LISTPACK_ENTRIES = 512;
const MAX_LISTPACK_VALUE = 64;

export type VisitField = (field: ByteString, value: ByteString) => void;

export class Hash {
  #fields: Map<ByteString, ByteString> | IndexedMap<ByteString, ByteString> = new Map();

  get size(): number {
    return this.#fields.size;
  }

  get encoding(): "listpack" | "hashtable" {
    return this.#fields instanceof Map ? "listpack" : "hashtable";
  }

  has(field: ByteString): boolean {
    return this.#fields.has(field);
  }

  get(field: ByteString): ByteString | undefined {
    return this.#fields.get(field);
  }

  /** Adds or replaces; tells whether the field is new. */
  set(field: ByteString, value: ByteString): boolean {
    const { size } = this.#fields;
    this.#fields.set(field, value);
    const isNew = this.#fields.size > size;
    const large = field.length > MAX_LISTPACK_VALUE || value.length > MAX_LISTPACK_VALUE;
    if (large || this.#fields.size > MAX_LISTPACK_ENTRIES) this.#toHashtable();
    return isNew;
  }

  /** Redis leaves the listpack already for a command that brings so many fields, new or not. */
  prepareFor(fields: number): void {
    if (fields > MAX_LISTPACK_ENTRIES) this.#toHashtable();
  }

  delete(field: ByteString): boolean {
    return this.#fields.delete(field);
  }

  forEach(visit: VisitField): void {
    if (this.#fields instanceof Map) {
      for (const [field, value] of this.#fields) visit(field, value);
    } else {
      this.#fields.forEach(visit);
    }
  }

  /** Visits the fields at places from 0 to below the size, which hold until the next change. */
  visitPlaces(places: readonly number[], visit: VisitField): void {
    const fields =
      this.#fields instanceof IndexedMap ? this.#fields.keys() : [...this.#fields.keys()];
    for (const place of places) {
      const field = fields[place];
      const value = field === undefined ? undefined : this.#fields.get(field);
      if (field !== undefined && value !== undefined) visit(field, value);
    }
  }

  /** A random field; undefined when empty. */
  randomField(random: Random): ByteString | undefined {
    if (this.#fields instanceof IndexedMap) return this.#fields.randomKey(random);
    return [...this.#fields.keys()][random.below(this.#fields.size)];
  }

  /** Visits about `count` fields from `cursor`, a listpack's all at once; returns the next cursor, 0 at the end. */
  scan(cursor: number, count: number, visit: VisitField): number {
    if (this.#fields instanceof IndexedMap) return this.#fields.scan(cursor, count, visit);
    this.forEach(visit);
    return 0;
  }

  clone(): Hash {
    const copy = new Hash();
    copy.#fields = this.#fields instanceof Map ? new Map(this.#fields) : this.#fields.clone();
    return copy;
  }

  #toHashtable(): void {
    if (this.#fields instanceof IndexedMap) return;
    const fields = new IndexedMap<ByteString, ByteString>();
    for (const [field, value] of this.#fields) fields.set(field, value);
    this.#fields = fields;
  }
}
