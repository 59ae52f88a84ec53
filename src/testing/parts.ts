/** What a value consists of, as text: the dump lists it, and a difference is told by it. */
import { text, utf8, type ByteString } from "../bytes.js";
import { stringOf, type Value } from "../keyspace/value.js";
import { quote } from "../quote.js";
import type { ConsumerGroup } from "../values/consumer-group.js";
import { Hash } from "../values/hash.js";
import { JsonDocument, type JsonValue } from "../values/json.js";
import { printJson } from "../values/json-print.js";
import { List } from "../values/list.js";
import { formatDouble } from "../values/numbers.js";
import { SetValue } from "../values/set.js";
import { SortedSet } from "../values/sorted-set.js";
import { formatId } from "../values/stream-id.js";
import { Stream, WHOLE_STREAM } from "../values/stream.js";

/** By where it stands: a field, a member, `[0]`, a stream's ID, a JSON path; an empty text for a string as a whole. */
export type Parts = ReadonlyMap<string, string>;

/** `time` tells of a deadline. */
export function parts(value: Value, time: (deadline: number) => string): Parts {
  const string = stringOf(value);
  if (string !== undefined) return new Map([["", shown(string)]]);
  if (value instanceof List) {
    const elements = value.slice(0, value.length);
    return new Map(elements.map((element, index) => [`[${index}]`, shown(element)]));
  }
  const found = new Map<string, string>();
  if (value instanceof SetValue) {
    for (const member of value.members().toSorted()) found.set(named(member), "");
  } else if (value instanceof SortedSet) {
    value.forEach([0, value.size], (member, score) => {
      found.set(named(member), formatDouble(score));
    });
  } else if (value instanceof Hash) addFields(found, value, time);
  else if (value instanceof JsonDocument) addJson(found, "$", value.root);
  else if (value instanceof Stream) addStream(found, value);
  return found;
}

/** Text in quotes, or bytes as redis-cli shows them. */
export function shown(value: ByteString): string {
  const plain = text(value);
  return utf8(plain) === value ? JSON.stringify(plain) : quote(value);
}

/** A name without quotes where that is clear. */
export function named(name: ByteString): string {
  return /^[\w:.@/{}*-]+$/.test(name) ? name : shown(name);
}

function addFields(
  found: Map<string, string>,
  hash: Hash,
  time: (deadline: number) => string,
): void {
  const fields: [ByteString, ByteString][] = [];
  hash.forEach((field, value) => fields.push([field, value]));
  for (const [field, value] of fields.toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const at = hash.deadline(field);
    const expiry = at === undefined ? "" : `, ${time(at)}`;
    found.set(named(field), shown(value) + expiry);
  }
}

function addJson(found: Map<string, string>, path: string, value: JsonValue): void {
  if (Array.isArray(value) && value.length > 0) {
    for (const [index, item] of value.entries()) addJson(found, `${path}[${index}]`, item);
  } else if (value instanceof Map && value.size > 0) {
    for (const [key, child] of value) addJson(found, path + member(key), child);
  } else found.set(path, text(printJson(value)));
}

function member(key: ByteString): string {
  return /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${shown(key)}]`;
}

function addStream(found: Map<string, string>, stream: Stream): void {
  for (const { id, fields } of stream.range(...WHOLE_STREAM)) {
    const pairs = fields.flatMap((field, index) => {
      return index % 2 === 0 ? [`${named(field)} ${shown(fields[index + 1] ?? field)}`] : [];
    });
    found.set(formatId(id), pairs.join(", "));
  }
  const last = stream.last?.id;
  const lastId = formatId(stream.lastId);
  if (last === undefined || formatId(last) !== lastId) found.set("last id", lastId);
  for (const [name, group] of stream.groups()) addGroup(found, `group ${named(name)}`, group);
}

function addGroup(found: Map<string, string>, title: string, group: ConsumerGroup): void {
  found.set(title, `last delivered ${formatId(group.lastId)}`);
  for (const { name, pending } of group.consumers()) {
    const ids = Array.from(pending.from(), ({ id, deliveries }) => {
      return `${formatId(id)} (${deliveries}x)`;
    });
    const list = ids.length === 0 ? "nothing pending" : `pending ${ids.join(", ")}`;
    found.set(`${title}, consumer ${named(name)}`, list);
  }
}
