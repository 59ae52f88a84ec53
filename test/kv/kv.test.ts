/** The double of @vercel/kv in the place of the module, and what the real client does on it. */
import { kv as mocked, createClient as mockedCreateClient, VercelKV as MockedKV } from "@vercel/kv";
import { errors } from "@upstash/redis";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createKv, emulator, kv } from "../../src/kv/kv.js";
import defaultKv from "../../src/kv/kv.js";

vi.mock("@vercel/kv", () => import("../../src/kv/kv.js"));

beforeEach(() => emulator.reset());
afterEach(() => vi.unstubAllEnvs());

describe("in the place of @vercel/kv", () => {
  it("is what an app imports", async () => {
    await mocked.set("user", { name: "Ada" });
    expect(await mocked.get("user")).toEqual({ name: "Ada" });
    expect(emulator.call("GET", "user")).toBe('{"name":"Ada"}');
  });

  it("shares one emulator between kv, the default export and every client", async () => {
    await defaultKv.set("k", 1);
    const client = mockedCreateClient({ url: "https://other.example", token: "t" });
    expect(client).toBeInstanceOf(MockedKV);
    expect(await client.incr("k")).toBe(2);
    expect(await kv.get("k")).toBe(2);
  });

  it.each([
    ["no variables", {}],
    ["empty variables", { KV_REST_API_URL: "", KV_REST_API_TOKEN: "" }],
    ["nonsense", { KV_REST_API_URL: "nowhere", UPSTASH_REDIS_REST_URL: " x " }],
  ])("works with %s in the environment", async (_, variables) => {
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    vi.resetModules();
    const warn = vi.spyOn(console, "warn");
    const fresh = await import("../../src/kv/kv.js");
    expect(await fresh.kv.set("k", "v")).toBe("OK");
    expect(warn).not.toHaveBeenCalled();
  });
});

describe("createKv", () => {
  it("gives a pair that shares nothing", async () => {
    const first = createKv();
    const second = createKv();
    await first.kv.set("k", 1);
    expect(await second.kv.get("k")).toBeNull();
    expect(first.emulator.call("GET", "k")).toBe("1");
  });

  it("passes the client's options on", async () => {
    const { kv: raw } = createKv({ client: { automaticDeserialization: false } });
    await raw.set("k", 5);
    expect(await raw.get("k")).toBe("5");
  });
});

describe("the client on the double", () => {
  it("parses what it reads as in production", async () => {
    const { kv: own } = createKv();
    await own.mset({ number: "123", float: "1.0", flag: "true", text: "plain", zero: "007" });
    expect(await own.mget("number", "float", "flag", "text", "zero", "none")).toEqual([
      123,
      "1.0",
      true,
      "plain",
      "007",
      null,
    ]);
  });

  it("sends what is issued in one tick in one pipeline", async () => {
    const { kv: own, emulator: behind } = createKv();
    const sizes: number[] = [];
    behind.intercept((call, next) => {
      sizes.push(call.commands.length);
      return next(call);
    });
    await Promise.all([own.incr("a"), own.incr("a"), own.incr("b")]);
    expect(sizes).toEqual([3]);
  });

  it("rejects with the client's error class and text", async () => {
    const { kv: own } = createKv({ client: { enableAutoPipelining: false } });
    await own.lpush("list", 1);
    const failed = own.get("list");
    await expect(failed).rejects.toBeInstanceOf(errors.UpstashError);
    await expect(failed).rejects.toThrow(
      'WRONGTYPE Operation against a key holding the wrong kind of value, command was: ["get","list"]',
    );
    await expect(createKv().kv.incrby("k", 1.5)).rejects.toThrow(
      "Command failed: ERR value is not an integer or out of range",
    );
  });

  it("runs a transaction, and discards one that is malformed", async () => {
    const { kv: own } = createKv();
    expect(await own.multi().set("k", 1).incr("k").exec()).toEqual(["OK", 2]);
    await expect(own.multi().set("k", 9).expire("k", 0).exec()).rejects.toThrow(
      `ERR wrong number of arguments for 'expire' command, command was: [["set","k",9],["expire","k"]]`,
    );
    expect(await own.get("k")).toBe(2);
  });

  it("rejects undefined and NaN as the service does", async () => {
    const { kv: own } = createKv();
    await expect(own.set("k", undefined)).rejects.toThrow("ERR null args are not supported");
    await expect(own.incrby("k", Number.NaN)).rejects.toThrow("ERR null args are not supported");
  });

  it("iterates over keys, members, fields and scores", async () => {
    const { kv: own } = createKv();
    const names = Array.from({ length: 300 }, (_, i) => `key:${i}`);
    await own.mset(Object.fromEntries(names.map((name) => [name, 1])));
    await own.hset("hash", { a: 1, b: "x" });
    await own.sadd("set", "one", "two");
    await own.zadd("zset", { score: 1, member: "a" }, { score: 2, member: "b" });
    expect((await all(own.scanIterator({ match: "key:*", count: 20 }))).sort()).toEqual(
      names.sort(),
    );
    expect(await all(own.hscanIterator("hash"))).toEqual(["a", 1, "b", "x"]);
    expect(await all(own.sscanIterator("set"))).toEqual(["one", "two"]);
    expect(await all(own.zscanIterator("zset"))).toEqual(["a", 1, "b", 2]);
  });

  it("moves the sync token with every write", async () => {
    const { kv: own } = createKv({ client: { enableAutoPipelining: false } });
    await own.set("k", 1);
    const token = own.readYourWritesSyncToken;
    await own.get("k");
    expect(own.readYourWritesSyncToken).toBe(token);
    await own.incr("k");
    expect(own.readYourWritesSyncToken).not.toBe(token);
  });

  it("says loudly what it does not have", async () => {
    const { kv: own } = createKv();
    await expect(own.arget("array", 0)).rejects.toThrow(
      "kv-emulator does not implement 'ARGET' yet",
    );
  });
});

async function all<Item>(iterable: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of iterable) items.push(item);
  return items;
}
