/** A Valkey 8.1 behind the REST API. */
import { createClient } from "@vercel/kv";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import results from "../../fixtures/rest/client-results.json" with { type: "json" };
import {
  createBackend,
  startServer,
  type RedisBackend,
  type RestServer,
} from "../../src/node/server.js";
import { utf8 } from "../../src/bytes.js";
import { comparable, examples, outcome, REFUSED, seedsFor } from "../support/client-examples.js";
import { startRedis, type RedisConnection, type RedisServer } from "../support/redis-server.js";

const recorded: Readonly<Record<string, unknown>> = results;

/** Calls that give something else than on a Redis. */
const DIFFERENCES: readonly {
  readonly calls: RegExp;
  readonly gives: unknown;
  readonly reason: string;
}[] = [
  {
    calls: /^redis\.(?:hp?expire(?:at|time)?|hp?ttl|hpersist|hgetdel|hgetex|hsetex)\(/,
    gives: { name: "UpstashError", message: expect.stringMatching(/^ERR unknown command 'h\w+'/i) },
    reason: "its hashes have no fields that expire",
  },
  {
    calls: /^redis\.evalsha/,
    gives: {
      name: "UpstashError",
      message: expect.stringContaining("NOSCRIPT No matching script., command was: "),
    },
    reason: "it says no more",
  },
  {
    calls: /^redis\.bitcount\("k",1\)/,
    gives: 2,
    reason: "BITCOUNT takes a start without an end",
  },
];

let valkey: RedisServer;
let admin: RedisConnection;
let backend: RedisBackend;
let server: RestServer;

beforeAll(async () => {
  valkey = await startRedis(undefined, [], "valkey-server");
  admin = await valkey.connect(2);
  backend = await createBackend(`redis://127.0.0.1:${valkey.port}`);
  server = await startServer({ backend });
});

beforeEach(async () => {
  await admin.send([utf8("FLUSHALL")]);
});

afterAll(async () => {
  await server.close();
  backend.close();
  admin.close();
  valkey.stop();
});

it.each(examples.filter(({ call }) => call in recorded))(
  "$call gives what it gives on a Redis, or a listed difference",
  async (example) => {
    const { call } = example;
    for (const words of seedsFor(example)) await admin.send(words.map(utf8));
    const client = createClient({ ...server, enableAutoPipelining: false });
    const result = comparable(call, await outcome(call, client));
    const onRedis = REFUSED[call] ?? recorded[call];
    const difference = DIFFERENCES.find(({ calls }) => calls.test(call));
    expect(result).toEqual(difference === undefined ? onRedis : difference.gives);
  },
);
