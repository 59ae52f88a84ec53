// The engine beside a bare Map in the same process. Argument: how many keys or members; they are read in a shuffled order. Prints
// operations per second as JSON.
import { createEmulator } from "../dist/index.js";
import { keysOf, rate, report, shuffled, valuesOf } from "./measure.mjs";
import { operands, slidingWindow } from "./scripts.mjs";

const SLIDING_WINDOW = "sliding window by EVALSHA";

/** So many operations at least, that the figures are not those of cold code. */
const MIN_OPERATIONS = 300_000;

workload(10_000);
report(workload(Number(process.argv[2] ?? 100_000)));

function workload(size) {
  const keys = keysOf(size);
  const values = valuesOf(size);
  const order = shuffled(size);
  const scores = order.map(String);
  const map = new Map();
  const emulator = createEmulator();
  const session = emulator.createSession("upstash");
  const run = (...argv) => emulator.execute(session, argv);
  const figures = {};

  figures["Map.set"] = growing(
    size,
    () => map.clear(),
    (i) => map.set(keys[i], values[i]),
  );
  figures["Map.get"] = reading(size, (i) => map.get(keys[order[i]]));

  figures.SET = growing(
    size,
    () => run("FLUSHALL"),
    (i) => run("SET", keys[i], values[i]),
  );
  figures.GET = reading(size, (i) => run("GET", keys[order[i]]));
  let cursor = "0";
  figures["SCAN COUNT 10"] = rate(20_000, () => ([cursor] = run("SCAN", cursor, "COUNT", "10")));
  run("FLUSHALL");

  figures.INCR = rate(MIN_OPERATIONS, () => run("INCR", "counter"));
  figures.LPUSH = growing(
    size,
    () => run("DEL", "list"),
    (i) => run("LPUSH", "list", values[i]),
  );
  figures.RPOP = rate(size, () => run("RPOP", "list"));

  figures.ZADD = growing(
    size,
    () => run("DEL", "z"),
    (i) => run("ZADD", "z", scores[i], keys[i]),
  );
  figures.ZRANK = reading(size, (i) => run("ZRANK", "z", keys[order[i]]));
  figures["ZRANGE 10"] = reading(size, (i) => run("ZRANGE", "z", scores[i], String(order[i] + 9)));
  figures["ZRANGEBYSCORE LIMIT 10"] = reading(size, (i) =>
    run("ZRANGEBYSCORE", "z", scores[i], "+inf", "LIMIT", "0", "10"),
  );

  const sha = run("SCRIPT", "LOAD", slidingWindow);
  figures[SLIDING_WINDOW] = rate(size, (i) => run("EVALSHA", sha, ...operands(i)));
  return figures;
}

/** The rate of an operation that adds entry i; small sizes are filled again and again. */
function growing(size, clear, add) {
  const rounds = Math.ceil(MIN_OPERATIONS / size);
  let seconds = 0;
  for (let round = 0; round < rounds; round++) {
    clear();
    seconds += size / rate(size, add);
  }
  return (size * rounds) / seconds;
}

/** The rate of an operation that reads near entry i. */
function reading(size, read) {
  return rate(Math.max(size, MIN_OPERATIONS), (i) => read(i % size));
}
