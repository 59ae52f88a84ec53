// The heap that 100,000 keys of 16 bytes with values of 64 bytes take, in a bare Map or in the engine (argument: map or engine).
import { createEmulator } from "../dist/index.js";
import { report } from "./measure.mjs";

const size = 100_000;
const emulator = createEmulator();
const session = emulator.createSession();
const map = new Map();
const store =
  process.argv[2] === "map"
    ? (key, value) => map.set(key, value)
    : (key, value) => emulator.execute(session, ["SET", key, value]);

// Text from a parser is flat and shared with nothing, as a client's words are.
const text = (prefix, length, i) =>
  JSON.parse(`"${prefix}${String(i).padStart(length - prefix.length, "0")}"`);

store("warm", "up");
gc();
const before = process.memoryUsage();
for (let i = 0; i < size; i++) store(text("k", 16, i), text("v", 64, i));
gc();
const after = process.memoryUsage();
report({
  bytes: (after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers) / size,
});
if (map.size + emulator.call("DBSIZE") < size) throw new Error("keys are missing");
