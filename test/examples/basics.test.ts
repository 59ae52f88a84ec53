/** The basic operations: strings, counters, several keys at once, pipelines and key names. */
import { expect, it } from "vitest";
import { describeOnClients, kv, pass } from "./support.js";

async function incrementViews(slug: string) {
  const views = await kv.incr(`views:${slug}`);
  return views;
}

async function GET(_request: Request) {
  const value = await kv.get("mykey");
  return Response.json({ value });
}

describeOnClients("Quick start", () => {
  it("counts the views of each page", async () => {
    expect(await incrementViews("hello")).toBe(1);
    expect(await incrementViews("hello")).toBe(2);
    expect(await incrementViews("other")).toBe(1);
  });

  it("serves a value from an edge route, and null while there is none", async () => {
    const request = new Request("https://app.test/api/value");
    expect(await (await GET(request)).json()).toEqual({ value: null });
    await kv.set("mykey", { theme: "dark" });
    expect(await (await GET(request)).json()).toEqual({ value: { theme: "dark" } });
  });

  it("keeps temporary data until its TTL ends", async () => {
    expect(await kv.setex("key", 3600, "value")).toBe("OK");
    pass({ seconds: 3599.999 });
    expect(await kv.get("key")).toBe("value");
    pass({ seconds: 0.001 });
    expect(await kv.get("key")).toBeNull();
  });
});

describeOnClients("Set and get", () => {
  it("stores an object as JSON and gives it back", async () => {
    await kv.set("user:123", { name: "Alice", email: "alice@example.com" });
    expect(await kv.get("user:123")).toEqual({ name: "Alice", email: "alice@example.com" });
    expect(await kv.ttl("user:123")).toBe(-1);
  });

  it("ends a session of an hour after exactly an hour", async () => {
    await kv.setex("session:abc", 3600, { userId: 123 });
    expect(await kv.ttl("session:abc")).toBe(3600);
    pass({ seconds: 3599.999 });
    expect(await kv.get("session:abc")).toEqual({ userId: 123 });
    pass({ seconds: 0.001 });
    expect(await kv.get("session:abc")).toBeNull();
    expect(await kv.exists("session:abc")).toBe(0);
  });

  it("tells whether a key exists and deletes it", async () => {
    await kv.set("user:123", { name: "Alice" });
    expect(await kv.exists("user:123")).toBe(1);
    expect(await kv.del("user:123")).toBe(1);
    expect(await kv.exists("user:123")).toBe(0);
    expect(await kv.del("user:123")).toBe(0);
  });
});

describeOnClients("Atomic operations", () => {
  it("counts up, down and by an amount, from 0", async () => {
    expect(await kv.incr("views:post:123")).toBe(1);
    expect(await kv.decr("inventory:item:456")).toBe(-1);
    expect(await kv.incrby("score:user:789", 10)).toBe(10);
    expect(await kv.get("score:user:789")).toBe(10);
  });

  it("sets a key only if it does not exist", async () => {
    expect(await kv.setnx("lock:process", "running")).toBe(1);
    expect(await kv.setnx("lock:process", "again")).toBe(0);
    expect(await kv.get("lock:process")).toBe("running");
  });

  it("loses no count among increments at the same time", async () => {
    const counts = await Promise.all(Array.from({ length: 20 }, () => kv.incr("views")));
    expect(new Set(counts).size).toBe(20);
    expect(await kv.get("views")).toBe(20);
  });
});

describeOnClients("Multiple operations", () => {
  it("sets and gets several keys, with null for one that is missing", async () => {
    await kv.mset({ "user:1": { name: "Alice" }, "user:2": { name: "Bob" } });
    const values = await kv.mget("user:1", "user:2", "user:3");
    expect(values).toEqual([{ name: "Alice" }, { name: "Bob" }, null]);
  });

  it("deletes several keys and counts those that were there", async () => {
    await kv.mset({ key1: 1, key3: 3 });
    expect(await kv.del("key1", "key2", "key3")).toBe(2);
  });
});

describeOnClients("Pipeline", () => {
  it("runs several commands in one call", async () => {
    await kv.set("config", { theme: "dark" });
    const pipeline = kv.pipeline();
    pipeline.set("user:1", { name: "Alice" });
    pipeline.incr("counter");
    pipeline.get("config");
    const results = await pipeline.exec();
    expect(results).toEqual(["OK", 1, { theme: "dark" }]);
  });
});

describeOnClients("Key naming conventions", () => {
  it("keeps namespaced keys apart", async () => {
    const html = "<h1>Welcome</h1>";
    await kv.set("user:123", { name: "Alice" });
    await kv.set("post:abc:views", 100);
    await kv.set("cache:homepage:en", html);
    expect(await kv.get("user:123")).toEqual({ name: "Alice" });
    expect(await kv.get("post:abc:views")).toBe(100);
    expect(await kv.get("cache:homepage:en")).toBe(html);
    expect((await kv.keys("user:*")).sort()).toEqual(["user:123"]);
  });
});
