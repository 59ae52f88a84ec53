/**
 * Sends what no well-meant client sends to both servers, over TCP and, for RESP, over streams within the process, and looks whether they
 * still answer, hold nothing back and have forgotten all who went.
 */
import { connect } from "node:net";
import { duplexPair, type Duplex } from "node:stream";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Redis as UpstashRedis } from "@upstash/redis";
import { sample, type Arbitrary } from "fast-check";
import { Redis } from "ioredis";
import { utf8 } from "../../src/bytes.js";
import type { Emulator } from "../../src/emulator.js";
import { RespConnection } from "../../src/node/resp-connection.js";
import { startServer, type KvServer } from "../../src/node/server.js";
import { httpVisits, respVisits, TOKEN, type Visit } from "./hostile-input.js";

/** After so many milliseconds a connection counts as hung. */
const HUNG = 20_000;
/** How many connections are open at a time. */
const CROWD = 64;
/** How many visits are drawn at once. */
const ROUND = 512;
/** How many bytes the heap may have grown when all is over. */
const GROWTH = 32 * 1024 * 1024;

export interface HostileReport {
  readonly requests: number;
  readonly connections: number;
  /** Bytes, behind a collection before and after. */
  readonly heap: readonly [before: number, after: number];
  /** What must not be; each a sentence, with the bytes that brought it about. */
  readonly violations: readonly string[];
}

/** Sends at least so many requests. */
export async function checkHostile(requests: number, seed: number): Promise<HostileReport> {
  const violations: string[] = [];
  const crash = (error: unknown): void => {
    violations.push(
      `Thrown where nobody catches: ${error instanceof Error ? error.stack : String(error)}`,
    );
  };
  process.on("uncaughtException", crash).on("unhandledRejection", crash);
  const server = await startServer({ token: TOKEN, scriptTimeout: 500, seed });
  const doors = doorsOf(server);
  let [sent, connections, before] = [0, 0, 0];
  try {
    for (let round = 0; sent < requests && violations.length === 0; round++) {
      for (const { visits, open } of doors) {
        const drawn = sample(visits, { numRuns: ROUND, seed: seed + round });
        await throng(drawn, async (visit) => {
          const violation = await pay(visit, open);
          if (violation !== undefined) violations.push(`${violation}: ${JSON.stringify(visit)}`);
        });
        connections += drawn.length;
        for (const visit of drawn) sent += visit.requests;
      }
      server.emulator.call("FLUSHALL");
      server.emulator.call("SCRIPT", "FLUSH");
      if (round === 0) before = heapUsed();
    }
    violations.push(...(await aftermath(server)));
  } finally {
    await server.close();
    process.off("uncaughtException", crash).off("unhandledRejection", crash);
  }
  const after = heapUsed();
  if (after - before > GROWTH) violations.push(`The heap has grown by ${after - before} bytes`);
  return { requests: sent, connections, heap: [before, after], violations };
}

interface Door {
  readonly visits: Arbitrary<Visit>;
  readonly open: () => Duplex;
}

function doorsOf({ url, redisUrl, emulator }: KvServer): readonly Door[] {
  return [
    { visits: httpVisits, open: () => tcp(url) },
    { visits: respVisits, open: () => tcp(redisUrl) },
    { visits: respVisits, open: () => within(emulator) },
  ];
}

function tcp(url: string): Duplex {
  return connect({ port: Number(new URL(url).port), host: "127.0.0.1", noDelay: true });
}

/** A RESP connection without a socket. */
function within(emulator: Emulator): Duplex {
  const [ours, theirs] = duplexPair();
  const connection = new RespConnection(theirs, "127.0.0.1:1", emulator, (receive) => {
    const session = emulator.createSession("redis", receive);
    session.askFor(utf8(TOKEN));
    return session;
  });
  // Other than a socket, a stream that is destroyed tells the other end nothing.
  ours.on("close", () => connection.destroy());
  return ours;
}

/** Does a task for each, so many at a time. */
async function throng<Item>(
  items: readonly Item[],
  task: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  const work = async (): Promise<void> => {
    for (const item of waiting) await task(item);
  };
  await Promise.all(Array.from({ length: CROWD }, work));
}

/** Pays a visit; tells what went wrong. */
async function pay(
  { chunks, expectsAnswer, leaves }: Visit,
  open: () => Duplex,
): Promise<string | undefined> {
  const stream = open();
  let heard = "";
  stream.setEncoding("latin1");
  stream.on("error", () => undefined);
  const outcome = new Promise<string | undefined>((resolve) => {
    const timer = setTimeout(() => {
      resolve(heard === "" ? "Neither answered nor closed" : "Not closed");
      stream.destroy();
    }, HUNG);
    const leave = (): void => void (leaves === "end" ? stream.end() : stream.destroy());
    stream.on("data", (data: string) => {
      if (heard === "" && expectsAnswer) leave();
      heard += data;
    });
    stream.on("end", () => stream.end());
    stream.on("close", () => {
      clearTimeout(timer);
      if (expectsAnswer && heard === "") resolve("Closed without an answer");
      else resolve(heard.includes("kv-emulator failed") ? heard : undefined);
    });
    for (const chunk of chunks) stream.write(chunk, "latin1");
    if (!expectsAnswer) leave();
  });
  return outcome;
}

/** What is wrong when everybody has gone: with what is left of them, or with what others are answered. */
async function aftermath({ url, redisUrl, token, emulator }: KvServer): Promise<readonly string[]> {
  const deadline = Date.now() + HUNG;
  while (left(emulator) !== "" && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const rest = new UpstashRedis({ url, token });
  const redis = new Redis(redisUrl);
  try {
    const value = { text: "ä, 😀", list: [1, 2.5, null] };
    const answers = [
      left(emulator),
      await rest.set("clean", value),
      await rest.get("clean"),
      await rest.pipeline().incr("n").incr("n").exec(),
      await redis.get("clean"),
      await redis.multi().incr("n").get("n").exec(),
    ];
    const expected = [
      "",
      "OK",
      value,
      [1, 2],
      JSON.stringify(value),
      [
        [null, 3],
        [null, "3"],
      ],
    ];
    const [given, right] = [JSON.stringify(answers), JSON.stringify(expected)];
    return given === right ? [] : [`Clean clients are answered ${given}, not ${right}`];
  } catch (error) {
    return [`Clean clients are not answered: ${String(error)}`];
  } finally {
    redis.disconnect();
  }
}

/** The sessions and subscriptions that are left; the session that asks is none of them. */
function left(emulator: Emulator): string {
  const sessions = String(emulator.call("CLIENT", "LIST")).trim().split("\n").slice(1);
  return [...sessions, String(emulator.call("PUBSUB", "CHANNELS"))].filter(Boolean).join("\n");
}

function heapUsed(): number {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect === "function") collect();
  return process.memoryUsage().heapUsed;
}
