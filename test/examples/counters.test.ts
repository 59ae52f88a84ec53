/** Distributed counters: one that lasts, and one of a time window. */
import { expect, it } from "vitest";
import { describeOnClients, kv, pass } from "./support.js";

class DistributedCounter {
  private readonly key: string;

  constructor(name: string) {
    this.key = `counter:${name}`;
  }

  async increment(by: number = 1): Promise<number> {
    return kv.incrby(this.key, by);
  }

  async decrement(by: number = 1): Promise<number> {
    return kv.decrby(this.key, by);
  }

  async get(): Promise<number> {
    return (await kv.get<number>(this.key)) || 0;
  }

  async reset(): Promise<void> {
    await kv.set(this.key, 0);
  }
}

class WindowedCounter {
  private readonly prefix: string;

  constructor(
    name: string,
    private readonly windowSeconds: number,
  ) {
    this.prefix = `wcounter:${name}`;
  }

  private currentWindow(): number {
    return Math.floor(Date.now() / 1000 / this.windowSeconds);
  }

  async increment(): Promise<number> {
    const window = this.currentWindow();
    const key = `${this.prefix}:${window}`;
    const count = await kv.incr(key);
    if (count === 1) {
      await kv.expire(key, this.windowSeconds * 2);
    }
    return count;
  }

  async get(): Promise<number> {
    const window = this.currentWindow();
    return (await kv.get<number>(`${this.prefix}:${window}`)) || 0;
  }
}

const pageViews = new DistributedCounter("page_views");
const requestsPerMinute = new WindowedCounter("requests", 60);

describeOnClients("Distributed counter", () => {
  it("counts up and down from 0 and resets", async () => {
    expect(await pageViews.get()).toBe(0);
    expect(await pageViews.increment()).toBe(1);
    expect(await pageViews.increment(10)).toBe(11);
    expect(await pageViews.decrement(4)).toBe(7);
    expect(await pageViews.decrement()).toBe(6);
    expect(await pageViews.get()).toBe(6);
    await pageViews.reset();
    expect(await pageViews.get()).toBe(0);
    expect(await kv.exists("counter:page_views")).toBe(1);
  });

  it("loses nothing of what many add at the same time", async () => {
    await Promise.all(Array.from({ length: 50 }, () => pageViews.increment(2)));
    expect(await pageViews.get()).toBe(100);
  });
});

describeOnClients("Windowed counter", () => {
  it("counts from 1 again in the next window", async () => {
    pass({ seconds: 30 });
    expect(await requestsPerMinute.increment()).toBe(1);
    pass({ seconds: 29.999 });
    expect(await requestsPerMinute.increment()).toBe(2);
    expect(await requestsPerMinute.get()).toBe(2);
    pass({ seconds: 0.001 });
    expect(await requestsPerMinute.get()).toBe(0);
    expect(await requestsPerMinute.increment()).toBe(1);
  });

  it("keeps a window's count for two windows from its first increment", async () => {
    await requestsPerMinute.increment();
    const [key = ""] = await kv.keys("wcounter:requests:*");
    pass({ seconds: 30 });
    await requestsPerMinute.increment();
    pass({ seconds: 89.999 });
    expect(await kv.get(key)).toBe(2);
    pass({ seconds: 0.001 });
    expect(await kv.get(key)).toBeNull();
  });
});
