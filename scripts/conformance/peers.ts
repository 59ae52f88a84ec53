/**
 * Runs the suite on other stand-ins for Redis, and on our own doubles for comparison: how many commands it takes until each differs from
 * Redis, family by family, with the shortest sequence that shows it. `npm run conformance:peers`
 */
import RedisMock from "ioredis-mock";
import {
  checkConformance,
  ConformanceError,
  engineTarget,
  ioredisTarget,
  upstashTarget,
  type Family,
  type Target,
} from "../../src/conformance/conformance.js";
import { createKv } from "../../src/kv/kv.js";

const SEED = 1;
/** The first divergence of ioredis-mock must come within so many commands. */
const WITHIN = 200;

const families: readonly Family[] = ["string", "hash", "list", "set", "zset", "generic", "expire"];

let first = Number.POSITIVE_INFINITY;
console.log("# ioredis-mock");
for (const family of families) {
  const error = await difference(ioredisTarget(new RedisMock()), [family]);
  if (error !== undefined) first = Math.min(first, error.calls);
  console.log(
    `\n## ${family}: ${error === undefined ? "no divergence" : `diverges after ${error.calls} commands`}`,
  );
  if (error !== undefined) console.log(error.counterexample);
}

const ours = {
  "the engine": engineTarget(),
  "the double of @vercel/kv": upstashTarget(createKv().kv),
};
let wrong = 0;
for (const [name, target] of Object.entries(ours)) {
  const error = await difference(target, families);
  if (error !== undefined) wrong++;
  console.log(`\n# ${name}: ${error === undefined ? "no divergence" : error.message}`);
}

console.log(`\nioredis-mock diverges first after ${first} commands (bar: ${WITHIN})`);
if (first > WITHIN || wrong > 0) process.exitCode = 1;

async function difference(
  target: Target,
  chosen: readonly Family[],
): Promise<ConformanceError | undefined> {
  try {
    await checkConformance(target, { seed: SEED, families: chosen });
    return undefined;
  } catch (error) {
    if (error instanceof ConformanceError) return error;
    throw error;
  }
}
