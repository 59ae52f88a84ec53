/** Lint at every door: where it finds the place of a call, where it can not, and how a call fails that breaks a rule. */
import { Ratelimit } from "@upstash/ratelimit";
import { Redis } from "@upstash/redis";
import { createClient } from "@vercel/kv";
import { Redis as IORedis } from "ioredis";
import {
  createEmulator,
  interceptFetch,
  LintError,
  type Emulator,
  type Strictness,
} from "kv-emulator";
import { createKv } from "kv-emulator/kv";
import { kvHandlers } from "kv-emulator/msw";
import { startServer } from "kv-emulator/node";
import { setupServer } from "msw/node";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { found, placesIn, withoutColumns } from "./lint-support.js";

const at = placesIn(import.meta.url);
const connection = { url: "https://my-db.upstash.io", token: "secret" };

beforeEach(() => {
  const warn = vi.spyOn(console, "warn").mockReturnValue();
  return () => warn.mockRestore();
});

const TTL = { others: "off", keyWithoutTtl: "warn" } as const;

type Open = (
  strict: Strictness,
  options?: { readonly enableAutoPipelining: boolean },
) => {
  readonly emulator: Emulator;
  readonly redis: Redis;
};

const double: Open = (strict, client) => {
  const { kv, emulator } = createKv({ strict, ...(client === undefined ? {} : { client }) });
  return { redis: kv, emulator };
};
const intercepted: Open = (strict, client) => {
  const emulator = createEmulator({ strict });
  onTestFinished(interceptFetch(emulator, connection));
  return { redis: createClient({ ...connection, ...client }), emulator };
};
const msw: Open = (strict, client) => {
  const emulator = createEmulator({ strict });
  const server = setupServer(...kvHandlers(emulator, connection));
  server.listen();
  onTestFinished(() => server.close());
  return { redis: createClient({ ...connection, ...client }), emulator };
};

async function signIn(redis: Redis): Promise<void> {
  await redis.set("session", "ada"); // @set
}

describe.each([
  ["the double", double],
  ["fetch that is intercepted", intercepted],
  ["MSW", msw],
])("through %s", (name, open) => {
  it.each([true, false])("finds the place of a call, auto-pipelining %s", async (on) => {
    const { redis, emulator } = open(TTL, { enableAutoPipelining: on });
    await signIn(redis);
    expect(found(emulator).slice(1)).toEqual([`    at ${at("set")}`]);
  });

  it("finds the exec() of a pipeline, or, on the double, each of its calls", async () => {
    const { redis, emulator } = open(TTL);
    const pipeline = redis.pipeline();
    pipeline.set("a", 1); // @first
    pipeline.set("b", 1); // @second
    await pipeline.exec(); // @exec
    const places = found(emulator).filter((_, index) => index % 2 === 1);
    expect(places).toEqual(
      name === "the double"
        ? [`    at ${at("first")}`, `    at ${at("second")}`]
        : [`    at ${at("exec")}`, `    at ${at("exec")}`],
    );
  });

  it("finds calls that the client gathers; over fetch only where they began, through MSW none", async () => {
    const { redis, emulator } = open(TTL);
    // prettier-ignore
    await Promise.all([ // @began
      redis.set("a", 1), // @one
      redis.set("b", 1), // @two
    ]);
    const places = found(emulator).filter((_, index) => index % 2 === 1);
    const beside = "or beside it: the client has gathered a pipeline, and tells where it began";
    const expected: Readonly<Record<string, readonly string[]>> = {
      "the double": [`    at ${at("one")}`, `    at ${at("two")}`],
      "fetch that is intercepted": [`    at ${at("began")}`, `    at ${at("began")} ${beside}`],
      MSW: ['    from the client "default"', '    from the client "default"'],
    };
    expect(places).toEqual(expected[name]);
  });

  it("rejects the call that breaks a rule with the Error itself, at once", async () => {
    const { redis, emulator } = open({ ...TTL, keyWithoutTtl: "error" });
    const message = `kv-emulator's lint found 1 problem:\nkeyWithoutTtl: SET leaves "session" without a TTL: it stays and takes room until someone deletes it. Write set(key, value, { ex: seconds }), or list the key in ignore.\n    at ${at("set")}`;
    const error: unknown = await signIn(redis).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(LintError);
    expect(withoutColumns(String(error))).toBe(`LintError: ${message}`);
    expect(emulator.lint.problems).toMatchObject([{ count: 1, level: "error" }]);
    expect(emulator.call("GET", "session")).toBe("ada");
  });

  it("rejects a transaction as a whole", async () => {
    const { redis } = open({ ...TTL, keyWithoutTtl: "error" });
    const failed = redis.multi().set("a", 1).get("a").exec({ keepErrors: true });
    await expect(failed).rejects.toThrow('SET leaves "a" without a TTL');
  });
});

describe("the cache of a client", () => {
  it.each([
    ["fetch that is intercepted", intercepted],
    ["MSW", msw],
  ])("is seen through %s; @vercel/kv lets Next cache", async (_, open) => {
    const { redis, emulator } = open({ others: "off", cachedRead: "warn" });
    await redis.get("a");
    await redis.get("b");
    expect(emulator.lint.problems).toMatchObject([{ rule: "cachedRead", command: "GET a" }]);
  });

  it("of @upstash/redis is none", async () => {
    const emulator = createEmulator({ strict: { others: "off", cachedRead: "error" } });
    onTestFinished(interceptFetch(emulator, connection));
    expect(await new Redis(connection).get("a")).toBeNull();
  });
});

describe("over a socket", () => {
  it("names the client where no stack leads, and answers with the text", async () => {
    const emulator = createEmulator({ strict: { ...TTL, keyWithoutTtl: "error" } });
    const server = await startServer({ emulator });
    onTestFinished(() => server.close());
    const { url, token, redisUrl } = server;
    const text =
      /kv-emulator's lint found 1 problem:\s+keyWithoutTtl: SET leaves "a" without a TTL/;
    await expect(new Redis({ url, token }).set("a", 1)).rejects.toThrow(text);
    expect(found(emulator)[1]).toBe('    from the client "default"');
    emulator.lint.clear();
    const redis = new IORedis(redisUrl);
    onTestFinished(() => redis.disconnect());
    await redis.client("SETNAME", "worker");
    await expect(redis.set("a", 1)).rejects.toThrow(text);
    expect(found(emulator)[1]).toBe('    from the client "worker"');
  });
});

it("finds where the app calls what a package does with the client", async () => {
  const { redis, emulator } = double(TTL);
  const limiter = Ratelimit.fixedWindow(5, "10 s");
  const limit = new Ratelimit({ redis, limiter, dynamicLimits: true });
  expect((await limit.limit("ada")).success).toBe(true);
  await limit.setDynamicLimit({ limit: 3 }); // @library
  expect(found(emulator)).toEqual([
    expect.stringMatching(/^keyWithoutTtl: SET leaves "@upstash\/ratelimit:/),
    `    at ${at("library")}`,
  ]);
});

it("judges with faults in force what was applied", async () => {
  const { redis, emulator } = double(TTL);
  emulator.faults.add({ on: "GET", effect: "reset" });
  await signIn(redis);
  expect(found(emulator).slice(1)).toEqual([`    at ${at("set")}`]);
});
