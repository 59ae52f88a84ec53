/** JSON texts, paths and patches beside what JavaScript, RFC 7396 and RFC 8259 say of them. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytes, text, utf8 } from "../../src/bytes.js";
import { cloneJson, equalJson, jsonType, mergeJson } from "../../src/values/json.js";
import { parseJson } from "../../src/values/json-parse.js";
import { normalizePath, parsePath } from "../../src/values/json-path.js";
import { printJson } from "../../src/values/json-print.js";
import { select } from "../../src/values/json-select.js";

const read = (json: string) => parseJson(utf8(json));
const print = (json: string): string => text(printJson(read(json)));

describe("texts", () => {
  it("come back as the values that JavaScript reads in them", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(3), (value, indent) => {
        expect(JSON.parse(print(JSON.stringify(value, null, indent)))).toEqual(
          JSON.parse(JSON.stringify(value)),
        );
      }),
    );
  });

  it("are valid where JavaScript takes them for valid", () => {
    const piece = fc.constantFrom(
      ...'{ } [ ] , : "a" " \\ \\u00e9 \\ud83d \\ude00 1 0 - . e + 1.5 true null fals \n'.split(
        " ",
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const json = pieces.join("");
        // Halves of surrogate pairs are texts for JavaScript only.
        if (/\\ud83d|\\ude00/.test(json)) return;
        expect(isRead(() => read(json))).toBe(isRead(() => JSON.parse(json)));
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    ["1", "1"],
    ["1.0", "1.0"],
    ["-0", "-0.0"],
    ["1e15", "1000000000000000.0"],
    ["1e16", "1e16"],
    ["123456789012345680000.0", "1.2345678901234568e20"],
    ["0.00001", "0.00001"],
    ["0.000001", "1e-6"],
    ["5e-324", "5e-324"],
    ["9223372036854775807", "9223372036854775807"],
    ["18446744073709551615", "18446744073709551615"],
    ["18446744073709551616", "1.8446744073709552e19"],
    ["-9223372036854775809", "-9.223372036854776e18"],
    ['"\\u0000\\u001f\\/\\b"', '"\\u0000\\u001f/\\b"'],
    ['"\\ud83d\\ude00"', '"😀"'],
  ])("%s is kept as %s", (json, kept) => {
    expect(print(json)).toBe(kept);
  });

  it("nest 127 deep and no deeper", () => {
    expect(print("[".repeat(127) + "]".repeat(127))).toHaveLength(254);
    expect(() => read("[".repeat(128) + "]".repeat(128))).toThrow(
      "recursion limit exceeded at line 1 column 128",
    );
  });

  it.each([
    ["", "EOF while parsing a value at line 1 column 0"],
    ["nul", "EOF while parsing a value at line 1 column 3"],
    ["\n {", "EOF while parsing an object at line 2 column 2"],
    ["[1", "EOF while parsing a list at line 1 column 2"],
    ['{"a', "EOF while parsing a string at line 1 column 3"],
    ['{"a"', "EOF while parsing an object at line 1 column 4"],
    ["+1", "expected value at line 1 column 1"],
    ["-a", "invalid number at line 1 column 2"],
    ["1.a", "invalid number at line 1 column 3"],
    ["1ea", "invalid number at line 1 column 3"],
    ["1e+", "EOF while parsing a value at line 1 column 3"],
    ['"\\q"', "invalid escape at line 1 column 3"],
    ['"\\u12"', "EOF while parsing a string at line 1 column 6"],
    ['"\\u12xy"', "invalid escape at line 1 column 7"],
    ['"\\udc00"', "lone leading surrogate in hex escape at line 1 column 7"],
    ['"\\ud800x"', "unexpected end of hex escape at line 1 column 8"],
  ])("%j is refused: %s", (json, message) => {
    expect(() => read(json)).toThrow(message);
  });
});

function isRead(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch {
    return false;
  }
}

describe("values", () => {
  it("are equal to their copies, which share nothing", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const original = read(JSON.stringify(value));
        const copy = cloneJson(original);
        const isContainer = Array.isArray(copy) || copy instanceof Map;
        expect(equalJson(original, copy)).toBe(true);
        expect(isContainer && copy === original).toBe(false);
      }),
    );
  });

  it("are told apart by type and by value", () => {
    const values = '1 1.0 "1" true null [] [1] {} {"a":1} {"a":2} {"b":1} ""'.split(" ").map(read);
    values.forEach((value, index) => {
      expect(values.findIndex((other) => equalJson(value, other))).toBe(index);
    });
    expect(values.map(jsonType).slice(0, 6)).toEqual([
      "integer",
      "number",
      "string",
      "boolean",
      "null",
      "array",
    ]);
  });
});

/** The examples of RFC 7396, appendix A. */
const patches: readonly (readonly [value: string, patch: string, merged: string])[] = [
  ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
  ['{"a":"b"}', '{"a":null}', "{}"],
  ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
  ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
  ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
  ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
  ['["a","b"]', '["c","d"]', '["c","d"]'],
  ['{"a":"b"}', '["c"]', '["c"]'],
  ['{"a":"foo"}', "null", "null"],
  ['{"a":"foo"}', '"bar"', '"bar"'],
  ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
  ["[1,2]", '{"a":"b","c":null}', '{"a":"b"}'],
  ["{}", '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
];

describe("merge patches", () => {
  it.each(patches)("%s patched with %s is %s", (value, patch, merged) => {
    expect(text(printJson(mergeJson(read(value), read(patch))))).toBe(merged);
  });
});

const DOCUMENT = '{"a":{"a":1,"b":[{"a":2},{"a":[3]}]},"b":[0,1,2,3,4,5],"c d":"é","x":"Abc"}';

function found(path: string, order: "outer-first" | "inner-first" = "outer-first"): string {
  const steps = parsePath(normalizePath(utf8(path)).text);
  return text(printJson(select(read(DOCUMENT), steps, order).map(({ value }) => value)));
}

describe("paths", () => {
  it.each([
    ["$.a.a", "[1]"],
    ["a.a", "[1]"],
    [".a.a", "[1]"],
    ["$..a", '[{"a":1,"b":[{"a":2},{"a":[3]}]},1,2,[3]]'],
    ["$..a[0]", "[3]"],
    ["$.a.b[*].a", "[2,[3]]"],
    ["$.b[1:4:2]", "[1,3]"],
    ["$.b[-2:]", "[4,5]"],
    ["$.b[:-4]", "[0,1]"],
    ["$.b[:]", "[0,1,2,3,4,5]"],
    ["$.b[5,0,-1,9]", "[5,0,5]"],
    ["$['c d','x']", '["é","Abc"]'],
    ['$["c d"]', '["é"]'],
    ["$.*.a", "[1]"],
    ["$[ 'x' ]", '["Abc"]'],
    ["$.b[?(@>1&&@<4||@==5)]", "[2,3,5]"],
    ["$.b[?(@>1 && (@<3 || @==5))]", "[2,5]"],
    ["$.b[?(!(@>1))]", "[0,1]"],
    ["$.b[?(@==$.a.a)]", "[1]"],
    ["$.b[?(@ != 3.0)]", "[0,1,2,4,5]"],
    ["$[?(@=~'^A')]", '["Abc"]'],
    ["$[?(@=~'(?i)^a')]", '["Abc"]'],
    ["$[?(@=~'(')]", "[]"],
    ["$.a.b[?(@.a==2)]", '[{"a":2}]'],
    ["$.a.b[?(@.a)].a", "[2,[3]]"],
    ["$.a.b[?(@.nope==null)]", "[]"],
    ["$..[?(@.a==1)].a", "[1]"],
    ["$.b[?(1<2)]", "[0,1,2,3,4,5]"],
    ["$[?(@=='Abc')]", '["Abc"]'],
  ])("%s finds %s", (path, values) => {
    expect(found(path)).toBe(values);
  });

  it("gives what lies deepest first where it is told to", () => {
    expect(found("$..a", "inner-first")).toBe('[2,[3],1,{"a":1,"b":[{"a":2},{"a":[3]}]}]');
  });

  it.each([
    "$[",
    "$.",
    "$..",
    "$.a b",
    "$[a]",
    "$[1.5]",
    "$['a'",
    "$[?]",
    "$[?(@.a ==)]",
    "$[1:2:0]",
  ])("%s is refused", (path) => {
    expect(() => parsePath(bytes(path))).toThrow(/^Error occurred on position \d+, expected /);
  });
});
