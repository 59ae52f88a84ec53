/** @upstash/ratelimit, unchanged: every algorithm, several regions, deny lists, limits that change and analytics. */
import { Analytics, IpDenyList, MultiRegionRatelimit, Ratelimit } from "@upstash/ratelimit";
import { http, HttpResponse } from "msw";
import { expect, it } from "vitest";
import { pass } from "../examples/support.js";
import { connectMore, describeOnClients, emulator, redis, server } from "./clients.js";

type Limiter = Pick<Ratelimit, "limit">;

/** Asks so often; tells for each whether it may pass and what remains. */
async function ask(limiter: Limiter, count: number, user = "ada"): Promise<string[]> {
  const answers: string[] = [];
  for (let left = count; left > 0; left--) {
    const { success, remaining } = await limiter.limit(user);
    answers.push(success ? `${remaining} left` : "refused");
  }
  return answers;
}

describeOnClients("Ratelimit.fixedWindow", () => {
  it("lets so many pass in a window, and again in the next", async () => {
    const limiter = new Ratelimit({
      redis,
      limiter: Ratelimit.fixedWindow(2, "10 s"),
      ephemeralCache: false,
    });
    expect(await ask(limiter, 3)).toEqual(["1 left", "0 left", "refused"]);
    pass({ seconds: 9.999 });
    expect(await ask(limiter, 1)).toEqual(["refused"]);
    pass({ seconds: 0.001 });
    expect(await ask(limiter, 1)).toEqual(["1 left"]);
  });

  it("counts every user by itself", async () => {
    const limiter = new Ratelimit({ redis, limiter: Ratelimit.fixedWindow(1, "10 s") });
    expect(await ask(limiter, 2)).toEqual(["0 left", "refused"]);
    expect(await ask(limiter, 1, "bob")).toEqual(["0 left"]);
  });

  it("lets its keys expire", async () => {
    const limiter = new Ratelimit({ redis, limiter: Ratelimit.fixedWindow(2, "10 s") });
    await limiter.limit("ada");
    expect(emulator.call("DBSIZE")).toBe(1);
    pass({ seconds: 10 });
    expect(emulator.call("DBSIZE")).toBe(0);
  });

  it("tells what remains, and forgets what was used", async () => {
    const limiter = new Ratelimit({ redis, limiter: Ratelimit.fixedWindow(5, "10 s") });
    await ask(limiter, 2);
    expect((await limiter.getRemaining("ada")).remaining).toBe(3);
    await limiter.resetUsedTokens("ada");
    expect((await limiter.getRemaining("ada")).remaining).toBe(5);
  });

  it("takes several tokens at once, and gives some back", async () => {
    const limiter = new Ratelimit({ redis, limiter: Ratelimit.fixedWindow(10, "10 s") });
    expect(await limiter.limit("ada", { rate: 7 })).toMatchObject({ success: true, remaining: 3 });
    expect(await limiter.limit("ada", { rate: -2 })).toMatchObject({ success: true, remaining: 5 });
  });

  it("waits until there is room again", async () => {
    const limiter = new Ratelimit({ redis, limiter: Ratelimit.fixedWindow(1, "100 ms") });
    await limiter.limit("ada");
    const waiting = limiter.blockUntilReady("ada", 1000);
    pass({ seconds: 0.1 });
    expect((await waiting).success).toBe(true);
  });
});

describeOnClients("Ratelimit.slidingWindow", () => {
  it("counts a share of the window before", async () => {
    const limiter = new Ratelimit({ redis, limiter: Ratelimit.slidingWindow(4, "10 s") });
    expect(await ask(limiter, 5)).toEqual(["3 left", "2 left", "1 left", "0 left", "refused"]);
    pass({ seconds: 12.5 });
    // A quarter of the second window is over: three of the four still count.
    expect(await ask(limiter, 2)).toEqual(["0 left", "refused"]);
    pass({ seconds: 20 });
    expect(await ask(limiter, 1)).toEqual(["3 left"]);
  });

  it("tells what remains", async () => {
    const limiter = new Ratelimit({ redis, limiter: Ratelimit.slidingWindow(4, "10 s") });
    await ask(limiter, 4);
    pass({ seconds: 15 });
    expect((await limiter.getRemaining("ada")).remaining).toBe(2);
  });

  it("refuses what its cache knows without asking", async () => {
    const cache = new Map<string, number>();
    const limiter = new Ratelimit({
      redis,
      limiter: Ratelimit.slidingWindow(1, "10 s"),
      ephemeralCache: cache,
    });
    await ask(limiter, 2);
    expect((await limiter.limit("ada")).reason).toBe("cacheBlock");
    expect([...cache.keys()]).toEqual(["@upstash/ratelimit:ada"]);
  });
});

describeOnClients("Ratelimit.tokenBucket", () => {
  it("refills so many tokens in each interval, up to the most", async () => {
    const limiter = new Ratelimit({
      redis,
      limiter: Ratelimit.tokenBucket(2, "1 s", 5),
      ephemeralCache: false,
    });
    expect(await ask(limiter, 6)).toEqual([
      "4 left",
      "3 left",
      "2 left",
      "1 left",
      "0 left",
      "refused",
    ]);
    pass({ seconds: 1 });
    expect(await ask(limiter, 3)).toEqual(["1 left", "0 left", "refused"]);
    pass({ seconds: 100 });
    expect((await limiter.getRemaining("ada")).remaining).toBe(5);
  });
});

describeOnClients("Ratelimit.cachedFixedWindow", () => {
  it("counts in memory and in the database", async () => {
    const limiter = new Ratelimit({
      redis,
      limiter: Ratelimit.cachedFixedWindow(2, "10 s"),
      ephemeralCache: new Map(),
    });
    const answers = await ask(limiter, 3);
    expect(answers.map((answer) => answer === "refused")).toEqual([false, false, true]);
    pass({ seconds: 10 });
    expect((await limiter.limit("ada")).success).toBe(true);
  });
});

describeOnClients("MultiRegionRatelimit", () => {
  it.each(["fixedWindow", "slidingWindow"] as const)(
    "shares a %s among its regions",
    async (algorithm) => {
      const regions = [...connectMore(3)];
      const limiter = new MultiRegionRatelimit({
        redis: regions,
        limiter: MultiRegionRatelimit[algorithm](3, "10 s"),
        ephemeralCache: false,
      });
      const verdicts: boolean[] = [];
      for (let request = 0; request < 4; request++) {
        const { success, pending } = await limiter.limit("ada");
        verdicts.push(success);
        await pending;
      }
      expect(verdicts).toEqual([true, true, true, false]);
      for (const region of regions) expect(await region.dbsize()).toBe(1);
      expect((await limiter.getRemaining("ada")).remaining).toBe(0);
      pass({ seconds: 30 });
      const { success, pending } = await limiter.limit("ada");
      expect(success).toBe(true);
      await pending;
    },
  );
});

describeOnClients("A ratelimit with dynamic limits", () => {
  it.each([
    { name: "fixedWindow", limiter: Ratelimit.fixedWindow(10, "10 s") },
    { name: "slidingWindow", limiter: Ratelimit.slidingWindow(10, "10 s") },
    { name: "tokenBucket", limiter: Ratelimit.tokenBucket(10, "10 s", 10) },
  ])("follows the limit that is set ($name)", async ({ limiter: algorithm }) => {
    const limiter = new Ratelimit({ redis, limiter: algorithm, dynamicLimits: true });
    await limiter.setDynamicLimit({ limit: 2 });
    expect(await limiter.getDynamicLimit()).toEqual({ dynamicLimit: 2 });
    expect(await ask(limiter, 3)).toEqual(["1 left", "0 left", "refused"]);
    await limiter.setDynamicLimit({ limit: false });
    expect(await limiter.getDynamicLimit()).toEqual({ dynamicLimit: null });
    expect((await limiter.limit("bob")).remaining).toBe(9);
  });
});

/** The library remembers whom it has denied for a minute, beyond one test. */
let visitors = 0;
const visitor = (): string => `visitor-${++visitors}`;

describeOnClients("A ratelimit with protection", () => {
  it("denies who is on a list, by any of their marks", async () => {
    const [spammer, ip] = [visitor(), visitor()];
    emulator.call("SADD", "@upstash/ratelimit:denyList:all", spammer, ip);
    emulator.call("SET", "@upstash/ratelimit:ipDenyListStatus", "disabled");
    const limiter = new Ratelimit({
      redis,
      limiter: Ratelimit.fixedWindow(5, "10 s"),
      enableProtection: true,
    });
    expect(await limiter.limit(spammer)).toMatchObject({
      success: false,
      reason: "denyList",
      deniedValue: spammer,
    });
    expect(await limiter.limit(visitor(), { ip })).toMatchObject({
      success: false,
      deniedValue: ip,
    });
    expect((await limiter.limit(visitor())).success).toBe(true);
  });

  it("fetches the list of bad addresses, and again when it is old", async () => {
    const [bad, worse] = [visitor(), visitor()];
    let fetched = 0;
    server.use(
      http.get("https://raw.githubusercontent.com/stamparm/ipsum/master/levels/6.txt", () => {
        fetched++;
        return HttpResponse.text(`${bad}\n${worse}\n`);
      }),
    );
    const limiter = new Ratelimit({
      redis,
      limiter: Ratelimit.fixedWindow(5, "10 s"),
      enableProtection: true,
    });
    await (
      await limiter.limit("ada")
    ).pending;
    expect(fetched).toBe(1);
    expect(await redis.smembers("@upstash/ratelimit:denyList:all")).toEqual([bad, worse]);
    expect(await redis.get("@upstash/ratelimit:ipDenyListStatus")).toBe("valid");
    expect((await limiter.limit("ada", { ip: bad })).reason).toBe("denyList");
    pass({ seconds: 24 * 60 * 60 });
    await (
      await limiter.limit("ada")
    ).pending;
    expect(fetched).toBe(2);
  });

  it("forgets the list of bad addresses and keeps the rest", async () => {
    server.use(
      http.get("https://raw.githubusercontent.com/stamparm/ipsum/master/levels/8.txt", () =>
        HttpResponse.text("1.1.1.1\n2.2.2.2\n"),
      ),
    );
    await redis.sadd("p:denyList:all", "own");
    await IpDenyList.updateIpDenyList(redis, "p", 8, 60_000);
    expect((await redis.smembers("p:denyList:all")).length).toBe(3);
    await IpDenyList.disableIpDenyList(redis, "p");
    expect(await redis.smembers("p:denyList:all")).toEqual(["own"]);
  });
});

describeOnClients("A ratelimit with analytics", () => {
  it("counts who passed and who was refused", async () => {
    const limiter = new Ratelimit({
      redis,
      limiter: Ratelimit.fixedWindow(2, "10 s"),
      analytics: true,
      prefix: "p",
    });
    for (const user of ["ada", "ada", "ada", "bob"]) await (await limiter.limit(user)).pending;

    const analytics = new Analytics({ redis, prefix: "p" });
    const usage = await analytics.getUsage(Date.now() - 2 * 60 * 60 * 1000);
    expect(usage).toEqual({
      ada: { success: 2, blocked: 1 },
      bob: { success: 1, blocked: 0 },
    });
    expect(await analytics.getMostAllowedBlocked(1)).toMatchObject({
      allowed: [
        { identifier: "ada", count: 2 },
        { identifier: "bob", count: 1 },
      ],
      ratelimited: [{ identifier: "ada", count: 1 }],
      denied: [],
    });
    const [hour] = await analytics.getUsageOverTime(1, "identifier");
    expect(hour).toMatchObject({ identifier: { ada: 3, bob: 1 } });
  });
});
