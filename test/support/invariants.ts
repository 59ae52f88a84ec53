/**
 * What holds in an emulator after every command, seen from outside: no collection is empty, sizes agree with what is in it, sorted sets
 * are sorted, DBSIZE and INFO count what KEYS lists, and the emulator answers.
 */
import { bytes } from "../../src/bytes.js";
import type { Emulator } from "../../src/emulator.js";
import { ReplyError } from "../../src/errors.js";
import { redisProfile } from "../../src/profile.js";
import type { Reply } from "../../src/reply.js";

/** Throws an Error that names the first invariant that does not hold. */
export function checkInvariants(emulator: Emulator): void {
  const session = emulator.createSession();
  const run: Run = (...words) => {
    const reply = emulator.execute(session, words.map(bytes));
    if (reply instanceof ReplyError) throw new Error(`${words.join(" ")}: ${reply.message}`);
    return scalars(reply);
  };
  expectEqual("PING", run("PING")[0], "PONG");
  for (let database = 0; database < redisProfile.databases; database++) {
    session.database = database;
    const [size] = run("DBSIZE");
    if (size === 0) continue;
    const keys = run("KEYS", "*").map(String);
    expectEqual(`DBSIZE of database ${database}`, size, new Set(keys).size);
    let volatile = 0;
    for (const key of keys) {
      checkValue(run, key);
      const deadline = Number(run("PEXPIRETIME", key)[0]);
      if (deadline !== -1) volatile++;
      if (deadline < -1) throw new Error(`${key} is listed and has no deadline: ${deadline}`);
    }
    const [info = ""] = run("INFO", "keyspace");
    const counted = new RegExp(`^db${database}:keys=(\\d+),expires=(\\d+)`, "m").exec(String(info));
    expectEqual(`INFO of database ${database}`, counted?.slice(1).join(), `${size},${volatile}`);
  }
}

type Scalar = string | number | bigint | null;
type Run = (...words: readonly string[]) => readonly Scalar[];

/** A reply that is no nested array, as a list. */
function scalars(reply: Reply): readonly Scalar[] {
  if (reply === null || typeof reply !== "object") return [reply];
  if (reply instanceof ReplyError) throw reply;
  if (!("kind" in reply)) return reply.flatMap(scalars);
  if ("items" in reply) return reply.items.flatMap(scalars);
  if ("text" in reply) return [reply.text];
  if (reply.kind === "double") return [reply.value];
  throw new TypeError(`${reply.kind} is no reply of a command`);
}

/** How the size and the content of a type are read, and how many words of the content an entry has. */
const READERS: Readonly<Record<string, readonly [size: string, read: readonly string[], number]>> =
  {
    list: ["LLEN", ["LRANGE", "0", "-1"], 1],
    set: ["SCARD", ["SMEMBERS"], 1],
    hash: ["HLEN", ["HGETALL"], 2],
    zset: ["ZCARD", ["ZRANGE", "0", "-1", "WITHSCORES"], 2],
  };

function checkValue(run: Run, key: string): void {
  const type = String(run("TYPE", key)[0]);
  if (type === "none") throw new Error(`${key} is listed and is not there`);
  if (type === "string") {
    expectEqual(`STRLEN ${key}`, run("STRLEN", key)[0], String(run("GET", key)[0]).length);
  }
  const reader = READERS[type];
  if (reader === undefined) return;
  const [sizeCommand, [command = "", ...operands], words] = reader;
  const [size] = run(sizeCommand, key);
  const content = run(command, key, ...operands);
  if (size === 0) throw new Error(`${key} is an empty ${type}`);
  expectEqual(`${sizeCommand} ${key}`, size, content.length / words);
  if (type === "list") return;
  const entries = content.filter((_, index) => index % words === 0);
  expectEqual(`entries of ${key}`, new Set(entries).size, entries.length);
  if (type !== "zset") return;
  const scores = content.filter((_, index) => index % 2 === 1).map(Number);
  const sorted = scores.every((score, index) => index === 0 || (scores[index - 1] ?? 0) <= score);
  expectEqual(`${key} is sorted`, sorted, true);
}

function expectEqual(what: string, actual: unknown, expected: unknown): void {
  if (actual !== expected) {
    throw new Error(`${what}: ${String(actual).slice(0, 200)} instead of ${String(expected)}`);
  }
}
