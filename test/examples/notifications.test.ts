/** Notifications in a list, newest first, with a count of the unread ones. */
import { expect, it } from "vitest";
import { describeOnClients, kv, pass, START } from "./support.js";

interface Notification {
  id: string;
  userId: string;
  type: "message" | "mention" | "like" | "comment" | "system";
  title: string;
  message: string;
  data?: unknown;
  timestamp: number;
  read: boolean;
}

const WEEK = 7 * 24 * 60 * 60;

class RealtimeFeatures {
  // The document also publishes each notification; PUBLISH is left out, as the emulator does not support it yet.
  async addNotification(userId: string, notification: Notification): Promise<void> {
    const key = `notifications:${userId}`;
    const notificationData = {
      ...notification,
      id: notification.id || crypto.randomUUID(),
      timestamp: Date.now(),
    };
    await kv.lpush(key, JSON.stringify(notificationData));
    await kv.ltrim(key, 0, 99);
    await kv.expire(key, 7 * 24 * 60 * 60);
    await kv.incr(`unread_notifications:${userId}`);
    await kv.expire(`unread_notifications:${userId}`, 7 * 24 * 60 * 60);
  }

  async getNotifications(userId: string, limit: number = 20): Promise<Notification[]> {
    const key = `notifications:${userId}`;
    return kv.lrange<Notification>(key, 0, limit - 1);
  }

  async markNotificationRead(userId: string, notificationId: string): Promise<void> {
    const key = `notifications:${userId}`;
    const notifications = await kv.lrange<Notification>(key, 0, -1);
    for (const [index, notification] of notifications.entries()) {
      if (notification.id === notificationId && !notification.read) {
        await kv.lset(key, index, JSON.stringify({ ...notification, read: true }));
        await kv.decr(`unread_notifications:${userId}`);
        break;
      }
    }
  }
}

function mention(id: string): Notification {
  return {
    id,
    userId: "ada",
    type: "mention",
    title: `Title of ${id}`,
    message: "Bob mentioned you",
    timestamp: 0,
    read: false,
  };
}

describeOnClients("Real-time notifications", () => {
  it("answers the newest first, parsed, as many as are asked for", async () => {
    const features = new RealtimeFeatures();
    await features.addNotification("ada", mention("1"));
    pass({ seconds: 1 });
    await features.addNotification("ada", { ...mention("2"), data: { post: 7 } });
    expect(await features.getNotifications("ada")).toEqual([
      { ...mention("2"), data: { post: 7 }, timestamp: START.getTime() + 1000 },
      { ...mention("1"), timestamp: START.getTime() },
    ]);
    expect(await features.getNotifications("ada", 1)).toHaveLength(1);
    expect(await features.getNotifications("bob")).toEqual([]);
  });

  it("gives an id to a notification that has none", async () => {
    const features = new RealtimeFeatures();
    await features.addNotification("ada", mention(""));
    const [notification] = await features.getNotifications("ada");
    expect(notification?.id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("keeps the last hundred", async () => {
    const features = new RealtimeFeatures();
    for (let id = 1; id <= 103; id++) await features.addNotification("ada", mention(String(id)));
    expect(await kv.llen("notifications:ada")).toBe(100);
    const all = await features.getNotifications("ada", 200);
    expect(all.map(({ id }) => id).slice(-1)).toEqual(["4"]);
    expect(await features.getNotifications("ada")).toHaveLength(20);
    expect(await kv.get("unread_notifications:ada")).toBe(103);
  });

  it("marks one as read, once, and counts it out of the unread", async () => {
    const features = new RealtimeFeatures();
    for (const id of ["1", "2", "3"]) await features.addNotification("ada", mention(id));
    await features.markNotificationRead("ada", "2");
    await features.markNotificationRead("ada", "2");
    await features.markNotificationRead("ada", "missing");
    const read = (await features.getNotifications("ada")).map((entry) => [entry.id, entry.read]);
    expect(read).toEqual([
      ["3", false],
      ["2", true],
      ["1", false],
    ]);
    expect(await kv.get("unread_notifications:ada")).toBe(2);
  });

  it("forgets an inactive user exactly a week after the last notification", async () => {
    const features = new RealtimeFeatures();
    await features.addNotification("ada", mention("1"));
    pass({ seconds: WEEK - 0.001 });
    await features.addNotification("ada", mention("2"));
    pass({ seconds: WEEK - 0.001 });
    expect(await features.getNotifications("ada")).toHaveLength(2);
    pass({ seconds: 0.001 });
    expect(await features.getNotifications("ada")).toEqual([]);
    expect(await kv.exists("notifications:ada", "unread_notifications:ada")).toBe(0);
  });
});
