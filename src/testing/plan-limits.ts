/** What Upstash's plans allow, the texts with which it says that it is too much, and how a test states a plan. */
import { ReplyError } from "../errors.js";
import { MAX_COMMAND_BYTES } from "../rest/commands.js";

/** Sizes are in bytes; `Infinity` is no limit. */
export interface Limits {
  /** Commands from the first of a month on, and from midnight on, in UTC. */
  readonly monthlyCommands: number;
  readonly dailyCommands: number;
  /** Those above it are not refused but wait, on the emulator's clock: one that stands still has to be moved. */
  readonly commandsPerSecond: number;
  /** Of one command, all its words, and of its result. */
  readonly requestSize: number;
  /** Of a key with all that it holds. */
  readonly recordSize: number;
  /** Of all keys with what they hold, as MEMORY USAGE tells it. */
  readonly databaseSize: number;
  readonly keySize: number;
  /** Of a stream, delivered to one consumer of a group and not acknowledged yet. */
  readonly pendingEntries: number;
  /** Over RESP, at one time. */
  readonly connections: number;
  /** Whether keys give way when the database is full, those with a TTL first; without it, writes are refused. */
  readonly eviction: boolean;
}

/** A plan by name, or pay-as-you-go with limits of its own. */
export type Plan = "free" | "pay-as-you-go" | Partial<Limits>;

const MB = 2 ** 20;

/** Connections are as the documentation had them last: it has named no number since 2025. */
const PAY_AS_YOU_GO: Limits = {
  monthlyCommands: Infinity,
  dailyCommands: Infinity,
  commandsPerSecond: 10_000,
  requestSize: MAX_COMMAND_BYTES,
  recordSize: 100 * MB,
  databaseSize: 100 * 1024 * MB,
  keySize: 32 * 1024,
  pendingEntries: 1000,
  connections: 1000,
  eviction: false,
};

const PLANS: ReadonlyMap<unknown, Limits> = new Map([
  ["free", { ...PAY_AS_YOU_GO, monthlyCommands: 500_000, databaseSize: 256 * MB }],
  ["pay-as-you-go", PAY_AS_YOU_GO],
]);

/** A plan's limits; throws a TypeError for what is none. */
export function limitsOf(plan: Plan): Limits {
  const named = PLANS.get(plan);
  if (named !== undefined) return named;
  if (typeof plan !== "object" || plan === null) {
    throw new TypeError(
      `createEmulator({ plan }): ${JSON.stringify(plan)} is no plan; pass "free", "pay-as-you-go" or limits like { monthlyCommands: 1000 }`,
    );
  }
  for (const [name, limit] of Object.entries(plan)) checkLimit(name, limit);
  const given = Object.entries(plan).filter(([, limit]) => limit !== undefined);
  return { ...PAY_AS_YOU_GO, ...Object.fromEntries(given) };
}

function checkLimit(name: string, limit: unknown): void {
  const known = Reflect.get(PAY_AS_YOU_GO, name);
  if (known === undefined) {
    throw new TypeError(
      `createEmulator({ plan }): there is no limit ${JSON.stringify(name)}; those there are: ${Object.keys(PAY_AS_YOU_GO).join(", ")}`,
    );
  }
  if (limit === undefined || (typeof limit === "boolean" && typeof known === "boolean")) return;
  if (typeof known === "boolean") {
    throw new TypeError(
      `createEmulator({ plan: { ${name} } }): ${JSON.stringify(limit)} is neither true nor false`,
    );
  }
  checkAmount(`createEmulator({ plan: { ${name} } })`, limit, name === "commandsPerSecond" ? 1 : 0);
}

/** Throws a TypeError for what is no whole number from `least` on, nor Infinity. */
export function checkAmount(place: string, amount: unknown, least = 0): void {
  const isAmount = Number.isSafeInteger(amount) || amount === Infinity;
  if (typeof amount === "number" && isAmount && amount >= least) return;
  const shown = typeof amount === "number" ? String(amount) : JSON.stringify(amount);
  throw new TypeError(`${place}: ${shown} is no whole number of ${least} or more, nor Infinity`);
}

export function monthlyExceeded(limit: number, usage: number): ReplyError {
  return new ReplyError(
    `ERR max requests limit exceeded. Limit: ${limit}, Usage: ${usage}. ${see("max_requests_limit")}`,
  );
}

export function dailyExceeded(limit: number, usage: number): ReplyError {
  return new ReplyError(
    `ERR max daily request limit exceeded. Limit: ${limit}, Usage: ${usage}. ${see("max_daily_request_limit")}`,
  );
}

export function capacityExceeded(threshold: number, usage: number): ReplyError {
  return new ReplyError(
    `ERR DB capacity quota exceeded. Threshold: ${threshold} bytes, Usage: ${usage} bytes. ${see("db_capacity_quota_exceeded")}`,
  );
}

export function keySizeExceeded(limit: number, actual: number): ReplyError {
  return new ReplyError(
    `ERR max key size exceeded. Limit: ${limit} bytes, Actual: ${actual} bytes`,
  );
}

/** Upstash's documentation gives no numbers. */
export function recordSizeExceeded(): ReplyError {
  return new ReplyError("ERR max single record size exceeded");
}

export function connectionsExceeded(): ReplyError {
  return new ReplyError("ERR max concurrent connections exceeded");
}

function see(page: string): string {
  return `See https://upstash.com/docs/redis/troubleshooting/${page} for details`;
}
