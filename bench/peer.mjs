// ioredis-mock on the same work, keys read in the same order; what takes it long is done a few times only. Prints operations per second as JSON.
import { createHash } from "node:crypto";
import RedisMock from "ioredis-mock";
import { asyncRate, keysOf, report, shuffled, valuesOf } from "./measure.mjs";
import { operands, plainSlidingWindow } from "./scripts.mjs";

const size = 100_000;
const keys = keysOf(size);
const values = valuesOf(size);
const order = shuffled(size);
const redis = new RedisMock();
const figures = {};

figures.SET = await asyncRate(size, (i) => redis.set(keys[i], values[i]));
figures.GET = await asyncRate(size, (i) => redis.get(keys[order[i]]));
let cursor = "0";
figures["SCAN COUNT 10"] = await asyncRate(10, async () => {
  [cursor] = await redis.scan(cursor, "COUNT", 10);
});
await redis.flushall();
figures.INCR = await asyncRate(size, () => redis.incr("counter"));

for (let start = 0; start < size; start += 10_000) {
  await redis.zadd(
    "board",
    ...keys.slice(start, start + 10_000).flatMap((key, i) => [start + i, key]),
  );
}
figures.ZRANK = await asyncRate(5, (i) => redis.zrank("board", keys[i]));
figures["ZRANGE 10"] = await asyncRate(5, (i) => redis.zrange("board", i, i + 9));

// It has no SCRIPT LOAD; EVAL brings it the script.
await redis.eval(plainSlidingWindow, ...operands(0));
const sha = createHash("sha1").update(plainSlidingWindow).digest("hex");
figures["sliding window by EVALSHA"] = await asyncRate(500, (i) =>
  redis.evalsha(sha, ...operands(i)),
);
report(figures);
redis.disconnect();
