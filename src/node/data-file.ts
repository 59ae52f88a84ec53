/**
 * Everything that the databases hold, in a file: JSON lines, the first a header, one for the functions, one for each key with its
 * payload of DUMP, the last a checksum of all before it. Bytes are base64. Users, CONFIG and the script cache are not saved, as in
 * Redis's own files.
 */
import { createHash } from "node:crypto";
import { accessSync, constants, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { bytes, type ByteString } from "../bytes.js";
import type { Engine } from "../engine.js";
import { plain } from "../plain.js";
import { redisProfile } from "../profile.js";
import type { Reply } from "../reply.js";
import { resolved, writeWhole } from "./atomic-file.js";
import { codeOf, Failure, reason } from "./failure.js";
import { trusted, type Run } from "../trusted.js";

const FORMAT = "kv-emulator data";
const VERSION = 1;

/**
 * Saves what the emulator holds. Throws a Failure that says why it can not; what the file held is then untouched.
 */
export function saveData(engine: Engine, file: string): void {
  try {
    writeWhole(file, withChecksum(dataLines(trusted(engine))));
  } catch (error) {
    throw new Failure(
      `the data can not be saved in ${file}: ${reason(error)} (the file is as it was)`,
    );
  }
}

/**
 * Puts into an empty emulator what `saveData` has saved; false where there is no such file yet. A key whose time has come is not
 * loaded. Throws a Failure for a file that can not be read, is damaged or something else, and for one that could not be saved again.
 */
export function loadData(engine: Engine, file: string): boolean {
  const content = read(file);
  if (content === undefined) return false;
  const run = trusted(engine);
  for (const fields of checkedLines(file, content)) {
    try {
      restore(run, fields);
    } catch (error) {
      throw damaged(file, reason(error));
    }
  }
  return true;
}

/** The file's content; undefined where there is none, and then it has to be possible that there will be. */
function read(file: string): Buffer | undefined {
  try {
    accessSync(dirname(resolved(file)), constants.W_OK);
  } catch (error) {
    const fix = codeOf(error) === "ENOENT" ? "make its directory first" : "choose another place";
    throw new Failure(`the data could not be saved in ${file}: ${reason(error)}; ${fix}`);
  }
  try {
    return readFileSync(file);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw new Failure(`the data in ${file} can not be read: ${reason(error)}`);
  }
}

/** What the databases hold, a line for each part. */
export function* contentLines(run: Run): Iterable<string> {
  yield line({ functions: base64(run(["FUNCTION", "DUMP"].map(bytes))) });
  for (let db = 0; db < redisProfile.databases; db++) {
    run(["SELECT", String(db)].map(bytes));
    const keys = run(["KEYS", "*"].map(bytes));
    if (Array.isArray(keys)) for (const key of keys) yield keyLine(run, db, key);
  }
}

function keyLine(run: Run, db: number, key: ByteString): string {
  const read = (command: string): Reply => run([bytes(command), key]);
  const value =
    plain(read("TYPE")) === "json"
      ? { json: base64(read("JSON.GET")) }
      : { dump: base64(read("DUMP")) };
  const deadline = read("PEXPIRETIME");
  // A bigint is a deadline past 2^53; below zero there is none.
  const hasDeadline =
    typeof deadline === "bigint" || (typeof deadline === "number" && deadline >= 0);
  const expiry = hasDeadline ? { expireAt: `${deadline}` } : {};
  return line({ db, key: base64(key), ...value, ...expiry });
}

function* dataLines(run: Run): Iterable<string> {
  yield line({ format: FORMAT, version: VERSION });
  yield* contentLines(run);
}

/** The lines with the one behind them that tells whether all are there. */
function* withChecksum(all: Iterable<string>): Iterable<string> {
  const hash = createHash("sha256");
  for (const one of all) {
    hash.update(one);
    yield one;
  }
  yield line({ sha256: hash.digest("hex") });
}

/** The lines between the header and the checksum. */
function* checkedLines(file: string, content: Buffer): Iterable<Fields> {
  const { format, version } = parse(content.subarray(0, content.indexOf("\n")));
  if (format !== FORMAT) {
    throw new Failure(`${file} is no data file of kv-emulator; choose another file`);
  }
  if (version !== VERSION) {
    const newer = `${file} has version ${JSON.stringify(version)} of the format`;
    throw new Failure(
      `${newer}, this kv-emulator knows ${VERSION}; update it or choose another file`,
    );
  }
  const last = content.lastIndexOf("\n", -2) + 1;
  const { sha256 } = parse(content.subarray(last));
  if (sha256 !== createHash("sha256").update(content.subarray(0, last)).digest("hex")) {
    throw damaged(file, "its checksum is wrong");
  }
  for (let start = content.indexOf("\n") + 1; start < last;) {
    const end = content.indexOf("\n", start);
    yield parse(content.subarray(start, end));
    start = end + 1;
  }
}

/** Puts back what a line of `contentLines` holds. */
export function restore(
  run: Run,
  { functions, db, key, dump, json, expireAt = "0" }: Fields,
): void {
  const command = (...words: readonly (string | ByteString)[]): Reply => run(words.map(bytes));
  if (functions !== undefined) return void command("FUNCTION", "RESTORE", decoded(functions));
  command("SELECT", String(db));
  if (json === undefined) {
    command("RESTORE", decoded(key), String(expireAt), decoded(dump), "REPLACE", "ABSTTL");
  } else {
    command("JSON.SET", decoded(key), "$", decoded(json));
    if (expireAt !== "0") command("PEXPIREAT", decoded(key), String(expireAt));
  }
}

function damaged(file: string, why: string): Failure {
  return new Failure(
    `${file} is damaged: ${why}; restore it from a copy, or move it away to start with nothing`,
  );
}

export type Fields = Readonly<Record<string, unknown>>;

export function line(fields: Fields): string {
  return `${JSON.stringify(fields)}\n`;
}

/** The fields of a line; none where it is no JSON object. */
export function parse(content: Buffer | string): Fields {
  try {
    const value: unknown = JSON.parse(content.toString());
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function base64(reply: Reply): string {
  if (typeof reply !== "string") throw new TypeError("the reply holds no bytes");
  return Buffer.from(reply, "latin1").toString("base64");
}

function decoded(field: unknown): ByteString {
  if (typeof field !== "string") throw new TypeError("a line is not complete");
  return bytes(Buffer.from(field, "base64").toString("latin1"));
}
