// What operations cost in a database of a given size. Arguments: the number of entries, and which of them are used: "hot", 1,000
// neighbours from the middle in a shuffled order, so that the processor's caches hold what is touched at any size; or "all", in the
// order in which they came into being. Prints microseconds per operation as JSON.
import { createEmulator } from "../dist/index.js";
import { keysOf, rate, report, shuffled, valuesOf } from "./measure.mjs";

const OPERATIONS = 300_000;
const HOT = 1000;

const [size = "1000", choice = "hot"] = process.argv.slice(2);
workload(10_000);
report(workload(Number(size)));

function workload(count) {
  const keys = keysOf(count);
  const values = valuesOf(count);
  const middle = (count - HOT) / 2;
  const used = choice === "hot" ? shuffled(HOT).map((i) => middle + i) : [...keys.keys()];
  const texts = used.map(String);
  const map = new Map();
  const emulator = createEmulator();
  const session = emulator.createSession();
  const run = (...argv) => emulator.execute(session, argv);
  for (let i = 0; i < count; i++) {
    map.set(keys[i], values[i]);
    run("SET", keys[i], values[i]);
    run("RPUSH", "list", values[i]);
    run("ZADD", "z", String(i), keys[i]);
    run("HSET", "hash", keys[i], values[i]);
    run("SADD", "set", keys[i]);
  }

  const costs = {};
  const measure = (name, operation) => {
    for (let i = 0; i < HOT; i++) operation(used[i], i, 1);
    costs[name] =
      1e6 / rate(OPERATIONS, (i) => operation(used[i % used.length], i % used.length, i));
  };
  let cursor = "0";
  measure("Map.set", (at) => map.set(keys[at], values[at]));
  measure("Map.get", (at) => map.get(keys[at]));
  measure("SET", (at) => run("SET", keys[at], values[at]));
  measure("GET", (at) => run("GET", keys[at]));
  measure("INCR", () => run("INCR", "counter"));
  measure("SCAN COUNT 10", () => ([cursor] = run("SCAN", cursor, "COUNT", "10")));
  measure("LPUSH and RPOP", () => {
    run("LPUSH", "list", "x");
    return run("RPOP", "list");
  });
  measure("LINDEX", (_, text) => run("LINDEX", "list", texts[text]));
  measure("HSET", (at) => run("HSET", "hash", keys[at], values[at]));
  measure("HGET", (at) => run("HGET", "hash", keys[at]));
  measure("SADD and SREM", (at) => {
    run("SREM", "set", keys[at]);
    return run("SADD", "set", keys[at]);
  });
  measure("ZADD", (at, _, i) => run("ZADD", "z", String(at + (i % 2) / 2), keys[at]));
  measure("ZRANK", (at) => run("ZRANK", "z", keys[at]));
  measure("ZRANGE 10", (at, text) => run("ZRANGE", "z", texts[text], String(at + 9)));
  measure("ZRANGEBYSCORE LIMIT 10", (_, text) =>
    run("ZRANGEBYSCORE", "z", texts[text], "+inf", "LIMIT", "0", "10"),
  );
  measure("EXPIRE", (at) => run("EXPIRE", keys[at], "1000"));
  return costs;
}
