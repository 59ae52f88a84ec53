/** What works on keys of any type, after db.c and object.c. */
import { bytes, type ByteString } from "../bytes.js";
import { noSuchKey, ReplyError, syntaxError } from "../errors.js";
import { globMatcher } from "../glob.js";
import type { Database } from "../keyspace/database.js";
import { GENERIC } from "../keyspace/events.js";
import type { Keyspace } from "../keyspace/keyspace.js";
import { cloneValue, encoding, typeName, type Value } from "../keyspace/value.js";
import { OK, status, type Reply } from "../reply.js";
import { EncodedString } from "../values/encoded-string.js";
import { parseInteger } from "../values/numbers.js";
import type { Args } from "./args.js";
import {
  allKeys,
  command,
  container,
  firstKey,
  firstTwoKeys,
  noKeys,
  subcommandKey,
  type CommandTable,
  type Context,
} from "./command.js";
import { databaseIndex } from "./connection.js";
import { parseCursor, scanOptions, scanReply } from "./scan.js";

export const genericCommands = {
  /** `COPY source destination [DB index] [REPLACE]` → 1, or 0 where nothing was copied. */
  copy: command(-3, ["write", "denyoom"], firstTwoKeys, (context, args) => {
    const { db, profile } = context;
    const source = args.next();
    const destination = args.next();
    const { target, replace } = copyOptions(context, args);
    if (target === db && source === destination) {
      if (profile.copyOntoItself === "zero") return 0;
      throw new ReplyError("ERR source and destination objects are the same");
    }
    const value = db.get(source);
    if (value === undefined || (target.has(destination) && !replace)) return 0;
    target.replace(destination, copyOf(value), db.expireAt(source));
    target.notify("copy_to", GENERIC, destination);
    return 1;
  }),

  /** `DEL key [key …]` → how many keys there were. */
  del: command(-2, ["write"], allKeys, deleteKeys),

  /** `EXISTS key [key …]` → how many of the keys exist; one named twice counts twice. */
  exists: command(-2, ["readonly", "fast"], allKeys, ({ db }, args) =>
    count(args, (key) => db.peek(key) !== undefined),
  ),

  /** `KEYS pattern` → all keys that match, in no promised order. */
  keys: command(2, ["readonly"], noKeys, ({ db }, args) => {
    const matches = globMatcher(args.next());
    return db.keys().filter((key) => matches(key));
  }),

  object: container(-2),

  /** `OBJECT ENCODING key` → the encoding's name, or nil. */
  "object|encoding": command(3, ["readonly"], subcommandKey, ({ db }, args) => {
    const value = db.peek(args.next());
    return value === undefined ? null : bytes(encoding(value));
  }),

  /** `OBJECT FREQ key` → nil without a key; an error otherwise: the emulator counts no accesses, and Redis only with an LFU policy. */
  "object|freq": command(3, ["readonly"], subcommandKey, ({ db, keyspace }, args) => {
    if (!db.has(args.next())) return null;
    if (countsAccesses(keyspace)) {
      throw new ReplyError("ERR kv-emulator does not count how often keys are accessed");
    }
    throw new ReplyError(
      "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.",
    );
  }),

  /** `OBJECT HELP` → the subcommands, in words. */
  "object|help": command(2, ["loading", "stale"], noKeys, () => OBJECT_HELP.map(status)),

  /** `OBJECT IDLETIME key` → whole seconds since the last access, or nil. */
  "object|idletime": command(3, ["readonly"], subcommandKey, ({ db, keyspace }, args) => {
    const seconds = db.idleSeconds(args.next());
    if (seconds !== undefined && countsAccesses(keyspace)) {
      throw new ReplyError(
        "ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.",
      );
    }
    return seconds ?? null;
  }),

  /** `OBJECT REFCOUNT key` → 1; 2147483647 for the integers that Redis shares; or nil. */
  "object|refcount": command(3, ["readonly"], subcommandKey, ({ db }, args) => {
    const value = db.peek(args.next());
    return value === undefined ? null : isShared(value) ? SHARED_REFCOUNT : 1;
  }),

  /** `RANDOMKEY` → a key, or nil in an empty database. */
  randomkey: command(1, ["readonly"], noKeys, ({ db, random }) => db.randomKey(random) ?? null),

  /** `RENAME key newkey` → OK; the deadline moves along and what stood there is gone. */
  rename: command(3, ["write"], firstTwoKeys, ({ db }, args) => {
    const from = args.next();
    const to = args.next();
    if (!db.has(from)) throw noSuchKey();
    if (from !== to) db.rename(from, to);
    return OK;
  }),

  /** `RENAMENX key newkey` → 1, or 0 where newkey exists. */
  renamenx: command(3, ["write", "fast"], firstTwoKeys, ({ db }, args) => {
    const from = args.next();
    const to = args.next();
    if (!db.has(from)) throw noSuchKey();
    if (db.has(to)) return 0;
    db.rename(from, to);
    return 1;
  }),

  /** `SCAN cursor [MATCH pattern] [COUNT n] [TYPE type]` → the next cursor and keys. */
  scan: command(-2, ["readonly"], noKeys, ({ db, profile }, args) => {
    const cursor = parseCursor(args.next());
    const { matches, count, type, withType } = scanOptions(args, {
      type: true,
      withType: profile.scanWithType,
    });
    const found: Reply[] = [];
    const next = db.scan(cursor, count, (key, value) => {
      if (!matches(key) || (type !== undefined && type !== typeName(value))) return;
      found.push(key);
      if (withType) found.push(bytes(typeName(value)));
    });
    return scanReply(next, found);
  }),

  /** `TOUCH key [key …]` → how many of the keys exist. */
  touch: command(-2, ["readonly", "fast"], allKeys, ({ db }, args) =>
    count(args, (key) => db.get(key) !== undefined),
  ),

  /** `TYPE key` → string, list, hash, set, zset, stream or none. */
  type: command(2, ["readonly", "fast"], firstKey, ({ db }, args) => {
    const value = db.peek(args.next());
    return status(value === undefined ? "none" : typeName(value));
  }),

  /** `UNLINK key [key …]` → as DEL. */
  unlink: command(-2, ["write", "fast"], allKeys, deleteKeys),
} satisfies CommandTable;

interface CopyOptions {
  readonly target: Database;
  readonly replace: boolean;
}

function copyOptions({ db, keyspace, profile }: Context, args: Args): CopyOptions {
  let target = db;
  let replace = false;
  while (args.more()) {
    const option = args.option();
    if (option === "REPLACE") replace = true;
    else if (option === "DB" && args.more()) {
      target = keyspace.database(databaseIndex(args.next(), profile));
    } else throw syntaxError();
  }
  return { target, replace };
}

function deleteKeys({ db }: Context, args: Args): Reply {
  return count(args, (key) => db.delete(key));
}

function count(args: Args, counts: (key: ByteString) => boolean): number {
  let total = 0;
  while (args.more()) if (counts(args.next())) total++;
  return total;
}

/** Redis shares the integers from 0 to below this between keys. */
const SHARED_INTEGERS = 10_000;
const SHARED_REFCOUNT = 2_147_483_647;

function copyOf(value: Value): Value {
  return isShared(value) ? new EncodedString(value, "int") : cloneValue(value);
}

function isShared(value: Value): value is ByteString {
  if (typeof value !== "string") return false;
  const number = parseInteger(value);
  return number !== undefined && number >= 0 && number < SHARED_INTEGERS;
}

/** Whether an LFU policy is set, with which Redis counts accesses instead of noting when they were. */
function countsAccesses({ config }: Keyspace): boolean {
  return config.get("maxmemory-policy").endsWith("-lfu");
}

const OBJECT_HELP = [
  "OBJECT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
  "ENCODING <key>",
  "    Return the kind of internal representation used in order to store the value",
  "    associated with a <key>.",
  "FREQ <key>",
  "    Return the access frequency index of the <key>. The returned integer is",
  "    proportional to the logarithm of the recent access frequency of the key.",
  "IDLETIME <key>",
  "    Return the idle time of the <key>, that is the approximated number of",
  "    seconds elapsed since the last access to the key.",
  "REFCOUNT <key>",
  "    Return the number of references of the value associated with the specified",
  "    <key>.",
  "HELP",
  "    Print this help.",
];
