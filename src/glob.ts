/**
 * Glob patterns as Redis matches them (stringmatchlen in util.c): `*`, `?`, `[a-z]`, `[^a]` and backslash escapes, on bytes. What would
 * surprise: ranges order bytes as signed chars, so 0x80–0xff stand before 0x00; a class that is not closed ends with the pattern, and an
 * empty one takes nothing; and the empty subject matches no pattern but the empty one, not even `**`.
 */
import type { ByteString } from "./bytes.js";

export type Matches = (subject: ByteString) => boolean;

/** What takes exactly one byte: one code, ANY, or the codes whose entries in a table of 256 are 1. */
type Place = number | Uint8Array;

/** What stands between two stars and matches in one piece: literal text, or places of which some are no literals. */
type Segment = string | readonly Place[];

const ANY = -1;

/** Redis follows so many stars that something stands behind, and gives up past them. */
const MAX_STARS = 1000;

/**
 * Compiles a pattern. Matching takes at most time proportional to pattern · subject.
 *
 * `*` alone matches everything, as it does for KEYS and the SCAN family, which look at it before they match. For PSUBSCRIBE and PUBSUB
 * CHANNELS it does not match the empty channel.
 */
export function globMatcher(pattern: ByteString): Matches {
  if (pattern === "*") return () => true;
  if (!/[*?[\\]/.test(pattern)) return (subject) => subject === pattern;
  const segments = compile(pattern);
  if (segments.length - 1 - (segments.at(-1) === "" ? 1 : 0) > MAX_STARS) return () => false;
  return (subject) => subject !== "" && matches(segments, subject);
}

/** The segments before, between and behind the stars. */
function compile(pattern: ByteString): readonly Segment[] {
  const segments: Segment[] = [];
  let places: Place[] = [];
  let position = 0;
  while (position < pattern.length) {
    const character = pattern[position++];
    if (character === "*") {
      if (position === 1 || places.length > 0) segments.push(segment(places));
      places = [];
    } else if (character === "?") {
      places.push(ANY);
    } else if (character === "[") {
      const { codes, end } = compileClass(pattern, position);
      places.push(codes);
      position = end;
    } else {
      if (character === "\\" && position < pattern.length) position++;
      places.push(pattern.charCodeAt(position - 1));
    }
  }
  segments.push(segment(places));
  return segments;
}

function segment(places: readonly Place[]): Segment {
  let text = "";
  for (const place of places) {
    if (typeof place !== "number" || place === ANY) return places;
    text += String.fromCharCode(place);
  }
  return text;
}

/** A class from behind its `[`; one that is not closed ends with the pattern. */
function compileClass(
  pattern: ByteString,
  start: number,
): { readonly codes: Uint8Array; readonly end: number } {
  const negated = pattern[start] === "^";
  const codes = new Uint8Array(256).fill(negated ? 1 : 0);
  const taken = negated ? 0 : 1;
  let position = negated ? start + 1 : start;
  for (; position < pattern.length && pattern[position] !== "]"; position++) {
    if (pattern[position] === "\\" && position + 1 < pattern.length) {
      position++;
      codes[pattern.charCodeAt(position)] = taken;
    } else if (pattern[position + 1] === "-" && position + 2 < pattern.length) {
      const from = signed(pattern.charCodeAt(position));
      const to = signed(pattern.charCodeAt(position + 2));
      for (let code = Math.min(from, to); code <= Math.max(from, to); code++) {
        codes[code & 0xff] = taken;
      }
      position += 2;
    } else {
      codes[pattern.charCodeAt(position)] = taken;
    }
  }
  return { codes, end: position + 1 };
}

/** A byte as the signed char of x86. */
function signed(code: number): number {
  return code < 0x80 ? code : code - 0x100;
}

/** First segment at the start, last at the end, the others each at the first place that takes them. */
function matches(segments: readonly Segment[], subject: ByteString): boolean {
  const first = segments[0] ?? "";
  const last = segments[segments.length - 1] ?? "";
  if (segments.length === 1) return subject.length === first.length && matchesAt(first, subject, 0);

  const end = subject.length - last.length;
  if (end < first.length || !matchesAt(first, subject, 0) || !matchesAt(last, subject, end)) {
    return false;
  }
  let position = first.length;
  for (let index = 1; index < segments.length - 1; index++) {
    const middle = segments[index] ?? "";
    const found = find(middle, subject, position);
    if (found < 0) return false;
    position = found + middle.length;
  }
  return position <= end;
}

/** Where a segment first matches from `start` on; negative where it does not. */
function find(segment: Segment, subject: ByteString, start: number): number {
  if (typeof segment === "string") return subject.indexOf(segment, start);
  const last = subject.length - segment.length;
  for (let position = start; position <= last; position++) {
    if (matchesAt(segment, subject, position)) return position;
  }
  return -1;
}

/** The subject is long enough. */
function matchesAt(segment: Segment, subject: ByteString, start: number): boolean {
  if (typeof segment === "string") return subject.startsWith(segment, start);
  for (let index = 0; index < segment.length; index++) {
    const place = segment[index];
    if (place === undefined || place === ANY) continue;
    const code = subject.charCodeAt(start + index);
    if (typeof place === "number" ? place !== code : place[code] === 0) return false;
  }
  return true;
}
