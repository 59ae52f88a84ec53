/**
 * How the words of a command become the arguments of a method: positional ones, options in an object, and the shapes that the client
 * gives to lists and fields. What the client could not send again as it stands is undefined.
 */
import { lowerAscii } from "../../bytes.js";

/** Makes a command's words (without its name) the arguments of the method. */
export type Arguments = (words: readonly string[]) => readonly unknown[] | undefined;

/** What one word becomes. */
type Kind = (word: string) => string | number | true | undefined;

const kinds: Readonly<Record<string, Kind>> = {
  n: number,
  /** A number or a text such as `(1`, `[a` or `-inf`. */
  bound: (word) => number(word) ?? word,
  /** The client leaves out what is empty. */
  nonempty: (word) => (word === "" ? undefined : word),
  withvalues: (word) => (lowerAscii(word) === "withvalues" ? true : undefined),
};

/** The number whose digits the word is. JSON has no infinities. */
export function number(word: string): number | undefined {
  const value = Number(word);
  return Number.isFinite(value) && String(value) === word ? value : undefined;
}

/** The one of the names that the word is in some case. */
export function choice(names: readonly string[]): Kind {
  return (word) => names.find((name) => lowerAscii(name) === lowerAscii(word));
}

/**
 * One argument for each word, as in `"key n? member..."`: `?` may be absent, `...` is there once or more, `a|b` is a choice, and a name
 * that is no kind stands for any text.
 */
export function positional(signature: string): Arguments {
  const places = placesOf(signature);
  const read = places.map((place) => kindOf(place.replace(/\?$|\.\.\.$/, "")));
  const least = places.filter((place) => !place.endsWith("?")).length;
  const most = signature.endsWith("...") ? Infinity : places.length;
  return (words) => {
    if (words.length < least || words.length > most) return undefined;
    return whole(words.map((word, index) => (read[index] ?? read.at(-1))?.(word)));
  };
}

function placesOf(signature: string): readonly string[] {
  return signature === "" ? [] : signature.split(" ");
}

function kindOf(name: string): Kind {
  return kinds[name] ?? (name.includes("|") ? choice(name.split("|")) : (word) => word);
}

export function whole(values: readonly unknown[]): readonly unknown[] | undefined {
  return values.includes(undefined) ? undefined : values;
}

/** One of the words after the positional ones, with so many operands; `fields` is what it adds to the object. */
export interface Option {
  readonly name: string;
  readonly operands: number;
  fields(operands: readonly string[]): Readonly<Record<string, unknown>> | undefined;
}

/** Options of which a call has one at most. */
export type Alternatives = readonly Option[];

export function flag(name: string): Option {
  return { name, operands: 0, fields: () => ({ [name]: true }) };
}

export function option(name: string, kind: string): Option {
  const read = positional(kind);
  return {
    name,
    operands: 1,
    fields: (operands) => {
      const values = read(operands);
      return values && { [name]: values[0] };
    },
  };
}

/** An option that the client calls by another name. */
export function renamed(name: string, field: string, kind: string): Option {
  return { ...option(field, kind), name };
}

export const limit: Option = {
  name: "limit",
  operands: 2,
  fields: (operands) => {
    const values = positional("n n")(operands);
    return values && { offset: values[0], count: values[1] };
  },
};

export function weights(count: number): Option {
  return {
    name: "weights",
    operands: count,
    fields: (operands) => {
      const numbers = whole(operands.map(number));
      return numbers?.length === count ? { weights: numbers } : undefined;
    },
  };
}

/** The options in an object, whatever their order; undefined where one is unknown, malformed, or there beside its alternative. */
export function readOptions(
  words: readonly string[],
  all: readonly Alternatives[],
): Readonly<Record<string, unknown>> | undefined {
  const [name, ...after] = words;
  if (name === undefined) return {};
  for (const alternatives of all) {
    const found = alternatives.find((option) => lowerAscii(option.name) === lowerAscii(name));
    if (found === undefined) continue;
    const fields = found.fields(after.slice(0, found.operands));
    const others = readOptions(
      after.slice(found.operands),
      all.filter((other) => other !== alternatives),
    );
    return fields && others && { ...fields, ...others };
  }
  return undefined;
}

/** Positional words, then options in an object that is left out when there are none. */
export function withOptions(signature: string, ...options: readonly Alternatives[]): Arguments {
  const read = positional(signature);
  const { length } = placesOf(signature);
  return (words) => followedBy(read(words.slice(0, length)), words.slice(length), options);
}

export function followedBy(
  args: readonly unknown[] | undefined,
  words: readonly string[],
  options: readonly Alternatives[],
): readonly unknown[] | undefined {
  if (words.length === 0) return args;
  const read = readOptions(words, options);
  return args && read && [...args, read];
}

/** So many arguments, and the other words as an array. */
export function withList(count: number): Arguments {
  return (words) => {
    if (words.length <= count) return undefined;
    return [...words.slice(0, count), words.slice(count)];
  };
}

/** So many arguments, and the other words as an object of fields and values. */
export function withFields(count: number): Arguments {
  return (words) => {
    const entries = pairs(words.slice(count));
    if (entries === undefined) return undefined;
    const fields = Object.fromEntries(entries);
    const names = Object.keys(fields);
    const same =
      names.length === entries.length && entries.every(([name], index) => name === names[index]);
    return same ? [...words.slice(0, count), fields] : undefined;
  };
}

export function pairs(
  words: readonly string[],
): readonly (readonly [string, string])[] | undefined {
  if (words.length === 0 || words.length % 2 === 1) return undefined;
  return Array.from({ length: words.length / 2 }, (_, index) => [
    words[2 * index] ?? "",
    words[2 * index + 1] ?? "",
  ]);
}

/** The client takes these arguments in an array. */
export function inArray(read: Arguments): Arguments {
  return (words) => {
    const args = read(words);
    return args === undefined || args.length === 0 ? args : [args];
  };
}

/** `numkeys key [key ...]` after so many words, and what follows. */
export function numbered(words: readonly string[], before: number) {
  const count = number(words[before] ?? "") ?? 0;
  const end = before + 1 + count;
  if (!Number.isInteger(count) || count < 1 || end > words.length) return undefined;
  return { count, keys: words.slice(before + 1, end), rest: words.slice(end) };
}

export const deadlines: Alternatives = ["ex", "px", "exat", "pxat"].map((name) =>
  option(name, "n"),
);

export const match: Alternatives = [option("match", "nonempty")];

export const count: Alternatives = [option("count", "n")];

/** By the method's name. */
export type MethodTable = Readonly<Record<string, Arguments>>;

/** By the command's words in lower case: its method, where that has another name. */
export type RenamedMethods = Readonly<Record<string, readonly [method: string, Arguments]>>;
