/**
 * `kv-emulator/node`: the emulator for whatever can not import it. One HTTP server with the Upstash REST API, and one that speaks RESP,
 * on one database; what a program needs to find them stands in `env`.
 */
import { randomBytes } from "node:crypto";
import { createEmulator, type Emulator, type EmulatorOptions } from "../emulator.js";
import { createRestHandler } from "../rest/handler.js";
import { startHttpServer } from "./http-server.js";
import { startRespServer } from "./resp-server.js";

export { seed } from "./seed.js";

export interface ServerOptions extends EmulatorOptions {
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

export interface KvServer {
  readonly emulator: Emulator;
  /** The REST API's URL. */
  readonly url: string;
  /** The RESP server's URL, with its password. */
  readonly redisUrl: string;
  readonly token: string;
  readonly readOnlyToken: string;
  /** The variables that `@vercel/kv`, `@upstash/redis` and Redis clients read. */
  readonly env: Readonly<Record<string, string>>;
  /** Ends every connection and stops listening. */
  close(): Promise<void>;
}

/**
 * Starts both servers. Tokens are random unless given; the token is the password of RESP's user `default`, too. Rejects where a port is
 * taken, and with a TypeError for malformed options.
 */
export async function startServer(options: ServerOptions = {}): Promise<KvServer> {
  const { port = 0, redisPort = 0, host = "127.0.0.1", profile = "redis" } = options;
  const token = options.token ?? randomToken();
  const readOnlyToken = options.readOnlyToken ?? randomToken();
  checkPort("port", port);
  checkPort("redisPort", redisPort);
  const emulator = options.emulator ?? createEmulator({ ...options, token, readOnlyToken });
  const http = await startHttpServer(createRestHandler(emulator, { token, readOnlyToken }), {
    port,
    host,
  });
  const resp = await startRespServer(emulator, {
    port: redisPort,
    host,
    password: token,
    profile,
  }).catch(async (error: unknown) => {
    await http.close();
    throw error;
  });
  const named = host.includes(":") ? `[${host}]` : host;
  const url = `http://${named}:${http.port}`;
  const redisUrl = `redis://default:${encodeURIComponent(token)}@${named}:${resp.port}`;
  return {
    emulator,
    url,
    redisUrl,
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
    close: async () => {
      await Promise.all([http.close(), resp.close()]);
    },
  };
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
