/**
 * Runs the tests of a library on every client that apps hand to it: both doubles, and both real clients whose HTTP MSW answers. Each
 * test has a client and an emulator of its own, and its time stands until `pass` moves it, for the library as for the emulator.
 */
import { Redis as RealRedis } from "@upstash/redis";
// What both real clients and both doubles are, as TypeScript finds it from libraries: their types are CommonJS's.
import type { Redis as Client } from "@upstash/redis" with { "resolution-mode": "require" };
import { createClient } from "@vercel/kv";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, beforeEach, describe } from "vitest";
import { createEmulator, type Emulator } from "../../src/emulator.js";
import { VercelKV } from "../../src/kv/kv.js";
import { Redis as DoubleRedis } from "../../src/kv/upstash.js";
import { kvHandlers } from "../../src/msw/handlers.js";
import { standStill } from "../examples/support.js";

function isClient(client: object): client is Client {
  return client instanceof RealRedis || client instanceof DoubleRedis;
}

const clients: readonly {
  readonly name: string;
  readonly connect: (emulator: Emulator, url: string) => object;
}[] = [
  { name: "the double of @vercel/kv", connect: (emulator) => new VercelKV({}, emulator) },
  { name: "the double of @upstash/redis", connect: (emulator) => new DoubleRedis({}, emulator) },
  { name: "@vercel/kv through MSW", connect: (_, url) => createClient({ url, token: "t" }) },
  { name: "@upstash/redis through MSW", connect: (_, url) => new RealRedis({ url, token: "t" }) },
];

/** The running test's client, and the emulator behind it. */
export let redis: Client;
export let emulator: Emulator;

/** More clients of the running test's kind, each with a database of its own. */
export let connectMore: (count: number) => readonly Client[];

/** What answers requests beside the databases. */
export const server = setupServer();

export function describeOnClients(library: string, tests: () => void): void {
  describe.each(clients)(`${library} on $name`, ({ connect }) => {
    standStill();
    beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
    beforeEach(() => {
      emulator = createEmulator();
      redis = open(emulator, "https://one.test");
      connectMore = (count) =>
        Array.from({ length: count }, (_, index) =>
          open(createEmulator(), `https://more-${index}.test`),
        );
    });
    afterEach(() => server.resetHandlers());
    afterAll(() => server.close());
    tests();

    function open(behind: Emulator, url: string): Client {
      server.use(...kvHandlers(behind, { url, token: "t" }));
      const client = connect(behind, url);
      if (!isClient(client)) throw new TypeError("no client of @upstash/redis");
      return client;
    }
  });
}
