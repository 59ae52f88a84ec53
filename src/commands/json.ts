/** JSON documents as wholes, after RedisJSON: set, get, merge, delete. */
import { bytes, upperAscii, type ByteString } from "../bytes.js";
import { ReplyError, syntaxError } from "../errors.js";
import type { Database } from "../keyspace/database.js";
import { MODULE } from "../keyspace/events.js";
import { OK, type Reply } from "../reply.js";
import {
  cloneJson,
  JsonDocument,
  mergeJson,
  type JsonObject,
  type JsonValue,
} from "../values/json.js";
import { deleteAt, objectsWithout, outermost, replaceAt, valueAt } from "../values/json-edit.js";
import { isStatic } from "../values/json-path.js";
import { printJson } from "../values/json-print.js";
import { select, type Place } from "../values/json-select.js";
import type { Args } from "./args.js";
import { command, firstKey, type CommandTable, type Context } from "./command.js";
import { jsonOperand, JsonPath, needArguments, noPath, optionalPath } from "./json-operands.js";

export const jsonCommands = {
  /** `JSON.DEL key [path]` → how many values were deleted; the key goes with its root. */
  "json.del": command(-2, ["write"], firstKey, (context, args) => del(context, args)),

  /** `JSON.FORGET key [path]` → as JSON.DEL. */
  "json.forget": command(-2, ["write"], firstKey, (context, args) => del(context, args)),

  /**
   * `JSON.GET key [INDENT text] [NEWLINE text] [SPACE text] [path …]` → JSON text: a legacy path's value, all values of one other path in an
   * array, those of several paths in an object by path; nil without a key.
   */
  "json.get": command(-2, ["readonly"], firstKey, (context, args) => {
    const key = args.next();
    const layout = { indent: "", newline: "", space: "" };
    const paths: JsonPath[] = [];
    while (args.more()) {
      const argument = args.next();
      const word = upperAscii(argument);
      const option = LAYOUT_OPTIONS.get(word);
      if (option !== undefined) {
        needArguments(args.more(), "json.get");
        layout[option] = args.next();
      } else if (word === "FORMAT") checkFormat(context, args);
      else if (word !== "NOESCAPE") paths.push(new JsonPath(argument));
    }
    const document = context.db.json(key);
    if (document === undefined) return null;
    const [only = new JsonPath(bytes("."))] = paths;
    if (paths.length <= 1) return printJson(oneResult(context, document, only), layout);
    return printJson(resultsByPath(context, document, paths), layout);
  }),

  /** `JSON.MERGE key path value` → OK, nil where the path leads nowhere. */
  "json.merge": command(-4, ["write"], firstKey, (context, args) => {
    const key = args.next();
    const path = new JsonPath(args.next());
    const source = args.next();
    args.end();
    const document = context.db.json(key);
    const patch = jsonOperand(source);
    if (document === undefined) return create(context, { key, event: "json.merge" }, path, patch);
    if (path.isRoot) {
      context.db.write(key);
      document.root = mergeJson(document.root, patch);
      context.db.notify("json.merge", MODULE, key);
      return OK;
    }
    const targets = path.find(context, document);
    const holders = targets.length > 0 ? [] : addTargets(context, document, path);
    const changed = { key, event: "json.merge" };
    return change(context, changed, { document, targets, holders }, (old) =>
      old === undefined ? cloneJson(patch) : mergeJson(old, patch),
    );
  }),

  /** `JSON.MGET key [key …] path` → for each key what JSON.GET answers; nil where it fails. */
  "json.mget": command(-3, ["readonly"], [1, -2, 1], (context, args) => {
    const keys = args.rest();
    const path = new JsonPath(keys.pop() ?? bytes("."));
    return keys.map((key) => {
      const document = context.db.get(key);
      if (!(document instanceof JsonDocument)) return null;
      try {
        return printJson(oneResult(context, document, path));
      } catch (error) {
        if (error instanceof ReplyError) return null;
        throw error;
      }
    });
  }),

  /** `JSON.MSET key path value [key path value …]` → OK; nothing is set where one can not be. */
  "json.mset": command(-4, ["write"], [1, -1, 3], (context, args) => {
    const triplets: { key: ByteString; path: JsonPath; value: JsonValue }[] = [];
    while (args.more()) {
      const key = args.next();
      const document = context.db.json(key);
      needArguments(args.more(), "json.mset");
      const path = new JsonPath(args.next());
      if (document === undefined) checkCreation(path);
      else if (!path.isRoot) setTargets(context, document, path);
      needArguments(args.more(), "json.mset");
      triplets.push({ key, path, value: jsonOperand(args.next()) });
    }
    for (const { key, path, value } of triplets) {
      set(context, { key, event: "json.mset" }, path, value);
    }
    return OK;
  }),

  /** `JSON.SET key path value [NX | XX]` → OK, nil where the condition does not hold or the path leads nowhere. */
  "json.set": command(-4, ["write"], firstKey, (context, args) => {
    const key = args.next();
    const path = new JsonPath(args.next());
    const source = args.next();
    const condition = setCondition(args);
    const document = context.db.json(key);
    return set(context, { key, event: "json.set" }, path, jsonOperand(source), {
      condition,
      document,
    });
  }),
} satisfies CommandTable;

const LAYOUT_OPTIONS: ReadonlyMap<string, "indent" | "newline" | "space"> = new Map([
  ["INDENT", "indent"],
  ["NEWLINE", "newline"],
  ["SPACE", "space"],
]);

/** `FORMAT STRING`, which changes nothing; the other formats of RESP3 are not documented. */
function checkFormat({ session }: Context, args: Args): void {
  if (session.resp === 2) throw new ReplyError("ERR FORMAT argument is not supported on RESP2");
  needArguments(args.more(), "json.get");
  if (args.next() !== "STRING") throw new ReplyError("ERR wrong reply format");
}

function oneResult(context: Context, document: JsonDocument, path: JsonPath): JsonValue {
  if (path.legacy) return path.first(context, document).value;
  return path.find(context, document).map(({ value }) => value);
}

function resultsByPath(
  context: Context,
  document: JsonDocument,
  paths: readonly JsonPath[],
): JsonObject {
  const single = paths.every(({ legacy }) => legacy);
  const results: JsonObject = new Map();
  for (const path of paths) {
    const values = path.find(context, document).map(({ value }) => value);
    const [first] = values;
    if (single && first === undefined) throw noPath(path.original);
    results.set(path.original, single && first !== undefined ? first : values);
  }
  return results;
}

type Condition = "NX" | "XX" | undefined;

function setCondition(args: Args): Condition {
  let condition: Condition;
  while (args.more()) {
    const option = args.option();
    if ((option !== "NX" && option !== "XX") || condition !== undefined) throw syntaxError();
    condition = option;
  }
  return condition;
}

/** A key that a command changes, and the event with which it tells of it. */
interface Changed {
  readonly key: ByteString;
  readonly event: string;
}

function set(
  context: Context,
  changed: Changed,
  path: JsonPath,
  value: JsonValue,
  {
    condition,
    document = context.db.json(changed.key),
  }: { condition?: Condition; document?: JsonDocument | undefined } = {},
): Reply {
  if (document === undefined) {
    return condition === "XX" ? null : create(context, changed, path, value);
  }
  if (path.isRoot) {
    if (condition === "NX") return null;
    context.db.write(changed.key);
    document.root = value;
    context.db.notify(changed.event, MODULE, changed.key);
    return OK;
  }
  const { targets, holders } = setTargets(context, document, path, condition);
  return change(context, changed, { document, targets, holders }, () => cloneJson(value));
}

/** A new document, which only the root can be. */
function create({ db }: Context, { key, event }: Changed, path: JsonPath, root: JsonValue): Reply {
  checkCreation(path);
  db.put(key, new JsonDocument(root));
  db.notify(event, MODULE, key);
  return OK;
}

function checkCreation(path: JsonPath): void {
  if (!path.isRoot) throw new ReplyError("ERR new objects must be created at the root");
}

/** Where a value is put: in the place of another, or as a new member of objects. */
interface Targets {
  readonly targets: readonly Place[];
  readonly holders: readonly Holder[];
}

interface Holder {
  readonly object: JsonObject;
  readonly key: ByteString;
}

function setTargets(
  context: Context,
  document: JsonDocument,
  path: JsonPath,
  condition?: Condition,
): Targets {
  const targets = condition === "NX" ? [] : path.find(context, document);
  const isEnough = targets.length > 0 || condition === "XX";
  return { targets, holders: isEnough ? [] : addTargets(context, document, path) };
}

/** The objects that get the last name of a path as a new key. */
function addTargets(context: Context, document: JsonDocument, path: JsonPath): Holder[] {
  const { steps } = path;
  const last = steps.at(-1)?.selector;
  if (!isStatic(steps)) throw new ReplyError("ERR wrong static path");
  if (last?.kind === "names") {
    const [key = bytes("")] = last.names;
    const parents = select(document.root, steps.slice(0, -1), context.profile.jsonDescent);
    return objectsWithout(parents, key).map((object) => ({ object, key }));
  }
  if (path.find(context, document).length > 0) return [];
  throw new ReplyError("ERR index out of bounds");
}

function change(
  { db }: Context,
  { key, event }: Changed,
  { document, targets, holders }: Targets & { readonly document: JsonDocument },
  make: (old: JsonValue | undefined) => JsonValue,
): Reply {
  if (targets.length + holders.length === 0) return null;
  db.write(key);
  for (const place of targets) replaceAt(document, place, make(valueAt(document, place)));
  for (const holder of holders) holder.object.set(holder.key, make(undefined));
  db.notify(event, MODULE, key);
  return OK;
}

function del(context: Context, args: Args): Reply {
  const key = args.next();
  const path = optionalPath(args);
  const { db } = context;
  const document = db.json(key);
  if (document === undefined) return 0;
  if (path.isRoot) return deleteDocument(db, key);
  const places = outermost(path.find(context, document));
  if (places.length === 0) return 0;
  db.write(key);
  deleteAt(places);
  db.notify("json.del", MODULE, key);
  if (context.profile.emptyJsonIsDeleted && isEmpty(document.root)) db.delete(key);
  return places.length;
}

function deleteDocument(db: Database, key: ByteString): number {
  db.delete(key);
  db.notify("json.del", MODULE, key);
  return 1;
}

function isEmpty(value: JsonValue): boolean {
  return Array.isArray(value) ? value.length === 0 : value instanceof Map && value.size === 0;
}
