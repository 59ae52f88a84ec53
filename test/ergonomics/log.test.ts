/** What a test asks of the calls that its app has made: which, how many, and what they cost. Here the import sets the file up. */
import { createClient, kv } from "@vercel/kv";
import { createEmulator } from "kv-emulator";
import { kvHandlers } from "kv-emulator/msw";
import { startServer } from "kv-emulator/node";
import { clock, emulator, test } from "kv-emulator/vitest";
import { Redis as IORedis } from "ioredis";
import { setupServer } from "msw/node";
import { beforeAll, describe, expect, onTestFinished } from "vitest";

const connection = { url: "https://other-db.upstash.io", token: "secret" };

/** The app: profiles behind a cache of an hour. */
async function profile(id: string, db: typeof kv = kv): Promise<unknown> {
  const cached = await db.get(`profile:${id}`);
  if (cached !== null) return cached;
  const user = await db.hgetall(`user:${id}`);
  await db.set(`profile:${id}`, user, { ex: 3600 });
  return user;
}

beforeAll(async () => {
  await kv.hset("user:1", { name: "Ada", visits: 1 });
});

describe("through fetch", () => {
  test("a profile is read once, and kept for an hour", async () => {
    await profile("1");
    expect(emulator).toHaveReceived("SET", "profile:1", { name: "Ada", visits: 1 });
    expect(emulator).toHaveKey("profile:1", expect.objectContaining({ name: "Ada" }));
    expect(emulator).toHaveTtl("profile:1", "1h");
    expect(emulator).toCost({ commands: 3, requests: 3 });

    emulator.log.clear();
    await profile("1");
    expect(emulator).toCost({ commands: 1, requests: 1, bytes: 80 });
    expect(emulator).not.toHaveReceived("HGETALL");
  });

  test("the log is a test's own: neither what seeded nor the test before is in it", async () => {
    expect(emulator).toHaveKey("user:1", { name: "Ada", visits: 1 });
    expect(emulator).not.toHaveKey("profile:1");
    expect(emulator).not.toHaveReceived();
    expect(emulator.log).toHaveLength(0);
    expect(emulator).toCost({ commands: 0, requests: 0, bytes: 0 });
  });

  test("calls that are made at once are one request", async () => {
    await Promise.all([kv.get("a"), kv.get("b"), kv.get("c")]);
    expect(emulator).toCost({ commands: 3, requests: 1 });
  });

  test("the log tells who did what to a key", async () => {
    clock.freeze("2026-01-01T00:00:00Z");
    await profile("1");
    expect(emulator.log.filter({ key: "profile:*" }).map(String)).toEqual([
      "GET profile:1 → null",
      'SET profile:1 "{\\"name\\":\\"Ada\\",\\"visits\\":1}" ex 3600 → "OK"',
    ]);
    expect(emulator.log.commands("HGETALL")).toMatchObject([
      { keys: ["user:1"], door: "rest", reply: ["name", "Ada", "visits", "1"], atomic: false },
    ]);
    expect(emulator).toMatchInlineSnapshot(`
      profile:1 (string, 1h left)
        "{\\"name\\":\\"Ada\\",\\"visits\\":1}"
      user:1 (hash)
        name: "Ada"
        visits: "1"
    `);
  });
});

test.concurrent("an emulator of the test's own has its own log", async ({ kv, emulator }) => {
  await profile("1", kv);
  expect(emulator.log.commands("SET")).toHaveLength(1);
  expect(emulator).toHaveReceived("HGETALL", "user:1");
  expect(emulator).toHaveKey("profile:1", "null");
  expect(emulator).toCost({ commands: 3, requests: 3 });
});

test("through MSW", async () => {
  const own = createEmulator({ log: true });
  const server = setupServer(...kvHandlers(own, connection));
  server.listen({ onUnhandledRequest: "error" });
  onTestFinished(() => server.close());
  await profile("1", createClient(connection));
  expect(own).toHaveReceived("SET", "profile:1", null, "ex", 3600);
  expect(own).toHaveTtl("profile:1", "1h");
  expect(own).toCost({ commands: 3, requests: 3 });
});

test("at a server, over REST and RESP", async () => {
  const server = await startServer({ emulator });
  const worker = new IORedis(server.redisUrl, { connectionName: "worker" });
  onTestFinished(async () => {
    worker.disconnect();
    await server.close();
  });
  await profile("1", createClient(server));
  await worker.del("profile:1");
  expect(emulator).toHaveReceived("DEL", "profile:1");
  expect(emulator).not.toHaveKey("profile:1");
  expect(emulator.log.filter({ client: "worker", key: /^profile:/ }).map(String)).toEqual([
    "DEL profile:1 → 1",
  ]);
  expect(emulator.log.filter({ door: "rest" })).toHaveLength(3);
});
