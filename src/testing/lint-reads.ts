/** Rules of lint about reads: too much at once, one by one what could be had at once, and from a cache what has to be fresh. */
import type { Reply } from "../reply.js";
import {
  keyPattern,
  type LintedCommand,
  type LintedRequest,
  type Report,
  type Rules,
} from "./lint-request.js";

const nothing = (): void => undefined;

/** What else there is to a command that reads all there is of a key. */
const WHOLE: ReadonlyMap<string, string> = new Map([
  ["SMEMBERS", "Ask for what is wanted with SMISMEMBER, or go through it with SSCAN."],
  ["HGETALL", "Ask for the fields with HMGET, or go through it with HSCAN."],
  ["HKEYS", "Go through it with HSCAN."],
  ["HVALS", "Ask for the fields with HMGET, or go through it with HSCAN."],
  ["LRANGE", "Read a page, or keep the list short with LTRIM."],
  ...["ZRANGE", "ZREVRANGE", "ZRANGEBYSCORE", "ZREVRANGEBYSCORE", "ZRANGEBYLEX"].map(
    (name): [string, string] => [name, "Read a page, by ranks or with LIMIT."],
  ),
  ["XRANGE", "Read a page with COUNT, or keep the stream short with XTRIM."],
  ["XREVRANGE", "Read a page with COUNT, or keep the stream short with XTRIM."],
]);

/** KEYS, FLUSHALL, SCAN in small steps over many keys, and all of a large collection. */
export class FullScans implements Rules {
  readonly #threshold: number;

  constructor(threshold: number) {
    this.#threshold = threshold;
  }

  check({ db, commands }: LintedRequest, report: Report): void {
    for (const by of commands) {
      const message = this.#messageFor(by, db.size);
      if (message !== undefined) report("fullScan", by, by.keys[0], message);
    }
  }

  #messageFor({ called: { name, args }, reply }: LintedCommand, size: number): string | undefined {
    switch (name) {
      case "KEYS":
        return "KEYS looks at every key there is, and nobody else is served meanwhile. Keep the names in a set, or go through them with SCAN, MATCH and COUNT.";
      case "FLUSHALL":
      case "FLUSHDB":
        return `${name} deletes every key, whoever else it belongs to. Delete the keys by name; a test calls emulator.reset().`;
      case "SCAN":
        if (size < this.#threshold || args.some((word) => /^count$/i.test(word))) return undefined;
        return `SCAN without COUNT takes 10 keys at a time, of ${size}: that is ${Math.ceil(size / 10)} requests. Pass { count: 1000 }, or keep the names in a set.`;
      default: {
        const fix = WHOLE.get(name);
        const length = fix === undefined ? 0 : itemsOf(name, reply);
        if (fix === undefined || length < this.#threshold) return undefined;
        return `${name} reads all of ${length} at once, and more as it grows. ${fix}`;
      }
    }
  }

  save(): () => void {
    return nothing;
  }
}

function itemsOf(name: string, reply: Reply): number {
  if (typeof reply !== "object" || reply === null) return 0;
  if (Array.isArray(reply)) return reply.length;
  if (!("items" in reply)) return 0;
  const { items } = reply;
  return name === "HGETALL" || reply.kind === "pairs" ? items.length / 2 : items.length;
}

/** What is read one by one, of one key, and what reads it at once. */
const FIELDS: ReadonlyMap<string, string> = new Map([
  ["HGET", "HMGET"],
  ["HEXISTS", "HMGET"],
  ["SISMEMBER", "SMISMEMBER"],
  ["ZSCORE", "ZMSCORE"],
]);

/** What is read of many keys, and what reads it at once. */
const KEYS: ReadonlyMap<string, string> = new Map([
  ["GET", "MGET"],
  ["JSON.GET", "JSON.MGET"],
  ["EXISTS", "one EXISTS"],
  ..."HGET HMGET HGETALL HEXISTS SISMEMBER SMEMBERS SCARD ZSCORE ZCARD ZRANGE ZRANK LLEN LRANGE STRLEN TTL PTTL TYPE HLEN"
    .split(" ")
    .map((name): [string, string] => [name, "a pipeline"]),
]);

/** Reads of one shape that follow on one another, each in a request of its own. */
interface Run {
  readonly shape: string;
  readonly lines: ReadonlySet<unknown>;
  /** The last of them. */
  readonly reads: readonly LintedCommand[];
  readonly isTold: boolean;
}

/** Reads in a loop that could be one, and pipelines of nothing but GET. */
export class RepeatedReads implements Rules {
  readonly #threshold: number;
  /** By client, its last. */
  #runs = new Map<string, Run>();

  constructor(threshold: number) {
    this.#threshold = threshold;
  }

  check({ call, commands }: LintedRequest, report: Report): void {
    const [only, ...others] = commands;
    if (only === undefined) return;
    if (others.length > 0) {
      this.#runs.delete(call.client);
      this.#checkPipeline(commands, report);
    } else this.#checkSingle(only, report);
  }

  #checkPipeline(commands: readonly LintedCommand[], report: Report): void {
    const [first] = commands;
    if (first === undefined || !isLoop(commands)) return;
    const instead = first.called.name === "GET" ? "MGET" : undefined;
    const count = new Set(commands.map(({ keys: [key] }) => key)).size;
    if (instead === undefined || count < this.#threshold) return;
    report(
      "repeatedReads",
      first,
      first.keys[0],
      `a pipeline of ${commands.length} GETs is ${commands.length} commands, and each is counted. Read them with one MGET.`,
    );
  }

  #checkSingle(read: LintedCommand, report: Report): void {
    const { client, door, name, keys, args } = read.called;
    const [key] = keys;
    const shape = key === undefined ? undefined : shapeOf(name, keyPattern(key));
    if (shape === undefined) {
      this.#runs.delete(client);
      return;
    }
    const before = this.#runs.get(client);
    const run =
      before?.shape === shape ? before : { shape, lines: new Set(), reads: [], isTold: false };
    const line = args.join(" ");
    if (run.lines.has(line) || run.isTold) return;
    const lines = new Set([...run.lines, line]);
    const reads = [...run.reads, read].slice(-this.#threshold);
    const isTold = lines.size >= this.#threshold && isLoop(reads);
    this.#runs.set(client, { shape, lines, reads, isTold });
    if (!isTold) return;
    const isOneKey = new Set(reads.map((other) => other.keys[0])).size === 1;
    const instead = (isOneKey ? FIELDS : KEYS).get(name);
    if (instead === undefined) return;
    const way = door === "resp" ? "a way to the server and back" : "an HTTP request";
    report(
      "repeatedReads",
      read,
      read.keys[0],
      `${name} is called in a loop, each time with ${way}: ${this.#threshold} one after the other. Read them with ${instead}.`,
    );
  }

  save(): () => void {
    const runs = new Map(this.#runs);
    return () => {
      this.#runs = runs;
    };
  }
}

function shapeOf(name: string, pattern: string): string | undefined {
  return KEYS.has(name) || FIELDS.has(name) ? `${name} ${pattern}` : undefined;
}

/** Whether reads are of one shape and come from one place in the code, by one way. */
function isLoop(reads: readonly LintedCommand[]): boolean {
  const shapes = reads.map(
    ({
      called: {
        name,
        keys: [key = ""],
      },
    }) => shapeOf(name, keyPattern(key)),
  );
  if (shapes[0] === undefined || new Set(shapes).size > 1) return false;
  return new Set(reads.map(({ stack }) => stack.frames.join("\n"))).size === 1;
}

const CACHED: ReadonlySet<string> = new Set(["default", "force-cache", "only-if-cached"]);

/** Reads whose `fetch` lets Next answer from its cache; told once for each client, whose option it is. */
export class CachedReads implements Rules {
  #told: ReadonlySet<string> = new Set();

  check({ call, commands }: LintedRequest, report: Report): void {
    const cache = call.origin?.cache;
    if (cache === undefined || !CACHED.has(cache) || this.#told.has(call.client)) return;
    const read = commands.find(({ command }) => command?.readonly === true);
    if (read === undefined) return;
    this.#told = new Set([...this.#told, call.client]);
    report(
      "cachedRead",
      read,
      read.keys[0],
      `the client reads with cache: ${JSON.stringify(cache)}: where Next renders a page ahead, it keeps the reply and serves it from then on. Create the client with { cache: "no-store" }.`,
    );
  }

  save(): () => void {
    const told = this.#told;
    return () => {
      this.#told = told;
    };
  }
}
