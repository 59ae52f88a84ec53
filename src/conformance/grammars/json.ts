/** How calls of the JSON commands look. */
import { bytes, utf8, type ByteString } from "../../bytes.js";
import type { Grammar, Grammars, Operands } from "../operands.js";

const LEGACY = [".", "a", ".a", "b[0]", ".b[-1]", "c.d", "..a", "nope", "a.b.c"] as const;
const PATHS = [
  "$",
  "$.a",
  "$.b",
  "$.c.d",
  "$..a",
  "$.*",
  "$..*",
  "$.b[*]",
  "$.b[0]",
  "$.b[-1]",
  "$.b[1:]",
  "$.b[::2]",
  "$.b[0,2]",
  "$['a','b']",
  '$["a b"]',
  "$.nope",
  "$.nope.a",
  "$.b[?(@>1)]",
  "$..[?(@.a)]",
  '$..[?(@.a=="x" || @.a<3)]',
  '$.*[?(@=~"^x")]',
  "$.b[9]",
] as const;
const MALFORMED_PATHS = ["$[", "$.b[?(@", "$..", "$.a b"] as const;
const DOCUMENTS = [
  '{"a":1,"b":[1,2.5,"x",null,{"a":3}],"c":{"d":true,"a":"x"}}',
  '{"a":"x","b":[],"c":{"d":{"a":[1,[2]]}},"a b":false}',
  '[1,{"a":"x"},["x",true],-0.0,1e3]',
  "{}",
] as const;
const VALUES = [
  "1",
  "-2",
  "2.50",
  "1e3",
  "9007199254740993",
  "true",
  "null",
  '"x"',
  '""',
  "[]",
  "{}",
  '[1,"x"]',
  '{"a":1}',
  '{"a":null,"z":{"a":2}}',
] as const;
const MALFORMED_VALUES = ["x", "[1,", "", "01"] as const;
const STRINGS = ['"x"', '"\\u00e9"', '""'] as const;
const NUMBERS = ["1", "-1", "0", "2", "0.5", "1e2", "9223372036854775807"] as const;

const path = (draw: Operands): ByteString =>
  draw.happens(0.02)
    ? draw.word(...MALFORMED_PATHS)
    : draw.happens(0.15)
      ? draw.word(...LEGACY)
      : draw.word(...PATHS);
const value = (draw: Operands): ByteString =>
  draw.happens(0.02)
    ? draw.word(...MALFORMED_VALUES)
    : draw.happens(0.02)
      ? utf8('"\u{1f600}é"')
      : draw.word(...VALUES);
const keyAndPath: Grammar = (draw) => [draw.jsonKey(), path(draw)];
const keyAndOptionalPath: Grammar = (draw) => [
  draw.jsonKey(),
  ...draw.maybe(0.8, () => path(draw)),
];
/** Seldom the whole document, so that there is one. */
const deletion: Grammar = (draw) => [draw.jsonKey(), ...draw.maybe(0.95, () => path(draw))];
const arithmetic: Grammar = (draw) => [
  ...keyAndPath(draw),
  draw.happens(0.03) ? value(draw) : draw.word(...NUMBERS),
];
const assignment = (draw: Operands): ByteString[] =>
  draw.happens(0.7)
    ? [draw.jsonKey(), draw.word("$", "."), draw.word(...DOCUMENTS)]
    : [draw.jsonKey(), path(draw), value(draw)];

export const jsonGrammars = {
  "json.arrappend": (draw) => [...keyAndPath(draw), ...draw.some(3, () => [value(draw)])],
  "json.arrindex": (draw) => [
    ...keyAndPath(draw),
    value(draw),
    ...draw.maybe(0.3, () => draw.integer()),
    ...draw.maybe(0.3, () => draw.integer()),
  ],
  "json.arrinsert": (draw) => [
    ...keyAndPath(draw),
    draw.integer(),
    ...draw.some(3, () => [value(draw)]),
  ],
  "json.arrlen": keyAndOptionalPath,
  "json.arrpop": (draw) =>
    draw.happens(0.2)
      ? [draw.jsonKey()]
      : [...keyAndPath(draw), ...draw.maybe(0.6, () => draw.integer())],
  "json.arrtrim": (draw) => [...keyAndPath(draw), draw.integer(), draw.integer()],
  "json.clear": deletion,
  "json.debug": (draw) =>
    draw.happens(0.1)
      ? [draw.word("HELP", "nope")]
      : [bytes("MEMORY"), ...keyAndOptionalPath(draw)],
  "json.del": deletion,
  "json.forget": deletion,
  "json.get": (draw) => [
    draw.jsonKey(),
    ...draw.shuffled(
      draw.maybe(0.1, "INDENT", () => draw.word("  ", "\t", "")),
      draw.maybe(0.1, "NEWLINE", () => draw.word("\n", "|")),
      draw.maybe(0.1, "SPACE", () => draw.word(" ", "_")),
    ),
    ...draw.maybe(0.7, () => path(draw)),
    ...draw.maybe(0.3, () => path(draw)),
  ],
  "json.merge": assignment,
  "json.mget": (draw) => [...draw.some(3, () => [draw.jsonKey()]), path(draw)],
  "json.mset": (draw) => draw.some(3, () => assignment(draw)),
  "json.numincrby": arithmetic,
  "json.nummultby": arithmetic,
  "json.objkeys": keyAndOptionalPath,
  "json.objlen": keyAndOptionalPath,
  "json.resp": keyAndOptionalPath,
  "json.set": (draw) => [...assignment(draw), ...draw.maybe(0.1, () => draw.word("NX", "XX"))],
  "json.strappend": (draw) => [
    draw.jsonKey(),
    ...draw.maybe(0.8, () => path(draw)),
    draw.happens(0.03) ? value(draw) : draw.word(...STRINGS),
  ],
  "json.strlen": keyAndOptionalPath,
  "json.toggle": keyAndPath,
  "json.type": keyAndOptionalPath,
} satisfies Grammars;
