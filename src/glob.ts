/** Glob patterns as Redis matches them (stringmatchlen in util.c): `*`, `?`, `[a-z]`, `[^a]` and backslash escapes, on bytes. */
import type { ByteString } from "./bytes.js";

/** One place of a pattern that takes exactly one byte. */
type Place = (code: number) => boolean;

/** Compiles a pattern. Matching takes at most time proportional to pattern · subject. */
export function globMatcher(pattern: ByteString): (subject: ByteString) => boolean {
  if (/^\*+$/.test(pattern)) return () => true;
  if (!/[*?[\\]/.test(pattern)) return (subject) => subject === pattern;
  const segments = compile(pattern);
  return (subject) => matches(segments, subject);
}

/** The places between stars: a segment must match in one piece, and stars may stretch between segments. */
function compile(pattern: ByteString): readonly (readonly Place[])[] {
  const segments: Place[][] = [[]];
  let position = 0;
  while (position < pattern.length) {
    const character = pattern[position++];
    const segment = segments.at(-1);
    if (character === "*") {
      if (segments.length === 1 || segment?.length !== 0) segments.push([]);
    } else if (character === "?") {
      segment?.push(() => true);
    } else if (character === "[") {
      const { place, end } = compileClass(pattern, position);
      segment?.push(place);
      position = end;
    } else {
      if (character === "\\" && position < pattern.length) position++;
      segment?.push(literal(pattern.charCodeAt(position - 1)));
    }
  }
  return segments;
}

function literal(code: number): Place {
  return (other) => other === code;
}

/** A class from behind its `[`; one that is not closed ends with the pattern. */
function compileClass(
  pattern: ByteString,
  start: number,
): { readonly place: Place; readonly end: number } {
  const negated = pattern[start] === "^";
  const ranges: (readonly [from: number, to: number])[] = [];
  let position = negated ? start + 1 : start;
  for (; position < pattern.length && pattern[position] !== "]"; position++) {
    if (pattern[position] === "\\" && position + 1 < pattern.length) {
      position++;
      ranges.push([pattern.charCodeAt(position), pattern.charCodeAt(position)]);
    } else if (pattern[position + 1] === "-" && position + 2 < pattern.length) {
      const from = pattern.charCodeAt(position);
      const to = pattern.charCodeAt(position + 2);
      ranges.push([Math.min(from, to), Math.max(from, to)]);
      position += 2;
    } else {
      ranges.push([pattern.charCodeAt(position), pattern.charCodeAt(position)]);
    }
  }
  const place: Place = (code) =>
    ranges.some(([from, to]) => code >= from && code <= to) !== negated;
  return { place, end: position + 1 };
}

/** First segment at the start, last at the end, the others each at the first place that takes them. */
function matches(segments: readonly (readonly Place[])[], subject: ByteString): boolean {
  const [first = [], ...others] = segments;
  if (!matchesAt(first, subject, 0)) return false;
  const last = others.pop();
  if (last === undefined) return subject.length === first.length;
  let position = first.length;
  for (const segment of others) {
    while (!matchesAt(segment, subject, position)) if (++position > subject.length) return false;
    position += segment.length;
  }
  const end = subject.length - last.length;
  return end >= position && matchesAt(last, subject, end);
}

function matchesAt(segment: readonly Place[], subject: ByteString, start: number): boolean {
  if (start + segment.length > subject.length) return false;
  return segment.every((takes, index) => takes(subject.charCodeAt(start + index)));
}
