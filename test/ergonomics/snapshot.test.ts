/** Snapshots as tests use them: with the double, with the unchanged client through MSW and interceptFetch, and against a server. */
import { createEmulator, diff, manualClock } from "kv-emulator";
import { createKv } from "kv-emulator/kv";
import { afterEach, describe, expect, it } from "vitest";
import { clientAt, doors } from "../support/doors.js";

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

it.each(Object.entries(doors))(
  "a client through %s sees what a restore brings back",
  async (_, door) => {
    const emulator = createEmulator();
    const client = await clientAt(door, emulator);
    await client.set("k", "before");
    const snapshot = emulator.snapshot();
    await client.eval("return redis.call('SET', KEYS[1], 'after')", ["k"], []);
    expect(await client.get("k")).toBe("after");
    emulator.restore(snapshot);
    expect(await client.get("k")).toBe("before");
  },
);
