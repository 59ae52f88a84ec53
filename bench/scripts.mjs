// The script of @upstash/ratelimit's sliding window as its package has it, and calls of it for many users at a clock that moves on.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const require = createRequire(import.meta.url);
const source = readFileSync(require.resolve("@upstash/ratelimit"), "utf8");
const [, text] = /slidingWindowLimitScript = `([^`]*)`/.exec(source) ?? [];
if (text === undefined) throw new Error("@upstash/ratelimit has no slidingWindowLimitScript");

export const slidingWindow = text;

/** Without the flags, which Upstash alone knows. */
export const plainSlidingWindow = text.replace(/^#!.*/, "");

const START = 1_700_000_000_000;
const WINDOW = 10_000;
const users = Array.from({ length: 1000 }, (_, index) => `user${index}`);

/** `numkeys key [key …] arg [arg …]` of call i. */
export function operands(i) {
  const now = START + i;
  const bucket = Math.floor(now / WINDOW);
  const user = users[i % users.length];
  const keys = [`rl:${user}:${bucket}`, `rl:${user}:${bucket - 1}`, ""];
  return ["3", ...keys, "10", String(now), String(WINDOW), "1"];
}
