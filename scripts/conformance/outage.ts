/**
 * Kills the Redis behind the REST API amid the INCRs of real clients and starts it again two seconds later; then one node of a cluster,
 * and all of them. No INCR that was acknowledged may be lost, and none may count twice: `npm run conformance:outage -- --increments 10000`.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Redis } from "@upstash/redis";
import { createBackend, startServer, type RestServer } from "../../src/node/server.js";
import { startCluster } from "../../test/support/redis-cluster.js";
import { startRedis, type RedisServer } from "../../test/support/redis-server.js";
import { wholeNumber } from "./whole-number.js";

const { values } = parseArgs({ options: { increments: { type: "string", default: "10000" } } });
const increments = wholeNumber("increments", values.increments);

const CLIENTS = 8;
/** How long the Redis is away, in milliseconds. */
const OUTAGE = 2000;
/** When it is killed: so many of the INCRs have been acknowledged. */
const KILLED_AT = increments * 0.4;
/** How long the clients go on at most, in milliseconds. */
const LIMIT = 120_000;
/** With these Redis acknowledges what is on its disk, so that not even SIGKILL takes it. */
const DURABLE = ["--appendonly", "yes", "--appendfsync", "always"];
/** So many that every master of a cluster has some. */
const KEYS = Array.from({ length: 30 }, (_, index) => `n:${index}`);
/** What Redis itself answers instead of running a command, on its way back. */
const REFUSALS = /^(?:Command failed: )?(?:LOADING|CLUSTERDOWN|MOVED|TRYAGAIN) /;

/** What became of the INCRs of one key. */
interface Tally {
  acknowledged: number;
  /** Sent and not answered: they may have been applied. */
  unknown: number;
}

const single = await startRedis(undefined, DURABLE);
const cluster = await startCluster(3, DURABLE);
try {
  await check("one Redis", `redis://127.0.0.1:${single.port}`, [single]);
  await check("one node of a cluster of three", cluster.urls, cluster.nodes.slice(0, 1));
  await check("a cluster of three", cluster.urls, cluster.nodes);
} finally {
  single.stop();
  cluster.stop();
}

async function check(
  what: string,
  urls: string | readonly string[],
  killed: readonly RedisServer[],
): Promise<void> {
  const backend = await createBackend(urls);
  const server = await startServer({ backend });
  try {
    const start = performance.now();
    const before = await valuesOf(server);
    const { tallies, refused, unexpected } = await increment(server, killed);
    const after = await valuesOf(server);
    const growths = after.map((value, index) => value - (before[index] ?? 0));
    const [acknowledged, unknown] = [
      sum(tallies.map((tally) => tally.acknowledged)),
      sum(tallies.map((tally) => tally.unknown)),
    ];
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(`${what}, killed for ${OUTAGE / 1000} s amid ${increments} INCRs (${seconds} s):`);
    console.log(
      `  ${acknowledged} acknowledged, ${unknown} may have been applied, ${refused} refused and made again; value ${sum(growths)}`,
    );
    const wrong = tallies.flatMap((tally, index) => faultsOf(tally, growths[index] ?? 0, index));
    if (refused === 0) wrong.push("none was refused: the outage missed the INCRs");
    if (acknowledged + unknown !== increments) wrong.push("not all were made");
    for (const fault of [...wrong, ...unexpected]) console.log(`  WRONG: ${fault}`);
    if (wrong.length + unexpected.size > 0) process.exitCode = 1;
  } finally {
    await server.close();
    backend.close();
  }
}

/** Makes the INCRs, each until it was acknowledged or may have been applied. */
async function increment(
  server: RestServer,
  killed: readonly RedisServer[],
): Promise<{ tallies: readonly Tally[]; refused: number; unexpected: ReadonlySet<string> }> {
  const tallies: readonly Tally[] = KEYS.map(() => ({ acknowledged: 0, unknown: 0 }));
  const unexpected = new Set<string>();
  const giveUpAt = performance.now() + LIMIT;
  let [next, acknowledged, refused] = [0, 0, 0];
  let outage: Promise<void> | undefined;

  const incr = async (redis: Redis, key: string, tally: Tally): Promise<void> => {
    while (performance.now() < giveUpAt) {
      try {
        await redis.incr(key);
        tally.acknowledged++;
        acknowledged++;
        return;
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        if (message.includes("may have been applied")) {
          tally.unknown++;
          return;
        }
        if (!message.includes("was not sent") && !REFUSALS.test(message)) unexpected.add(message);
        refused++;
        await sleep(10);
      }
    }
  };
  const client = async (): Promise<void> => {
    const redis = connect(server);
    while (next < increments) {
      const index = next++ % KEYS.length;
      const [key, tally] = [KEYS[index], tallies[index]];
      if (key !== undefined && tally !== undefined) await incr(redis, key, tally);
      if (acknowledged >= KILLED_AT) outage ??= killAndRestart(killed);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  await outage;
  return { tallies, refused, unexpected };
}

function connect({ url, token }: RestServer): Redis {
  return new Redis({ url, token, retry: false });
}

async function killAndRestart(servers: readonly RedisServer[]): Promise<void> {
  await Promise.all(servers.map((server) => server.kill()));
  await sleep(OUTAGE);
  await Promise.all(servers.map((server) => server.restart()));
}

async function valuesOf(server: RestServer): Promise<readonly number[]> {
  const redis = connect(server);
  return Promise.all(KEYS.map(async (key) => Number(await redis.get(key))));
}

function faultsOf({ acknowledged, unknown }: Tally, growth: number, index: number): string[] {
  const key = KEYS[index];
  if (growth < acknowledged) return [`${key}: ${acknowledged - growth} acknowledged are lost`];
  const most = acknowledged + unknown;
  return growth > most ? [`${key}: ${growth - most} counted twice`] : [];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
