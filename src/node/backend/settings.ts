/** Which Redis stands behind a backend: the addresses, credentials and TLS that its URLs and options name. */
import type { ConnectionOptions } from "node:tls";

export interface BackendOptions {
  /** `redis://user:password@host:port/db` (`rediss://` with TLS); of a cluster a list with the URLs of one or more of its nodes. */
  readonly url: string | readonly string[];
  /** TLS beyond what `rediss://` turns on: certificates, `rejectUnauthorized`. */
  readonly tls?: ConnectionOptions;
}

export interface Settings {
  readonly cluster: boolean;
  readonly nodes: readonly Address[];
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly db: number;
  readonly tls: ConnectionOptions | undefined;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Throws a TypeError for what is no URL of a Redis. Credentials of a cluster are those of its first URL. */
export function settingsOf({ url, tls }: BackendOptions): Settings {
  const parsed = (typeof url === "string" ? [url] : url).map(parse);
  const [first] = parsed;
  if (first === undefined) {
    throw new TypeError(
      "createBackend({ url }): the list is empty; pass the URLs of one or more nodes",
    );
  }
  const cluster = typeof url !== "string";
  const db = Number(first.pathname.slice(1));
  if (!Number.isInteger(db) || (cluster && db !== 0)) throw notOfRedis(first.href);
  return {
    cluster,
    nodes: parsed.map(({ hostname, port }) => ({
      host: hostname.replace(/^\[(.*)\]$/, "$1"),
      port: Number(port || 6379),
    })),
    username: decodeURIComponent(first.username) || undefined,
    password: decodeURIComponent(first.password) || undefined,
    db,
    tls: first.protocol === "rediss:" ? (tls ?? {}) : tls,
  };
}

function parse(url: string): URL {
  if (!URL.canParse(url)) throw notOfRedis(url);
  const parsed = new URL(url);
  if (!/^rediss?:$/.test(parsed.protocol) || parsed.hostname === "") throw notOfRedis(url);
  return parsed;
}

/** The URL's password is not told. */
function notOfRedis(url: string): TypeError {
  const shown = JSON.stringify(url.replace(/\/\/.*@/, "//…@"));
  return new TypeError(
    `createBackend(url): ${shown} is no URL of a Redis; pass one like "redis://127.0.0.1:6379", or a list of a cluster's nodes like ["redis://node-1:6379"]`,
  );
}
