/** Paths beside another implementation of JSONPath (RFC 9535), where the two mean the same. */
import * as fc from "fast-check";
import { query } from "json-p3";
import { expect, it } from "vitest";
import { bytes, utf8 } from "../../src/bytes.js";
import { parseJson } from "../../src/values/json-parse.js";
import { parsePath } from "../../src/values/json-path.js";
import { printJson } from "../../src/values/json-print.js";
import { select } from "../../src/values/json-select.js";

const { value: documents } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(null, true, false, 0, 1, 2, -1, "x", "xy", ""),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom("a", "b", "c", "x y"), tie("value"), { maxKeys: 4 }),
  ),
}));

const index = fc.integer({ min: 0, max: 3 }).map(String);
const bound = fc.oneof(fc.constant(""), fc.integer({ min: -3, max: 4 }).map(String));
const name = fc.constantFrom("'a'", '"b"', "'x y'");
const term = fc.constantFrom("@", "@.a", "@.b", "@[0]", "$.a", "@.a.b");
const literal = fc.constantFrom("1", "2", "-1", "'x'");
const equality = fc.tuple(
  term,
  fc.constantFrom("==", "!="),
  fc.oneof(literal, fc.constantFrom("true", "null")),
);
const ordering = fc.tuple(term, fc.constantFrom("<", "<=", ">", ">="), literal);
const comparison = fc.oneof(equality, ordering).map((parts) => parts.join(" "));
const condition = fc.oneof(
  comparison,
  term,
  comparison.map((text) => `!(${text})`),
);
const filter = fc.oneof(
  condition,
  fc.tuple(condition, fc.constantFrom("&&", "||"), condition).map((parts) => parts.join(" ")),
);
const bracket = fc.oneof(
  fc.constant("*"),
  fc.array(index, { minLength: 1, maxLength: 3 }).map((indexes) => indexes.join(",")),
  fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join(", ")),
  fc.tuple(bound, bound, fc.constantFrom("", ":1", ":2")).map(([a, b, step]) => `${a}:${b}${step}`),
  filter.map((text) => `?(${text})`),
);
const step = fc.oneof(
  fc.constantFrom(".a", ".b", ".*", "..a", "..*"),
  fc.tuple(fc.constantFrom("", ".."), bracket).map(([dots, text]) => `${dots}[${text}]`),
);
const paths = fc.array(step, { maxLength: 4 }).map((steps) => `$${steps.join("")}`);

/** What is found, as often as it is found, in any order: RFC 9535 leaves the order of `..` open. */
function sorted(values: readonly unknown[]): readonly string[] {
  return values.map((value) => JSON.stringify(value)).sort();
}

it("find what they find elsewhere", () => {
  fc.assert(
    fc.property(documents, paths, (document, path) => {
      const json = JSON.stringify(document);
      const places = select(parseJson(utf8(json)), parsePath(bytes(path)), "outer-first");
      const found: unknown = JSON.parse(printJson(places.map(({ value }) => value)));
      const expected = query(path, JSON.parse(json)).values();
      expect(sorted(Array.isArray(found) ? found : [])).toEqual(sorted(expected));
    }),
    { numRuns: 3000 },
  );
});
