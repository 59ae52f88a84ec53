/** Typed helpers around the client, and the two anti-patterns: large values and values without a TTL. */
import { expect, it } from "vitest";
import { describeOnClients, kv, pass } from "./support.js";

async function getValue<T>(key: string): Promise<T | null> {
  return kv.get<T>(key);
}

async function setValue(
  key: string,
  value: unknown,
  options?: { ex?: number; px?: number; nx?: boolean },
): Promise<void> {
  if (options?.ex) {
    await kv.set(key, value, { ex: options.ex });
  } else if (options?.px) {
    await kv.set(key, value, { px: options.px });
  } else if (options?.nx) {
    await kv.setnx(key, value);
  } else {
    await kv.set(key, value);
  }
}

async function deleteValue(key: string): Promise<void> {
  await kv.del(key);
}

async function exists(key: string): Promise<boolean> {
  return (await kv.exists(key)) === 1;
}

async function getHash<T extends Record<string, unknown>>(key: string): Promise<T | null> {
  return kv.hgetall<T>(key);
}

async function setHashField(key: string, field: string, value: unknown): Promise<void> {
  await kv.hset(key, { [field]: value });
}

async function pushToList(key: string, ...values: unknown[]): Promise<void> {
  await kv.rpush(key, ...values);
}

async function getList<T>(key: string, start: number = 0, end: number = -1): Promise<T[]> {
  return kv.lrange<T>(key, start, end);
}

async function addToSet(key: string, member: string, ...members: string[]): Promise<void> {
  await kv.sadd(key, member, ...members);
}

async function getSetMembers(key: string): Promise<string[]> {
  return kv.smembers(key);
}

async function isSetMember(key: string, member: string): Promise<boolean> {
  return (await kv.sismember(key, member)) === 1;
}

describeOnClients("Value helpers", () => {
  it("set, get, find and delete a value of any JSON type", async () => {
    for (const value of [{ a: [1, null] }, ["a", 1], "text", "", 1.5, true, false]) {
      await setValue("key", value);
      expect(await getValue("key")).toEqual(value);
    }
    expect(await exists("key")).toBe(true);
    await deleteValue("key");
    expect(await exists("key")).toBe(false);
    expect(await getValue("key")).toBeNull();
  });

  it("set a value for seconds, for milliseconds, or only once", async () => {
    await setValue("seconds", 1, { ex: 10 });
    await setValue("milliseconds", 1, { px: 1500 });
    await setValue("once", "first", { nx: true });
    await setValue("once", "second", { nx: true });
    pass({ seconds: 1.499 });
    expect(await exists("milliseconds")).toBe(true);
    pass({ seconds: 0.001 });
    expect(await exists("milliseconds")).toBe(false);
    pass({ seconds: 8.499 });
    expect(await exists("seconds")).toBe(true);
    pass({ seconds: 0.001 });
    expect(await exists("seconds")).toBe(false);
    expect(await getValue("once")).toBe("first");
  });
});

describeOnClients("Hash helpers", () => {
  it("set fields of any JSON type and get them as one object", async () => {
    expect(await getHash("profile")).toBeNull();
    await setHashField("profile", "name", "Ada");
    await setHashField("profile", "address", { city: "London" });
    await setHashField("profile", "visits", 3);
    await setHashField("profile", "admin", true);
    expect(await getHash("profile")).toEqual({
      name: "Ada",
      address: { city: "London" },
      visits: 3,
      admin: true,
    });
  });
});

describeOnClients("List helpers", () => {
  it("push at the end and get all or a part", async () => {
    expect(await getList("queue")).toEqual([]);
    await pushToList("queue", "a", { id: 1 });
    await pushToList("queue", 3);
    expect(await getList("queue")).toEqual(["a", { id: 1 }, 3]);
    expect(await getList("queue", 1, 1)).toEqual([{ id: 1 }]);
    expect(await getList("queue", -2)).toEqual([{ id: 1 }, 3]);
  });

  it("reject a push of nothing", async () => {
    await expect(pushToList("queue")).rejects.toThrow("wrong number of arguments");
  });
});

describeOnClients("Set helpers", () => {
  it("hold each member once", async () => {
    expect(await getSetMembers("tags")).toEqual([]);
    await addToSet("tags", "red", "blue", "red");
    expect((await getSetMembers("tags")).sort()).toEqual(["blue", "red"]);
    expect(await isSetMember("tags", "red")).toBe(true);
    expect(await isSetMember("tags", "green")).toBe(false);
    expect(await isSetMember("missing", "red")).toBe(false);
  });
});

async function setPages(hugeArray: readonly unknown[]): Promise<void> {
  await kv.set("data-count", hugeArray.length);
  for (let i = 0; i < hugeArray.length; i += 100) {
    await kv.set(`data:page:${i / 100}`, hugeArray.slice(i, i + 100));
  }
}

async function getPages<T>(): Promise<T[]> {
  const count = (await kv.get<number>("data-count")) ?? 0;
  const keys = Array.from({ length: Math.ceil(count / 100) }, (_, page) => `data:page:${page}`);
  return (await kv.mget<T[][]>(keys)).flat();
}

describeOnClients("Large values", () => {
  it("are refused in one piece and fit in pages of a hundred", async () => {
    const hugeArray = Array.from({ length: 250 }, (_, id) => ({ id, text: "x".repeat(50_000) }));
    await expect(kv.set("large-data", hugeArray)).rejects.toThrow("ERR max request size exceeded");
    await setPages(hugeArray);
    expect((await kv.keys("data:page:*")).sort()).toEqual([
      "data:page:0",
      "data:page:1",
      "data:page:2",
    ]);
    expect(await kv.get("data:page:2")).toHaveLength(50);
    expect(await getPages()).toEqual(hugeArray);
  });
});

describeOnClients("Not setting a TTL", () => {
  it("keeps data forever, which ex prevents", async () => {
    await kv.set("temp-data", "value");
    expect(await kv.ttl("temp-data")).toBe(-1);
    pass({ seconds: 10 * 365 * 86_400 });
    expect(await kv.get("temp-data")).toBe("value");
    await kv.set("temp-data", "value", { ex: 3600 });
    pass({ seconds: 3599.999 });
    expect(await kv.get("temp-data")).toBe("value");
    pass({ seconds: 0.001 });
    expect(await kv.get("temp-data")).toBeNull();
  });
});
