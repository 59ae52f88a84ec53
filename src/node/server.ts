/**
 * `kv-emulator/node`: the emulator for whatever can not import it. One HTTP server with the Upstash REST API, and one that speaks RESP,
 * on one database; what a program needs to find them stands in `env`.
 */
import { randomBytes } from "node:crypto";
import { createEmulator, type Emulator, type EmulatorOptions } from "../emulator.js";
import type { Tokens } from "../rest/auth.js";
import { createRestHandler } from "../rest/handler.js";
import type { RedisBackend } from "./backend/backend.js";
import { startHttpServer, type HttpServer } from "./http-server.js";
import { startRespServer } from "./resp-server.js";

export { seed } from "../testing/seed.js";
export { record } from "./recording.js";
export { replay, ReplayDifference, type Replayed } from "./replay.js";
export { createBackend, type BackendOptions, type RedisBackend } from "./backend/backend.js";

export interface ServerOptions extends Omit<EmulatorOptions, "basePath"> {
  /** The emulator to serve; a new one with the other options unless given. */
  readonly emulator?: Emulator;
  /** Where HTTP is served; 0, which is what it is unless told otherwise, for any free port. */
  readonly port?: number;
  /** Where RESP is served; 0 for any free port. */
  readonly redisPort?: number;
  /** `127.0.0.1` unless told otherwise. */
  readonly host?: string;
  /** As which of the two the RESP server answers; `redis` unless told otherwise. */
  readonly profile?: "redis" | "upstash";
}

export interface BackendServerOptions extends Tokens {
  /** The Redis behind the REST API, from `createBackend`. It outlives the server. */
  readonly backend: RedisBackend;
  /** Where HTTP is served; 0, which is what it is unless told otherwise, for any free port. */
  readonly port?: number;
  /** `127.0.0.1` unless told otherwise. */
  readonly host?: string;
}

export interface RestServer {
  /** The REST API's URL. */
  readonly url: string;
  readonly token: string;
  readonly readOnlyToken: string;
  /** The variables that `@vercel/kv`, `@upstash/redis` and Redis clients read. */
  readonly env: Readonly<Record<string, string>>;
  /** Ends every connection and stops listening. */
  close(): Promise<void>;
}

export interface KvServer extends RestServer {
  readonly emulator: Emulator;
  /** The RESP server's URL, with its password. */
  readonly redisUrl: string;
}

/**
 * Starts both servers; before a backend only the one of the REST API, as Redis clients have the backend's own port. Tokens are random
 * unless given; the token is the password of RESP's user `default`, too. Rejects where a port is taken, and with a TypeError for
 * malformed options.
 */
export async function startServer(options: BackendServerOptions): Promise<RestServer>;
export async function startServer(options?: ServerOptions): Promise<KvServer>;
export async function startServer(
  options: ServerOptions | BackendServerOptions = {},
): Promise<RestServer> {
  const { port = 0, host = "127.0.0.1" } = options;
  const tokens = {
    token: options.token ?? randomToken(),
    readOnlyToken: options.readOnlyToken ?? randomToken(),
  };
  checkPort("port", port);
  return isBefore(options)
    ? startBefore(options, { ...tokens, port, host })
    : startBoth(options, { ...tokens, port, host });
}

function isBefore(options: ServerOptions | BackendServerOptions): options is BackendServerOptions {
  return "backend" in options && options.backend !== undefined;
}

/** What both kinds of options have, filled in. */
interface Place {
  readonly token: string;
  readonly readOnlyToken: string;
  readonly port: number;
  readonly host: string;
}

async function startBefore(options: BackendServerOptions, place: Place): Promise<RestServer> {
  const { backend } = options;
  for (const name of ["emulator", "redisPort"]) {
    if (Reflect.get(options, name) === undefined) continue;
    throw new TypeError(
      `startServer({ backend, ${name} }): the backend stands in the emulator's place, and Redis clients go to ${withoutPassword(backend.url)}; leave ${name} out`,
    );
  }
  const http = await startHttpServer(createRestHandler(backend, place), place);
  return describeServer(http, place, backend.url);
}

function describeServer(
  http: HttpServer,
  { host, token, readOnlyToken }: Place,
  redisUrl: string,
): RestServer {
  const url = `http://${inUrl(host)}:${http.port}`;
  return {
    url,
    token,
    readOnlyToken,
    env: {
      KV_URL: redisUrl,
      KV_REST_API_URL: url,
      KV_REST_API_TOKEN: token,
      KV_REST_API_READ_ONLY_TOKEN: readOnlyToken,
      UPSTASH_REDIS_REST_URL: url,
      UPSTASH_REDIS_REST_TOKEN: token,
    },
    close: () => http.close(),
  };
}

async function startBoth(options: ServerOptions, place: Place): Promise<KvServer> {
  const { redisPort = 0, profile = "redis" } = options;
  const { token, readOnlyToken, host } = place;
  checkPort("redisPort", redisPort);
  const emulator = options.emulator ?? createEmulator({ ...options, token, readOnlyToken });
  const http = await startHttpServer(createRestHandler(emulator, place), place);
  const resp = await startRespServer(emulator, {
    port: redisPort,
    host,
    password: token,
    profile,
  }).catch(async (error: unknown) => {
    await http.close();
    throw error;
  });
  const redisUrl = `redis://default:${encodeURIComponent(token)}@${inUrl(host)}:${resp.port}`;
  return {
    ...describeServer(http, place, redisUrl),
    emulator,
    redisUrl,
    close: async () => {
      await Promise.all([http.close(), resp.close()]);
    },
  };
}

function inUrl(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/.*@/, "//");
}

function randomToken(): string {
  return randomBytes(24).toString("base64url");
}

function checkPort(name: string, port: number): void {
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return;
  throw new TypeError(
    `startServer({ ${name} }): ${JSON.stringify(port)} is no port; pass a whole number from 0 (any free one) to 65535`,
  );
}
