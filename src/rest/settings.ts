/** Which database a fake stands for: given by hand, or by the environment variables that Vercel and Upstash set. */
import type { Tokens } from "./auth.js";

/** The URL that stands in where neither an option nor the environment names one. */
const DEFAULT_URL = "https://kv-emulator.test";

export interface DatabaseOptions extends Tokens {
  /** The database's REST URL. Default: `KV_REST_API_URL`, `UPSTASH_REDIS_REST_URL`, then `https://kv-emulator.test`. */
  readonly url?: string | undefined;
}

export interface DatabaseSettings extends Tokens {
  /** Without a trailing slash. */
  readonly url: string;
}

/**
 * Fills in what the options leave open: the URL and the tokens `KV_REST_API_TOKEN` or `UPSTASH_REDIS_REST_TOKEN` and
 * `KV_REST_API_READ_ONLY_TOKEN`. Where no token is known, every token is let in. Throws a TypeError for a URL that is none.
 */
export function databaseSettings(options: DatabaseOptions): DatabaseSettings {
  const environment = globalThis.process?.env ?? {};
  const url =
    options.url || environment.KV_REST_API_URL || environment.UPSTASH_REDIS_REST_URL || DEFAULT_URL;
  return {
    url: checkedUrl(url),
    token:
      options.token ||
      environment.KV_REST_API_TOKEN ||
      environment.UPSTASH_REDIS_REST_TOKEN ||
      undefined,
    readOnlyToken: options.readOnlyToken || environment.KV_REST_API_READ_ONLY_TOKEN || undefined,
  };
}

function checkedUrl(url: string): string {
  if (/^https?:\/\/[^\s/?#]+[^\s?#]*$/.test(url)) return url.replace(/\/$/, "");
  throw new TypeError(
    `url: ${JSON.stringify(url)} is no database URL; pass one like "https://my-db.upstash.io", or set KV_REST_API_URL`,
  );
}

/** Whether a URL names the database or a path below it. */
export function isBelow(requested: string, url: string): boolean {
  if (!requested.startsWith(url)) return false;
  const next = requested[url.length];
  return next === undefined || next === "/" || next === "?";
}
