/** Snapshots as tests use them: with the double, with the unchanged client through MSW and interceptFetch, and against a server. */
import { createClient } from "@vercel/kv";
import { Redis } from "@upstash/redis";
import { createEmulator, diff, interceptFetch, manualClock, type Emulator } from "kv-emulator";
import { createKv } from "kv-emulator/kv";
import { kvHandlers } from "kv-emulator/msw";
import { startServer } from "kv-emulator/node";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

const connection = { url: "https://db.upstash.io", token: "secret" };

describe("a test file on one seeded emulator", () => {
  const { kv, emulator } = createKv({ seed: 1, clock: manualClock() });
  emulator.seed({
    "user:1": { name: "Ada" },
    queue: ["a", "b"],
    stock: { value: "3", $ttl: "1h" },
  });
  const seeded = emulator.snapshot();
  afterEach(() => emulator.restore(seeded));

  const drawn: unknown[] = [];
  it.each([1, 2, 3])("undoes what test %i does", async () => {
    expect(await kv.hgetall("user:1")).toEqual({ name: "Ada" });
    expect(await kv.lrange("queue", 0, -1)).toEqual(["a", "b"]);
    await kv.flushall();
    for (const key of ["x", "y", "z"]) await kv.set(key, 1);
    drawn.push(await kv.randomkey());
  });

  it("had each of them draw the same lots", () => {
    expect(drawn).toHaveLength(3);
    expect(new Set(drawn).size).toBe(1);
  });

  it("shows what a function wrote", async () => {
    await kv.decr("stock");
    await kv.del("queue");
    expect(diff(seeded, emulator)).toMatchObject({
      appeared: [],
      vanished: ["queue"],
      changed: [{ key: "stock", changes: [{ at: "value", before: '"3"', after: '"2"' }] }],
    });
  });

  it("keeps what there is for the eye", async () => {
    await kv.zadd("board", { score: 7, member: "ada" });
    expect(emulator.dump()).toMatchInlineSnapshot(`
      "board (zset)
        ada: 7
      queue (list)
        "a"
        "b"
      stock (string, 1h left)
        "3"
      user:1 (hash)
        name: "Ada""
    `);
  });

  it("tries two ways from the same state", async () => {
    const fork = emulator.fork();
    await kv.incr("stock");
    fork.call("DECR", "stock");
    expect(String(diff(emulator, fork))).toBe('~ stock: "4" → "2"');
  });
});

describe("the unchanged client", () => {
  const emulator = createEmulator();
  const server = setupServer(...kvHandlers(emulator, connection));
  beforeAll(() => server.listen());
  afterAll(() => server.close());

  it("through MSW sees the state that a restore brings back", async () => {
    expect(await seenAround(emulator, createClient(connection))).toEqual(["after", "before"]);
  });

  it("through interceptFetch", async () => {
    const other = createEmulator();
    const undo = interceptFetch(other, { ...connection, url: "https://other.upstash.io" });
    const redis = new Redis({ ...connection, url: "https://other.upstash.io" });
    expect(await seenAround(other, redis)).toEqual(["after", "before"]);
    undo();
  });

  it("against a server", async () => {
    const own = createEmulator();
    const served = await startServer({ emulator: own });
    expect(await seenAround(own, new Redis(served))).toEqual(["after", "before"]);
    await served.close();
  });
});

/** What a client reads of a change, and when that is undone. */
async function seenAround(
  emulator: Emulator,
  client: Pick<Redis, "get" | "set" | "eval">,
): Promise<readonly unknown[]> {
  await client.set("k", "before");
  const snapshot = emulator.snapshot();
  await client.eval("return redis.call('SET', KEYS[1], 'after')", ["k"], []);
  const changed = await client.get("k");
  emulator.restore(snapshot);
  return [changed, await client.get("k")];
}
