/**
 * Records fixtures/transcripts from a real Redis 8: each file's commands on RESP2 and again on RESP3 connections, every time on a new
 * server, so that no file's data, configuration, scripts or users reach another, and its replies written back in place. A file that is
 * edited meanwhile is left as it is. `npm run record [family …]`
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { startRedis } from "../test/support/redis-server.js";
import { parseTranscript, recorded, renderCommand, type Line } from "../test/support/transcript.js";

const directory = new URL("../fixtures/transcripts/", import.meta.url);
const wanted = process.argv.slice(2);
const names = readdirSync(directory)
  .filter((file) => file.endsWith(".txt"))
  .map((file) => file.replace(/\.txt$/, ""));

for (const name of wanted) {
  if (!names.includes(name)) throw new Error(`there is no transcript ${name}.txt`);
}
for (const name of wanted.length === 0 ? names : wanted) await record(name);

async function record(name: string): Promise<void> {
  const file = new URL(`${name}.txt`, directory);
  const old = readFileSync(file, "utf8");
  const lines = parseTranscript(old);
  const resp2 = await replies(lines, 2);
  const resp3 = await replies(lines, 3);
  const text = lines
    .map((line, index) =>
      line.kind === "command"
        ? renderCommand(line, resp2[index] ?? "", resp3[index] ?? "")
        : line.text,
    )
    .join("\n");
  if (readFileSync(file, "utf8") !== old) {
    throw new Error(`${name}.txt was edited while it was recorded; record it again`);
  }
  if (text !== old) writeFileSync(file, text);
  const commands = lines.filter(({ kind }) => kind === "command").length;
  console.log(`${name}: ${commands} commands, ${text === old ? "unchanged" : "changed"}`);
}

/** What a new server answers to each line; empty for lines that are no commands. */
async function replies(lines: readonly Line[], version: 2 | 3): Promise<string[]> {
  const server = await startRedis();
  try {
    const first = await server.connect(version);
    const second = await server.connect(version);
    const answers: string[] = [];
    for (const line of lines) {
      if (line.kind === "wait") await sleep(line.ms);
      const connection = line.kind === "command" && line.connection === 2 ? second : first;
      answers.push(line.kind === "command" ? recorded(line, await connection.send(line.argv)) : "");
    }
    first.close();
    second.close();
    return answers;
  } finally {
    server.stop();
  }
}
