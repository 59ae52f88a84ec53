/** All that an emulator holds as text to read, as miniredis's Dump: what a failing test prints, and what an inline snapshot keeps. */
import { text, type ByteString } from "../bytes.js";
import { keyspaceOf, type Engine } from "../engine.js";
import type { UnixTime } from "../keyspace/expiry.js";
import { typeName } from "../keyspace/value.js";
import type { Entry, View } from "../keyspace/versions.js";
import { JsonDocument } from "../values/json.js";
import { printJson } from "../values/json-print.js";
import { List } from "../values/list.js";
import { formatLeft } from "./duration.js";
import { named, parts } from "./parts.js";

/**
 * Keys in the order of their bytes, each with its type, what is left of its time, and what is in it, line by line:
 *
 *     board (zset, 1h left)
 *       grace: 950
 *       ada: 1200
 *
 * Databases but 0 have a line of their own, `[database 1]`. An empty text where there is nothing.
 */
export function dump(engine: Engine): string {
  const { versions, shared } = keyspaceOf(engine);
  return versions
    .views()
    .flatMap((view) => databaseLines(view, shared.now))
    .join("\n");
}

function databaseLines(view: View, now: number): string[] {
  const lines = view.keys.toSorted().flatMap((key) => {
    const entry = view.get(key);
    return entry === undefined ? [] : keyLines(key, entry, now);
  });
  return view.database === 0 || lines.length === 0
    ? lines
    : [`[database ${view.database}]`, ...lines];
}

function keyLines(key: ByteString, { value, expireAt }: Entry, now: number): string[] {
  const ttl = expireAt === undefined ? "" : `, ${left(expireAt, now)}`;
  return [
    `${named(key)} (${typeName(value)}${ttl})`,
    ...valueLines(value, now).map((line) => `  ${line}`),
  ];
}

const LAYOUT = { indent: "  ", newline: "\n", space: " " };

function valueLines(value: Entry["value"], now: number): string[] {
  if (value instanceof JsonDocument) return text(printJson(value.root, LAYOUT)).split("\n");
  const listed = value instanceof List;
  return Array.from(
    parts(value, (at) => left(at, now)),
    ([label, content]) => {
      return label === "" || listed ? content : [label, content].filter(Boolean).join(": ");
    },
  );
}

function left(deadline: UnixTime, now: number): string {
  return `${formatLeft(deadline, now)} left`;
}
