/**
 * A double of `@vercel/kv` 3: `vi.mock("@vercel/kv", () => import("kv-emulator/kv"))` is the whole set-up. The client is the real
 * `@upstash/redis`, to which @vercel/kv adds four iterators.
 */
import type { ScanCommandOptions } from "@upstash/redis";
import { createEmulator, type Emulator, type EmulatorOptions } from "../emulator.js";
import { emulator } from "../default-emulator.js";
import { Redis, type RedisConfig } from "./upstash.js";

export { emulator };

export class VercelKV extends Redis {
  /** Yields every key that SCAN finds. */
  scanIterator(options?: ScanCommandOptions): AsyncIterable<string>;
  scanIterator(options: ScanCommandOptions = {}): AsyncIterable<unknown> {
    return iterate<unknown>((cursor) => this.scan(cursor, options));
  }

  /** Yields fields and values in turn. */
  hscanIterator(key: string, options?: ScanCommandOptions): AsyncIterable<string | number> {
    return iterate((cursor) => this.hscan(key, cursor, options));
  }

  /** Yields every member. */
  sscanIterator(key: string, options?: ScanCommandOptions): AsyncIterable<string | number> {
    return iterate((cursor) => this.sscan(key, cursor, options));
  }

  /** Yields members and scores in turn. */
  zscanIterator(key: string, options?: ScanCommandOptions): AsyncIterable<string | number> {
    return iterate((cursor) => this.zscan(key, cursor, options));
  }
}

async function* iterate<Found>(
  scan: (cursor: string) => Promise<[cursor: string, found: Found[]]>,
): AsyncGenerator<Found> {
  let cursor = "0";
  do {
    const [next, found] = await scan(cursor);
    yield* found;
    cursor = next;
  } while (cursor !== "0");
}

/** A client on the module's emulator; the configuration's URL and token do not matter. */
export function createClient(config: RedisConfig = {}): VercelKV {
  return new VercelKV({ enableAutoPipelining: true, ...config });
}

/** The client that an app imports as `kv`. */
export const kv: VercelKV = createClient();

export default kv;

/** A client with an emulator of its own, for a test that shares nothing. */
export function createKv(options: EmulatorOptions & { readonly client?: RedisConfig } = {}): {
  readonly kv: VercelKV;
  readonly emulator: Emulator;
} {
  const own = createEmulator(options);
  return {
    kv: new VercelKV({ enableAutoPipelining: true, ...options.client }, own),
    emulator: own,
  };
}
