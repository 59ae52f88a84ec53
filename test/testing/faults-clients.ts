/** The real client in every way in which it reaches an emulator over REST. Loaded by tests; what it opens is closed after each. */
import { Redis as RealRedis, type RedisConfigNodejs } from "@upstash/redis";
import { interceptFetch, type Emulator } from "kv-emulator";
import { kvHandlers } from "kv-emulator/msw";
import { startServer } from "kv-emulator/node";
import { Redis } from "kv-emulator/upstash";
import { setupServer } from "msw/node";
import { afterEach } from "vitest";

type Options = Partial<RedisConfigNodejs>;
type Open = (emulator: Emulator, options?: Options) => RealRedis | Promise<RealRedis>;

const connection = { url: "https://my-db.upstash.io", token: "secret" };
/** The client's own five retries, without the 4.3 s between them. */
const retry = { backoff: () => 0 };
const undo: (() => unknown)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

export const ways: Readonly<Record<string, Open>> = {
  "the double": (emulator, options) => new Redis({ retry, ...options }, emulator, "me"),
  "fetch that is intercepted": (emulator, options) => {
    undo.push(interceptFetch(emulator, connection));
    return new RealRedis({ ...connection, retry, ...options });
  },
  MSW: (emulator, options) => {
    const server = setupServer(...kvHandlers(emulator, connection));
    server.listen();
    undo.push(() => server.close());
    return new RealRedis({ ...connection, retry, ...options });
  },
  "the server": async (emulator, options) => {
    const server = await startServer({ emulator });
    undo.push(() => server.close());
    return new RealRedis({ url: server.url, token: server.token, retry, ...options });
  },
};

/** The requests that arrive, as the commands in them. Counts what the client sends, disturbed or not. */
export function arrivals(emulator: Emulator): string[] {
  const requests: string[] = [];
  emulator.intercept((call, next) => {
    requests.push(call.commands.map((argv) => argv.join(" ")).join("; "));
    return next(call);
  });
  return requests;
}
