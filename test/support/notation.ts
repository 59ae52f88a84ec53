/** Reads replies in the notation of src/conformance/notation.ts, in which transcripts keep them. */
import { bytes, type ByteString } from "../../src/bytes.js";
import {
  unescapeBytes,
  type AggregateType,
  type LineType,
  type RespValue,
} from "../../src/resp/decode.js";

const TOKEN = /\s*([%~>]?\[|\]|[+\-,#(=]?"(?:[^"\\]|\\.)*"|[^\s\]]+)/y;

/** Reads what `format` writes; throws where the text is none of it. */
export function parse(text: string): RespValue {
  TOKEN.lastIndex = 0;
  const value = parseNext(text);
  if (TOKEN.lastIndex === text.length) return value;
  throw new Error(`${JSON.stringify(text.slice(TOKEN.lastIndex))} stands behind a reply`);
}

function parseNext(text: string): RespValue {
  const [, token = ""] = TOKEN.exec(text) ?? [];
  if (!token.endsWith("[")) return parseLeaf(token);
  const items: RespValue[] = [];
  for (;;) {
    const start = TOKEN.lastIndex;
    if (TOKEN.exec(text)?.[1] === "]") return { type: aggregateType(token.slice(0, -1)), items };
    TOKEN.lastIndex = start;
    items.push(parseNext(text));
  }
}

function aggregateType(mark: string): AggregateType {
  if (mark === "%") return "map";
  if (mark === "~") return "set";
  return mark === ">" ? "push" : "array";
}

function parseLeaf(token: string): RespValue {
  if (token.startsWith('"')) return { type: "bulk", text: unquote(token) };
  if (token === "nil" || token === "nil-array" || token === "null") return { type: token };
  if (token.startsWith("=")) return { type: "verbatim", text: unquote(token.slice(1)) };
  if (/^-?\d+$/.test(token)) return { type: "integer", text: bytes(token) };
  const type = lineType(token.slice(0, 1));
  if (type === undefined) throw new Error(`${JSON.stringify(token)} is no reply`);
  const rest = token.slice(1);
  return { type, text: rest.startsWith('"') ? unquote(rest) : bytes(rest) };
}

function lineType(mark: string): LineType | undefined {
  switch (mark) {
    case "+":
      return "status";
    case "-":
      return "error";
    case ",":
      return "double";
    case "#":
      return "boolean";
    case "(":
      return "big-number";
    default:
      return undefined;
  }
}

function unquote(quoted: string): ByteString {
  return unescapeBytes(quoted.slice(1, -1));
}
