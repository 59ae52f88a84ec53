/** Caches: aside, write-through, with refresh-ahead and a tracking set, with tags, and what invalidates and warms them. */
import { beforeEach, expect, it, vi } from "vitest";
import { describeOnClients, emulator, kv, pass, source } from "./support.js";

interface Post {
  slug: string;
  title: string;
}

interface User {
  id: number;
  name: string;
}

/** The database behind the caches. */
const db = {
  reads: 0,
  posts: new Map<string, Post>(),
  users: new Map<number, User>(),
};

function resetDatabase(): void {
  db.reads = 0;
  db.posts = new Map([["hello", { slug: "hello", title: "Hello" }]]);
  db.users = new Map([[1, { id: 1, name: "Alice" }]]);
}

async function findPost(slug: string) {
  db.reads++;
  return db.posts.get(slug) ?? null;
}

async function findUser(id: number) {
  db.reads++;
  return db.users.get(id) ?? null;
}

async function saveUser(id: number, data: Partial<User>) {
  const updated = { ...(db.users.get(id) ?? { id, name: "" }), ...data };
  db.users.set(id, updated);
  return [updated] as const;
}

async function getPost(slug: string) {
  const cached = await kv.get<Post>(`post:${slug}`);
  if (cached) return cached;
  const post = await findPost(slug);
  await kv.setex(`post:${slug}`, 3600, post);
  return post;
}

describeOnClients("Caching pattern", () => {
  beforeEach(resetDatabase);

  it("reads the database once an hour", async () => {
    expect(await getPost("hello")).toEqual({ slug: "hello", title: "Hello" });
    pass({ seconds: 3599.999 });
    expect(await getPost("hello")).toEqual({ slug: "hello", title: "Hello" });
    expect(db.reads).toBe(1);
    pass({ seconds: 0.001 });
    await getPost("hello");
    expect(db.reads).toBe(2);
  });

  it("asks the database again for a post that does not exist: null is cached and read as a miss", async () => {
    expect(await getPost("nothing")).toBeNull();
    expect(await kv.exists("post:nothing")).toBe(1);
    expect(await getPost("nothing")).toBeNull();
    expect(db.reads).toBe(2);
  });
});

async function getUser(id: number) {
  const cacheKey = `user:${id}`;
  const cached = await kv.get<User>(cacheKey);
  if (cached) return cached;
  const user = await findUser(id);
  if (!user) return null;
  await kv.setex(cacheKey, 300, user);
  return user;
}

async function updateUser(id: number, data: Partial<User>) {
  const updated = await saveUser(id, data);
  await kv.setex(`user:${id}`, 300, updated[0]);
  return updated[0];
}

describeOnClients("Cache-aside", () => {
  beforeEach(resetDatabase);

  it("reads the database once in five minutes", async () => {
    expect(await getUser(1)).toEqual({ id: 1, name: "Alice" });
    pass({ seconds: 299.999 });
    expect(await getUser(1)).toEqual({ id: 1, name: "Alice" });
    expect(db.reads).toBe(1);
    pass({ seconds: 0.001 });
    expect(await getUser(1)).toEqual({ id: 1, name: "Alice" });
    expect(db.reads).toBe(2);
  });

  it("caches nothing for a user that does not exist", async () => {
    expect(await getUser(404)).toBeNull();
    expect(await kv.exists("user:404")).toBe(0);
  });
});

describeOnClients("Write-through cache", () => {
  beforeEach(resetDatabase);

  it("lets a reader see an update without a read of the database", async () => {
    await getUser(1);
    await updateUser(1, { name: "Alicia" });
    expect(await getUser(1)).toEqual({ id: 1, name: "Alicia" });
    expect(db.reads).toBe(1);
  });

  it("starts the five minutes anew", async () => {
    await getUser(1);
    pass({ seconds: 200 });
    await updateUser(1, { name: "Alicia" });
    pass({ seconds: 299.999 });
    expect(await kv.get("user:1")).toEqual({ id: 1, name: "Alicia" });
    pass({ seconds: 0.001 });
    expect(await kv.get("user:1")).toBeNull();
  });
});

interface CacheOptions<T> {
  ttl?: number;
  refreshAhead?: boolean;
  fallback?: () => Promise<T>;
}

/** The background refresh that the last call of `getCachedData` began. */
let refresh: Promise<void> | undefined;

async function getCachedData<T>(
  key: string,
  fetcher: () => Promise<T>,
  options: CacheOptions<T> = {},
): Promise<T> {
  const { ttl = 3600, refreshAhead = false, fallback } = options;
  let data = await kv.get<T>(key);
  if (!data) {
    try {
      data = await fetcher();
      await kv.set(key, JSON.stringify(data), { ex: ttl });
      await kv.sadd("cache_keys", key);
      await kv.expire("cache_keys", ttl * 2);
    } catch (error) {
      if (!fallback) throw error;
      data = await fallback();
      await kv.set(key, JSON.stringify(data), { ex: Math.min(ttl, 300) });
    }
  } else if (refreshAhead) {
    const ttlRemaining = await kv.ttl(key);
    if (ttlRemaining < ttl * 0.2) {
      refresh = fetcher().then(async (freshData) => {
        await kv.set(key, JSON.stringify(freshData), { ex: ttl });
      });
    }
  }
  return data;
}

async function failToFetch(): Promise<string[]> {
  throw new Error("database is down");
}

describeOnClients("Application-level caching", () => {
  beforeEach(() => {
    refresh = undefined;
  });

  it("parses JSON by itself: JSON.parse of what get returns is a SyntaxError", async () => {
    await kv.set("user:123", JSON.stringify({ name: "John" }));
    const user = await kv.get<string>("user:123");
    expect(user).toEqual({ name: "John" });
    expect(() => {
      JSON.parse(user ?? "");
    }).toThrow(SyntaxError);
  });

  it("caches the fetched data for its TTL and tracks the key for twice as long", async () => {
    const fetchProducts = source([{ id: 1, name: "Lamp" }]);
    const options = { ttl: 1800, refreshAhead: true };
    expect(await getCachedData("products:page:1", fetchProducts, options)).toEqual([
      { id: 1, name: "Lamp" },
    ]);
    pass({ seconds: 1000 });
    await getCachedData("products:page:1", fetchProducts, options);
    expect(fetchProducts.calls).toBe(1);
    expect(await kv.smembers("cache_keys")).toEqual(["products:page:1"]);
    expect(await kv.ttl("products:page:1")).toBe(800);
    expect(await kv.ttl("cache_keys")).toBe(2600);
    pass({ seconds: 800 });
    expect(await kv.get("products:page:1")).toBeNull();
    expect(await kv.exists("cache_keys")).toBe(1);
    pass({ seconds: 1800 });
    expect(await kv.exists("cache_keys")).toBe(0);
  });

  it("refreshes ahead once less than a fifth of the TTL is left", async () => {
    const fetchProducts = source(["lamp"]);
    const options = { ttl: 1800, refreshAhead: true };
    await getCachedData("products:page:1", fetchProducts, options);
    pass({ seconds: 1440 });
    await getCachedData("products:page:1", fetchProducts, options);
    expect(refresh).toBeUndefined();
    pass({ seconds: 1 });
    await getCachedData("products:page:1", fetchProducts, options);
    await refresh;
    expect(fetchProducts.calls).toBe(2);
    expect(await kv.ttl("products:page:1")).toBe(1800);
  });

  it("fetches a profile again after its quarter of an hour", async () => {
    const userId = 7;
    const fetchUserProfile = source({ name: "Alice" });
    const read = () => getCachedData(`user:${userId}:profile`, fetchUserProfile, { ttl: 900 });
    await read();
    pass({ seconds: 899.999 });
    await read();
    expect(fetchUserProfile.calls).toBe(1);
    pass({ seconds: 0.001 });
    await read();
    expect(fetchUserProfile.calls).toBe(2);
  });

  it("caches the fallback for five minutes when the fetch fails, and throws without one", async () => {
    await expect(getCachedData("products", failToFetch)).rejects.toThrow("database is down");
    expect(
      await getCachedData("products", failToFetch, { fallback: async () => ["none"] }),
    ).toEqual(["none"]);
    expect(await kv.ttl("products")).toBe(300);
    expect(await kv.exists("cache_keys")).toBe(0);
  });
});

class CacheManager {
  async getCacheStats() {
    const pipeline = kv.pipeline();
    pipeline.dbsize();
    const [totalKeys] = await pipeline.exec<[number]>();
    const stats = await kv.exec<string>(["INFO", "stats"]);
    const memory = await kv.exec<string>(["INFO", "memory"]);
    const keyspaceHits = this.extractMetric(stats, "keyspace_hits");
    const keyspaceMisses = this.extractMetric(stats, "keyspace_misses");
    const hitRate = keyspaceHits / (keyspaceHits + keyspaceMisses) || 0;
    return {
      hitRate: Math.round(hitRate * 100) / 100,
      totalKeys,
      memoryUsage: this.extractMetric(memory, "used_memory"),
      topKeys: await this.getTopKeys(),
    };
  }

  async invalidatePattern(pattern: string): Promise<number> {
    const keys = await kv.keys(pattern);
    if (keys.length > 0) {
      return await kv.del(...keys);
    }
    return 0;
  }

  async warmCache(
    data: { key: string; fetcher: () => Promise<unknown> }[],
    report: (message: string) => void,
  ): Promise<void> {
    const promises = data.map(async ({ key, fetcher }) => {
      try {
        const value = await fetcher();
        await kv.set(key, JSON.stringify(value), { ex: 3600 });
      } catch {
        report(`Failed to warm cache for key: ${key}`);
      }
    });
    await Promise.allSettled(promises);
  }

  private extractMetric(stats: string, name: string): number {
    return Number(new RegExp(`^${name}:(\\d+)`, "m").exec(stats)?.[1] ?? 0);
  }

  private async getTopKeys(): Promise<string[]> {
    return (await kv.smembers("cache_keys")).sort();
  }
}

describeOnClients("Cache management", () => {
  it("has no info() in a pipeline: INFO goes through exec", async () => {
    const pipeline = kv.pipeline();
    expect(() => {
      // @ts-expect-error The pipeline has no info().
      pipeline.info("memory");
    }).toThrow("pipeline.info is not a function");
    expect(await kv.exec(["INFO", "stats"])).toMatch(/^# Stats\r\n/);
  });

  it("reports the hit rate, the number of keys and the tracked keys, and what Redis would take", async () => {
    const products = source(["lamp"]);
    await getCachedData("products", products);
    await getCachedData("products", products);
    await getCachedData("products", products);
    await getCachedData("products", products);
    expect(await new CacheManager().getCacheStats()).toEqual({
      hitRate: 0.75,
      totalKeys: 2,
      memoryUsage: expect.any(Number),
      topKeys: ["products"],
    });
  });

  it("reports a hit rate of 0 for an untouched database", async () => {
    expect(await new CacheManager().getCacheStats()).toEqual({
      hitRate: 0,
      totalKeys: 0,
      memoryUsage: expect.any(Number),
      topKeys: [],
    });
  });

  it("invalidates the keys that match a pattern and counts them", async () => {
    await kv.mset({ "products:1": 1, "products:2": 2, "users:1": 1 });
    const manager = new CacheManager();
    expect(await manager.invalidatePattern("products:*")).toBe(2);
    expect(await manager.invalidatePattern("products:*")).toBe(0);
    expect(await kv.keys("*")).toEqual(["users:1"]);
  });

  it("warms the cache for an hour and reports what can not be fetched", async () => {
    const reports: string[] = [];
    await new CacheManager().warmCache(
      [
        { key: "home", fetcher: async () => ({ title: "Home" }) },
        { key: "news", fetcher: () => Promise.reject(new Error("news are down")) },
      ],
      (message) => reports.push(message),
    );
    expect(await kv.get("home")).toEqual({ title: "Home" });
    expect(reports).toEqual(["Failed to warm cache for key: news"]);
    expect(await kv.exists("news")).toBe(0);
    pass({ seconds: 3599.999 });
    expect(await kv.exists("home")).toBe(1);
    pass({ seconds: 0.001 });
    expect(await kv.exists("home")).toBe(0);
  });
});

interface EdgeCacheOptions {
  ttl?: number;
  tags?: string[];
}

interface CacheEntry<T> {
  data: T;
  createdAt: number;
  ttl: number;
  tags: string[];
}

class EdgeCache {
  constructor(private readonly prefix: string = "cache") {}

  private key(k: string): string {
    return `${this.prefix}:${k}`;
  }

  async get<T>(key: string): Promise<T | null> {
    const entry = await kv.get<CacheEntry<T>>(this.key(key));
    if (!entry) return null;
    const age = (Date.now() - entry.createdAt) / 1000;
    if (age > entry.ttl) {
      await this.delete(key);
      return null;
    }
    return entry.data;
  }

  async set(key: string, data: unknown, options: EdgeCacheOptions = {}): Promise<void> {
    const ttl = options.ttl || 3600;
    const entry: CacheEntry<unknown> = {
      data,
      createdAt: Date.now(),
      ttl,
      tags: options.tags || [],
    };
    await kv.set(this.key(key), entry, { ex: ttl });
    if (options.tags) {
      for (const tag of options.tags) {
        await kv.sadd(`${this.prefix}:tag:${tag}`, key);
      }
    }
  }

  async delete(key: string): Promise<void> {
    await kv.del(this.key(key));
  }

  async invalidateTag(tag: string): Promise<number> {
    const keys = await kv.smembers(`${this.prefix}:tag:${tag}`);
    if (keys.length === 0) return 0;
    await Promise.all(keys.map((key) => this.delete(key)));
    await kv.del(`${this.prefix}:tag:${tag}`);
    return keys.length;
  }

  async getOrSet<T>(
    key: string,
    fetcher: () => Promise<T>,
    options: EdgeCacheOptions = {},
  ): Promise<T> {
    const cached = await this.get<T>(key);
    if (cached !== null) {
      return cached;
    }
    const data = await fetcher();
    await this.set(key, data, options);
    return data;
  }
}

const edgeCache = new EdgeCache();

const productApi = vi.fn<(id: string) => Promise<{ id: string; name: string }>>(async (id) => ({
  id,
  name: "Lamp",
}));

async function GET(_request: Request, { params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const product = await edgeCache.getOrSet(`product:${id}`, () => productApi(id), {
    ttl: 300,
    tags: ["products", `product:${id}`],
  });
  return Response.json(product);
}

async function product(id: string): Promise<unknown> {
  const request = new Request(`https://app.test/api/products/${id}`);
  return (await GET(request, { params: Promise.resolve({ id }) })).json();
}

describeOnClients("Caching at the edge", () => {
  beforeEach(() => {
    productApi.mockClear();
  });

  it("asks the API once in five minutes for each product", async () => {
    expect(await product("1")).toEqual({ id: "1", name: "Lamp" });
    expect(await product("2")).toEqual({ id: "2", name: "Lamp" });
    pass({ seconds: 299.999 });
    expect(await product("1")).toEqual({ id: "1", name: "Lamp" });
    expect(productApi).toHaveBeenCalledTimes(2);
    pass({ seconds: 0.001 });
    expect(await product("1")).toEqual({ id: "1", name: "Lamp" });
    expect(productApi).toHaveBeenCalledTimes(3);
  });

  it("invalidates every entry of a tag and none of another", async () => {
    await product("1");
    await product("2");
    expect(await edgeCache.invalidateTag("product:1")).toBe(1);
    expect(await edgeCache.get("product:1")).toBeNull();
    expect(await edgeCache.get("product:2")).toEqual({ id: "2", name: "Lamp" });
    await product("1");
    expect(await edgeCache.invalidateTag("products")).toBe(2);
    expect(await edgeCache.get("product:1")).toBeNull();
    expect(await edgeCache.get("product:2")).toBeNull();
    expect(await edgeCache.invalidateTag("products")).toBe(0);
  });

  it("deletes all entries of a tag in one pipeline", async () => {
    await product("1");
    await product("2");
    const sizes: number[] = [];
    emulator.intercept((call, next) => {
      sizes.push(call.commands.length);
      return next(call);
    });
    await edgeCache.invalidateTag("products");
    expect(sizes).toEqual([1, 2, 1]);
  });

  it("holds an entry an hour by default and removes it by its own age too", async () => {
    await edgeCache.set("greeting", "hello");
    expect(await kv.ttl("cache:greeting")).toBe(3600);
    await kv.persist("cache:greeting");
    pass({ seconds: 3600 });
    expect(await edgeCache.get("greeting")).toBe("hello");
    pass({ seconds: 0.001 });
    expect(await edgeCache.get("greeting")).toBeNull();
    expect(await kv.exists("cache:greeting")).toBe(0);
  });
});
