/** What the JSON commands share: their operands, and the errors where a path does not lead to what they need. */
import { text, utf8, type ByteString } from "../bytes.js";
import { ReplyError, wrongArity } from "../errors.js";
import { MODULE } from "../keyspace/events.js";
import type { Reply } from "../reply.js";
import type { JsonDocument, JsonValue } from "../values/json.js";
import { JsonError, parseJson } from "../values/json-parse.js";
import { JsonPathError, normalizePath, parsePath, type Step } from "../values/json-path.js";
import { select, type Place } from "../values/json-select.js";
import { parseInteger } from "../values/numbers.js";
import type { Args } from "./args.js";
import type { Context } from "./command.js";

/** A path as the client gave it; it is parsed when it is first needed, as RedisJSON does. */
export class JsonPath {
  readonly original: ByteString;
  /** As it begins with `$`. */
  readonly text: ByteString;
  /** One value is meant, and the reply is no array. */
  readonly legacy: boolean;
  #steps: readonly Step[] | undefined;

  constructor(operand: ByteString) {
    this.original = checkText(operand);
    const { text: normalized, legacy } = normalizePath(operand);
    this.text = normalized;
    this.legacy = legacy;
  }

  get isRoot(): boolean {
    return this.text === "$";
  }

  get steps(): readonly Step[] {
    return (this.#steps ??= parsed(this.text));
  }

  /** All places in the document that it leads to. */
  find({ profile }: Context, { root }: JsonDocument): Place[] {
    return select(root, this.steps, profile.jsonDescent);
  }

  /** The first place that it leads to; an error where there is none. */
  first(context: Context, document: JsonDocument): Place {
    const [place] = this.find(context, document);
    if (place === undefined) throw noPath(this.text);
    return place;
  }
}

/** Parsed paths, since programs use the same few again and again. */
const known = new Map<ByteString, readonly Step[]>();
const MAX_KNOWN = 1000;

function parsed(path: ByteString): readonly Step[] {
  const found = known.get(path);
  if (found !== undefined) return found;
  try {
    const steps = parsePath(path);
    if (known.size < MAX_KNOWN) known.set(path, steps);
    return steps;
  } catch (error) {
    if (error instanceof JsonPathError) throw new ReplyError(error.message);
    throw error;
  }
}

/** The path that may come next; the root where nothing does. */
export function optionalPath(args: Args): JsonPath {
  return new JsonPath(args.more() ? args.next() : ROOT);
}

const ROOT = utf8(".");

/** A JSON operand's value. */
export function jsonOperand(operand: ByteString): JsonValue {
  try {
    return parseJson(checkText(operand));
  } catch (error) {
    if (error instanceof JsonError) throw new ReplyError(error.message);
    throw error;
  }
}

export function integerOperand(operand: ByteString): number {
  const value = parseInteger(operand);
  if (value === undefined) throw new ReplyError(`Couldn't parse as integer: ${operand}`);
  return Number(value);
}

function checkText(operand: ByteString): ByteString {
  if (utf8(text(operand)) === operand) return operand;
  throw new ReplyError("Couldn't parse as UTF-8 string");
}

/** The document at a key that has to be there. */
export function existing({ db }: Context, key: ByteString): JsonDocument {
  const document = db.json(key);
  if (document !== undefined) return document;
  throw new ReplyError("ERR could not perform this operation on a key that doesn't exist");
}

export function noPath(path: ByteString): ReplyError {
  return new ReplyError(`ERR Path '${path}' does not exist`);
}

export function noPathOr(path: ByteString, reason: string): ReplyError {
  return new ReplyError(`ERR Path '${path}' does not exist or ${reason}`);
}

export function wrongValueType(expected: string, found: string): ReplyError {
  return new ReplyError(
    `WRONGTYPE wrong type of path value - expected ${expected} but found ${found}`,
  );
}

/** The error for fewer or more arguments than the handler needs. */
export function needArguments(holds: boolean, name: string): void {
  if (!holds) throw wrongArity(name);
}

/** What a command changes, and how it tells of it. */
interface Subject {
  readonly key: ByteString;
  readonly path: JsonPath;
  /** Where a legacy path leads to nothing that can be changed. */
  readonly missing: ReplyError;
  readonly event: string;
}

/**
 * Changes each value that a path leads to and `pick` takes, the innermost first, so that what is in another is still there. The reply
 * has one item for each value, nil where it was not taken; of a legacy path it is the last one's.
 */
export function changeEach<Target>(
  context: Context,
  { key, path, missing, event }: Subject,
  pick: (value: JsonValue) => Target | undefined,
  change: (target: Target, place: Place, document: JsonDocument) => Reply,
): Reply {
  const document = existing(context, key);
  const places = path.find(context, document);
  const targets = places.map(({ value }) => pick(value));
  const found = targets.flatMap((target, index) => (target === undefined ? [] : [index]));
  if (path.legacy && found.length === 0) throw missing;
  if (found.length > 0) context.db.write(key);
  const replies: Reply[] = places.map(() => null);
  for (const index of found.toSorted((a, b) => depth(places[b]) - depth(places[a]))) {
    const [place, target] = [places[index], targets[index]];
    if (place === undefined || target === undefined) continue;
    replies[index] = change(target, place, document);
  }
  if (replies.some((reply) => reply !== null)) context.db.notify(event, MODULE, key);
  return path.legacy ? (replies[found.at(-1) ?? 0] ?? null) : replies;
}

function depth(place: Place | undefined): number {
  let levels = 0;
  for (let above = place?.parent; above !== undefined; above = above.parent) levels++;
  return levels;
}
