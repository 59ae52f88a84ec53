// `npm run bench`: one table of rates, medians of five processes each, as ratios to a bare Map in the same process and to
// ioredis-mock, each with the bar it is held to. `npm run bench -- --scale`: what an operation costs in a database of 1,000 and of
// 1,000,000 entries, on the same number of them; beside it on all of the million, where memory decides (see the bare Map).
// `npm run bench -- --server`: the servers beside a real Redis and a bare node:http server.
// `npm run bench -- --ergonomics`: what snapshots cost.
// `npm run bench -- --start`: only how long `kv-emulator exec` takes to its first answer.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { benchServers } from "./server.mjs";
import { median, perSecond } from "./table.mjs";

const RUNS = 5;

/** The script of @upstash/ratelimit. */
const SLIDING_WINDOW = "sliding window by EVALSHA";

function measure(file, ...args) {
  const runs = Array.from({ length: RUNS }, () =>
    JSON.parse(run(["--expose-gc", path(file), ...args])),
  );
  return Object.fromEntries(
    Object.keys(runs[0]).map((name) => [name, median(runs.map((figures) => figures[name]))]),
  );
}

function run(args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

function path(file) {
  return fileURLToPath(new URL(file, import.meta.url));
}

function importMilliseconds(code) {
  const times = Array.from({ length: 15 }, () => {
    const start = performance.now();
    run(["--input-type=module", "--eval", code]);
    return performance.now() - start;
  });
  return median(times);
}

/** Rows of name, figure, what it is compared with, the ratio, the bar and whether it holds. */
const rows = [];

function row(name, figure, against, ratio, bar, holds) {
  rows.push({ name, figure, against, ratio, bar, "": holds ? "ok" : "MISSED" });
}

function compareWithMap(engine, name, floor, bar) {
  const ratio = engine[floor] / engine[name];
  row(name, perSecond(engine[name]), floor, `1/${ratio.toFixed(1)}`, `1/${bar}`, ratio <= bar);
}

function compareWithPeer(engine, peer, name, bar) {
  const ratio = engine[name] / peer[name];
  row(
    name,
    perSecond(engine[name]),
    "ioredis-mock",
    `${ratio.toFixed(1)}x`,
    `${bar}x`,
    ratio >= bar,
  );
}

function compareTimes(rates, name, floor, bar) {
  const ratio = rates[floor] / rates[name];
  row(
    name,
    `${(1e6 / rates[name]).toFixed(1)} µs`,
    floor,
    ratio.toFixed(2),
    `≤ ${bar}`,
    ratio <= bar,
  );
}

function benchAll() {
  const engine = measure("engine.mjs", "100000");
  row("Map.set", perSecond(engine["Map.set"]), "", "", "", true);
  row("Map.get", perSecond(engine["Map.get"]), "", "", "", true);
  compareWithMap(engine, "SET", "Map.set", 5);
  compareWithMap(engine, "GET", "Map.get", 10);
  compareWithMap(engine, "LPUSH", "Map.set", 4);
  compareWithMap(engine, "RPOP", "Map.set", 4);
  for (const name of ["ZADD", "ZRANK", "ZRANGE 10", "ZRANGEBYSCORE LIMIT 10"]) {
    compareWithMap(engine, name, "Map.set", 10);
  }

  compareWithMap(engine, SLIDING_WINDOW, "Map.set", 100);

  const peer = measure("peer.mjs");
  for (const name of ["SET", "GET", "INCR"]) compareWithPeer(engine, peer, name, 1);
  for (const name of ["ZRANK", "ZRANGE 10", "SCAN COUNT 10"])
    compareWithPeer(engine, peer, name, 1000);
  compareWithPeer(engine, peer, SLIDING_WINDOW, 10);

  const bytes = {
    map: measure("memory.mjs", "map").bytes,
    engine: measure("memory.mjs", "engine").bytes,
  };
  const heap = bytes.engine / bytes.map;
  row(
    "heap per key",
    `${bytes.engine.toFixed(0)} B`,
    "bare Map",
    heap.toFixed(2),
    "≤ 1.25",
    heap <= 1.25,
  );

  const entry = new URL("../dist/index.js", import.meta.url).href;
  const load = importMilliseconds(`await import("${entry}")`) - importMilliseconds("");
  row("import of the main entry", `${load.toFixed(1)} ms`, "empty node", "", "≤ 15 ms", load <= 15);

  benchStart();

  const clients = measure("clients.mjs");
  compareTimes(clients, "kv.get on the double", "client on a constant requester", 1.3);
  compareTimes(clients, "client on interceptFetch", "client on a constant fetch", 1.3);
  compareTimes(clients, "client on kvHandlers", "client on a trivial MSW handler", 1.2);
}

/** The bar is for what the command itself takes; a child that is a node takes its own start besides. */
function benchStart() {
  const figures = JSON.parse(run([path("start.mjs")]));
  const floor = figures["empty node"];
  const over = (name) => figures[name] - floor;
  const startRow = (name, bar, holds) =>
    row(
      `start to first answer: ${name}`,
      `${over(name).toFixed(0)} ms more`,
      `empty node (${floor.toFixed(0)} ms)`,
      (figures[name] / floor).toFixed(1),
      bar,
      holds,
    );
  startRow("exec", "≤ 150 ms", over("exec") <= 150);
  startRow("exec of a node", "", true);
}

/** What stands in the table for comparison. Deletions in a large Map cost it a rehash now and then. */
const UNBARRED = new Set(["Map.set", "Map.get", "SADD and SREM"]);

function benchScale() {
  const hot = {
    small: measure("scale.mjs", "1000", "hot"),
    large: measure("scale.mjs", "1000000", "hot"),
  };
  const all = { small: hot.small, large: measure("scale.mjs", "1000000", "all") };
  for (const name of Object.keys(hot.small)) {
    const ratio = hot.large[name] / hot.small[name];
    const isBarred = !UNBARRED.has(name);
    rows.push({
      name,
      "1k entries": `${hot.small[name].toFixed(2)} µs`,
      "1M entries": `${hot.large[name].toFixed(2)} µs`,
      ratio: ratio.toFixed(2),
      bar: isBarred ? "≤ 3" : "",
      "": isBarred && ratio > 3 ? "MISSED" : "ok",
      "1M, all in order": `${all.large[name].toFixed(2)} µs`,
      "its ratio": (all.large[name] / all.small[name]).toFixed(2),
    });
  }
}

/** Milliseconds at most. */
const UNDO_BARS = {
  "snapshot() of 1M keys": 1,
  "restore() after 100 changes": 1,
  "undo after each of 1,000 tests": 0.2,
};

function benchErgonomics() {
  const figures = measure("ergonomics.mjs");
  for (const [name, bar] of Object.entries(UNDO_BARS)) {
    row(name, `${figures[name].toFixed(4)} ms`, "", "", `≤ ${bar} ms`, figures[name] <= bar);
  }
}

if (process.argv.includes("--scale")) benchScale();
else if (process.argv.includes("--ergonomics")) benchErgonomics();
else if (process.argv.includes("--server")) await benchServers(row);
else if (process.argv.includes("--start")) benchStart();
else benchAll();
console.table(rows);
process.exitCode = rows.some((entry) => entry[""] === "MISSED") ? 1 : 0;
