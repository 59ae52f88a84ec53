/**
 * Random schedules of eight clients that push, pop, block, time out, run transactions and scripts, and go away, on the RESP server and on a
 * real Redis: each client must hear the same, in the same step. `npm run conformance:blocking -- --schedules 1000 --seed 1`
 */
import { parseArgs } from "node:util";
import {
  array,
  asyncProperty,
  check,
  constantFrom,
  integer,
  oneof,
  record,
  tuple,
  type Arbitrary,
} from "fast-check";
import { manualClock } from "../../src/clock.js";
import { createEmulator } from "../../src/emulator.js";
import { startRespServer } from "../../src/node/resp-server.js";
import { startRedis } from "../../test/support/redis-server.js";
import { Crowd } from "./crowd.js";
import { wholeNumber } from "./whole-number.js";

const CLIENTS = 8;
/** What a client waits for at most, in seconds, and what passes for its time to be up, in milliseconds. */
const TIMEOUT = "0.4";
const PASSING = 500;
/** Schedules at a time. */
const BESIDE = 25;
/**
 * How often a schedule is played before a difference is none of chance: two waits that end a few milliseconds apart Redis ends together or
 * one after the other, as its loop comes round, so that what was sent behind them runs in either order. Its loop comes round as often as
 * can be, and each time the steps are further apart.
 */
const REPETITIONS = 12;
const OFTEN = ["--hz", "500"];
/** Milliseconds between steps, the first time and from one time to the next: no two waits begin, or end, together. */
const APART = 2;
const FURTHER = 3;

/** What is sent at once, or what happens to the client, or to time. */
type Step =
  | { readonly client: number; readonly lines: readonly string[] }
  | { readonly client: number; readonly leaves: true }
  | { readonly client: number; readonly unblocks: number; readonly error: boolean }
  | { readonly passes: true };

/** Commands by kind; each kind is drawn as often. */
const COMMANDS: readonly (readonly string[])[] = [
  [`BLPOP l1 l2 0`, `BLPOP l2 l1 ${TIMEOUT}`, "BLPOP l1 0"],
  [`BRPOP l1 ${TIMEOUT}`, "BRPOP l2 z1 l1 0"],
  ["BLMOVE l1 l2 LEFT RIGHT 0", `BLMOVE l2 l1 RIGHT LEFT ${TIMEOUT}`, "BLMOVE l1 l1 LEFT RIGHT 0"],
  ["BRPOPLPUSH l1 l2 0", `BRPOPLPUSH l2 z1 ${TIMEOUT}`],
  [`BLMPOP ${TIMEOUT} 2 l1 l2 LEFT COUNT 2`, "BLMPOP 0 1 l2 RIGHT"],
  ["BZPOPMIN z1 0", `BZPOPMAX z1 z2 ${TIMEOUT}`, "BZMPOP 0 2 z2 z1 MIN COUNT 2"],
  [
    "XREAD BLOCK 0 STREAMS x1 $",
    "XREAD COUNT 1 BLOCK 400 STREAMS x1 x2 $ 0",
    "XREAD BLOCK 400 STREAMS x1 +",
  ],
  [
    "XREADGROUP GROUP g alice BLOCK 0 STREAMS x1 >",
    "XREADGROUP GROUP g bob COUNT 1 BLOCK 400 STREAMS x1 >",
  ],
  ["WAIT 1 400", "PING", "WAIT 0 0"],
  ["RPUSH l1 a", "LPUSH l1 b c", "RPUSHX l1 d", "LINSERT l1 BEFORE a e"],
  ["RPUSH l2 f g h", "LPUSH l2 i", "RPUSH z1 j", "RPUSH l1 k l"],
  ["ZADD z1 1 a 2 b", "ZADD z2 3 c", "ZINCRBY z1 1 a", "ZADD l1 1 d", "GEOADD z1 1 1 p"],
  ["XADD x1 1-* f v", "XADD x1 MAXLEN 1 2-* f w", "XADD x2 1-* g v", "XDEL x1 1-1"],
  ["XGROUP CREATE x1 g $ MKSTREAM", "XGROUP CREATE x1 g 0", "XGROUP DESTROY x1 g"],
  ["LPOP l1", "RPOP l2 2", "ZPOPMIN z1", "LTRIM l1 1 0", "LLEN l1"],
  [
    "DEL l1",
    "DEL z1 x1",
    "SET l1 text",
    "SET x1 text",
    "RENAME l2 l1",
    "RENAME z2 z1",
    "COPY l2 l1",
  ],
  [
    "SORT l2 ALPHA STORE l1",
    "ZUNIONSTORE z1 1 z2",
    "LMOVE l2 l1 LEFT LEFT",
    "PEXPIRE l1 100",
    "EXPIRE x1 0",
  ],
  [
    `EVAL "redis.call('RPUSH', KEYS[1], 's', 't') return redis.call('LPOP', KEYS[1])" 1 l1`,
    `EVAL "redis.call('DEL', KEYS[1]) redis.call('ZADD', KEYS[2], 1, 'u') return 1" 2 l1 z1`,
    `EVAL "return redis.call('BLPOP', KEYS[1], 0)" 1 l1`,
  ],
];

const { values } = parseArgs({
  options: {
    schedules: { type: "string", default: "1000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
  },
});
const seed = wholeNumber("seed", values.seed);
const wanted = wholeNumber("schedules", values.schedules);

/** How often a client heard something when another had acted, or time had passed. */
let woken = 0;

/** How many schedules have been played on either. */
let next = 0;

const redis = await startRedis(undefined, OFTEN);
console.log(`seed ${seed}`);
let played = 0;
let failed = 0;
await Promise.all(
  Array.from({ length: BESIDE }, async (_, index) => {
    const result = await check(asyncProperty(schedules(), agrees), {
      seed: seed + index,
      numRuns: Math.ceil(wanted / BESIDE),
    });
    played += result.numRuns;
    if (!result.failed) return;
    failed++;
    console.log(
      `\n${JSON.stringify(result.counterexample, null, 1)}\n${String(result.errorInstance)}`,
    );
  }),
);
redis.stop();
console.log(
  `${played} schedules of ${CLIENTS} clients, ${woken} times one was woken, ${failed} that differ; seed ${seed}`,
);
if (failed > 0) process.exitCode = 1;

function schedules(): Arbitrary<readonly Step[]> {
  const client = integer({ min: 0, max: CLIENTS - 1 });
  const line = oneof(...COMMANDS.map((words) => constantFrom(...words)));
  const commands = oneof(
    { weight: 8, arbitrary: line.map((one) => [one]) },
    { weight: 1, arbitrary: array(line, { minLength: 2, maxLength: 3 }) },
    {
      weight: 2,
      arbitrary: tuple(
        constantFrom(["MULTI"]),
        array(line, { minLength: 1, maxLength: 4 }),
        constantFrom(["EXEC"]),
      ).map((parts) => parts.flat()),
    },
  );
  return array(
    oneof(
      { weight: 20, arbitrary: record({ client, lines: commands }) },
      { weight: 1, arbitrary: client.map((each) => ({ client: each, leaves: true }) as const) },
      {
        weight: 1,
        arbitrary: tuple(client, client, constantFrom(true, false)).map(
          ([each, unblocks, error]) => ({
            client: each,
            unblocks,
            error,
          }),
        ),
      },
      { weight: 1, arbitrary: constantFrom({ passes: true } as const) },
    ),
    { minLength: 5, maxLength: 30 },
  );
}

async function agrees(schedule: readonly Step[]): Promise<boolean> {
  for (let repetition = 1; ; repetition++) {
    const apart = APART + (repetition - 1) * FURTHER;
    const [expected, received] = [
      await onRedis(schedule, apart),
      await onEmulator(schedule, apart),
    ];
    if (JSON.stringify(expected) === JSON.stringify(received)) return true;
    if (repetition < REPETITIONS) continue;
    const step = expected.findIndex(
      (heard, index) => JSON.stringify(heard) !== JSON.stringify(received[index]),
    );
    throw new Error(
      `step ${step}\n  redis     ${JSON.stringify(expected[step])}\n  emulator  ${JSON.stringify(received[step])}`,
    );
  }
}

/** All schedules share one server: each has keys of its own. */
async function onRedis(schedule: readonly Step[], apart: number): Promise<readonly unknown[]> {
  const prefix = `${next++}:`;
  const crowd = await Crowd.open(redis.port, CLIENTS, prefix);
  return play(crowd, schedule, apart, (ms) => new Promise((resolve) => setTimeout(resolve, ms)));
}

async function onEmulator(schedule: readonly Step[], apart: number): Promise<readonly unknown[]> {
  const clock = manualClock();
  const server = await startRespServer(createEmulator({ clock }));
  const crowd = await Crowd.open(server.port, CLIENTS, `${next++}:`);
  const heard = await play(crowd, schedule, apart, (ms) => clock.advance(ms));
  await server.close();
  return heard;
}

/** What each client has heard in each step. */
async function play(
  crowd: Crowd,
  schedule: readonly Step[],
  apart: number,
  pass: (ms: number) => unknown,
): Promise<readonly unknown[]> {
  const heard: unknown[] = [];
  for (const step of schedule) {
    await pass(apart);
    if ("passes" in step) await pass(PASSING);
    else if ("lines" in step) crowd.send(step.client, step.lines);
    else if ("leaves" in step) await crowd.replace(step.client);
    else crowd.unblock(step.client, step.unblocks, step.error);
    const all = await crowd.heard();
    const client = "client" in step ? step.client : undefined;
    woken += all.filter((replies, index) => index !== client && replies.length > 0).length;
    heard.push(all);
  }
  heard.push(await crowd.contents());
  crowd.close();
  return heard;
}
