/** Sends mutated requests to both servers: `npm run conformance:hostile -- --requests 200000 --seed 1`. */
import { parseArgs } from "node:util";
import { checkHostile } from "./hostile-check.js";
import { wholeNumber } from "./whole-number.js";

const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "200000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
  },
});

console.log(`seed ${values.seed}`);
const start = performance.now();
const { requests, connections, heap, violations } = await checkHostile(
  wholeNumber("requests", values.requests),
  wholeNumber("seed", values.seed),
);
const seconds = ((performance.now() - start) / 1000).toFixed(1);
const [before, after] = heap.map((bytes) => (bytes / 2 ** 20).toFixed(1));
console.log(`${requests} requests over ${connections} connections in ${seconds} s`);
console.log(`heap ${before} MB before, ${after} MB after`);
for (const violation of violations) console.log(violation);
console.log(`${violations.length} violations`);
if (violations.length > 0) process.exitCode = 1;
