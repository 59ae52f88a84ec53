// `npm run bench -- --server`: redis-benchmark on the RESP server and on a real Redis 8, requests over HTTP beside a bare node:http
// server that answers a constant, and 200 connections held for a minute. Medians of rounds in which both sides take turns.
import { execFileSync, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { median, perSecond } from "./table.mjs";

const ROUNDS = 3;
const COMMANDS = ["SET", "GET", "INCR", "LPUSH", "ZADD"];
/** By commands in a pipeline: how many are sent, and the share of Redis's throughput to be reached. */
const PIPELINES = [
  { pipeline: 1, requests: 60_000, bar: 0.5 },
  { pipeline: 50, requests: 600_000, bar: 0.25 },
];
const HTTP_BAR = 0.8;
const HTTP_SECONDS = 2;
/** Both servers do little but wait for the network, whose pace wavers more than theirs. */
const HTTP_ROUNDS = 9;
const HTTP_CONNECTIONS = 50;
const HELD = 200;
const HOLD_SECONDS = 60;

const script = fileURLToPath(new URL("../scripts/get-redis.sh", import.meta.url));
const programs = dirname(
  execFileSync(script, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim(),
);

export async function benchServers(row) {
  const redis = await startRedis();
  const emulator = await startProcess("emulator");
  const bare = await startProcess("bare");
  try {
    for (const options of PIPELINES)
      await compareThroughput(redis.port, emulator.ports.resp, options, row);
    await compareHttp(bare.ports.http, emulator.ports.http, row);
    await hold(emulator, row);
  } finally {
    for (const { stop } of [redis, emulator, bare]) stop();
  }
}

async function compareThroughput(redis, emulator, { pipeline, requests, bar }, row) {
  const rates = { redis: [], emulator: [] };
  for (let round = 0; round < ROUNDS; round++) {
    rates.redis.push(await benchmark(redis, pipeline, requests));
    rates.emulator.push(await benchmark(emulator, pipeline, requests, "token"));
  }
  for (const command of COMMANDS) {
    const of = (side) => median(rates[side].map((round) => round[command]));
    const ratio = of("emulator") / of("redis");
    row(
      `${command}, -P ${pipeline}`,
      perSecond(of("emulator")),
      "Redis 8.0.2",
      `${ratio.toFixed(2)}x`,
      `${bar}x`,
      ratio >= bar,
    );
  }
}

/** What redis-benchmark says, by command. */
async function benchmark(port, pipeline, requests, password) {
  const options = [
    "-p",
    port,
    "-t",
    COMMANDS.join(","),
    "-n",
    requests,
    "-P",
    pipeline,
    "-c",
    50,
    "--csv",
  ];
  if (password !== undefined) options.push("-a", password);
  const child = spawn(join(programs, "redis-benchmark"), options.map(String));
  let printed = "";
  child.stdout.on("data", (chunk) => (printed += chunk));
  await once(child, "close");
  return Object.fromEntries(
    [...printed.matchAll(/^"([A-Z]+)[^"]*","([\d.]+)"/gm)].map(([, name, rate]) => [
      name,
      Number(rate),
    ]),
  );
}

async function compareHttp(bare, emulator, row) {
  const rates = { bare: [], emulator: [] };
  for (let round = 0; round < HTTP_ROUNDS; round++) {
    rates.bare.push(await requestsPerSecond(bare));
    rates.emulator.push(await requestsPerSecond(emulator));
  }
  const ratio = median(rates.emulator) / median(rates.bare);
  row(
    "GET over HTTP",
    perSecond(median(rates.emulator)),
    "bare node:http",
    `${ratio.toFixed(2)}x`,
    `${HTTP_BAR}x`,
    ratio >= HTTP_BAR,
  );
}

/** Each connection sends its next request when it has the last one's response; all responses are alike. */
async function requestsPerSecond(port) {
  const body = '["GET","k"]';
  const request = `POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  let responses = 0;
  const sockets = await connections(port, HTTP_CONNECTIONS);
  for (const socket of sockets) {
    socket.setEncoding("latin1").on("data", (chunk) => {
      // Small responses come whole.
      if (!chunk.includes('"v"')) return;
      responses++;
      socket.write(request);
    });
    socket.write(request);
  }
  await sleep(500);
  const before = responses;
  const start = performance.now();
  await sleep(HTTP_SECONDS * 1000);
  const rate = ((responses - before) / (performance.now() - start)) * 1000;
  for (const socket of sockets) socket.destroy();
  return rate;
}

/** Connections with commands of several types, whose replies are known; afterwards the heap is as it was. */
async function hold(emulator, row) {
  const before = await emulator.heap();
  const sockets = await connections(emulator.ports.resp, HELD);
  const outcomes = { replies: 0, lost: 0 };
  const until = Date.now() + HOLD_SECONDS * 1000;
  await Promise.all(sockets.map((socket, index) => converse(socket, index, until, outcomes)));
  for (const socket of sockets) socket.destroy();
  await sleep(500);
  const grown = (await emulator.heap()) - before;
  const name = `${HELD} connections for ${HOLD_SECONDS} s`;
  row(
    name,
    `${outcomes.lost} lost`,
    `${outcomes.replies.toLocaleString("en")} replies`,
    "",
    "0 lost",
    outcomes.lost === 0,
  );
  row("heap behind them", `${(grown / 1e6).toFixed(1)} MB`, "before", "", "≤ 2 MB", grown <= 2e6);
}

async function converse(socket, index, until, outcomes) {
  const key = `held:${index}`;
  let heard = "";
  let wake;
  socket.setEncoding("latin1").on("data", (chunk) => {
    heard += chunk;
    wake?.();
  });
  const ask = async (lines, expected) => {
    heard = "";
    socket.write(lines.map((line) => `${line}\r\n`).join(""));
    while (heard.length < expected.length) await new Promise((resolve) => (wake = resolve));
    outcomes.replies += lines.length;
    if (heard !== expected) outcomes.lost++;
  };
  await ask(["AUTH token"], "+OK\r\n");
  for (let n = 0; Date.now() < until; n++) {
    await ask(
      [
        `SET ${key} ${n}`,
        `GET ${key}`,
        `RPUSH ${key}:list a b`,
        `LPOP ${key}:list 2`,
        "MULTI",
        `INCR ${key}`,
        "EXEC",
        `DEL ${key}`,
      ],
      `+OK\r\n$${String(n).length}\r\n${n}\r\n:2\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n+OK\r\n+QUEUED\r\n*1\r\n:${n + 1}\r\n:1\r\n`,
    );
    await sleep(20);
  }
}

function connections(port, count) {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const socket = connect({ port, host: "127.0.0.1", noDelay: true });
      await once(socket, "connect");
      return socket;
    }),
  );
}

async function startProcess(kind) {
  const file = fileURLToPath(new URL("server-process.mjs", import.meta.url));
  const child = fork(file, [kind], { execArgv: ["--expose-gc"] });
  const [ports] = await once(child, "message");
  return {
    ports,
    heap: async () => {
      child.send("heap");
      const [{ heap }] = await once(child, "message");
      return heap;
    },
    stop: () => child.kill(),
  };
}

async function startRedis() {
  const directory = mkdtempSync(join(tmpdir(), "kv-emulator-bench-"));
  const port = await freePort();
  const options = ["--port", String(port), "--save", "", "--dir", directory, "--bind", "127.0.0.1"];
  const child = spawn(join(programs, "redis-server"), options, { stdio: "ignore" });
  child.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  for (;;) {
    try {
      const [socket] = await connections(port, 1);
      socket.destroy();
      return { port, stop: () => child.kill() };
    } catch {
      await sleep(50);
    }
  }
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}
