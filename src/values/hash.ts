/**
 * A hash: a plain Map while Redis would keep a listpack (order of insertion, scanned at once), an indexed map above. A listpack whose
 * fields have, or had, deadlines keeps those that have one first, the next to die in front.
 */
import type { ByteString } from "../bytes.js";
import type { Random } from "../random.js";
import { FieldDeadlines, type FieldDeadline } from "./field-deadlines.js";
import { IndexedMap } from "./indexed-map.js";

const MAX_LISTPACK_ENTRIES = 512;
const MAX_LISTPACK_VALUE = 64;

export type VisitField = (field: ByteString, value: ByteString) => void;

export class Hash {
  #fields: Map<ByteString, ByteString> | IndexedMap<ByteString, ByteString> = new Map();
  /** Undefined as long as no command gave, or tried to give, a field a deadline. */
  #deadlines: FieldDeadlines | undefined = undefined;

  get size(): number {
    return this.#fields.size;
  }

  get encoding(): "listpack" | "listpackex" | "hashtable" {
    if (!(this.#fields instanceof Map)) return "hashtable";
    return this.#deadlines === undefined ? "listpack" : "listpackex";
  }

  /** The earliest deadline of a field; undefined when none has one. */
  get nextDeadline(): FieldDeadline | undefined {
    return this.#deadlines?.next;
  }

  deadline(field: ByteString): FieldDeadline | undefined {
    return this.#deadlines?.get(field);
  }

  has(field: ByteString): boolean {
    return this.#fields.has(field);
  }

  get(field: ByteString): ByteString | undefined {
    return this.#fields.get(field);
  }

  /** Adds or replaces, and removes the field's deadline; tells whether the field is new. */
  set(field: ByteString, value: ByteString): boolean {
    if (this.#deadlines !== undefined) this.persist(field);
    return this.setValue(field, value);
  }

  /** Adds or replaces and keeps the field's deadline; tells whether the field is new. */
  setValue(field: ByteString, value: ByteString): boolean {
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
    this.#deadlines?.delete(field);
    return this.#fields.delete(field);
  }

  /** Makes the listpack one that has room for deadlines, as Redis does before it looks at the fields. */
  prepareForDeadlines(): FieldDeadlines {
    return (this.#deadlines ??= new FieldDeadlines());
  }

  /** Gives an existing field a deadline. */
  expire(field: ByteString, at: FieldDeadline): void {
    this.prepareForDeadlines().set(field, at);
  }

  /** Removes the field's deadline; tells whether it had one. A listpack's field then goes behind the others. */
  persist(field: ByteString): boolean {
    if (this.#deadlines === undefined || !this.#deadlines.delete(field)) return false;
    if (this.#fields instanceof Map) {
      const value = this.#fields.get(field);
      this.#fields.delete(field);
      if (value !== undefined) this.#fields.set(field, value);
    }
    return true;
  }

  /** Deletes the fields whose deadline `now` has reached. */
  deleteDue(now: number): void {
    let field = this.#deadlines?.popDue(now);
    while (field !== undefined) {
      this.#fields.delete(field);
      field = this.#deadlines?.popDue(now);
    }
  }

  forEach(visit: VisitField): void {
    if (!(this.#fields instanceof Map)) {
      this.#fields.forEach(visit);
      return;
    }
    const deadlines = this.#deadlines;
    if (deadlines === undefined || deadlines.size === 0) {
      for (const [field, value] of this.#fields) visit(field, value);
      return;
    }
    for (const field of deadlines.order) {
      const value = this.#fields.get(field);
      if (value !== undefined) visit(field, value);
    }
    for (const [field, value] of this.#fields) {
      if (deadlines.get(field) === undefined) visit(field, value);
    }
  }

  /** Visits the fields at places from 0 to below the size, which hold until the next change. */
  visitPlaces(places: readonly number[], visit: VisitField): void {
    const fields =
      this.#fields instanceof IndexedMap ? this.#fields.keys() : this.#listpackFields();
    for (const place of places) {
      const field = fields[place];
      const value = field === undefined ? undefined : this.#fields.get(field);
      if (field !== undefined && value !== undefined) visit(field, value);
    }
  }

  /** A random field; undefined when empty. */
  randomField(random: Random): ByteString | undefined {
    if (this.#fields instanceof IndexedMap) return this.#fields.randomKey(random);
    return this.#listpackFields()[random.below(this.#fields.size)];
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
    copy.#deadlines = this.#deadlines?.clone();
    return copy;
  }

  #listpackFields(): readonly ByteString[] {
    const fields: ByteString[] = [];
    this.forEach((field) => fields.push(field));
    return fields;
  }

  #toHashtable(): void {
    if (this.#fields instanceof IndexedMap) return;
    const fields = new IndexedMap<ByteString, ByteString>();
    for (const [field, value] of this.#fields) fields.set(field, value);
    this.#fields = fields;
  }
}
