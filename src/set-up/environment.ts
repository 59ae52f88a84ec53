/** The variables by which `@vercel/kv` and `@upstash/redis` find their database, set so that no test finds the one of production. */
import type { DatabaseOptions } from "../rest/settings.js";

const URL_OF_NOBODY = "https://kv-emulator.test";

/** The names that Vercel and Upstash give to the same. */
const FAMILIES = [
  ["KV_REST_API_URL", "KV_REST_API_TOKEN", "KV_REST_API_READ_ONLY_TOKEN"],
  ["UPSTASH_REDIS_REST_URL", "UPSTASH_REDIS_REST_TOKEN", undefined],
] as const;

/** What no request leaves the machine for. */
const LOCAL =
  /^https?:\/\/(?:localhost|[^\s/?#:]+\.(?:localhost|test)|127(?:\.\d+){3}|\[::1\])(?::\d+)?(?:\/|$)/i;

/**
 * Sets the variables, but for a database whose URL is local already. Returns the databases that they name now. Where there is no
 * environment, as in a browser, nothing is set.
 */
export function setEnvironment(): Required<DatabaseOptions>[] {
  const environment = globalThis.process?.env ?? {};
  const databases = new Map<string, Required<DatabaseOptions>>();
  for (const [urlName, tokenName, readerName] of FAMILIES) {
    const given = environment[urlName] ?? "";
    const isLocal = LOCAL.test(given);
    const set = (name: string, value: string): string =>
      (environment[name] = (isLocal && environment[name]) || value);
    const url = set(urlName, URL_OF_NOBODY);
    const token = set(tokenName, "kv-emulator");
    const readOnlyToken = readerName && set(readerName, "kv-emulator-read-only");
    if (!databases.has(url)) databases.set(url, { url, token, readOnlyToken });
  }
  return [...databases.values()];
}
