/** Rate limits: a counter that expires, a sliding window, a token bucket, a middleware and counters of time windows. */
import { expect, it } from "vitest";
import { describeOnClients, emulator, kv, pass, START } from "./support.js";

async function checkRateLimit(ip: string): Promise<boolean> {
  const key = `ratelimit:${ip}`;
  const limit = 10;
  const window = 60;
  const current = await kv.incr(key);
  if (current === 1) {
    await kv.expire(key, window);
  }
  return current <= limit;
}

async function POST(request: Request) {
  const ip = request.headers.get("x-forwarded-for") || "unknown";
  if (!(await checkRateLimit(ip))) {
    return new Response("Rate limit exceeded", { status: 429 });
  }
  return new Response("Processed");
}

function requestFrom(ip?: string): Request {
  const headers = ip === undefined ? {} : { "x-forwarded-for": ip };
  return new Request("https://app.test/api", { method: "POST", headers });
}

describeOnClients("Rate limiting", () => {
  it("lets ten requests pass in a minute and refuses the eleventh", async () => {
    for (let request = 1; request <= 10; request++) {
      expect((await POST(requestFrom("1.2.3.4"))).status).toBe(200);
    }
    const refused = await POST(requestFrom("1.2.3.4"));
    expect(refused.status).toBe(429);
    expect(await refused.text()).toBe("Rate limit exceeded");
  });

  it("counts every address by itself", async () => {
    for (let request = 1; request <= 11; request++) await POST(requestFrom("1.2.3.4"));
    expect((await POST(requestFrom("5.6.7.8"))).status).toBe(200);
    expect((await POST(requestFrom())).status).toBe(200);
    expect(await kv.get("ratelimit:unknown")).toBe(1);
  });

  it("begins anew exactly 60 seconds after the first request", async () => {
    for (let request = 1; request <= 11; request++) {
      await POST(requestFrom("1.2.3.4"));
      pass({ seconds: 1 });
    }
    pass({ seconds: 48.999 });
    expect((await POST(requestFrom("1.2.3.4"))).status).toBe(429);
    pass({ seconds: 0.001 });
    expect((await POST(requestFrom("1.2.3.4"))).status).toBe(200);
    expect(await kv.get("ratelimit:1.2.3.4")).toBe(1);
  });
});

interface RateLimitConfig {
  identifier: string;
  limit: number;
  window: number;
}

interface RateLimitResult {
  allowed: boolean;
  remaining: number;
  resetTime: number;
  retryAfter?: number;
}

class RateLimiter {
  async slidingWindow(config: RateLimitConfig): Promise<RateLimitResult> {
    const { identifier, limit, window } = config;
    const now = Date.now();
    const key = `rate_limit:${identifier}`;
    const windowStart = now - window * 1000;
    const pipeline = kv.pipeline();
    pipeline.zremrangebyscore(key, 0, windowStart);
    pipeline.zcard(key);
    pipeline.zadd(key, { score: now, member: `${now}-${Math.random()}` });
    pipeline.expire(key, Math.ceil(window * 1.5));
    const [, count] = await pipeline.exec<[number, number, number, number]>();
    const resetTime = now + window * 1000;
    const allowed = count < limit;
    const remaining = Math.max(0, limit - count - 1);
    return allowed
      ? { allowed, remaining, resetTime }
      : { allowed, remaining, resetTime, retryAfter: window };
  }

  async tokenBucket(config: RateLimitConfig): Promise<RateLimitResult> {
    const { identifier, limit, window } = config;
    const now = Date.now();
    const key = `token_bucket:${identifier}`;
    const pipeline = kv.pipeline();
    pipeline.hgetall(key);
    pipeline.expire(key, window * 2);
    const [stored] = await pipeline.exec<[{ tokens: number; lastRefill: number } | null, number]>();
    const state = stored ?? { tokens: limit, lastRefill: now };
    const timePassed = now - state.lastRefill;
    const tokensToAdd = (timePassed / 1000) * (limit / window);
    state.tokens = Math.min(limit, state.tokens + tokensToAdd);
    state.lastRefill = now;
    const allowed = state.tokens >= 1;
    if (allowed) {
      state.tokens -= 1;
    }
    await kv.hset(key, {
      tokens: state.tokens.toString(),
      lastRefill: state.lastRefill.toString(),
    });
    return { allowed, remaining: Math.floor(state.tokens), resetTime: now + window * 1000 };
  }
}

describeOnClients("Sliding window", () => {
  const config = { identifier: "ada", limit: 3, window: 60 };

  it("takes no positional score: the client's zadd throws a TypeError", () => {
    const pipeline = kv.pipeline();
    expect(() => {
      // @ts-expect-error zadd takes { score, member }.
      pipeline.zadd("rate_limit:ada", Date.now(), "request");
    }).toThrow(TypeError);
  });

  it("gives a pipeline's results as they are, not as pairs of error and result", async () => {
    const pipeline = kv.pipeline();
    pipeline.zcard("rate_limit:ada");
    expect(await pipeline.exec()).toEqual([0]);
  });

  it("allows the limit within any window and tells what remains", async () => {
    const limiter = new RateLimiter();
    const resetTime = START.getTime() + 60_000;
    expect(await limiter.slidingWindow(config)).toEqual({ allowed: true, remaining: 2, resetTime });
    expect(await limiter.slidingWindow(config)).toEqual({ allowed: true, remaining: 1, resetTime });
    expect(await limiter.slidingWindow(config)).toEqual({ allowed: true, remaining: 0, resetTime });
    expect(await limiter.slidingWindow(config)).toEqual({
      allowed: false,
      remaining: 0,
      resetTime,
      retryAfter: 60,
    });
  });

  it("forgets a request when it is exactly as old as the window", async () => {
    const limiter = new RateLimiter();
    for (let request = 1; request <= 3; request++) {
      await limiter.slidingWindow(config);
      pass({ seconds: 10 });
    }
    pass({ seconds: 30 });
    expect((await limiter.slidingWindow(config)).allowed).toBe(true);
    expect(await kv.zcard("rate_limit:ada")).toBe(3);
    pass({ seconds: 9.999 });
    expect((await limiter.slidingWindow(config)).allowed).toBe(false);
  });

  it("counts a refused request too", async () => {
    const limiter = new RateLimiter();
    for (let request = 1; request <= 5; request++) await limiter.slidingWindow(config);
    expect(await kv.zcard("rate_limit:ada")).toBe(5);
  });

  it("leaves nothing behind one and a half windows after the last request", async () => {
    await new RateLimiter().slidingWindow(config);
    pass({ seconds: 89.999 });
    expect(await kv.exists("rate_limit:ada")).toBe(1);
    pass({ seconds: 0.001 });
    expect(await kv.exists("rate_limit:ada")).toBe(0);
  });

  it("runs in one call", async () => {
    const sizes: number[] = [];
    emulator.intercept((call, next) => {
      sizes.push(call.commands.length);
      return next(call);
    });
    await new RateLimiter().slidingWindow(config);
    expect(sizes).toEqual([4]);
  });
});

describeOnClients("Token bucket", () => {
  const config = { identifier: "ada", limit: 3, window: 60 };

  it("spends a full bucket and refuses when it is empty", async () => {
    const limiter = new RateLimiter();
    const results: boolean[] = [];
    for (let request = 1; request <= 4; request++) {
      results.push((await limiter.tokenBucket(config)).allowed);
    }
    expect(results).toEqual([true, true, true, false]);
  });

  it("adds a token every twenty seconds", async () => {
    const limiter = new RateLimiter();
    for (let request = 1; request <= 3; request++) await limiter.tokenBucket(config);
    pass({ seconds: 20 });
    expect(await limiter.tokenBucket(config)).toMatchObject({ allowed: true, remaining: 0 });
    pass({ seconds: 19 });
    expect(await limiter.tokenBucket(config)).toMatchObject({ allowed: false, remaining: 0 });
  });

  it("holds no more than the limit", async () => {
    const limiter = new RateLimiter();
    await limiter.tokenBucket(config);
    pass({ seconds: 100 });
    expect(await limiter.tokenBucket(config)).toMatchObject({ allowed: true, remaining: 2 });
  });

  it("keeps its state as numbers", async () => {
    await new RateLimiter().tokenBucket(config);
    expect(await kv.hgetall("token_bucket:ada")).toEqual({
      tokens: 2,
      lastRefill: START.getTime(),
    });
  });

  it("sets no TTL on the first request, when there is no bucket yet, but on the second", async () => {
    const limiter = new RateLimiter();
    await limiter.tokenBucket(config);
    expect(await kv.ttl("token_bucket:ada")).toBe(-1);
    await limiter.tokenBucket(config);
    expect(await kv.ttl("token_bucket:ada")).toBe(120);
  });
});

/** The response that stops a request, or null to go on with these headers. */
async function rateLimitMiddleware(
  req: Request,
  next: Headers,
  options: { limit: number; window: number },
): Promise<Response | null> {
  const rateLimiter = new RateLimiter();
  const identifier = req.headers.get("x-forwarded-for") || "unknown";
  const result = await rateLimiter.slidingWindow({ identifier, ...options });
  const headers = {
    "X-RateLimit-Limit": options.limit.toString(),
    "X-RateLimit-Remaining": result.remaining.toString(),
    "X-RateLimit-Reset": new Date(result.resetTime).toISOString(),
  };
  if (!result.allowed) {
    const retryAfter = Math.ceil(result.retryAfter ?? options.window);
    return Response.json(
      {
        error: "Rate limit exceeded",
        message: `Too many requests. Try again in ${retryAfter} seconds.`,
        retryAfter,
      },
      { status: 429, headers: { "Retry-After": retryAfter.toString(), ...headers } },
    );
  }
  for (const [name, value] of Object.entries(headers)) next.set(name, value);
  return null;
}

describeOnClients("Rate limit middleware", () => {
  const options = { limit: 2, window: 60 };

  it("lets a request go on and tells its limits in headers", async () => {
    const headers = new Headers();
    expect(await rateLimitMiddleware(requestFrom("1.2.3.4"), headers, options)).toBeNull();
    expect(Object.fromEntries(headers)).toEqual({
      "x-ratelimit-limit": "2",
      "x-ratelimit-remaining": "1",
      "x-ratelimit-reset": "2026-01-01T00:01:00.000Z",
    });
  });

  it("answers 429 above the limit and says when to try again", async () => {
    const request = requestFrom("1.2.3.4");
    await rateLimitMiddleware(request, new Headers(), options);
    await rateLimitMiddleware(request, new Headers(), options);
    const response = await rateLimitMiddleware(request, new Headers(), options);
    expect(response?.status).toBe(429);
    expect(response?.headers.get("Retry-After")).toBe("60");
    expect(response?.headers.get("X-RateLimit-Remaining")).toBe("0");
    expect(await response?.json()).toEqual({
      error: "Rate limit exceeded",
      message: "Too many requests. Try again in 60 seconds.",
      retryAfter: 60,
    });
    pass({ seconds: 60 });
    expect(await rateLimitMiddleware(request, new Headers(), options)).toBeNull();
  });
});
