/** Which of a call's words are keys and what is done to them, after the key specifications of Redis's commands (db.c, getKeysFromCommandWithSpecs). */
import { bytes, keyword, type ByteString } from "../bytes.js";
import { parseInteger } from "../values/numbers.js";
import { KEY_SPECS } from "./command-data.js";
import type { Command } from "./command.js";

/** Redis's words for what is done to a key: how the command opens it, then what it does to the value. */
export type KeyFlag =
  | "RO"
  | "RW"
  | "OW"
  | "RM"
  | "access"
  | "update"
  | "insert"
  | "delete"
  | "not_key"
  | "incomplete"
  | "variable_flags";

export interface KeySpec {
  readonly notes: string | undefined;
  readonly flags: readonly KeyFlag[];
  readonly begin: BeginSearch;
  readonly find: FindKeys;
}

export type BeginSearch =
  | { readonly type: "index"; readonly index: number }
  | { readonly type: "keyword"; readonly keyword: string; readonly startFrom: number }
  | { readonly type: "unknown" };

export type FindKeys =
  | {
      readonly type: "range";
      readonly lastKey: number;
      readonly step: number;
      readonly limit: number;
    }
  | {
      readonly type: "keynum";
      readonly keyNumIndex: number;
      readonly firstKey: number;
      readonly step: number;
    }
  | { readonly type: "unknown" };

/** A key by its place among the words of a call. */
export interface KeyReference {
  readonly place: number;
  readonly flags: readonly KeyFlag[];
}

const FLAGS: ReadonlySet<string> = new Set<KeyFlag>([
  "RO",
  "RW",
  "OW",
  "RM",
  "access",
  "update",
  "insert",
  "delete",
  "not_key",
  "incomplete",
  "variable_flags",
]);

function isKeyFlag(word: string): word is KeyFlag {
  return FLAGS.has(word);
}

/** By lower-case name. */
let known: ReadonlyMap<string, readonly KeySpec[]> | undefined;

/** The specifications of a command, none for one without keys. */
export function keySpecs({ name, keys, readonly: reads }: Command): readonly KeySpec[] {
  known ??= rowsOf(KEY_SPECS, (text) => text.split("; ").map(parseSpec));
  const found = known.get(name);
  if (found !== undefined || keys[0] === 0) return found ?? [];
  const [first, last, step] = keys;
  const flags: readonly KeyFlag[] = reads ? ["RO", "access"] : ["RW", "access", "update"];
  const lastKey = last < 0 ? last : last - first;
  const find: FindKeys = { type: "range", lastKey, step, limit: 0 };
  return [{ notes: undefined, flags, begin: { type: "index", index: first }, find }];
}

/** Rows `names = text` as what is read of the text, by name. */
export function rowsOf<Value>(
  rows: string,
  read: (text: string) => Value,
): ReadonlyMap<string, Value> {
  const found = new Map<string, Value>();
  for (const row of rows.replaceAll("\n  ", " ").trim().split("\n")) {
    const [names = "", text = ""] = row.split(" = ");
    const value = read(text);
    for (const name of names.split(" ")) found.set(name.toLowerCase(), value);
  }
  return found;
}

function parseSpec(text: string): KeySpec {
  const [described = "", notes] = text.split(/ "|"$/);
  const words = described.split(" ");
  const find = parseFind(words.pop() ?? "");
  const begin = parseBegin(words.pop() ?? "");
  return { notes, flags: words.filter(isKeyFlag), begin, find };
}

function parseBegin(word: string): BeginSearch {
  if (word.startsWith("@")) return { type: "index", index: Number(word.slice(1)) };
  const [, keyword, from] = /^keyword:(.*),(.*)$/.exec(word) ?? [];
  if (keyword === undefined) return { type: "unknown" };
  return { type: "keyword", keyword, startFrom: Number(from) };
}

function parseFind(word: string): FindKeys {
  if (word === "unknown") return { type: "unknown" };
  const [one = 0, two = 0, three = 0] = word.replace(/^n/, "").split(",").map(Number);
  return word.startsWith("n")
    ? { type: "keynum", keyNumIndex: one, firstKey: two, step: three }
    : { type: "range", lastKey: one, step: two, limit: three };
}

/** Whether the command has arguments that are keys. */
export function hasKeys(command: Command): boolean {
  return keySpecs(command).some(({ flags }) => !flags.includes("not_key"));
}

/** The keys that a call names; none where its words do not say which they are. */
export function keyReferences(
  command: Command,
  argv: readonly ByteString[],
): readonly KeyReference[] {
  const specs = keySpecs(command).filter(({ flags }) => !flags.includes("not_key"));
  const finder = FINDERS[command.name];
  if (finder !== undefined && specs.some(needsFinder)) return finder(argv);
  const found: KeyReference[] = [];
  for (const spec of specs) {
    const places = placesOf(spec, argv);
    if (places === undefined) return leniently(specs, argv);
    for (const place of places) found.push({ place, flags: spec.flags });
  }
  return found;
}

/**
 * Where a number of keys is none, its leading digits count, what is done to the keys is not told, and one that is stored comes last
 * (db.c, genericGetKeys).
 */
function leniently(
  specs: readonly KeySpec[],
  argv: readonly ByteString[],
): readonly KeyReference[] {
  const counted = specs.find(({ find }) => find.type === "keynum");
  if (counted?.begin.type !== "index" || counted.find.type !== "keynum") return [];
  const { begin, find } = counted;
  const first = begin.index + find.firstKey;
  const count = Number.parseInt(argv[begin.index + find.keyNumIndex] ?? "", 10);
  if (!(count >= 1 && count <= Math.floor((argv.length - first) / find.step))) return [];
  const places = Array.from({ length: count }, (_, index) => first + index * find.step);
  const stored = specs.length > 1 ? [1] : [];
  return [...places, ...stored].map((place) => ({ place, flags: [] }));
}

function needsFinder({ flags, begin }: KeySpec): boolean {
  return (
    begin.type === "unknown" || flags.includes("variable_flags") || flags.includes("incomplete")
  );
}

/** Undefined where the words do not fit. */
function placesOf({ begin, find }: KeySpec, argv: readonly ByteString[]): number[] | undefined {
  let first = beginning(begin, argv);
  if (first === undefined || find.type === "unknown") return undefined;
  if (first === 0) return [];
  let last: number;
  if (find.type === "range") {
    const { lastKey, limit } = find;
    if (lastKey >= 0) last = first + lastKey;
    else if (limit === 0) last = argv.length + lastKey;
    else last = first + Math.trunc((argv.length - first) / limit) + lastKey;
  } else {
    const word = argv[first + find.keyNumIndex];
    const count = word === undefined ? undefined : parseInteger(word);
    if (count === undefined || count < 0) return undefined;
    first += find.firstKey;
    last = first + (Number(count) - 1) * find.step;
  }
  if (last >= argv.length || last < first) return undefined;
  const places: number[] = [];
  for (let place = first; place <= last; place += find.step) places.push(place);
  return places;
}

/** 0 where the keyword is missing. */
function beginning(begin: BeginSearch, argv: readonly ByteString[]): number | undefined {
  if (begin.type === "unknown") return undefined;
  if (begin.type === "index") return begin.index;
  // The last word is no keyword: nothing stands behind it.
  const place = argv.findIndex(
    (word, index) =>
      index >= begin.startFrom && index < argv.length - 1 && keyword(word) === begin.keyword,
  );
  return place + 1;
}

type Finder = (argv: readonly ByteString[]) => readonly KeyReference[];

const READ: readonly KeyFlag[] = ["RO", "access"];
const CHANGED: readonly KeyFlag[] = ["RW", "access", "update"];
const OVERWRITTEN: readonly KeyFlag[] = ["OW", "update"];

/** Options of SORT and how many words belong to each. */
const SORT_SKIPS: Readonly<Record<string, number>> = { LIMIT: 2, GET: 1, BY: 1 };

/** Where the specifications do not tell all. */
const FINDERS: Readonly<Record<string, Finder>> = {
  set: (argv) => {
    const gets = argv.some((word, index) => index > 2 && keyword(word) === "GET");
    return [{ place: 1, flags: gets ? CHANGED : OVERWRITTEN }];
  },
  bitfield: (argv) => [{ place: 1, flags: onlyGets(argv) ? READ : CHANGED }],
  sort: (argv) => {
    let stored: KeyReference | undefined;
    for (let index = 2; index < argv.length; index++) {
      const option = keyword(argv[index] ?? bytes(""));
      if (option === "STORE" && index + 1 < argv.length) {
        // What stands behind STORE may be read as an option again.
        stored = { place: index + 1, flags: OVERWRITTEN };
      } else index += SORT_SKIPS[option] ?? 0;
    }
    const source: KeyReference = { place: 1, flags: READ };
    return stored === undefined ? [source] : [source, stored];
  },
  sort_ro: () => [{ place: 1, flags: READ }],
  migrate: (argv) => {
    const flags: readonly KeyFlag[] = ["RW", "access", "delete"];
    const start = argv.findIndex((word, index) => index >= 6 && keyword(word) === "KEYS");
    if (start < 0 || argv[3] !== "") return [{ place: 3, flags }];
    return argv.slice(start + 1).map((_, index) => ({ place: start + 1 + index, flags }));
  },
};

function onlyGets(argv: readonly ByteString[]): boolean {
  for (let index = 2; index < argv.length;) {
    const left = argv.length - index - 1;
    const name = keyword(argv[index] ?? bytes(""));
    if (name === "GET" && left >= 2) index += 3;
    else if (name === "OVERFLOW" && left >= 1) index += 2;
    else return false;
  }
  return true;
}
