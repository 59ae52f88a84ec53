/**
 * Replies in one line of text, as reports show and transcripts keep them: `+OK`, `-"ERR …"`, `12`, `"bulk \x00"`, `nil`, `nil-array`, `[1 "a"]`, and of
 * RESP3 `null`, `,1.5`, `#t`, `%["key" "value"]`, `~["member"]`, `="txt:…"`.
 */
import { bytes } from "../bytes.js";
import { quote } from "../quote.js";
import type { AggregateType, LineType, RespValue } from "../resp/decode.js";

const LINE_MARKS: Readonly<Record<LineType, string>> = {
  status: "+",
  error: "-",
  integer: "",
  double: ",",
  boolean: "#",
  "big-number": "(",
};

const AGGREGATE_MARKS: Readonly<Record<AggregateType, string>> = {
  array: "",
  map: "%",
  set: "~",
  push: ">",
};

export function format(value: RespValue): string {
  switch (value.type) {
    case "bulk":
      return quote(value.text);
    case "verbatim":
      return `=${quote(value.text)}`;
    case "nil":
    case "nil-array":
    case "null":
      return value.type;
    case "array":
    case "map":
    case "set":
    case "push":
      return `${AGGREGATE_MARKS[value.type]}[${value.items.map(format).join(" ")}]`;
    default: {
      const plain = value.type !== "error" && /^[\w.+-]+$/.test(value.text);
      return LINE_MARKS[value.type] + (plain ? value.text : quote(value.text));
    }
  }
}

/** How much of a reply is compared: all of it, all but the order, all but the order of pairs, or types and sizes only. */
export type Mode = "exact" | "unordered" | "unordered-pairs" | "shape";

/** Brings two replies that are equal in a mode to the same form. */
export function normalize(value: RespValue, mode: Mode): RespValue {
  if (mode === "exact") return value;
  return mode === "shape" ? shape(value) : sorted(value, mode);
}

function shape(value: RespValue): RespValue {
  if ("items" in value) return { type: value.type, items: value.items.map(shape) };
  if (!("text" in value) || value.type === "error") return value;
  const number = value.type === "integer" || value.type === "double";
  return { type: value.type, text: bytes(number ? "0" : "?") };
}

function sorted(value: RespValue, mode: "unordered" | "unordered-pairs"): RespValue {
  if (!("items" in value)) return value;
  const items = value.items.map((item) => sorted(item, mode));
  const flat = items.every((item) => !("items" in item));
  const width = mode === "unordered-pairs" && flat ? 2 : 1;
  const groups: RespValue[][] = [];
  for (let index = 0; index < items.length; index += width) {
    groups.push(items.slice(index, index + width));
  }
  const keyed = groups.map((group) => ({ group, key: group.map(format).join(" ") }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : 1));
  return { type: value.type, items: keyed.flatMap(({ group }) => group) };
}
