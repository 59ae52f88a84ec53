/** Batches of sets and gets in pipelines, and an update that retries when another came first. */
import { expect, it } from "vitest";
import { describeOnClients, emulator, kv, pass } from "./support.js";

/** Waits are on the fake clock. */
async function sleep(milliseconds: number): Promise<void> {
  pass({ seconds: milliseconds / 1000 });
}

class BatchOperations {
  async batchSetOperations(data: { key: string; value: unknown; ttl?: number }[]): Promise<void> {
    const pipeline = kv.pipeline();
    for (const { key, value, ttl } of data) {
      if (ttl) {
        pipeline.set(key, JSON.stringify(value), { ex: ttl });
      } else {
        pipeline.set(key, JSON.stringify(value));
      }
    }
    await pipeline.exec();
  }

  async batchGetOperations(keys: string[]): Promise<Record<string, unknown>> {
    const pipeline = kv.pipeline();
    for (const key of keys) pipeline.get(key);
    const results = await pipeline.exec<unknown[]>();
    const output: Record<string, unknown> = {};
    for (const [index, key] of keys.entries()) {
      const value = results[index];
      if (value) {
        output[key] = value;
      }
    }
    return output;
  }

  /** Every version of the value is claimed by one writer; who comes second reads again. */
  async atomicUpdate<T>(
    key: string,
    updateFn: (current: T | null) => T | Promise<T>,
    ttl?: number,
  ): Promise<T> {
    const maxRetries = 5;
    let retryCount = 0;
    while (retryCount < maxRetries) {
      const [current, version] = await kv.mget<[T | null, number | null]>(key, `${key}:version`);
      const updated = await updateFn(current);
      const next = (version ?? 0) + 1;
      const claimed = await kv.set(`${key}:claim:${next}`, 1, { nx: true, ex: 60 });
      if (claimed === "OK") {
        const transaction = kv.multi();
        if (ttl) {
          transaction.set(key, updated, { ex: ttl });
        } else {
          transaction.set(key, updated);
        }
        transaction.set(`${key}:version`, next);
        await transaction.exec();
        return updated;
      }
      retryCount++;
      await sleep(2 ** retryCount * 10);
    }
    throw new Error("Atomic update failed after max retries");
  }
}

const batches = new BatchOperations();

describeOnClients("Batch operations", () => {
  it("set many values in one call, with and without a TTL", async () => {
    const sizes: number[] = [];
    const release = emulator.intercept((call, next) => {
      sizes.push(call.commands.length);
      return next(call);
    });
    await batches.batchSetOperations([
      { key: "user:1", value: { name: "Alice" } },
      { key: "user:2", value: { name: "Bob" }, ttl: 60 },
      { key: "count", value: 3 },
    ]);
    release();
    expect(sizes).toEqual([3]);
    expect(await kv.ttl("user:1")).toBe(-1);
    pass({ seconds: 59.999 });
    expect(await kv.get("user:2")).toEqual({ name: "Bob" });
    pass({ seconds: 0.001 });
    expect(await kv.get("user:2")).toBeNull();
    expect(await kv.get("count")).toBe(3);
  });

  it("get many values in one call, without those that are missing", async () => {
    await kv.mset({ "user:1": { name: "Alice" }, "user:2": { name: "Bob" } });
    const sizes: number[] = [];
    emulator.intercept((call, next) => {
      sizes.push(call.commands.length);
      return next(call);
    });
    expect(await batches.batchGetOperations(["user:1", "user:404", "user:2"])).toEqual({
      "user:1": { name: "Alice" },
      "user:2": { name: "Bob" },
    });
    expect(sizes).toEqual([3]);
  });

  it("take at least one command: an empty pipeline is an error of the client", async () => {
    await expect(batches.batchGetOperations([])).rejects.toThrow("Pipeline is empty");
  });
});

const increment = (current: { count: number } | null) => ({ count: (current?.count ?? 0) + 1 });

describeOnClients("Atomic update", () => {
  it("has no WATCH to build on: the client has no such call", () => {
    expect(() => {
      // @ts-expect-error The client has no watch().
      kv.watch("cart");
    }).toThrow("kv.watch is not a function");
  });

  it("updates what is there and begins with null", async () => {
    expect(await batches.atomicUpdate("cart", increment)).toEqual({ count: 1 });
    expect(await batches.atomicUpdate("cart", increment)).toEqual({ count: 2 });
    expect(await kv.get("cart")).toEqual({ count: 2 });
    expect(await kv.ttl("cart")).toBe(-1);
  });

  it("keeps the value for its TTL", async () => {
    await batches.atomicUpdate("cart", increment, 60);
    pass({ seconds: 59.999 });
    expect(await kv.get("cart")).toEqual({ count: 1 });
    pass({ seconds: 0.001 });
    expect(await kv.get("cart")).toBeNull();
  });

  it("loses none of several updates at the same time", async () => {
    const updates = Array.from({ length: 3 }, () => batches.atomicUpdate("cart", increment));
    const counts = (await Promise.all(updates)).map(({ count }) => count);
    expect(counts.sort((a, b) => a - b)).toEqual([1, 2, 3]);
    expect(await kv.get("cart")).toEqual({ count: 3 });
  });

  it("computes again from the value of who came first", async () => {
    const seen: unknown[] = [];
    await batches.atomicUpdate<{ count: number }>("cart", async (current) => {
      seen.push(current);
      if (seen.length === 1) await batches.atomicUpdate("cart", increment);
      return increment(current);
    });
    expect(seen).toEqual([null, { count: 1 }]);
    expect(await kv.get("cart")).toEqual({ count: 2 });
  });

  it("gives up after five retries", async () => {
    await kv.set("cart:claim:1", 1);
    await expect(batches.atomicUpdate("cart", increment)).rejects.toThrow(
      "Atomic update failed after max retries",
    );
    expect(await kv.get("cart")).toBeNull();
  });
});
