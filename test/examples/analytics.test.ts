/** Analytics: events counted by the hour, by the day and in all, and the users who are active now. */
import { expect, it } from "vitest";
import { describeOnClients, emulator, kv, pass, START } from "./support.js";

interface AnalyticsEvent {
  event: string;
  userId?: string;
  properties?: Record<string, unknown>;
  timestamp: number;
}

class AnalyticsTracker {
  async trackEvent(event: AnalyticsEvent): Promise<void> {
    const hourlyKey = `events:${event.event}:${this.getHourlyKey()}`;
    const dailyKey = `events:${event.event}:${this.getDailyKey()}`;
    const totalKey = `events:${event.event}:total`;
    const pipeline = kv.pipeline();
    pipeline.incr(hourlyKey);
    pipeline.incr(dailyKey);
    pipeline.incr(totalKey);
    pipeline.expire(hourlyKey, 25 * 60 * 60);
    pipeline.expire(dailyKey, 7 * 24 * 60 * 60);
    const eventKey = `event_details:${Date.now()}:${Math.random()}`;
    pipeline.set(eventKey, JSON.stringify(event), { ex: 30 * 24 * 60 * 60 });
    await pipeline.exec();
  }

  async getEventMetrics(eventName: string, period: "hour" | "day" | "total"): Promise<number> {
    const keys = {
      hour: `events:${eventName}:${this.getHourlyKey()}`,
      day: `events:${eventName}:${this.getDailyKey()}`,
      total: `events:${eventName}:total`,
    };
    const count = await kv.get<number>(keys[period]);
    return count ?? 0;
  }

  async getActiveUserCount(windowMinutes: number = 15): Promise<number> {
    const cutoff = Date.now() - windowMinutes * 60 * 1000;
    const activeUsersKey = `active_users:${windowMinutes}min`;
    await kv.zremrangebyscore(activeUsersKey, 0, cutoff);
    return await kv.zcard(activeUsersKey);
  }

  async trackUserActivity(userId: string): Promise<void> {
    const now = Date.now();
    const windows = [5, 15, 30, 60];
    const pipeline = kv.pipeline();
    for (const minutes of windows) {
      const key = `active_users:${minutes}min`;
      pipeline.zadd(key, { score: now, member: userId });
      pipeline.expire(key, minutes * 60 * 2);
    }
    await pipeline.exec();
  }

  private getHourlyKey(): string {
    return `${this.getDailyKey()}-${new Date().getHours()}`;
  }

  private getDailyKey(): string {
    const now = new Date();
    return `${now.getFullYear()}-${now.getMonth()}-${now.getDate()}`;
  }
}

function signup(): AnalyticsEvent {
  return { event: "signup", userId: "ada", timestamp: Date.now() };
}

async function metrics(tracker: AnalyticsTracker) {
  return {
    hour: await tracker.getEventMetrics("signup", "hour"),
    day: await tracker.getEventMetrics("signup", "day"),
    total: await tracker.getEventMetrics("signup", "total"),
  };
}

async function countCounters(): Promise<number> {
  return (await kv.keys("events:signup:*")).length;
}

const HOUR = 60 * 60;
const DAY = 24 * HOUR;

describeOnClients("Event counts", () => {
  it("are numbers, 0 before the first event", async () => {
    const tracker = new AnalyticsTracker();
    expect(await metrics(tracker)).toEqual({ hour: 0, day: 0, total: 0 });
    await tracker.trackEvent(signup());
    await tracker.trackEvent(signup());
    await tracker.trackEvent({ ...signup(), event: "login" });
    expect(await metrics(tracker)).toEqual({ hour: 2, day: 2, total: 2 });
  });

  it("begin anew with the hour and with the day, the total does not", async () => {
    const tracker = new AnalyticsTracker();
    await tracker.trackEvent(signup());
    pass({ seconds: DAY });
    expect(await metrics(tracker)).toEqual({ hour: 0, day: 0, total: 1 });
    await tracker.trackEvent(signup());
    expect(await metrics(tracker)).toEqual({ hour: 1, day: 1, total: 2 });
    pass({ seconds: HOUR });
    expect(await tracker.getEventMetrics("signup", "hour")).toBe(0);
  });

  it("last 25 hours by the hour, 7 days by the day, and for good in all", async () => {
    const tracker = new AnalyticsTracker();
    await tracker.trackEvent(signup());
    pass({ seconds: 25 * HOUR - 0.001 });
    expect(await countCounters()).toBe(3);
    pass({ seconds: 0.001 });
    expect(await countCounters()).toBe(2);
    pass({ seconds: 7 * DAY - 25 * HOUR - 0.001 });
    expect(await countCounters()).toBe(2);
    pass({ seconds: 0.001 });
    expect(await kv.keys("events:signup:*")).toEqual(["events:signup:total"]);
  });

  it("come with the details of each event, which last 30 days", async () => {
    const tracker = new AnalyticsTracker();
    await tracker.trackEvent({ ...signup(), properties: { plan: "free" } });
    const [key = ""] = await kv.keys(`event_details:${START.getTime()}:*`);
    expect(await kv.get(key)).toEqual({
      event: "signup",
      userId: "ada",
      properties: { plan: "free" },
      timestamp: START.getTime(),
    });
    pass({ seconds: 30 * DAY - 0.001 });
    expect(await kv.exists(key)).toBe(1);
    pass({ seconds: 0.001 });
    expect(await kv.exists(key)).toBe(0);
  });

  it("take one call for each event", async () => {
    const sizes: number[] = [];
    emulator.intercept((call, next) => {
      sizes.push(call.commands.length);
      return next(call);
    });
    await new AnalyticsTracker().trackEvent(signup());
    expect(sizes).toEqual([6]);
  });
});

describeOnClients("Active users", () => {
  it("are those of the last minutes, and gone when exactly as old as the window", async () => {
    const tracker = new AnalyticsTracker();
    await tracker.trackUserActivity("ada");
    pass({ seconds: 60 });
    await tracker.trackUserActivity("bob");
    await tracker.trackUserActivity("bob");
    expect(await tracker.getActiveUserCount()).toBe(2);
    pass({ seconds: 239.999 });
    expect(await tracker.getActiveUserCount(5)).toBe(2);
    pass({ seconds: 0.001 });
    expect(await tracker.getActiveUserCount(5)).toBe(1);
    expect(await tracker.getActiveUserCount(15)).toBe(2);
    expect(await tracker.getActiveUserCount(60)).toBe(2);
  });

  it("stay active by what they do", async () => {
    const tracker = new AnalyticsTracker();
    await tracker.trackUserActivity("ada");
    pass({ seconds: 299 });
    await tracker.trackUserActivity("ada");
    pass({ seconds: 299 });
    expect(await tracker.getActiveUserCount(5)).toBe(1);
  });

  it("leave nothing behind after twice their window", async () => {
    await new AnalyticsTracker().trackUserActivity("ada");
    pass({ seconds: 599.999 });
    expect(await kv.exists("active_users:5min")).toBe(1);
    pass({ seconds: 0.001 });
    expect(await kv.exists("active_users:5min")).toBe(0);
    expect(await kv.exists("active_users:15min")).toBe(1);
  });
});
