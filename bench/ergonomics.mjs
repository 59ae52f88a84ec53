// What undoing costs a test: snapshots in a database of a million keys, and in a test file's. Milliseconds, medians, as JSON.
import { createEmulator } from "../dist/index.js";
import { keysOf, report, valuesOf } from "./measure.mjs";
import { median } from "./table.mjs";

const KEYS = 1_000_000;
const ROUNDS = 101;

function filled(count) {
  const emulator = createEmulator({ seed: 1 });
  const session = emulator.createSession("upstash");
  const run = (...argv) => emulator.execute(session, argv);
  const [keys, values] = [keysOf(count), valuesOf(count)];
  for (let i = 0; i < count; i++) run("SET", keys[i], values[i]);
  return { emulator, run, keys };
}

/** Writes, deletions and new keys, so many in all. */
function change({ run, keys }, count, round) {
  for (let i = 0; i < count; i++) {
    const key = keys[(round * 7919 + i * 104_729) % keys.length];
    if (i % 4 === 0) run("DEL", key);
    else if (i % 4 === 1) run("RPUSH", `list:${round}:${i}`, "a", "b");
    else run("SET", key, "changed");
  }
}

function milliseconds(run) {
  const start = performance.now();
  run();
  return performance.now() - start;
}

function ofMillion() {
  const database = filled(KEYS);
  const { emulator } = database;
  const [taking, undoing] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    let snapshot;
    taking.push(milliseconds(() => (snapshot = emulator.snapshot())));
    change(database, 100, round);
    undoing.push(milliseconds(() => emulator.restore(snapshot)));
  }
  return {
    "snapshot() of 1M keys": median(taking),
    "restore() after 100 changes": median(undoing),
  };
}

/** What the same tests take with and without going back after each. */
function ofTestFile() {
  const tests = 1000;
  const plain = filled(100);
  const undone = filled(100);
  const seconds = { plain: [], undone: [] };
  for (let round = 0; round < 9; round++) {
    seconds.plain.push(
      milliseconds(() => {
        for (let test = 0; test < tests; test++) change(plain, 10, test);
      }),
    );
    seconds.undone.push(
      milliseconds(() => {
        for (let test = 0; test < tests; test++) {
          const snapshot = undone.emulator.snapshot();
          change(undone, 10, test);
          undone.emulator.restore(snapshot);
        }
      }),
    );
  }
  return {
    "undo after each of 1,000 tests": (median(seconds.undone) - median(seconds.plain)) / tests,
  };
}

report({ ...ofMillion(), ...ofTestFile() });
