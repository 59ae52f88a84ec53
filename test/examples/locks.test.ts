/** A distributed lock with SETNX and a TTL. */
import { expect, it } from "vitest";
import { describeOnClients, kv, pass } from "./support.js";

async function acquireLock(resource: string, timeout: number = 10) {
  const lockKey = `lock:${resource}`;
  const lockValue = crypto.randomUUID();
  const acquired = await kv.setnx(lockKey, lockValue);
  if (acquired) {
    await kv.expire(lockKey, timeout);
    return lockValue;
  }
  return null;
}

async function releaseLock(resource: string, lockValue: string) {
  const lockKey = `lock:${resource}`;
  const current = await kv.get(lockKey);
  if (current === lockValue) {
    await kv.del(lockKey);
  }
}

/** Whether the orders were processed: not while somebody else does. */
async function withLock(processOrders: () => Promise<void>): Promise<boolean> {
  const lock = await acquireLock("process-orders");
  if (!lock) return false;
  try {
    await processOrders();
  } finally {
    await releaseLock("process-orders", lock);
  }
  return true;
}

describeOnClients("Distributed lock", () => {
  it("belongs to one of many that ask at the same time", async () => {
    const locks = await Promise.all(Array.from({ length: 10 }, () => acquireLock("orders")));
    expect(locks.filter((lock) => lock !== null)).toHaveLength(1);
  });

  it("is free again once its owner releases it", async () => {
    const lock = await acquireLock("orders");
    expect(await acquireLock("orders")).toBeNull();
    await releaseLock("orders", lock ?? "");
    expect(await acquireLock("orders")).not.toBeNull();
  });

  it("stays with its owner when another releases it", async () => {
    const lock = await acquireLock("orders");
    await releaseLock("orders", crypto.randomUUID());
    expect(await kv.get("lock:orders")).toBe(lock);
  });

  it("frees itself exactly when its timeout ends", async () => {
    await acquireLock("orders", 10);
    pass({ seconds: 9.999 });
    expect(await acquireLock("orders")).toBeNull();
    pass({ seconds: 0.001 });
    expect(await acquireLock("orders")).not.toBeNull();
  });

  it("guards the work and is released though the work fails", async () => {
    let during: boolean | undefined;
    const processed = await withLock(async () => {
      during = await withLock(async () => {});
    });
    expect([processed, during]).toEqual([true, false]);
    await expect(withLock(() => Promise.reject(new Error("no orders")))).rejects.toThrow(
      "no orders",
    );
    expect(await kv.exists("lock:process-orders")).toBe(0);
  });
});
