/** What is different between two states of emulators: which keys came, went or changed, and in what; readable in a failing test. */
import type { ByteString } from "../bytes.js";
import { Engine, keyspaceOf } from "../engine.js";
import type { UnixTime } from "../keyspace/expiry.js";
import { typeName, type Value } from "../keyspace/value.js";
import type { Entry, View } from "../keyspace/versions.js";
import { Snapshot, stateOf } from "../snapshot.js";
import { List } from "../values/list.js";
import { named, parts, shown } from "./parts.js";

/** A part of a key that is different. */
export interface Change {
  /**
   * Where: a field, a member, `[0]` of a list, the ID of a stream's entry, a JSON path; `"value"` of a string, `"type"`, or `"expires"`.
   */
  readonly at: string;
  /** As text; undefined where there was, or is, nothing. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

export interface ChangedKey {
  readonly key: string;
  readonly type: string;
  readonly changes: readonly Change[];
}

/** Keys are in the order of their bytes; those of another database than 0 begin with it, `"[1] key"`. */
export class Difference {
  readonly appeared: readonly string[];
  readonly vanished: readonly string[];
  readonly changed: readonly ChangedKey[];
  readonly #lines: readonly string[];

  constructor(keys: readonly KeyDifference[]) {
    this.appeared = keys.flatMap(({ key, before }) => (before === undefined ? [key] : []));
    this.vanished = keys.flatMap(({ key, after }) => (after === undefined ? [key] : []));
    this.changed = keys.flatMap(({ key, before, after, changes }) => {
      return before === undefined || after === undefined
        ? []
        : [{ key, type: typeName(after.value), changes }];
    });
    this.#lines = keys.flatMap(linesOf);
  }

  get isEmpty(): boolean {
    return this.#lines.length === 0;
  }

  /** `+` before what came, `-` before what went, `~` before what changed; "no difference" where there is none. */
  toString(): string {
    return this.isEmpty ? "no difference" : this.#lines.join("\n");
  }
}

interface KeyDifference {
  readonly key: string;
  readonly before: Entry | undefined;
  readonly after: Entry | undefined;
  readonly changes: readonly Change[];
}

/**
 * What has to happen to `before` to make it `after`: emulators as they are now, or snapshots. Costs what has changed where both are of
 * one emulator, else as much as they hold. Throws a TypeError for anything else.
 */
export function diff(before: Engine | Snapshot, after: Engine | Snapshot): Difference {
  // To bring one up to date may change what the other goes by.
  for (const state of [before, after]) if (state instanceof Engine) keyspaceOf(state);
  const [old, present] = [viewsOf("before", before), viewsOf("after", after)];
  const databases = [...new Set([...old, ...present].map(({ database }) => database))].sort(
    (a, b) => a - b,
  );
  return new Difference(
    databases.flatMap((database) => {
      const of = (views: readonly View[]): View | undefined =>
        views.find((view) => view.database === database);
      return compare(of(old), of(present), database === 0 ? "" : `[${database}] `);
    }),
  );
}

function viewsOf(argument: string, state: Engine | Snapshot): readonly View[] {
  if (state instanceof Engine) return keyspaceOf(state).versions.views();
  if (state instanceof Snapshot) {
    const { keyspace, version } = stateOf(state);
    return keyspace.versions.views(version);
  }
  throw new TypeError(
    `diff(before, after): ${argument} is neither an emulator nor a snapshot; pass createEmulator() or emulator.snapshot()`,
  );
}

function compare(
  old: View | undefined,
  present: View | undefined,
  prefix: string,
): KeyDifference[] {
  const alike = old !== undefined && old.contents === present?.contents;
  const keys = new Set<ByteString>();
  for (const view of [old, present]) {
    for (const key of (alike ? view?.changed : view?.keys) ?? []) keys.add(key);
  }
  return [...keys].toSorted().flatMap((key) => {
    const [before, after] = [old?.get(key), present?.get(key)];
    const changes = before && after ? changesBetween(before, after) : [];
    if (before && after ? changes.length === 0 : before === after) return [];
    return [{ key: prefix + named(key), before, after, changes }];
  });
}

function changesBetween(before: Entry, after: Entry): Change[] {
  return [...valueChanges(before.value, after.value), ...expiryChanges(before, after)];
}

function expiryChanges(before: Entry, after: Entry): Change[] {
  if (before.expireAt === after.expireAt) return [];
  return [{ at: "expires", before: deadline(before), after: deadline(after) }];
}

function deadline({ expireAt }: Entry): string | undefined {
  return expireAt === undefined ? undefined : shownTime(expireAt);
}

function expiry(at: UnixTime): string {
  return `expires ${shownTime(at)}`;
}

/** A point in time, as far as a Date reaches. */
function shownTime(time: UnixTime): string {
  const date = new Date(Number(time));
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString();
}

function valueChanges(before: Value, after: Value): Change[] {
  if (before === after) return [];
  if (typeName(before) !== typeName(after)) {
    return [{ at: "type", before: summary(before), after: summary(after) }];
  }
  if (before instanceof List && after instanceof List) return elementChanges(before, after);
  const [old, present] = [parts(before, expiry), parts(after, expiry)];
  return [...new Set([...old.keys(), ...present.keys()])].flatMap((at) => {
    const [was, is] = [old.get(at), present.get(at)];
    return was === is ? [] : [{ at: at || "value", before: was, after: is }];
  });
}

/** The elements between those that both lists begin with and those that both end with. */
function elementChanges(before: List, after: List): Change[] {
  const [old, present] = [before.slice(0, before.length), after.slice(0, after.length)];
  let start = 0;
  const shorter = Math.min(old.length, present.length);
  while (start < shorter && old[start] === present[start]) start++;
  let end = 0;
  while (end < shorter - start && old.at(-1 - end) === present.at(-1 - end)) end++;
  const changes: Change[] = [];
  for (let index = start; index < Math.max(old.length, present.length) - end; index++) {
    const element = (list: readonly ByteString[]): string | undefined => {
      const found = index < list.length - end ? list[index] : undefined;
      return found === undefined ? undefined : shown(found);
    };
    const [was, is] = [element(old), element(present)];
    if (was !== is) changes.push({ at: `[${index}]`, before: was, after: is });
  }
  return changes;
}

/** So much of a value is shown where it came or went as a whole. */
const SHOWN_PARTS = 5;

function summary(value: Value): string {
  const isList = value instanceof List;
  const all = Array.from(parts(value, expiry), ([at, content]) => {
    return at === "" || isList ? content : [at, content].filter(Boolean).join(": ");
  });
  const rest = all.length - SHOWN_PARTS;
  const list = all.slice(0, SHOWN_PARTS).join(", ");
  return `${typeName(value)} ${list}${rest > 0 ? `, and ${rest} more` : ""}`;
}

function linesOf({ key, before, after, changes }: KeyDifference): string[] {
  if (before === undefined) return after === undefined ? [] : [`+ ${key}: ${whole(after)}`];
  if (after === undefined) return [`- ${key}: ${whole(before)}`];
  const [only] = changes;
  if (changes.length === 1 && only?.at === "value") {
    return [`~ ${key}: ${only.before} → ${only.after}`];
  }
  return [
    `~ ${key} (${typeName(after.value)})`,
    ...changes.map((change) => `    ${lineOf(change)}`),
  ];
}

function whole({ value, expireAt }: Entry): string {
  return summary(value) + (expireAt === undefined ? "" : `, ${expiry(expireAt)}`);
}

function lineOf({ at, before, after }: Change): string {
  if (before === undefined) return `+ ${[at, after].filter(Boolean).join(": ")}`;
  if (after === undefined) return `- ${[at, before].filter(Boolean).join(": ")}`;
  return `~ ${at}: ${before} → ${after}`;
}
