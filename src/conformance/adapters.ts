/**
 * Targets for the ways in which applications reach Redis: `@upstash/redis` and `@vercel/kv`, ioredis, node-redis, and Upstash's REST API;
 * and for the engine, with which they are compared. Clients are known by their methods alone, so a mock of one will do. Each reference
 * is an emulator behind the same adapter, with a clock that stands still until `advance`.
 */
import { lowerAscii } from "../bytes.js";
import { manualClock, systemClock } from "../clock.js";
import { commandTable } from "../commands/table.js";
import { createEmulator, type Emulator, type EmulatorOptions } from "../emulator.js";
import type { PlainReply } from "../plain.js";
import { clientCall, findMethod } from "./client-calls.js";
import type { Target } from "./target.js";

/** What every adapter takes beside the client. */
export interface AdapterOptions {
  /** Empties the database. Default: FLUSHALL, or FLUSHDB where the client has no method for it. */
  readonly reset?: (() => unknown) | undefined;
  /** Lets time pass, for a client that does not live in real time. Default: real milliseconds are waited for. */
  readonly advance?: ((ms: number) => unknown) | undefined;
  /**
   * What to compare with. Needed where the client's own options change replies: for one without deserialisation
   * `() => upstashTarget(createKv({ client: { automaticDeserialization: false } }).kv)`.
   */
  readonly reference?: (() => Target) | undefined;
}

/** The engine itself: replies as RESP2 clients give them, integers as numbers. */
export function engineTarget(): Target {
  return shapedEngine((_, reply) => reply);
}

/**
 * A client of `@upstash/redis` or `@vercel/kv`, or an object with some of its methods. Commands become method calls, as an app writes
 * them; those that have no method are skipped. Throws a TypeError where nothing says how to empty the database.
 */
export function upstashTarget(client: object, options: AdapterOptions = {}): Target {
  return {
    call: (argv) => callUpstash(client, argv),
    reset: options.reset ?? flush("upstashTarget", client),
    supports: (argv) => {
      const call = clientCall(argv);
      return call !== undefined && hasMethod(client, call.method);
    },
    reference: options.reference ?? upstashReference,
    ...passingTime(options),
  };
}

/**
 * A client of ioredis, or an object with some of its methods, such as one of ioredis-mock. Commands are called as methods, or through
 * `call()` where there is none; those that change the connection (MULTI, SELECT…) are skipped. Throws a TypeError where nothing says
 * how to empty the database.
 */
export function ioredisTarget(client: object, options: AdapterOptions = {}): Target {
  const methodFor = ([name = ""]: readonly string[]): string | undefined => {
    const method = lowerAscii(name);
    if (CONNECTION_COMMANDS.has(method)) return undefined;
    const own = commandTable.has(method) && hasMethod(client, method) && !isStub(client, method);
    if (own) return method;
    return hasMethod(client, "call") ? "call" : undefined;
  };
  return {
    call: (argv) => {
      const method = methodFor(argv) ?? "call";
      return invoke(client, method, method === "call" ? argv : argv.slice(1));
    },
    reset: options.reset ?? flush("ioredisTarget", client),
    supports: (argv) => methodFor(argv) !== undefined,
    reference: options.reference ?? (() => shapedEngine(asIoredis)),
    ...passingTime(options),
  };
}

/** What the adapter for node-redis calls. */
export interface NodeRedisClient {
  sendCommand(argv: string[]): unknown;
}

/**
 * A connected client of node-redis 4 to 6, through `sendCommand`; commands that change the connection are skipped. It must speak RESP2:
 * make a client of version 6 with `RESP: 2`.
 */
export function nodeRedisTarget(client: NodeRedisClient, options: AdapterOptions = {}): Target {
  return {
    call: (argv) => client.sendCommand([...argv]),
    reset: options.reset ?? (() => client.sendCommand(["FLUSHALL"])),
    supports: ([name = ""]) => !CONNECTION_COMMANDS.has(lowerAscii(name)),
    reference: options.reference ?? engineTarget,
    ...passingTime(options),
  };
}

/** `fetch`, an emulator's `fetch`, or a function that stands in for them. */
export type FetchLike = (request: Request) => Response | Promise<Response>;

/** Where a REST API is. */
export interface RestEndpoint {
  readonly url: string;
  readonly token?: string | undefined;
}

/** A REST API as Upstash's: each command is posted as JSON. */
export function restTarget(
  fetch: FetchLike,
  { url, token, ...options }: RestEndpoint & AdapterOptions,
): Target {
  const call = (argv: readonly string[]): Promise<unknown> => post(fetch, { url, token }, argv);
  return {
    call,
    reset: options.reset ?? (() => call(["FLUSHALL"])),
    reference:
      options.reference ??
      (() =>
        onEmulator((emulator) => (argv) => post(emulator.fetch, { url, token }, argv), { token })),
    ...passingTime(options),
  };
}

/** Commands after which the connection, or the client object, is in another state. */
const CONNECTION_COMMANDS: ReadonlySet<string> = new Set(
  (
    "auth client discard exec hello monitor multi psubscribe punsubscribe quit readonly readwrite reset select ssubscribe subscribe " +
    "sunsubscribe unsubscribe unwatch watch"
  ).split(" "),
);

function onEmulator(
  connect: (emulator: Emulator) => Target["call"],
  options: EmulatorOptions = {},
): Target {
  const clock = manualClock();
  const emulator = createEmulator({ ...options, clock });
  return {
    call: connect(emulator),
    reset: () => {
      clock.set(systemClock.now());
      emulator.reset();
    },
    advance: (ms) => clock.advance(ms),
  };
}

function shapedEngine(shape: (name: string, reply: unknown) => unknown): Target {
  return onEmulator((emulator) => ([name = "", ...args]) => {
    return shape(name, withNumbers(emulator.call(name, ...args)));
  });
}

/** RESP2 clients give integers past 2^53 as the nearest number. */
function withNumbers(reply: PlainReply): unknown {
  if (typeof reply === "bigint") return Number(reply);
  return Array.isArray(reply) ? reply.map(withNumbers) : reply;
}

/** ioredis makes an object of one reply only. */
function asIoredis(name: string, reply: unknown): unknown {
  if (lowerAscii(name) !== "hgetall" || !Array.isArray(reply)) return reply;
  const fields: readonly unknown[] = reply;
  return Object.fromEntries(
    fields.flatMap((field, index) =>
      index % 2 === 0 ? [[String(field), fields[index + 1]] as const] : [],
    ),
  );
}

/** The double is loaded when it is first called: it needs `@upstash/redis`, which the other adapters do not. */
function upstashReference(): Target {
  return onEmulator((emulator) => {
    let client: Promise<object> | undefined;
    return async (argv) => {
      client ??= import("../kv/upstash.js").then(({ Redis }) => new Redis({}, emulator));
      return callUpstash(await client, argv);
    };
  });
}

async function callUpstash(client: object, argv: readonly string[]): Promise<unknown> {
  const call = clientCall(argv);
  if (call === undefined) {
    throw new TypeError(`@upstash/redis has no method call that sends ${JSON.stringify(argv)}`);
  }
  try {
    return await invoke(client, call.method, call.args);
  } catch (error) {
    throw asRedisError(error);
  }
}

/** The client puts Redis's text between words of its own: which command of a batch failed, or what was sent. */
function asRedisError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const message = error.message
    .replace(/^Command (?:\d+ \[.*?\] )?failed: /, "")
    .replace(/, command was: \[.*\]$/s, "");
  return message === error.message ? error : new Error(message, { cause: error });
}

async function post(
  fetch: FetchLike,
  { url, token }: RestEndpoint,
  argv: readonly string[],
): Promise<unknown> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const body = JSON.stringify(argv);
  const response = await fetch(new Request(url, { method: "POST", headers, body }));
  const answer = await response.text();
  const parsed = parseObject(answer);
  if ("error" in parsed) throw new Error(String(parsed.error));
  if ("result" in parsed) return parsed.result;
  throw new Error(`the response (${response.status}) has neither result nor error: ${answer}`);
}

function parseObject(text: string): object {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}

function flush(adapter: string, client: object): () => unknown {
  const method = ["flushall", "flushdb"].find((method) => hasMethod(client, method));
  if (method !== undefined) return () => invoke(client, method, []);
  throw new TypeError(
    `${adapter}(client): the client has neither flushall() nor flushdb(); pass { reset } with a function that empties the database`,
  );
}

function hasMethod(client: object, method: string): boolean {
  return findMethod(client, method) !== undefined;
}

/** ioredis-mock has a function for every command; those of commands that it does not know only throw. */
function isStub(client: object, method: string): boolean {
  return String(Reflect.get(client, method)).includes("Unsupported command: ");
}

function invoke(client: object, method: string, args: readonly unknown[]): unknown {
  const found = findMethod(client, method);
  if (found === undefined) throw new TypeError(`the client has no ${method}()`);
  return found(...args);
}

function passingTime({ advance }: AdapterOptions): Pick<Target, "advance"> {
  return advance === undefined ? {} : { advance };
}
