/**
 * Kills processes at random moments of saving: each must leave a data file that loads, with the old state or the new.
 * `npm run conformance:kills -- --kills 200 --seed 1`
 */
import { parseArgs } from "node:util";
import { killSavers } from "./kill-savers.js";
import { wholeNumber } from "./whole-number.js";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "200" },
    seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
  },
});
const kills = wholeNumber("kills", values.kills);
const seed = wholeNumber("seed", values.seed);

console.log(`seed ${seed}`);
const { held, midst, violations } = await killSavers(kills, seed);
for (const violation of violations) console.log(violation);
console.log(
  `${kills} kills, ${midst} of them in the midst of writing: ${held.old} times the file held the old state, ${held.new} times the new, ${violations.length} violations; seed ${seed}`,
);
if (violations.length > 0) process.exitCode = 1;
