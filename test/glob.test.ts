/** Glob patterns. The rows were recorded from a real Redis 8.0.2 with one key, the subject, and KEYS. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytes } from "../src/bytes.js";
import { globMatcher } from "../src/glob.js";

function matches(pattern: string, subject: string): boolean {
  return globMatcher(bytes(pattern))(bytes(subject));
}

/** One rule a row: the pattern, subjects it matches, subjects it does not. */
const rules: readonly (readonly [
  pattern: string,
  yes: readonly string[],
  no: readonly string[],
])[] = [
  ["*", ["", "abc"], []],
  ["**", ["a"], [""]],
  ["", [""], ["a"]],
  ["A", ["A"], ["a"]],
  ["a-b", ["a-b"], ["a", "aab"]],
  ["a]", ["a]"], ["a"]],

  ["?", ["a", "\xff"], ["", "ab"]],
  ["h?llo", ["hello"], ["hllo"]],
  ["a?", ["ab"], ["a"]],
  ["a*", ["a", "ab"], ["", "ba"]],
  ["a***", ["a"], ["b"]],
  ["\0*", ["\0a"], ["a"]],
  ["h*llo", ["hllo", "heeeello"], ["hello!"]],
  ["*ab", ["ab", "aab"], ["aba"]],
  ["*a*b*c", ["xaxbxc", "abc"], ["xaxcxb"]],
  ["a*b?", ["abb", "abab1"], ["abab", "ab"]],
  ["aba*aba", ["abaaba"], ["aba", "ababa"]],

  ["h[ae]llo", ["hallo", "hello"], ["hillo"]],
  ["h[^e]llo", ["hallo"], ["hello"]],
  ["[a-c]", ["a", "b", "c"], ["d", "-"]],
  ["[c-a]", ["a", "b", "c"], ["d", "-"]],
  ["[^a-c]", ["d"], ["b"]],
  ["[-a]", ["-", "a"], ["b"]],
  ["[a^]", ["a", "^"], ["b"]],
  ["[^^]", ["a"], ["^"]],
  ["[*?]", ["*", "?"], ["a"]],

  ["[\\]]", ["]"], ["\\"]],
  ["[a\\-z]", ["a", "-", "z"], ["b"]],
  ["[\\a-z]", ["a", "-", "z"], ["b"]],
  ["[]", [], ["", "a", "[", "]"]],
  ["[]a]", [], ["a", "a]"]],
  ["[^]", ["a", "]"], [""]],
  ["[^]a", ["ba"], ["b"]],
  ["[", [], ["[", "a"]],
  ["[^", ["a"], [""]],
  ["[abc", ["b"], ["d"]],
  ["[a-", ["a", "-"], ["b"]],
  ["[a-]", ["a", "^", "]"], ["-", "b"]],
  ["[a-]]", ["^"], ["a]"]],
  ["[a-\\]", ["]"], ["-"]],
  ["[\\", ["\\"], ["["]],
  ["[\\]", ["]"], ["\\"]],

  ["\\*", ["*"], ["a", "\\*"]],
  ["\\[a]", ["[a]"], ["a"]],
  ["\\a", ["a"], ["\\a"]],
  ["\\\\", ["\\"], ["\\\\"]],
  ["\\", ["\\"], ["a"]],
  ["a\\", ["a\\"], ["a"]],

  ["[\xfe-\x01]", ["\x00", "\xff"], ["a", "\x7f", "\x80"]],
  ["[a-\xff]", ["A", "\x00"], ["b", "\xfe"]],
  ["[\x80-\xff]", ["\xc3"], ["\x00", "\x7f"]],
];

describe("globMatcher", () => {
  const yes = rules.flatMap(([pattern, subjects]) => subjects.map((s) => [pattern, s] as const));
  it.each(yes)("%j matches %j", (pattern, subject) => {
    expect(matches(pattern, subject)).toBe(true);
  });

  const no = rules.flatMap(([pattern, , subjects]) => subjects.map((s) => [pattern, s] as const));
  it.each(no)("%j does not match %j", (pattern, subject) => {
    expect(matches(pattern, subject)).toBe(false);
  });

  it("gives up past 1000 stars that have something behind them", () => {
    const subject = "a".repeat(1200);
    expect(matches(`${"a*".repeat(1000)}a`, subject)).toBe(true);
    expect(matches("a*".repeat(1001), subject)).toBe(true);
    expect(matches(`${"a*".repeat(1001)}a`, subject)).toBe(false);
  });

  it("answers patterns of many stars on long subjects", () => {
    expect(matches(`${"a*".repeat(100)}b`, "a".repeat(100_000))).toBe(false);
    expect(matches(`${"?a*".repeat(100)}b`, "a".repeat(100_000))).toBe(false);
  });

  const octets = fc
    .array(fc.integer({ min: 0, max: 255 }), { maxLength: 8 })
    .map((codes) => String.fromCharCode(...codes));

  it("matches only itself when every byte is escaped", () => {
    fc.assert(
      fc.property(octets, octets, (subject, other) => {
        const pattern = subject.replace(/[^]/g, String.raw`\$&`);
        expect(matches(pattern, subject)).toBe(true);
        expect(matches(pattern, other)).toBe(subject === other);
      }),
    );
  });

  it("matches what starts with the text before a last star", () => {
    fc.assert(
      fc.property(octets, octets, (prefix, rest) => {
        fc.pre(!/[*?[\\]/.test(prefix) && prefix !== "");
        expect(matches(`${prefix}*`, prefix + rest)).toBe(true);
        expect(matches(`${prefix}*`, rest)).toBe(rest.startsWith(prefix));
      }),
    );
  });
});
