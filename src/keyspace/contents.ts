/**
 * What a database holds, and how a part of it is put back as it was. The former states of keys tell of each its place, too: SCAN and
 * RANDOMKEY go by the order of the keys.
 */
import type { ByteString } from "../bytes.js";
import { IndexedMap } from "../values/indexed-map.js";
import type { UnixTime } from "./expiry.js";
import { cloneValue, type Value } from "./value.js";

/** What was at a key. */
export interface Former {
  readonly index: number;
  /** Undefined where the value has not changed since. */
  value: Value | undefined;
  /** The second of the last access. */
  readonly accessed: number;
  readonly expireAt: UnixTime | undefined;
  /** What stood in the expiry of fields. */
  readonly fieldsAt: UnixTime | undefined;
}

/** How many keys there were, and what was at each that has changed, or moved to another place, since; undefined where nothing was. */
export interface FormerKeys {
  readonly size: number;
  readonly keys: Map<ByteString, Former | undefined>;
}

export class Contents {
  readonly entries = new IndexedMap<ByteString, Value>();
  /** The second of each entry's last access, at the entry's index. */
  accessed = new Uint32Array(64);
  readonly deadlines = new Map<ByteString, UnixTime>();
  /** When the next field of each hash with deadlines dies, or an earlier time: what stands in the expiry of fields. */
  readonly fieldDeadlines = new Map<ByteString, UnixTime>();

  /** What is at the key now. */
  state(key: ByteString): Former | undefined {
    const index = this.entries.indexOf(key);
    if (index === undefined) return undefined;
    return {
      index,
      value: this.entries.valueAt(index),
      accessed: this.accessed[index] ?? 0,
      expireAt: this.deadlines.get(key),
      fieldsAt: this.fieldDeadlines.get(key),
    };
  }

  /** Puts keys back as they were; returns what is to be put back to undo that. */
  putBack({ size, keys }: FormerKeys): FormerKeys {
    const undo = { size: this.entries.size, keys: new Map<ByteString, Former | undefined>() };
    const places = new Map<ByteString, { readonly index: number; readonly value: Value }>();
    const gone: ByteString[] = [];
    for (const [key, former] of keys) {
      const state = this.state(key);
      const value = former?.value ?? state?.value;
      if (former === undefined || value === undefined) gone.push(key);
      else places.set(key, { index: former.index, value });
      if (state !== undefined && former?.value === undefined && former !== undefined) {
        state.value = undefined;
      }
      undo.keys.set(key, state);
    }
    this.entries.rearrange(size, gone, places);
    for (const [key, former] of keys) {
      if (former !== undefined) this.accessed[former.index] = former.accessed;
      putOrDelete(this.deadlines, key, former?.expireAt);
      putOrDelete(this.fieldDeadlines, key, former?.fieldsAt);
    }
    return undo;
  }

  clone(): Contents {
    const copy = new Contents();
    this.entries.forEach((key, value) => copy.entries.put(key, cloneValue(value)));
    copy.accessed = this.accessed.slice();
    for (const [key, at] of this.deadlines) copy.deadlines.set(key, at);
    for (const [key, at] of this.fieldDeadlines) copy.fieldDeadlines.set(key, at);
    return copy;
  }

  /** Makes place for as many again; returns where the seconds stand now. */
  growAccessed(): Uint32Array<ArrayBuffer> {
    const larger = new Uint32Array(this.accessed.length * 2);
    larger.set(this.accessed);
    this.accessed = larger;
    return larger;
  }
}

function putOrDelete<K, V>(map: Map<K, V>, key: K, value: V | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}
