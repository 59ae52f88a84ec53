/**
 * Records fixtures/transcripts from a real Redis 8: each file's commands on RESP2 and again on RESP3 connections, every time from an
 * empty server, and its replies written back in place. `npm run record [family …]`
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { bytes } from "../src/bytes.js";
import { startRedis, type RedisServer } from "../test/support/redis-server.js";
import { parseTranscript, recorded, renderCommand, type Line } from "../test/support/transcript.js";

const directory = new URL("../fixtures/transcripts/", import.meta.url);
const wanted = process.argv.slice(2);
const names = readdirSync(directory)
  .map((file) => file.replace(/\.txt$/, ""))
  .filter((name) => wanted.length === 0 || wanted.includes(name));

const server = await startRedis();
try {
  for (const name of names) await record(name);
} finally {
  server.stop();
}

async function record(name: string): Promise<void> {
  const file = new URL(`${name}.txt`, directory);
  const old = readFileSync(file, "utf8");
  const lines = parseTranscript(old);
  const resp2 = await replies(server, lines, 2);
  const resp3 = await replies(server, lines, 3);
  const text = lines
    .map((line, index) =>
      line.kind === "command"
        ? renderCommand(line, resp2[index] ?? "", resp3[index] ?? "")
        : line.text,
    )
    .join("\n");
  writeFileSync(file, text);
  const commands = lines.filter(({ kind }) => kind === "command").length;
  console.log(`${name}: ${commands} commands, ${text === old ? "unchanged" : "changed"}`);
}

/** What the server answers to each line; empty for lines that are no commands. */
async function replies(
  from: RedisServer,
  lines: readonly Line[],
  version: 2 | 3,
): Promise<string[]> {
  const first = await from.connect(version);
  const second = await from.connect(version);
  await first.send([bytes("FLUSHALL")]);
  const answers: string[] = [];
  for (const line of lines) {
    if (line.kind === "wait") await sleep(line.ms);
    const connection = line.kind === "command" && line.connection === 2 ? second : first;
    answers.push(line.kind === "command" ? recorded(line, await connection.send(line.argv)) : "");
  }
  first.close();
  second.close();
  return answers;
}
