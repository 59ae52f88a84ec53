/** Clients that an app makes itself: in each handler, one for every context, and EdgeKV with its prefix on `@upstash/redis`. */
import type { Redis } from "@upstash/redis";
import type { VercelKV } from "@vercel/kv";
import { expect, it } from "vitest";
import { send, type ServerRequest, type ServerResponse } from "./http.js";
import { describeOnModules, pass, upstash, vercelKv } from "./support.js";

function clientFromEnvironment(): VercelKV {
  return vercelKv.createClient({
    url: process.env.KV_REST_API_URL ?? "",
    token: process.env.KV_REST_API_TOKEN ?? "",
  });
}

async function setData(req: ServerRequest, res: ServerResponse) {
  const client = clientFromEnvironment();
  const { key, value } = req.body ?? {};
  await client.set(String(key), value);
  res.status(200).json({ message: "Data set successfully" });
}

async function getData(req: ServerRequest, res: ServerResponse) {
  const client = clientFromEnvironment();
  const { key = "" } = req.query ?? {};
  const value = await client.get(key);
  res.status(200).json({ value });
}

describeOnModules("Handlers with createClient", () => {
  it("sets what a later request gets", async () => {
    const value = { theme: "dark", tags: ["a", "b"] };
    expect(await send(setData, { body: { key: "preferences:7", value } })).toMatchObject({
      statusCode: 200,
      body: { message: "Data set successfully" },
    });
    expect(await send(getData, { query: { key: "preferences:7" } })).toMatchObject({
      statusCode: 200,
      body: { value },
    });
  });

  it("answers null for a key that nobody has set", async () => {
    expect(await send(getData, { query: { key: "preferences:8" } })).toMatchObject({
      statusCode: 200,
      body: { value: null },
    });
  });

  it("sets a value that expires in one hour", async () => {
    const client = clientFromEnvironment();
    await client.set("mykey", "myvalue", { ex: 3600 });
    pass({ seconds: 3599.999 });
    expect(await client.get("mykey")).toBe("myvalue");
    pass({ seconds: 0.001 });
    expect(await client.get("mykey")).toBeNull();
  });

  it("sets a value that expires in milliseconds", async () => {
    const client = clientFromEnvironment();
    await client.set("mykey", "myvalue", { px: 250 });
    pass({ seconds: 0.249 });
    expect(await client.pttl("mykey")).toBe(1);
    pass({ seconds: 0.001 });
    expect(await client.get("mykey")).toBeNull();
  });

  it("reaches hashes, lists and sets with the same client", async () => {
    const client = clientFromEnvironment();
    expect(await client.hset("profile", { name: "Ada", visits: 1 })).toBe(2);
    expect(await client.hgetall("profile")).toEqual({ name: "Ada", visits: 1 });
    expect(await client.lpush("queue", "b", "a")).toBe(2);
    expect(await client.rpush("queue", "c")).toBe(3);
    expect(await client.lrange("queue", 0, -1)).toEqual(["a", "b", "c"]);
    expect(await client.sadd("tags", "x", "y", "x")).toBe(2);
    expect((await client.smembers("tags")).sort()).toEqual(["x", "y"]);
  });
});

async function basicConnection(client: VercelKV, res: ServerResponse) {
  await client.set(
    "user:123",
    JSON.stringify({ name: "John", email: "john@example.com", lastSeen: Date.now() }),
  );
  const user = await client.get("user:123");
  res.json({ user, timestamp: new Date().toISOString() });
}

describeOnModules("Basic connection", () => {
  it("gets an object where JSON text was set", async () => {
    const client = clientFromEnvironment();
    const response = await send((_request, res) => basicConnection(client, res), {});
    expect(response.body).toEqual({
      user: { name: "John", email: "john@example.com", lastSeen: Date.now() },
      timestamp: "2026-01-01T00:00:00.000Z",
    });
  });

  it("leaves nothing to JSON.parse, which throws a SyntaxError for an object", async () => {
    const client = clientFromEnvironment();
    await client.set("user:123", JSON.stringify({ name: "John" }));
    const user = await client.get<string>("user:123");
    expect(() => {
      JSON.parse(user ?? "");
    }).toThrow(SyntaxError);
  });
});

class ConnectionManager {
  private static instance: ConnectionManager | undefined;
  private readonly connections = new Map<string, VercelKV>();

  static getInstance(): ConnectionManager {
    ConnectionManager.instance ??= new ConnectionManager();
    return ConnectionManager.instance;
  }

  static forget(): void {
    ConnectionManager.instance = undefined;
  }

  getConnection(context: string = "default"): VercelKV {
    const connection = this.connections.get(context) ?? this.createOptimizedConnection();
    this.connections.set(context, connection);
    return connection;
  }

  // Over HTTP there is no pool, no queue and no keep-alive to configure: the client has retries.
  private createOptimizedConnection(): VercelKV {
    return vercelKv.createClient({
      url: process.env.KV_REST_API_URL ?? "",
      token: process.env.KV_REST_API_TOKEN ?? "",
      retry: { retries: 3, backoff: () => 100 },
    });
  }
}

describeOnModules("Connection management", () => {
  it("keeps one client for each context, on one database", async () => {
    ConnectionManager.forget();
    const manager = ConnectionManager.getInstance();
    expect(ConnectionManager.getInstance()).toBe(manager);
    const client = manager.getConnection();
    const jobs = manager.getConnection("jobs");
    expect(manager.getConnection("default")).toBe(client);
    expect(jobs).not.toBe(client);
    await client.set("greeting", "hello");
    expect(await jobs.get("greeting")).toBe("hello");
  });
});

class EdgeKV {
  private readonly redis: Redis;

  constructor(private readonly prefix: string = "") {
    this.redis = upstash.Redis.fromEnv();
  }

  private key(k: string): string {
    return this.prefix ? `${this.prefix}:${k}` : k;
  }

  async get<T>(key: string): Promise<T | null> {
    return this.redis.get<T>(this.key(key));
  }

  async set(key: string, value: unknown, ttlSeconds?: number): Promise<void> {
    if (ttlSeconds) {
      await this.redis.setex(this.key(key), ttlSeconds, value);
    } else {
      await this.redis.set(this.key(key), value);
    }
  }

  async delete(key: string): Promise<void> {
    await this.redis.del(this.key(key));
  }

  async increment(key: string, by: number = 1): Promise<number> {
    return this.redis.incrby(this.key(key), by);
  }

  async decrement(key: string, by: number = 1): Promise<number> {
    return this.redis.decrby(this.key(key), by);
  }

  async getAndSet<T>(key: string, value: T): Promise<T | null> {
    return this.redis.getset<T>(this.key(key), value);
  }

  async setIfNotExists(key: string, value: unknown, ttlSeconds?: number): Promise<boolean> {
    if (ttlSeconds) {
      const result = await this.redis.set(this.key(key), value, { nx: true, ex: ttlSeconds });
      return result === "OK";
    }
    return (await this.redis.setnx(this.key(key), value)) === 1;
  }
}

describeOnModules("Upstash Redis for edge", () => {
  it("keeps the pre-configured stores apart by their prefixes", async () => {
    const sessionKV = new EdgeKV("session");
    const cacheKV = new EdgeKV("cache");
    const flagsKV = new EdgeKV("flags");
    await sessionKV.set("1", { user: "ada" });
    await cacheKV.set("1", "page");
    await flagsKV.set("1", true);
    expect(await new EdgeKV().get("session:1")).toEqual({ user: "ada" });
    expect(await cacheKV.get("1")).toBe("page");
    expect(await flagsKV.get("1")).toBe(true);
    await cacheKV.delete("1");
    expect(await cacheKV.get("1")).toBeNull();
    expect(await sessionKV.get("1")).toEqual({ user: "ada" });
  });

  it("ends a value exactly with its TTL", async () => {
    const store = new EdgeKV("cache");
    await store.set("page", "html", 60);
    pass({ seconds: 59.999 });
    expect(await store.get("page")).toBe("html");
    pass({ seconds: 0.001 });
    expect(await store.get("page")).toBeNull();
  });

  it("counts up and down by any amount", async () => {
    const store = new EdgeKV("counts");
    expect(await store.increment("views")).toBe(1);
    expect(await store.increment("views", 9)).toBe(10);
    expect(await store.decrement("views")).toBe(9);
    expect(await store.decrement("views", 10)).toBe(-1);
  });

  it("sets a value and gets the one before it, and its TTL is gone", async () => {
    const store = new EdgeKV("state");
    expect(await store.getAndSet("step", { name: "first" })).toBeNull();
    await store.set("step", { name: "second" }, 60);
    expect(await store.getAndSet("step", { name: "third" })).toEqual({ name: "second" });
    pass({ seconds: 60 });
    expect(await store.get("step")).toEqual({ name: "third" });
  });

  it("sets a value only if there is none, with a TTL and without", async () => {
    const store = new EdgeKV("lock");
    expect(await store.setIfNotExists("a", 1, 10)).toBe(true);
    expect(await store.setIfNotExists("a", 2, 10)).toBe(false);
    pass({ seconds: 9.999 });
    expect(await store.setIfNotExists("a", 3, 10)).toBe(false);
    pass({ seconds: 0.001 });
    expect(await store.setIfNotExists("a", 4, 10)).toBe(true);
    expect(await store.setIfNotExists("b", 1)).toBe(true);
    expect(await store.setIfNotExists("b", 2)).toBe(false);
    expect(await store.get("b")).toBe(1);
  });
});

describeOnModules("Multi-region replication", () => {
  it("reads what another client of the same database writes", async () => {
    const config = {
      url: process.env.UPSTASH_REDIS_REST_URL ?? "",
      token: process.env.UPSTASH_REDIS_REST_TOKEN ?? "",
    };
    const redis = new upstash.Redis(config);
    const elsewhere = new upstash.Redis(config);
    await redis.set("region", "fra1");
    expect(await elsewhere.get("region")).toBe("fra1");
  });
});
