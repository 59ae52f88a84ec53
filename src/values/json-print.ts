/** Writes JSON as RedisJSON does: as few digits as tell a float from all others, laid out as Rust's ryu does. */
import { bytes, type ByteString } from "../bytes.js";
import { JsonFloat, type JsonObject, type JsonValue } from "./json.js";

/** What JSON.GET puts between the parts of a document. */
export interface JsonLayout {
  /** Before a value on a line of its own, once for each level. */
  readonly indent: string;
  /** Before every value and every closing bracket. */
  readonly newline: string;
  /** Behind a key's colon. */
  readonly space: string;
}

const COMPACT: JsonLayout = { indent: "", newline: "", space: "" };

export function printJson(value: JsonValue, layout = COMPACT): ByteString {
  return bytes(print(value, layout, layout.newline));
}

function print(value: JsonValue, layout: JsonLayout, line: string): string {
  if (typeof value === "string") return quoted(value);
  if (value instanceof JsonFloat) return printFloat(value.value);
  if (Array.isArray(value)) return printArray(value, layout, line);
  return value instanceof Map ? printObject(value, layout, line) : String(value);
}

function printArray(array: readonly JsonValue[], layout: JsonLayout, line: string): string {
  if (array.length === 0) return "[]";
  const inner = line + layout.indent;
  return `[${inner}${array.map((item) => print(item, layout, inner)).join(`,${inner}`)}${line}]`;
}

function printObject(object: JsonObject, layout: JsonLayout, line: string): string {
  if (object.size === 0) return "{}";
  const inner = line + layout.indent;
  const members: string[] = [];
  for (const [key, value] of object) {
    members.push(`${quoted(key)}:${layout.space}${print(value, layout, inner)}`);
  }
  return `{${inner}${members.join(`,${inner}`)}${line}}`;
}

// oxlint-disable-next-line no-control-regex -- these are what JSON has to escape
const TO_ESCAPE = /["\\\x00-\x1f]/;
// oxlint-disable-next-line no-control-regex -- these are what JSON has to escape
const ALL_TO_ESCAPE = /["\\\x00-\x1f]/g;

function quoted(text: string): string {
  if (!TO_ESCAPE.test(text)) return `"${text}"`;
  return `"${text.replace(ALL_TO_ESCAPE, (character) => JSON.stringify(character).slice(1, -1))}"`;
}

/** Whole digits and those behind the point together, beyond which an exponent is written. */
const MAX_WHOLE_DIGITS = 16;
const MAX_LEADING_ZEROS = 5;

function printFloat(value: number): string {
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  if (value === 0) return `${sign}0.0`;
  const [mantissa = "", power = ""] = Math.abs(value).toExponential().split("e");
  const digits = mantissa.replace(".", "");
  const point = Number(power) + 1;
  const exponent = point - digits.length;
  if (exponent >= 0 && point <= MAX_WHOLE_DIGITS)
    return `${sign}${digits}${"0".repeat(exponent)}.0`;
  if (point > 0 && point <= MAX_WHOLE_DIGITS) {
    return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
  }
  if (point <= 0 && point > -MAX_LEADING_ZEROS) return `${sign}0.${"0".repeat(-point)}${digits}`;
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
  return `${sign}${digits.slice(0, 1)}${fraction}e${point - 1}`;
}
