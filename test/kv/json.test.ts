/** JSON as the client sees it, with what the tests of `@upstash/redis` expect of the service. */
import { describe, expect, it } from "vitest";
import { createEmulator } from "../../src/emulator.js";
import { Redis } from "../../src/kv/upstash.js";

const document = { a: 2, b: 3, nested: { a: 4, b: null } };

async function seeded(value: object = document): Promise<Redis> {
  const redis = new Redis({}, createEmulator());
  expect(await redis.json.set("doc", "$", { ...value })).toBe("OK");
  return redis;
}

describe("redis.json", () => {
  it("gives the deepest values first", async () => {
    const redis = await seeded();
    expect(await redis.json.get("doc", "$..b")).toEqual([null, 3]);
    expect(await redis.json.get("doc", "$..a", "$..b")).toEqual({
      "$..b": [null, 3],
      "$..a": [4, 2],
    });
    expect(await redis.json.objlen("doc", "$..nested")).toEqual([2]);
  });

  it("gives a document back as the object that it was", async () => {
    const redis = await seeded();
    expect(await redis.json.get("doc")).toEqual(document);
    expect(await redis.json.get("missing")).toBeNull();
    expect(await redis.json.mget(["doc", "missing"], "$.nested.a")).toEqual([[4], null]);
    expect(await redis.type("doc")).toBe("json");
  });

  it("takes strings bare: what is meant as one has quotes of its own", async () => {
    const redis = await seeded({ colors: ["black", "silver"] });
    expect(await redis.json.arrappend("doc", "$.colors", '"blue"')).toEqual([3]);
    expect(await redis.json.arrinsert("doc", "$.colors", 2, '"yellow"', '"gold"')).toEqual([5]);
    expect(await redis.json.arrindex("doc", "$..colors", '"silver"')).toEqual([1]);
    expect(await redis.json.get("doc", "$.colors")).toEqual([
      ["black", "silver", "yellow", "gold", "blue"],
    ]);
    await expect(redis.json.arrappend("doc", "$.colors", "blue")).rejects.toThrow(
      "expected value at line 1 column 1",
    );
  });

  it("deletes values and leaves what holds them", async () => {
    const redis = await seeded({ a: 1 });
    expect(await redis.json.del("doc", "$.a")).toBe(1);
    expect(await redis.json.get("doc", "$")).toEqual([{}]);
    expect(await redis.json.del("doc")).toBe(1);
    expect(await redis.exists("doc")).toBe(0);
  });

  it("sets under a condition", async () => {
    const redis = await seeded();
    expect(await redis.json.set("doc", "$.a", 1, { nx: true })).toBeNull();
    expect(await redis.json.set("doc", "$.c", 1, { xx: true })).toBeNull();
    expect(await redis.json.set("doc", "$.c", true, { nx: true })).toBe("OK");
    expect(await redis.json.toggle("doc", "$.c")).toEqual([0]);
    expect(await redis.json.numincrby("doc", "$.a", 0.5)).toEqual([2.5]);
  });
});
