/** The real client in every way in which it reaches an emulator with REST's answers. Tests share it; what is opened is closed with the test. */
import { Redis as RealRedis, type RedisConfigNodejs } from "@upstash/redis";
import { interceptFetch, type Emulator } from "kv-emulator";
import { kvHandlers } from "kv-emulator/msw";
import { startServer } from "kv-emulator/node";
import { Redis } from "kv-emulator/upstash";
import { setupServer } from "msw/node";
import { onTestFinished } from "vitest";

type Options = Partial<RedisConfigNodejs>;

/** Makes a client; several have the way in common. */
export type Connect = (options?: Options) => RealRedis;

export type Door = (emulator: Emulator) => Connect | Promise<Connect>;

const connection = { url: "https://my-db.upstash.io", token: "secret" };
const connect: Connect = (options) => new RealRedis({ ...connection, ...options });

/** By name. The double is called `me`. */
export const doors: Readonly<Record<string, Door>> = {
  "the double": (emulator) => (options) => new Redis(options, emulator, "me"),
  "fetch that is intercepted": (emulator) => {
    onTestFinished(interceptFetch(emulator, connection));
    return connect;
  },
  MSW: (emulator) => {
    const server = setupServer(...kvHandlers(emulator, connection));
    server.listen({ onUnhandledRequest: "error" });
    onTestFinished(() => server.close());
    return connect;
  },
  "the server": async (emulator) => {
    const server = await startServer({ emulator });
    onTestFinished(() => server.close());
    const { url, token } = server;
    return (options) => new RealRedis({ url, token, ...options });
  },
};

/** A client that comes through the door. */
export async function clientAt(
  door: Door,
  emulator: Emulator,
  options?: Options,
): Promise<RealRedis> {
  return (await door(emulator))(options);
}
