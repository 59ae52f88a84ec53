/**
 * Records fixtures/transcripts and fixtures/sessions from a real Redis 8: each file's commands on RESP2 and again on RESP3 connections, every time on a new
 * server, so that no file's data, configuration, scripts or users reach another, and its replies written back in place. A file that is
 * edited meanwhile is left as it is. `npm run record [family …]`
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { startRedis } from "../test/support/redis-server.js";
import { connect, type Socket } from "node:net";
import { bytes, type ByteString } from "../src/bytes.js";
import {
  connectionNames,
  parseSessions,
  protocolOf,
  renderReceived,
  type ConnectionName,
} from "../test/support/sessions.js";
import { parseTranscript, recorded, renderCommand, type Line } from "../test/support/transcript.js";

const directory = new URL("../fixtures/transcripts/", import.meta.url);
const conversations = new URL("../fixtures/sessions/", import.meta.url);
const wanted = process.argv.slice(2);
const names = readdirSync(directory)
  .filter((file) => file.endsWith(".txt"))
  .map((file) => file.replace(/\.txt$/, ""));

/** How long the server gets to send all that a command makes it send. */
const SILENCE_MS = 25;

const conversationNames = readdirSync(conversations).map((file) => file.replace(/\.txt$/, ""));

for (const name of wanted) {
  if (![...names, ...conversationNames].includes(name)) {
    throw new Error(`there is no transcript ${name}.txt`);
  }
}
const chosen = (all: readonly string[]): readonly string[] =>
  wanted.length === 0 ? all : all.filter((name) => wanted.includes(name));
for (const name of chosen(names)) await record(name);
for (const name of chosen(conversationNames)) await recordConversation(name);

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
  keep(name, file, old, text);
  const commands = lines.filter(({ kind }) => kind === "command").length;
  console.log(`${name}: ${commands} commands, ${text === old ? "unchanged" : "changed"}`);
}

function keep(name: string, file: URL, old: string, text: string): void {
  if (readFileSync(file, "utf8") !== old) {
    throw new Error(`${name}.txt was edited while it was recorded; record it again`);
  }
  if (text !== old) writeFileSync(file, text);
}

/** A connection's bytes as they come. */
interface Ear {
  readonly socket: Socket;
  heard: string;
}

async function recordConversation(name: string): Promise<void> {
  const file = new URL(`${name}.txt`, conversations);
  const old = readFileSync(file, "utf8");
  const server = await startRedis();
  try {
    const ears = { A: listen(server.port), B: listen(server.port), C: listen(server.port) };
    for (const each of connectionNames) {
      if (protocolOf(each) === 3) send(ears[each], ["HELLO", "3"].map(bytes));
    }
    await sleep(SILENCE_MS);
    const heard = (each: ConnectionName): ByteString => {
      const { heard: all } = ears[each];
      ears[each].heard = "";
      return bytes(all);
    };
    connectionNames.forEach(heard);
    const rows: string[] = [];
    for (const line of parseSessions(old)) {
      rows.push(line.text);
      if (line.kind === "text") continue;
      send(ears[line.connection], line.argv);
      await sleep(SILENCE_MS);
      rows.push(...renderReceived({ A: heard("A"), B: heard("B"), C: heard("C") }));
    }
    const text = rows.join("\n");
    keep(name, file, old, text);
    console.log(`${name}: ${text === old ? "unchanged" : "changed"}`);
    for (const each of connectionNames) ears[each].socket.destroy();
  } finally {
    server.stop();
  }
}

function listen(port: number): Ear {
  const ear = { socket: connect(port, "127.0.0.1").setEncoding("latin1"), heard: "" };
  ear.socket.on("data", (chunk: string) => (ear.heard += chunk));
  return ear;
}

function send({ socket }: Ear, argv: readonly ByteString[]): void {
  const words = argv.map((word) => `$${word.length}\r\n${word}\r\n`);
  socket.write(`*${argv.length}\r\n${words.join("")}`, "latin1");
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
