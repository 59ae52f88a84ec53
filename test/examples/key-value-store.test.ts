/** Handlers on a plain key-value store: get, set with a TTL in seconds, delete. */
import { beforeEach, describe, expect, it } from "vitest";
import { createEmulator } from "../../src/emulator.js";
import { createKeyValueStore, type KeyValueStore } from "../../src/kv/key-value-store.js";
import { send, type ServerRequest, type ServerResponse } from "./http.js";
import { pass, standStill, START } from "./support.js";

let kv: KeyValueStore;

standStill();

beforeEach(() => {
  kv = createKeyValueStore(createEmulator());
});

/** Work takes its time on the fake clock. */
async function sleep(milliseconds: number): Promise<void> {
  pass({ seconds: milliseconds / 1000 });
}

async function visit(req: ServerRequest, res: ServerResponse) {
  const sessionId = req.cookies?.sessionId || crypto.randomUUID();
  const sessionKey = `session:${sessionId}`;
  const session = Object.assign(
    { id: sessionId, createdAt: Date.now(), data: {}, lastAccess: 0, visits: 0 },
    await kv.get(sessionKey),
  );
  session.lastAccess = Date.now();
  session.visits++;
  await kv.set(sessionKey, session, 3600);
  res.cookie("sessionId", sessionId, { httpOnly: true, maxAge: 3_600_000 });
  res.json({
    success: true,
    session: {
      id: session.id,
      visits: session.visits,
      createdAt: new Date(session.createdAt).toISOString(),
      lastAccess: new Date(session.lastAccess).toISOString(),
    },
  });
}

describe("Session management", () => {
  it("counts the visits of one session and keeps its beginning", async () => {
    const first = await send(visit, {});
    const sessionId = first.cookies.get("sessionId")?.value ?? "";
    expect(first.body).toEqual({
      success: true,
      session: {
        id: sessionId,
        visits: 1,
        createdAt: "2026-01-01T00:00:00.000Z",
        lastAccess: "2026-01-01T00:00:00.000Z",
      },
    });
    pass({ seconds: 60 });
    expect((await send(visit, { cookies: { sessionId } })).body).toEqual({
      success: true,
      session: {
        id: sessionId,
        visits: 2,
        createdAt: "2026-01-01T00:00:00.000Z",
        lastAccess: "2026-01-01T00:01:00.000Z",
      },
    });
  });

  it("begins a new session exactly an hour after the last visit", async () => {
    const request = { cookies: { sessionId: "ada" } };
    await send(visit, request);
    pass({ seconds: 3599.999 });
    expect((await send(visit, request)).body).toMatchObject({ session: { visits: 2 } });
    pass({ seconds: 3600 });
    expect((await send(visit, request)).body).toMatchObject({
      session: { visits: 1, createdAt: "2026-01-01T01:59:59.999Z" },
    });
  });
});

async function limited(req: ServerRequest, res: ServerResponse) {
  const identifier = req.ip || req.headers?.["x-forwarded-for"];
  const rateLimitKey = `ratelimit:${identifier}`;
  const data = Object.assign(
    { count: 0, resetAt: Date.now() + 60_000 },
    await kv.get(rateLimitKey),
  );
  if (Date.now() > data.resetAt) {
    data.count = 0;
    data.resetAt = Date.now() + 60_000;
  }
  data.count++;
  await kv.set(rateLimitKey, data, 60);
  const limit = 100;
  const remaining = Math.max(0, limit - data.count);
  if (data.count > limit) {
    res.status(429).json({
      error: "Rate limit exceeded",
      limit,
      retryAfter: Math.ceil((data.resetAt - Date.now()) / 1000),
    });
    return;
  }
  res.set({
    "X-RateLimit-Limit": limit.toString(),
    "X-RateLimit-Remaining": remaining.toString(),
    "X-RateLimit-Reset": new Date(data.resetAt).toISOString(),
  });
  res.json({
    success: true,
    message: "Request processed",
    rateLimit: { limit, remaining, resetAt: new Date(data.resetAt).toISOString() },
  });
}

async function sendMany(times: number, request: ServerRequest): Promise<void> {
  for (let time = 1; time <= times; time++) await send(limited, request);
}

describe("Rate limiting", () => {
  it("processes 100 requests in a minute and refuses the next", async () => {
    await sendMany(99, { ip: "1.2.3.4" });
    const last = await send(limited, { ip: "1.2.3.4" });
    expect(last.statusCode).toBe(200);
    expect(last.headers).toEqual({
      "X-RateLimit-Limit": "100",
      "X-RateLimit-Remaining": "0",
      "X-RateLimit-Reset": "2026-01-01T00:01:00.000Z",
    });
    expect(last.body).toEqual({
      success: true,
      message: "Request processed",
      rateLimit: { limit: 100, remaining: 0, resetAt: "2026-01-01T00:01:00.000Z" },
    });
    pass({ seconds: 20 });
    const refused = await send(limited, { ip: "1.2.3.4" });
    expect(refused.statusCode).toBe(429);
    expect(refused.body).toEqual({ error: "Rate limit exceeded", limit: 100, retryAfter: 40 });
  });

  it("counts by the forwarded address where there is no other", async () => {
    await sendMany(101, { ip: "1.2.3.4" });
    const other = await send(limited, { headers: { "x-forwarded-for": "5.6.7.8" } });
    expect(other.body).toMatchObject({ rateLimit: { remaining: 99 } });
  });

  it("begins a new window once the time of its reset is past", async () => {
    await sendMany(100, { ip: "1.2.3.4" });
    pass({ seconds: 59.999 });
    await sendMany(1, { ip: "1.2.3.4" });
    pass({ seconds: 0.001 });
    expect(await send(limited, { ip: "1.2.3.4" })).toMatchObject({ statusCode: 429 });
    pass({ seconds: 0.001 });
    expect(await send(limited, { ip: "1.2.3.4" })).toMatchObject({
      statusCode: 200,
      body: { rateLimit: { remaining: 99, resetAt: "2026-01-01T00:02:00.001Z" } },
    });
  });
});

async function report(req: ServerRequest, res: ServerResponse) {
  const cacheKey = `cache:${req.path}:${JSON.stringify(req.query)}`;
  const cached = await kv.get(cacheKey);
  if (cached) {
    res.json(Object.assign({}, cached, { fromCache: true }));
    return;
  }
  await sleep(1000);
  const data = {
    timestamp: new Date().toISOString(),
    query: req.query,
    result: { value: Math.random(), message: "Generated data" },
  };
  await kv.set(cacheKey, data, 300);
  res.json({ ...data, fromCache: false });
}

describe("Caching API responses", () => {
  const request = { path: "/report", query: { month: "1" } };

  it("answers from the cache for five minutes", async () => {
    const fresh = await send(report, request);
    expect(fresh.body).toMatchObject({ timestamp: "2026-01-01T00:00:01.000Z", fromCache: false });
    pass({ seconds: 299.999 });
    const cached = await send(report, request);
    expect(cached.body).toEqual(Object.assign({}, fresh.body, { fromCache: true }));
    pass({ seconds: 0.001 });
    expect((await send(report, request)).body).toMatchObject({ fromCache: false });
  });

  it("waits for the work only on a miss", async () => {
    await send(report, request);
    expect(Date.now()).toBe(START.getTime() + 1000);
    await send(report, request);
    expect(Date.now()).toBe(START.getTime() + 1000);
  });

  it("caches every path and query by itself", async () => {
    await send(report, request);
    const otherQuery = await send(report, { path: "/report", query: { month: "2" } });
    const otherPath = await send(report, { path: "/summary", query: { month: "1" } });
    expect(otherQuery.body).toMatchObject({ query: { month: "2" }, fromCache: false });
    expect(otherPath.body).toMatchObject({ fromCache: false });
  });
});

const DEFAULT_FLAGS: Readonly<Record<string, boolean>> = {
  newUI: false,
  betaFeatures: false,
  maintenance: false,
};

async function storedFlags(): Promise<Record<string, boolean>> {
  return Object.assign({ ...DEFAULT_FLAGS }, await kv.get("feature:flags"));
}

async function featureFlags(req: ServerRequest, res: ServerResponse) {
  const { path = "", method } = req;
  if (method === "GET" && path === "/flags") {
    const flags = await storedFlags();
    res.json({ flags });
  } else if (method === "GET" && /^\/flags\/\w+$/.test(path)) {
    const flagName = path.split("/")[2] ?? "";
    const flags = await storedFlags();
    res.json({ name: flagName, enabled: flags[flagName] || false });
  } else if (method === "POST" && path === "/flags") {
    const currentFlags = await storedFlags();
    const updatedFlags = { ...currentFlags, ...req.body };
    await kv.set("feature:flags", updatedFlags);
    res.json({ success: true, flags: updatedFlags });
  } else {
    res.status(404).json({ error: "Not found" });
  }
}

describe("Feature flags", () => {
  const update = { method: "POST", path: "/flags", body: { newUI: true } };

  it("answers the defaults until a flag is updated", async () => {
    expect((await send(featureFlags, { method: "GET", path: "/flags" })).body).toEqual({
      flags: DEFAULT_FLAGS,
    });
    expect((await send(featureFlags, update)).body).toEqual({
      success: true,
      flags: { newUI: true, betaFeatures: false, maintenance: false },
    });
    expect((await send(featureFlags, { method: "GET", path: "/flags" })).body).toEqual({
      flags: { newUI: true, betaFeatures: false, maintenance: false },
    });
  });

  it("answers one flag by its name, false for one it does not know", async () => {
    await send(featureFlags, update);
    expect((await send(featureFlags, { method: "GET", path: "/flags/newUI" })).body).toEqual({
      name: "newUI",
      enabled: true,
    });
    expect((await send(featureFlags, { method: "GET", path: "/flags/other" })).body).toEqual({
      name: "other",
      enabled: false,
    });
  });

  it("keeps flags for good", async () => {
    await send(featureFlags, update);
    pass({ seconds: 10 * 365 * 86_400 });
    expect(await kv.get("feature:flags")).toMatchObject({ newUI: true });
  });

  it("answers 404 elsewhere", async () => {
    expect(await send(featureFlags, { method: "DELETE", path: "/flags" })).toMatchObject({
      statusCode: 404,
      body: { error: "Not found" },
    });
  });
});

async function preferences(req: ServerRequest, res: ServerResponse) {
  const userId = req.query?.userId || req.body?.userId;
  if (typeof userId !== "string" || userId === "") {
    res.status(400).json({ error: "userId required" });
    return;
  }
  const prefsKey = `prefs:${userId}`;
  if (req.method === "GET") {
    const prefs = (await kv.get(prefsKey)) || {
      theme: "light",
      language: "en",
      notifications: true,
      timezone: "UTC",
    };
    res.json({ userId, preferences: prefs });
  } else if (req.method === "POST" || req.method === "PUT") {
    const currentPrefs = await kv.get(prefsKey);
    const updatedPrefs: Record<string, unknown> = Object.assign({}, currentPrefs, req.body);
    delete updatedPrefs.userId;
    await kv.set(prefsKey, updatedPrefs);
    res.json({ success: true, userId, preferences: updatedPrefs });
  } else if (req.method === "DELETE") {
    await kv.delete(prefsKey);
    res.json({ success: true, message: "Preferences reset" });
  } else {
    res.status(405).json({ error: "Method not allowed" });
  }
}

describe("User preferences", () => {
  const query = { userId: "7" };
  const defaults = { theme: "light", language: "en", notifications: true, timezone: "UTC" };

  it("answers the defaults to a user who has none", async () => {
    expect((await send(preferences, { method: "GET", query })).body).toEqual({
      userId: "7",
      preferences: defaults,
    });
  });

  it("adds what is sent to what is stored, without the user's id", async () => {
    await send(preferences, { method: "POST", body: { userId: "7", theme: "dark" } });
    const updated = await send(preferences, { method: "PUT", query, body: { language: "de" } });
    expect(updated.body).toEqual({
      success: true,
      userId: "7",
      preferences: { theme: "dark", language: "de" },
    });
    expect(await kv.get("prefs:7")).toEqual({ theme: "dark", language: "de" });
  });

  it("resets to the defaults", async () => {
    await send(preferences, { method: "PUT", query, body: { theme: "dark" } });
    expect((await send(preferences, { method: "DELETE", query })).body).toEqual({
      success: true,
      message: "Preferences reset",
    });
    expect((await send(preferences, { method: "GET", query })).body).toMatchObject({
      preferences: defaults,
    });
  });

  it("refuses a request without a user and a method it does not know", async () => {
    expect(await send(preferences, { method: "GET" })).toMatchObject({ statusCode: 400 });
    expect(await send(preferences, { method: "PATCH", query })).toMatchObject({ statusCode: 405 });
  });
});

async function acquireLock(lockKey: string, ttl: number = 10) {
  const lockValue = crypto.randomUUID();
  const lock = await kv.get(lockKey);
  if (lock) {
    return null;
  }
  await kv.set(lockKey, { owner: lockValue, acquiredAt: Date.now() }, ttl);
  return lockValue;
}

async function releaseLock(lockKey: string, lockValue: string) {
  const lock = Object.assign({ owner: "" }, await kv.get(lockKey));
  if (lock.owner === lockValue) {
    await kv.delete(lockKey);
    return true;
  }
  return false;
}

async function updateResource(req: ServerRequest, res: ServerResponse) {
  const resourceId = req.body?.resourceId;
  if (typeof resourceId !== "string" || resourceId === "") {
    res.status(400).json({ error: "resourceId required" });
    return;
  }
  const lockKey = `lock:${resourceId}`;
  const lockValue = await acquireLock(lockKey, 30);
  if (!lockValue) {
    res.status(409).json({
      error: "Resource is locked",
      message: "Another process is using this resource",
    });
    return;
  }
  try {
    await sleep(2000);
    const resourceKey = `resource:${resourceId}`;
    const resource = Object.assign({ count: 0, lastUpdated: 0 }, await kv.get(resourceKey));
    resource.count++;
    resource.lastUpdated = Date.now();
    await kv.set(resourceKey, resource);
    res.json({ success: true, message: "Resource updated", resource });
  } finally {
    await releaseLock(lockKey, lockValue);
  }
}

describe("Distributed lock", () => {
  const request = { body: { resourceId: "orders" } };

  it("updates the resource under a lock and releases it", async () => {
    await send(updateResource, request);
    expect((await send(updateResource, request)).body).toEqual({
      success: true,
      message: "Resource updated",
      resource: { count: 2, lastUpdated: START.getTime() + 4000 },
    });
    expect(await kv.get("lock:orders")).toBeNull();
  });

  it("answers 409 while another holds the lock, and goes on when its TTL ends", async () => {
    await acquireLock("lock:orders", 30);
    pass({ seconds: 29.999 });
    expect(await send(updateResource, request)).toMatchObject({ statusCode: 409 });
    pass({ seconds: 0.001 });
    expect(await send(updateResource, request)).toMatchObject({ statusCode: 200 });
  });

  it("is released by its owner alone", async () => {
    const lockValue = (await acquireLock("lock:orders")) ?? "";
    expect(await acquireLock("lock:orders")).toBeNull();
    expect(await releaseLock("lock:orders", "another")).toBe(false);
    expect(await releaseLock("lock:orders", lockValue)).toBe(true);
    expect(await releaseLock("lock:orders", lockValue)).toBe(false);
  });

  it("refuses a request without a resource", async () => {
    expect(await send(updateResource, {})).toMatchObject({ statusCode: 400 });
  });
});

async function eventLog(req: ServerRequest, res: ServerResponse) {
  const { action, limit = "" } = req.query ?? {};
  const EVENTS_KEY = "events:log";
  const MAX_EVENTS = 1000;
  const stored = await kv.get(EVENTS_KEY);
  const events: unknown[] = Array.isArray(stored) ? stored : [];
  if (action === "list") {
    const limitNum = Number.parseInt(limit, 10) || 100;
    res.json({ events: events.slice(-limitNum).reverse(), total: events.length });
  } else if (req.method === "POST") {
    const { type, data } = req.body ?? {};
    if (!type) {
      res.status(400).json({ error: "Event type required" });
      return;
    }
    const event = { id: crypto.randomUUID(), type, data, timestamp: Date.now(), ip: req.ip };
    events.push(event);
    if (events.length > MAX_EVENTS) {
      events.splice(0, events.length - MAX_EVENTS);
    }
    await kv.set(EVENTS_KEY, events);
    res.json({ success: true, event });
  } else if (action === "clear") {
    await kv.delete(EVENTS_KEY);
    res.json({ success: true, message: "Events cleared" });
  } else {
    res.status(400).json({ error: "Invalid action" });
  }
}

function log(type: string): Promise<ServerResponse> {
  return send(eventLog, { method: "POST", body: { type }, ip: "1.2.3.4" });
}

describe("Event log", () => {
  it("lists the newest events first, as many as are asked for", async () => {
    for (const type of ["login", "click", "logout"]) {
      await log(type);
      pass({ seconds: 1 });
    }
    expect((await send(eventLog, { query: { action: "list", limit: "2" } })).body).toMatchObject({
      events: [
        { type: "logout", timestamp: START.getTime() + 2000, ip: "1.2.3.4" },
        { type: "click", timestamp: START.getTime() + 1000, ip: "1.2.3.4" },
      ],
      total: 3,
    });
  });

  it("keeps the last thousand events", async () => {
    await kv.set(
      "events:log",
      Array.from({ length: 1000 }, (_, index) => ({ type: `event ${index}` })),
    );
    await log("one more");
    const stored = await kv.get("events:log");
    expect(stored).toHaveLength(1000);
    expect(stored).toMatchObject({ 0: { type: "event 1" }, 999: { type: "one more" } });
  });

  it("clears the log", async () => {
    await log("login");
    await send(eventLog, { query: { action: "clear" } });
    expect((await send(eventLog, { query: { action: "list" } })).body).toEqual({
      events: [],
      total: 0,
    });
  });

  it("refuses an event without a type and an action it does not know", async () => {
    expect(await send(eventLog, { method: "POST", body: {} })).toMatchObject({ statusCode: 400 });
    expect(await send(eventLog, { method: "GET", query: { action: "count" } })).toMatchObject({
      statusCode: 400,
      body: { error: "Invalid action" },
    });
  });
});
