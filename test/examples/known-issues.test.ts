/** The ten known issues: each test shows the issue and what prevents it. */
import * as vercelKv from "@vercel/kv";
import { setupServer } from "msw/node";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ReplyError } from "../../src/errors.js";
import * as double from "../../src/kv/kv.js";
import { kvHandlers } from "../../src/msw/handlers.js";
import { describeOnClients, emulator, kv, pass, stubEnvironment } from "./support.js";

describe("Issue 1: missing environment variables", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("stops the real client until the variables are set", async () => {
    vi.stubEnv("KV_REST_API_URL", undefined);
    vi.stubEnv("KV_REST_API_TOKEN", undefined);
    expect(() => vercelKv.kv.get("key")).toThrow(
      "@vercel/kv: Missing required environment variables KV_REST_API_URL and KV_REST_API_TOKEN",
    );

    stubEnvironment();
    const server = setupServer(...kvHandlers());
    server.listen({ onUnhandledRequest: "error" });
    expect(await vercelKv.kv.set("key", "value")).toBe("OK");
    expect(await vercelKv.kv.get("key")).toBe("value");
    server.close();
  });

  it("does not touch the double, which needs no variables", async () => {
    vi.stubEnv("KV_REST_API_URL", undefined);
    vi.stubEnv("KV_REST_API_TOKEN", undefined);
    expect(await double.kv.set("key", "value")).toBe("OK");
    expect(await double.kv.get("key")).toBe("value");
    double.emulator.reset();
  });
});

describeOnClients("Issue 2: JSON serialization error", () => {
  it("throws a TypeError for a BigInt", async () => {
    await expect(kv.set("order", { id: 1n })).rejects.toThrow(
      new TypeError("Do not know how to serialize a BigInt"),
    );
    expect(await kv.exists("order")).toBe(0);
  });

  it("throws a TypeError for a circular reference", async () => {
    const parent: { name: string; child?: unknown } = { name: "parent" };
    parent.child = { name: "child", parent };
    await expect(kv.set("parent", parent)).rejects.toThrow(
      /^Converting circular structure to JSON/,
    );
    expect(await kv.exists("parent")).toBe(0);
  });

  it("makes the client lose count: the next write fails too, the one after it succeeds", async () => {
    await expect(kv.set("order", { id: 1n })).rejects.toThrow(TypeError);
    await expect(kv.set("order", { id: 1 })).rejects.toThrow(TypeError);
    expect(await kv.set("order", { id: 2 })).toBe("OK");
    expect(await kv.get("order")).toEqual({ id: 2 });
  });

  it("is prevented by a BigInt as a string and by an id for a reference", async () => {
    await kv.set("order", { id: 9_007_199_254_740_993n.toString() });
    expect(await kv.get("order")).toEqual({ id: "9007199254740993" });
    await kv.set("parent", { name: "parent", child: { name: "child", parentId: "parent" } });
    expect(await kv.get("parent")).toEqual({
      name: "parent",
      child: { name: "child", parentId: "parent" },
    });
  });

  it("drops a function from an object", async () => {
    await kv.set("user", { name: "Alice", greet: () => "hello" });
    expect(await kv.get("user")).toEqual({ name: "Alice" });
  });
});

describeOnClients("Issue 3: key naming collisions", () => {
  it("overwrites one feature's data by another's, which namespaces prevent", async () => {
    await kv.set("data", { posts: ["hello"] });
    await kv.set("data", { cart: ["lamp"] });
    expect(await kv.get("data")).toEqual({ cart: ["lamp"] });

    await kv.set("blog:7:data", { posts: ["hello"] });
    await kv.set("shop:7:data", { cart: ["lamp"] });
    expect(await kv.get("blog:7:data")).toEqual({ posts: ["hello"] });
    expect(await kv.get("shop:7:data")).toEqual({ cart: ["lamp"] });
  });
});

describeOnClients("Issue 4: TTL not set", () => {
  it("keeps what was set without a TTL for good, which setex prevents", async () => {
    await kv.set("temp:1", "value");
    await kv.setex("temp:2", 3600, "value");
    await kv.set("temp:3", "value");
    await kv.expire("temp:3", 3600);
    expect(await kv.ttl("temp:1")).toBe(-1);
    pass({ seconds: 3600 });
    expect(await kv.keys("temp:*")).toEqual(["temp:1"]);
    pass({ seconds: 10 * 365 * 86_400 });
    expect(await kv.get("temp:1")).toBe("value");
  });

  it("loses the TTL when set comes after setex", async () => {
    await kv.setex("temp:1", 3600, "value");
    await kv.set("temp:1", "other");
    expect(await kv.ttl("temp:1")).toBe(-1);
  });
});

/** Lets only so many commands through, as a plan's limit does; tells how many came. */
function limitCommands(limit: number): () => number {
  let count = 0;
  emulator.intercept((call, next) => {
    count += call.commands.length;
    if (count <= limit) return next(call);
    return call.commands.map(() => new ReplyError("ERR max requests limit exceeded"));
  });
  return () => count;
}

describeOnClients("Issue 5: rate limit exceeded", () => {
  it("fails every command above the limit", async () => {
    limitCommands(2);
    await kv.set("key", "value");
    await kv.get("key");
    await expect(kv.get("key")).rejects.toThrow("ERR max requests limit exceeded");
  });

  it("spends a command on each get, but only one on mget", async () => {
    const count = limitCommands(30_000);
    const keys = ["user:1", "user:2", "user:3"];
    for (const key of keys) await kv.get(key);
    expect(count()).toBe(3);
    await kv.mget(keys);
    expect(count()).toBe(4);
  });

  it("spends nothing on what the app remembers itself", async () => {
    const count = limitCommands(30_000);
    const remembered = new Map<string, unknown>();
    const read = async (key: string): Promise<unknown> => {
      if (!remembered.has(key)) remembered.set(key, await kv.get(key));
      return remembered.get(key);
    };
    await read("config");
    await read("config");
    expect(count()).toBe(1);
  });
});

describeOnClients("Issue 6: storing large values", () => {
  it("refuses a value above 10 MiB, which a reference to a blob prevents", async () => {
    const image = "x".repeat(10 * 1024 * 1024);
    await expect(kv.set("image", image)).rejects.toThrow(
      /ERR max request size exceeded\. Limit: 10485760 bytes, Actual: 10485768 bytes\./,
    );
    expect(await kv.exists("image")).toBe(0);
    await kv.set("image", { url: "https://blobs.test/image.png", size: image.length });
    expect(await kv.get("image")).toEqual({
      url: "https://blobs.test/image.png",
      size: image.length,
    });
  });

  it("takes a value that fills the limit exactly", async () => {
    const rest = "x".repeat(10 * 1024 * 1024 - "setimage".length);
    expect(await kv.set("image", rest)).toBe("OK");
    expect(await kv.strlen("image")).toBe(rest.length);
  });
});

interface User {
  id: number;
  name: string;
}

function isUser(value: unknown): value is User {
  return (
    typeof value === "object" &&
    value !== null &&
    "id" in value &&
    typeof value.id === "number" &&
    "name" in value &&
    typeof value.name === "string"
  );
}

async function getValidUser(key: string): Promise<User | null> {
  const user = await kv.get(key);
  if (user === null) return null;
  if (!isUser(user)) throw new TypeError(`${key} holds no user`);
  return user;
}

describeOnClients("Issue 7: type mismatch on get", () => {
  it("gives the text of a number back as a number, which JSON's quotes prevent", async () => {
    await kv.set("code", "123");
    expect(await kv.get<string>("code")).toBe(123);
    await kv.set("code", JSON.stringify("123"));
    expect(await kv.get<string>("code")).toBe("123");
  });

  it("gives the text of a boolean and of null back as what they name", async () => {
    await kv.set("answer", "true");
    expect(await kv.get<string>("answer")).toBe(true);
    await kv.set("answer", "null");
    expect(await kv.get<string>("answer")).toBeNull();
  });

  it("types what it does not check, which a validation prevents", async () => {
    await kv.set("user:123", { id: "123", fullName: "Alice" });
    expect((await kv.get<User>("user:123"))?.name).toBeUndefined();
    await expect(getValidUser("user:123")).rejects.toThrow("user:123 holds no user");
    await kv.set("user:123", { id: 123, name: "Alice" });
    expect(await getValidUser("user:123")).toEqual({ id: 123, name: "Alice" });
    expect(await getValidUser("user:404")).toBeNull();
  });
});

describeOnClients("Issue 8: pipeline errors not handled", () => {
  it("rejects for a failed command though the others have run", async () => {
    const pipeline = kv.pipeline();
    pipeline.set("name", "Alice");
    pipeline.incr("name");
    pipeline.set("after", 1);
    await expect(pipeline.exec()).rejects.toThrow(
      "Command 2 [ incr ] failed: ERR value is not an integer or out of range",
    );
    expect(await kv.mget("name", "after")).toEqual(["Alice", 1]);
  });

  it("tells result and error of each command with keepErrors", async () => {
    const pipeline = kv.pipeline();
    pipeline.set("name", "Alice");
    pipeline.incr("name");
    pipeline.get("name");
    const results = await pipeline.exec({ keepErrors: true });
    expect(results.map(({ error }) => error)).toEqual([
      undefined,
      "ERR value is not an integer or out of range",
      undefined,
    ]);
    expect(results[2]?.result).toBe("Alice");
  });
});

async function scanAll(match: string, count: number) {
  const found = new Set<string>();
  let rounds = 0;
  let cursor = "0";
  do {
    const [next, keys] = await kv.scan(cursor, { match, count });
    for (const key of keys) found.add(key);
    cursor = next;
    rounds++;
  } while (cursor !== "0");
  return { found, rounds };
}

describeOnClients("Issue 9: scan operation inefficiency", () => {
  it("finds every key by its cursor, a part at a time", async () => {
    const users = Array.from({ length: 250 }, (_, index) => `user:${index}`);
    await kv.mset(Object.fromEntries(users.map((key) => [key, 1])));
    await kv.set("post:1", 1);
    const { found, rounds } = await scanAll("user:*", 50);
    expect(found).toEqual(new Set(users));
    expect(rounds).toBeGreaterThan(1);
  });

  it("answers fewer keys than there are in one round", async () => {
    await kv.mset(
      Object.fromEntries(Array.from({ length: 250 }, (_, index) => [`user:${index}`, 1])),
    );
    const [cursor, keys] = await kv.scan("0", { match: "user:*", count: 50 });
    expect(cursor).not.toBe("0");
    expect(keys.length).toBeLessThan(250);
  });

  it("follows the cursor by itself in scanIterator", async () => {
    const users = Array.from({ length: 250 }, (_, index) => `user:${index}`);
    await kv.mset(Object.fromEntries(users.map((key) => [key, 1])));
    const found = new Set<string>();
    for await (const key of kv.scanIterator({ match: "user:*", count: 50 })) found.add(key);
    expect(found).toEqual(new Set(users));
  });
});

async function readSession(id: string) {
  const session = await kv.get(`session:${id}`);
  if (session !== null) await kv.expire(`session:${id}`, 3600);
  return session;
}

describeOnClients("Issue 10: missing TTL refresh", () => {
  it("ends a session that is in use, which expire on access prevents", async () => {
    await kv.setex("session:fixed", 3600, { userId: 1 });
    await kv.setex("session:sliding", 3600, { userId: 2 });
    pass({ seconds: 1800 });
    await kv.get("session:fixed");
    await readSession("sliding");
    pass({ seconds: 1800 });
    expect(await kv.get("session:fixed")).toBeNull();
    expect(await readSession("sliding")).toEqual({ userId: 2 });
    pass({ seconds: 3600 });
    expect(await readSession("sliding")).toBeNull();
  });
});
