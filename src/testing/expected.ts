/** What a test expects of text and of keys: itself, what its JSON stands for, or an asymmetric matcher of vitest's or Jest's. */
import { parseDuration } from "../clock.js";
import { show } from "./matching.js";

/** How a runner compares; it knows its asymmetric matchers at every depth. */
export type Equals = (actual: unknown, expected: unknown) => boolean;

interface Asymmetric {
  asymmetricMatch(actual: unknown): boolean;
  toAsymmetricMatcher?(): string;
  toString(): string;
  readonly sample?: unknown;
}

function isAsymmetric(expected: unknown): expected is Asymmetric {
  return (
    typeof expected === "object" &&
    expected !== null &&
    "asymmetricMatch" in expected &&
    typeof expected.asymmetricMatch === "function"
  );
}

/** Whether text is what is expected: text, a number or boolean as written, or what its JSON stands for. */
export function matchesText(actual: string, expected: unknown, equals: Equals): boolean {
  if (typeof expected === "string") return actual === expected;
  if (isAsymmetric(expected) && expected.asymmetricMatch(actual)) return true;
  if (typeof expected !== "object") return actual === show(expected);
  const parsed = parsedJson(actual);
  return parsed !== undefined && equals(parsed, expected);
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A key as `toJSON` has it, with its type said. */
export interface Content {
  readonly $type: string;
  readonly value: unknown;
  readonly $ttl?: unknown;
  readonly $fieldTtl?: unknown;
}

export function contentOf(json: unknown): Content {
  if (typeof json === "string") return { $type: "string", value: json };
  if (Array.isArray(json)) return { $type: "list", value: json };
  if (!isDescribed(json)) return { $type: "hash", value: json };
  return { ...json, $type: json.$type ?? contentOf(json.value).$type };
}

type Described = Omit<Content, "$type"> & { readonly $type?: string };

function isDescribed(json: unknown): json is Described {
  return (
    isRecord(json) && "value" in json && Object.keys(json).some((name) => name.startsWith("$"))
  );
}

/** Whether a key holds what is expected, as `seed` takes it; a TTL counts where one is expected. */
export function matchesContent(actual: Content, expected: unknown, equals: Equals): boolean {
  if (!isDescribed(expected)) return matchesPlain(actual, expected, equals);
  const { $type, $ttl, $fieldTtl, value } = expected;
  if ($type !== undefined && $type !== actual.$type) return false;
  if ($ttl !== undefined && !isSameTime(actual.$ttl, $ttl)) return false;
  if ($fieldTtl !== undefined && !areSameTimes(actual.$fieldTtl, $fieldTtl)) return false;
  if ($type === undefined) return matchesPlain(actual, value, equals);
  return matchesValue(actual, value, equals);
}

/** The types whose shape tells them; JSON is what it stands for. */
const PLAIN: ReadonlySet<string> = new Set(["string", "list", "hash", "json"]);

function matchesPlain(actual: Content, expected: unknown, equals: Equals): boolean {
  if (isAsymmetric(expected)) return matchesAsymmetric(actual, expected, equals);
  return PLAIN.has(actual.$type) && matchesValue(actual, expected, equals);
}

function matchesAsymmetric({ value }: Content, expected: Asymmetric, equals: Equals): boolean {
  if (typeof value === "string") return matchesText(value, expected, equals);
  return expected.asymmetricMatch(value);
}

function matchesValue({ $type, value }: Content, expected: unknown, equals: Equals): boolean {
  const isText = (actual: unknown, wanted: unknown): boolean =>
    matchesText(String(actual), wanted, equals);
  switch ($type) {
    case "string":
      return isText(value, expected);
    case "list":
      return isArray(value) && isArray(expected) && isEach(value, expected, isText);
    case "set":
      return isArray(value) && isArray(expected) && isEachOnce(value, expected, isText);
    case "hash":
      return isRecord(value) && isRecord(expected) && isEachField(value, expected, isText);
    case "zset":
      return isRecord(value) && isRecord(expected) && isEachField(value, expected, equals);
    case "stream":
      return (
        isArray(value) &&
        isArray(expected) &&
        isEach(value, expected, (entry, wanted) => isEntry(entry, wanted, isText))
      );
    default:
      return equals(value, expected);
  }
}

function isEntry(entry: unknown, wanted: unknown, isText: Equals): boolean {
  if (!isRecord(entry) || !isRecord(wanted)) return false;
  const { $id, ...fields } = entry;
  const { $id: id = $id, ...expected } = wanted;
  return isText($id, id) && isEachField(fields, expected, isText);
}

function isEach(actual: readonly unknown[], expected: readonly unknown[], is: Equals): boolean {
  return (
    actual.length === expected.length && actual.every((item, index) => is(item, expected[index]))
  );
}

/** Whether each of the members is another of those expected. */
function isEachOnce(
  members: readonly unknown[],
  expected: readonly unknown[],
  is: Equals,
): boolean {
  const left = [...members];
  for (const wanted of expected) {
    const found = left.findIndex((member) => is(member, wanted));
    if (found < 0) return false;
    left.splice(found, 1);
  }
  return left.length === 0;
}

function isEachField(
  actual: Readonly<Record<string, unknown>>,
  expected: Readonly<Record<string, unknown>>,
  is: Equals,
): boolean {
  const names = Object.keys(actual);
  return (
    names.length === Object.keys(expected).length &&
    names.every((name) => Object.hasOwn(expected, name) && is(actual[name], expected[name]))
  );
}

function isSameTime(actual: unknown, expected: unknown): boolean {
  return parseDuration(String(actual)) === parseDuration(String(expected));
}

function areSameTimes(actual: unknown, expected: unknown): boolean {
  return isRecord(actual) && isRecord(expected) && isEachField(actual, expected, isSameTime);
}

function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An expectation as it stands in the source of a test, more or less. */
export function shownExpected(expected: unknown): string {
  if (isAsymmetric(expected)) {
    return expected.toAsymmetricMatcher?.() ?? `${String(expected)} ${show(expected.sample)}`;
  }
  return show(expected);
}
