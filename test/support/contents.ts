/** Everything that an emulator's databases hold, as one text that is equal where the contents are. */
import { bytes } from "../../src/bytes.js";
import type { Emulator } from "../../src/emulator.js";
import { redisProfile } from "../../src/profile.js";
import type { Reply } from "../../src/reply.js";
import { encodeResp } from "../../src/resp/encode.js";

export function contents(emulator: Emulator): string {
  const session = emulator.createSession();
  const run = (...words: readonly string[]): Reply => emulator.execute(session, words.map(bytes));
  const lines: string[] = [];
  for (let database = 0; database < redisProfile.databases; database++) {
    session.database = database;
    if (run("DBSIZE") === 0) continue;
    for (const key of keysOf(run("KEYS", "*"))) {
      const parts = [run("PEXPIRETIME", key), run(...readerOf(run("TYPE", key), key))];
      const fields = keysOf(run("HKEYS", key));
      if (fields.length > 0) {
        parts.push(run("HPEXPIRETIME", key, "FIELDS", String(fields.length), ...fields));
      }
      lines.push(`${database} ${key} ${parts.map((part) => encodeResp(part, 3)).join(" ")}`);
    }
  }
  return lines.join("\n");
}

function keysOf(reply: Reply): readonly string[] {
  return Array.isArray(reply) ? reply.filter((key) => typeof key === "string").sort() : [];
}

function readerOf(type: Reply, key: string): readonly string[] {
  const name = type !== null && typeof type === "object" && "text" in type ? type.text : "";
  switch (name) {
    case "hash":
      return ["HGETALL", key];
    case "list":
      return ["LRANGE", key, "0", "-1"];
    case "set":
      return ["SMEMBERS", key];
    case "zset":
      return ["ZRANGE", key, "0", "-1", "WITHSCORES"];
    case "json":
      return ["JSON.GET", key];
    case "stream":
      return ["XINFO", "STREAM", key, "FULL", "COUNT", "0"];
    default:
      return ["GET", key];
  }
}
