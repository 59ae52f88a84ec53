/** The notation of transcripts and the recorder's way through a file. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytes, utf8 } from "../../src/bytes.js";
import type { RespValue } from "../../src/resp/decode.js";
import { format, normalize, type Mode } from "../../src/conformance/notation.js";
import { quote } from "../../src/quote.js";
import { parse } from "./notation.js";
import { parseTranscript, renderCommand } from "./transcript.js";

const byteString = fc
  .array(fc.nat(255), { maxLength: 12 })
  .map((codes) => bytes(String.fromCharCode(...codes)));
const integer = fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map((value) => bytes(String(value)));

const { value } = fc.letrec<{ value: RespValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.record({ type: fc.constantFrom("nil", "nil-array", "null") }),
    fc.record({ type: fc.constantFrom("integer", "big-number"), text: integer }),
    fc.record({ type: fc.constantFrom("status", "error", "bulk", "verbatim"), text: byteString }),
    fc.record({
      type: fc.constant("double"),
      text: fc.constantFrom("1.5", "-inf", "nan", "1e+30", "-0").map(bytes),
    }),
    fc.record({ type: fc.constant("boolean"), text: fc.constantFrom("t", "f").map(bytes) }),
    fc.record({
      type: fc.constantFrom("array", "set", "push"),
      items: fc.array(tie("value"), { maxLength: 4 }),
    }),
    fc.record({
      type: fc.constant("map"),
      items: fc
        .array(fc.tuple(tie("value"), tie("value")), { maxLength: 2 })
        .map((all) => all.flat()),
    }),
  ),
}));

describe("the notation of replies", () => {
  it("law: parse(format(value)) is the value", () => {
    fc.assert(
      fc.property(value, (value) => {
        expect(parse(format(value))).toEqual(value);
      }),
    );
  });

  it("law: format(value) is one line of ASCII", () => {
    fc.assert(
      fc.property(value, (value) => {
        expect(format(value)).toMatch(/^[ -~]+$/);
      }),
    );
  });

  it.each(["", "[1", "] 1", '"a" "b"', "1 2", "word"])("refuses %j", (text) => {
    expect(() => parse(text)).toThrow(/is no reply|stands behind a reply/);
  });
});

function shown(text: string, mode: Mode): string {
  return format(normalize(parse(text), mode));
}

describe("normalize", () => {
  it("sorts elements", () => expect(shown('["b" "c" "a"]', "unordered")).toBe('["a" "b" "c"]'));

  it("keeps the second of a pair behind its first", () =>
    expect(shown('["b" "1" "a" "2"]', "unordered-pairs")).toBe('["a" "2" "b" "1"]'));

  it("keeps only types and sizes of a shape", () =>
    expect(shown('["b" 12 nil [,1.5]]', "shape")).toBe('["?" 0 nil [,0]]'));
});

describe("parseTranscript", () => {
  const transcript = [
    "# A comment.",
    "",
    "## HGETALL",
    "%> HGETALL h",
    '["f" "v"]',
    '3 %["f" "v"]',
    "2> WATCH k",
    "+OK",
    "wait 15",
    "?> RANDOMKEY",
    "",
  ].join("\n");

  it("reads modes, connections, groups and both replies", () => {
    const commands = parseTranscript(transcript).filter((line) => line.kind === "command");
    expect(commands).toMatchObject([
      {
        mode: "unordered-pairs",
        connection: 1,
        number: 4,
        group: "HGETALL",
        argv: ["HGETALL", "h"],
        resp2: '["f" "v"]',
        resp3: '%["f" "v"]',
      },
      { mode: "exact", connection: 2, number: 7, resp2: "+OK", resp3: "+OK" },
      { mode: "shape", connection: 1, number: 10, resp2: "", resp3: "" },
    ]);
  });

  it("gives back the file that it read", () => {
    const lines = parseTranscript(transcript.replace("?> RANDOMKEY", "?> RANDOMKEY\nnil\n3 null"));
    const text = lines.map((line) =>
      line.kind === "command" ? renderCommand(line, line.resp2, line.resp3) : line.text,
    );
    expect(text.join("\n")).toBe(transcript.replace("?> RANDOMKEY", "?> RANDOMKEY\nnil\n3 null"));
  });

  it("law: reads quoted words as the bytes that were quoted", () => {
    fc.assert(
      fc.property(fc.array(byteString, { minLength: 1, maxLength: 4 }), (argv) => {
        const [line] = parseTranscript(`> ${argv.map(quote).join(" ")}`);
        expect(line).toMatchObject({ argv });
      }),
    );
  });

  it("takes text beyond ASCII as UTF-8", () => {
    const [line] = parseTranscript("> GET é€");
    expect(line).toMatchObject({ argv: ["GET", utf8("é€")] });
  });

  it("names the line whose quotes are unbalanced", () => {
    expect(() => parseTranscript('\n> GET "a')).toThrow('line 2: unbalanced quotes: GET "a');
  });
});
