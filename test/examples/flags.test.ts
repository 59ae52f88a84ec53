/** Feature flags in a hash: on for all, for some users, or for a part of them. */
import { expect, it } from "vitest";
import { describeOnClients, emulator, kv } from "./support.js";

interface FeatureFlag {
  enabled: boolean;
  rolloutPercentage?: number;
  allowedUsers?: string[];
  deniedUsers?: string[];
  metadata?: Record<string, unknown>;
}

const FLAGS_KEY = "feature_flags";

async function getFeatureFlags(): Promise<Record<string, FeatureFlag>> {
  return (await kv.hgetall<Record<string, FeatureFlag>>(FLAGS_KEY)) || {};
}

async function getFeatureFlag(name: string): Promise<FeatureFlag | null> {
  return kv.hget<FeatureFlag>(FLAGS_KEY, name);
}

async function setFeatureFlag(name: string, flag: FeatureFlag): Promise<void> {
  await kv.hset(FLAGS_KEY, { [name]: flag });
}

async function isFeatureEnabled(name: string, userId?: string): Promise<boolean> {
  const flag = await getFeatureFlag(name);
  if (!flag) return false;
  if (!flag.enabled) return false;
  if (userId) {
    if (flag.deniedUsers?.includes(userId)) return false;
    if (flag.allowedUsers?.includes(userId)) return true;
  }
  if (flag.rolloutPercentage !== undefined && userId) {
    const hash = hashUserId(userId, name);
    return hash < flag.rolloutPercentage;
  }
  return flag.enabled;
}

function hashUserId(userId: string, flagName: string): number {
  const str = `${userId}:${flagName}`;
  let hash = 0;
  for (let i = 0; i < str.length; i++) {
    hash = (hash << 5) - hash + str.charCodeAt(i);
    hash = hash & hash;
  }
  return Math.abs(hash) % 100;
}

async function GET(request: Request) {
  const userId = request.headers.get("x-user-id");
  const flagName = new URL(request.url).searchParams.get("flag");
  if (flagName) {
    const enabled = await isFeatureEnabled(flagName, userId || undefined);
    return Response.json({ flag: flagName, enabled });
  }
  const flags = await getFeatureFlags();
  const resolved: Record<string, boolean> = {};
  for (const name of Object.keys(flags)) {
    resolved[name] = await isFeatureEnabled(name, userId || undefined);
  }
  return Response.json({ flags: resolved });
}

async function ask(query: string, userId?: string): Promise<unknown> {
  const headers = userId === undefined ? {} : { "x-user-id": userId };
  return (await GET(new Request(`https://app.test/api/flags${query}`, { headers }))).json();
}

describeOnClients("Feature flags at the edge", () => {
  it("keeps flags as objects in one hash", async () => {
    expect(await getFeatureFlags()).toEqual({});
    expect(await getFeatureFlag("newUI")).toBeNull();
    await setFeatureFlag("newUI", { enabled: true, metadata: { owner: "ada" } });
    await setFeatureFlag("beta", { enabled: false });
    await setFeatureFlag("beta", { enabled: true });
    expect(await getFeatureFlag("newUI")).toEqual({ enabled: true, metadata: { owner: "ada" } });
    expect(await getFeatureFlags()).toEqual({
      newUI: { enabled: true, metadata: { owner: "ada" } },
      beta: { enabled: true },
    });
    expect(await kv.keys("*")).toEqual([FLAGS_KEY]);
  });

  it("is off for all when it is unknown or not enabled", async () => {
    await setFeatureFlag("beta", { enabled: false, allowedUsers: ["ada"] });
    expect(await isFeatureEnabled("unknown", "ada")).toBe(false);
    expect(await isFeatureEnabled("beta", "ada")).toBe(false);
  });

  it("denies and allows users by name, denial first", async () => {
    await setFeatureFlag("beta", {
      enabled: true,
      rolloutPercentage: 0,
      allowedUsers: ["ada", "eve"],
      deniedUsers: ["eve"],
    });
    expect(await isFeatureEnabled("beta", "ada")).toBe(true);
    expect(await isFeatureEnabled("beta", "eve")).toBe(false);
    expect(await isFeatureEnabled("beta", "bob")).toBe(false);
    expect(await isFeatureEnabled("beta")).toBe(true);
  });

  it("rolls out to a share of the users, always the same ones", async () => {
    await setFeatureFlag("beta", { enabled: true, rolloutPercentage: 30 });
    const users = Array.from({ length: 100 }, (_, index) => `user ${index}`);
    const enabled = await Promise.all(users.map((user) => isFeatureEnabled("beta", user)));
    expect(enabled).toEqual(users.map((user) => hashUserId(user, "beta") < 30));
    expect(new Set(enabled)).toEqual(new Set([true, false]));
  });

  it("answers one flag or all of them to a user", async () => {
    await setFeatureFlag("newUI", { enabled: true });
    await setFeatureFlag("beta", { enabled: true, deniedUsers: ["eve"] });
    expect(await ask("?flag=beta", "eve")).toEqual({ flag: "beta", enabled: false });
    expect(await ask("?flag=beta", "ada")).toEqual({ flag: "beta", enabled: true });
    expect(await ask("?flag=unknown")).toEqual({ flag: "unknown", enabled: false });
    expect(await ask("", "eve")).toEqual({ flags: { newUI: true, beta: false } });
    expect(await ask("")).toEqual({ flags: { newUI: true, beta: true } });
  });

  it("asks for the whole hash once and then for every flag", async () => {
    await setFeatureFlag("newUI", { enabled: true });
    await setFeatureFlag("beta", { enabled: true });
    let commands = 0;
    emulator.intercept((call, next) => {
      commands += call.commands.length;
      return next(call);
    });
    await ask("");
    expect(commands).toBe(3);
  });
});
