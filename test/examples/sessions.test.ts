/** Sessions: with a fixed end, with an end that every visit moves, and with a register of each user's sessions. */
import { beforeEach, expect, it } from "vitest";
import { Cookies } from "./http.js";
import { describeOnClients, emulator, kv, pass, START } from "./support.js";

const DAY = 24 * 60 * 60;
const WEEK = 7 * DAY;

let browser: Cookies;

beforeEach(() => {
  browser = new Cookies();
});

function cookies(): Cookies {
  return browser;
}

async function createSession(userId: number) {
  const sessionId = crypto.randomUUID();
  const sessionData = { userId, createdAt: Date.now() };
  await kv.setex(`session:${sessionId}`, 7 * 24 * 3600, sessionData);
  cookies().set("session", sessionId, { httpOnly: true, secure: true, maxAge: 7 * 24 * 3600 });
  return sessionId;
}

async function getSession() {
  const sessionId = cookies().get("session")?.value;
  if (!sessionId) return null;
  return await kv.get(`session:${sessionId}`);
}

describeOnClients("Session management", () => {
  it("finds the session that the cookie names", async () => {
    expect(await getSession()).toBeNull();
    const sessionId = await createSession(123);
    expect(cookies().get("session")?.value).toBe(sessionId);
    expect(await getSession()).toEqual({ userId: 123, createdAt: START.getTime() });
  });

  it("ends a session exactly seven days after it began, visits or not", async () => {
    await createSession(123);
    pass({ seconds: WEEK - 0.001 });
    expect(await getSession()).toEqual({ userId: 123, createdAt: START.getTime() });
    pass({ seconds: 0.001 });
    expect(await getSession()).toBeNull();
  });
});

const SESSION_COOKIE = "session_id";
const SESSION_TTL = 60 * 60 * 24 * 7;

interface EdgeSession {
  userId: string;
  email: string;
  role: string;
  createdAt: number;
  lastActive: number;
  metadata?: Record<string, unknown>;
}

async function createEdgeSession(user: { id: string; email: string; role: string }) {
  const sessionId = crypto.randomUUID();
  const session: EdgeSession = {
    userId: user.id,
    email: user.email,
    role: user.role,
    createdAt: Date.now(),
    lastActive: Date.now(),
  };
  await kv.set(`session:${sessionId}`, session, { ex: SESSION_TTL });
  cookies().set(SESSION_COOKIE, sessionId, {
    httpOnly: true,
    secure: process.env.NODE_ENV === "production",
    sameSite: "lax",
    maxAge: SESSION_TTL,
  });
  return sessionId;
}

async function getEdgeSession(): Promise<EdgeSession | null> {
  const sessionId = cookies().get(SESSION_COOKIE)?.value;
  if (!sessionId) return null;
  const session = await kv.get<EdgeSession>(`session:${sessionId}`);
  if (!session) return null;
  await kv.set(`session:${sessionId}`, { ...session, lastActive: Date.now() }, { ex: SESSION_TTL });
  return session;
}

async function destroyEdgeSession(): Promise<void> {
  const sessionId = cookies().get(SESSION_COOKIE)?.value;
  if (sessionId) {
    await kv.del(`session:${sessionId}`);
    cookies().delete(SESSION_COOKIE);
  }
}

async function GET() {
  const session = await getEdgeSession();
  if (!session) {
    return Response.json({ authenticated: false }, { status: 401 });
  }
  return Response.json({
    authenticated: true,
    user: { id: session.userId, email: session.email, role: session.role },
  });
}

describeOnClients("Session management at the edge", () => {
  const ada = { id: "ada", email: "ada@example.com", role: "admin" };

  it("answers 401 without a session and the user with one", async () => {
    const before = await GET();
    expect(before.status).toBe(401);
    expect(await before.json()).toEqual({ authenticated: false });
    await createEdgeSession(ada);
    const after = await GET();
    expect(after.status).toBe(200);
    expect(await after.json()).toEqual({ authenticated: true, user: ada });
    expect(cookies().options(SESSION_COOKIE)).toEqual({
      httpOnly: true,
      secure: false,
      sameSite: "lax",
      maxAge: WEEK,
    });
  });

  it("lasts as long as no seven days pass without a visit", async () => {
    await createEdgeSession(ada);
    pass({ seconds: WEEK - 0.001 });
    expect((await GET()).status).toBe(200);
    pass({ seconds: WEEK - 0.001 });
    expect((await GET()).status).toBe(200);
    pass({ seconds: WEEK });
    expect((await GET()).status).toBe(401);
  });

  it("writes down when the session was last active", async () => {
    await createEdgeSession(ada);
    pass({ seconds: 60 });
    expect(await getEdgeSession()).toMatchObject({ lastActive: START.getTime() });
    expect(await getEdgeSession()).toMatchObject({
      createdAt: START.getTime(),
      lastActive: START.getTime() + 60_000,
    });
  });

  it("is over once it is destroyed", async () => {
    const sessionId = await createEdgeSession(ada);
    await destroyEdgeSession();
    expect(await kv.exists(`session:${sessionId}`)).toBe(0);
    expect(cookies().get(SESSION_COOKIE)).toBeUndefined();
    expect((await GET()).status).toBe(401);
  });
});

interface Session {
  userId: string;
  email: string;
  role: "user" | "admin" | "moderator";
  lastActivity: number;
  loginTime: number;
  userAgent?: string;
  ipAddress?: string;
}

interface SessionOptions {
  maxAge?: number;
  secure?: boolean;
  sameSite?: "strict" | "lax" | "none";
}

class SessionManager {
  private readonly DEFAULT_MAX_AGE = 24 * 60 * 60;
  private readonly SESSION_PREFIX = "session:";
  private readonly USER_SESSIONS_PREFIX = "user_sessions:";

  constructor(private readonly options: SessionOptions = {}) {}

  async createSession(session: Session): Promise<string> {
    const sessionId = this.generateSecureSessionId();
    const sessionKey = `${this.SESSION_PREFIX}${sessionId}`;
    const userSessionsKey = `${this.USER_SESSIONS_PREFIX}${session.userId}`;
    const sessionData = { ...session, createdAt: Date.now(), sessionId };
    const pipeline = kv.pipeline();
    pipeline.set(sessionKey, JSON.stringify(sessionData), {
      ex: this.options.maxAge || this.DEFAULT_MAX_AGE,
    });
    pipeline.sadd(userSessionsKey, sessionId);
    pipeline.expire(userSessionsKey, this.options.maxAge || this.DEFAULT_MAX_AGE);
    await pipeline.exec();
    return sessionId;
  }

  async getSession(sessionId: string): Promise<Session | null> {
    const sessionKey = `${this.SESSION_PREFIX}${sessionId}`;
    const session = await kv.get<Session>(sessionKey);
    if (!session) return null;
    await kv.expire(sessionKey, this.options.maxAge || this.DEFAULT_MAX_AGE);
    return session;
  }

  async updateSession(sessionId: string, updates: Partial<Session>): Promise<Session | null> {
    const session = await this.getSession(sessionId);
    if (!session) return null;
    const updatedSession = { ...session, ...updates, lastActivity: Date.now() };
    const sessionKey = `${this.SESSION_PREFIX}${sessionId}`;
    await kv.set(sessionKey, JSON.stringify(updatedSession), {
      ex: this.options.maxAge || this.DEFAULT_MAX_AGE,
    });
    return updatedSession;
  }

  async deleteSession(sessionId: string): Promise<void> {
    const session = await this.getSession(sessionId);
    if (!session) return;
    const pipeline = kv.pipeline();
    pipeline.del(`${this.SESSION_PREFIX}${sessionId}`);
    pipeline.srem(`${this.USER_SESSIONS_PREFIX}${session.userId}`, sessionId);
    await pipeline.exec();
  }

  async revokeAllUserSessions(userId: string): Promise<number> {
    const userSessionsKey = `${this.USER_SESSIONS_PREFIX}${userId}`;
    const sessionIds = await kv.smembers(userSessionsKey);
    if (sessionIds.length === 0) return 0;
    const sessionKeys = sessionIds.map((id) => `${this.SESSION_PREFIX}${id}`);
    const pipeline = kv.pipeline();
    pipeline.del(...sessionKeys);
    pipeline.del(userSessionsKey);
    const results = await pipeline.exec<[number, number]>();
    return results[0];
  }

  private generateSecureSessionId(): string {
    const array = new Uint8Array(32);
    crypto.getRandomValues(array);
    return Array.from(array, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
}

function login(userId: string): Session {
  return {
    userId,
    email: `${userId}@example.com`,
    role: "user",
    lastActivity: Date.now(),
    loginTime: Date.now(),
  };
}

describeOnClients("Session storage pattern", () => {
  it("stores a session under 64 hexadecimal digits, in one call", async () => {
    const sizes: number[] = [];
    emulator.intercept((call, next) => {
      sizes.push(call.commands.length);
      return next(call);
    });
    const sessionId = await new SessionManager().createSession(login("ada"));
    expect(sizes).toEqual([3]);
    expect(sessionId).toMatch(/^[0-9a-f]{64}$/);
    expect(await kv.get(`session:${sessionId}`)).toEqual({
      ...login("ada"),
      createdAt: START.getTime(),
      sessionId,
    });
    expect(await kv.smembers("user_sessions:ada")).toEqual([sessionId]);
  });

  it("ends a session a day after its last access, and not before", async () => {
    const manager = new SessionManager();
    const sessionId = await manager.createSession(login("ada"));
    pass({ seconds: DAY - 0.001 });
    expect(await manager.getSession(sessionId)).toMatchObject({ userId: "ada" });
    pass({ seconds: DAY - 0.001 });
    expect(await manager.getSession(sessionId)).toMatchObject({ userId: "ada" });
    pass({ seconds: DAY });
    expect(await manager.getSession(sessionId)).toBeNull();
  });

  it("takes its age from the options", async () => {
    const manager = new SessionManager({ maxAge: 60 });
    const sessionId = await manager.createSession(login("ada"));
    pass({ seconds: 59.999 });
    expect(await kv.exists(`session:${sessionId}`, "user_sessions:ada")).toBe(2);
    pass({ seconds: 0.001 });
    expect(await kv.exists(`session:${sessionId}`, "user_sessions:ada")).toBe(0);
  });

  it("lets the register of a user's sessions end while a visited session goes on", async () => {
    const manager = new SessionManager({ maxAge: 60 });
    const sessionId = await manager.createSession(login("ada"));
    pass({ seconds: 30 });
    await manager.getSession(sessionId);
    pass({ seconds: 30 });
    expect(await manager.revokeAllUserSessions("ada")).toBe(0);
    expect(await manager.getSession(sessionId)).toMatchObject({ userId: "ada" });
  });

  it("updates a session, and none that is missing", async () => {
    const manager = new SessionManager();
    const sessionId = await manager.createSession(login("ada"));
    pass({ seconds: 10 });
    expect(await manager.updateSession(sessionId, { role: "admin" })).toMatchObject({
      role: "admin",
      loginTime: START.getTime(),
      lastActivity: START.getTime() + 10_000,
    });
    expect(await manager.getSession(sessionId)).toMatchObject({ role: "admin" });
    expect(await manager.updateSession("missing", { role: "admin" })).toBeNull();
  });

  it("deletes a session and takes it out of the register", async () => {
    const manager = new SessionManager();
    const first = await manager.createSession(login("ada"));
    const second = await manager.createSession(login("ada"));
    await manager.deleteSession(first);
    await manager.deleteSession("missing");
    expect(await manager.getSession(first)).toBeNull();
    expect(await kv.smembers("user_sessions:ada")).toEqual([second]);
  });

  it("revokes all sessions of a user and counts them", async () => {
    const manager = new SessionManager();
    const sessionIds = [
      await manager.createSession(login("ada")),
      await manager.createSession(login("ada")),
    ];
    const other = await manager.createSession(login("bob"));
    expect(await manager.revokeAllUserSessions("ada")).toBe(2);
    expect(await manager.revokeAllUserSessions("ada")).toBe(0);
    for (const sessionId of sessionIds) expect(await manager.getSession(sessionId)).toBeNull();
    expect(await manager.getSession(other)).toMatchObject({ userId: "bob" });
  });
});

/** What goes on to the route: headers for it, and cookies for the browser. */
async function sessionMiddleware(cookies: Cookies): Promise<Headers> {
  const headers = new Headers();
  const sessionId = cookies.get("session")?.value;
  const sessionManager = new SessionManager({
    maxAge: 24 * 60 * 60,
    secure: process.env.NODE_ENV === "production",
    sameSite: "lax",
  });
  if (sessionId) {
    const session = await sessionManager.getSession(sessionId);
    if (session) {
      await sessionManager.updateSession(sessionId, { lastActivity: Date.now() });
      headers.set("x-user-id", session.userId);
      headers.set("x-user-role", session.role);
      headers.set("x-user-email", session.email);
    } else {
      cookies.delete("session");
    }
  }
  return headers;
}

describeOnClients("Session middleware", () => {
  it("hands the user of a valid session on in headers", async () => {
    const sessionId = await new SessionManager().createSession(login("ada"));
    browser.set("session", sessionId, {});
    pass({ seconds: 3600 });
    expect(Object.fromEntries(await sessionMiddleware(browser))).toEqual({
      "x-user-id": "ada",
      "x-user-role": "user",
      "x-user-email": "ada@example.com",
    });
    expect(await kv.get(`session:${sessionId}`)).toMatchObject({
      lastActivity: START.getTime() + 3_600_000,
    });
  });

  it("clears the cookie of a session that is over", async () => {
    browser.set("session", await new SessionManager().createSession(login("ada")), {});
    pass({ seconds: DAY });
    expect([...(await sessionMiddleware(browser))]).toEqual([]);
    expect(browser.get("session")).toBeUndefined();
  });

  it("lets a request without a session pass", async () => {
    expect([...(await sessionMiddleware(browser))]).toEqual([]);
  });
});
