/**
 * Lint as an app's tests use it: programs that pass their tests, and would hurt in production. Each is told with the line of the app that does
 * it, whichever way the app reaches the emulator.
 */
import { Redis } from "@upstash/redis";
import { kv } from "@vercel/kv";
import { createEmulator, interceptFetch, LintError } from "kv-emulator";
import { kvHandlers } from "kv-emulator/msw";
import { startServer } from "kv-emulator/node";
import { emulator as shared, test as base } from "kv-emulator/vitest";
import { setupServer } from "msw/node";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";

const connection = { url: "https://my-db.upstash.io", token: "secret" };
const warn = vi.spyOn(console, "warn").mockReturnValue();
beforeEach(() => warn.mockClear());

/** An app: who signs in is kept for good, and found again by looking at every key. */
const app = (redis: Redis) => ({
  signIn: (user: string) => redis.set(`session:${user}`, { user }),
  signInForAnHour: (user: string) => redis.set(`session:${user}`, { user }, { ex: 3600 }),
  online: () => redis.keys("session:*"),
});

const test = base.extend({ strict: true });

test("warns of what hurts, where it is done", async ({ redis, emulator }) => {
  const { signIn, online } = app(redis);
  await signIn("ada");
  expect(await online()).toEqual(["session:ada"]);
  expect(emulator.lint.problems).toMatchObject([
    {
      rule: "keyWithoutTtl",
      key: "session:ada",
      site: expect.stringMatching(/^test\/ergonomics\/lint\.test\.ts:20:\d+$/),
    },
    {
      rule: "fullScan",
      command: "KEYS session:*",
      site: expect.stringMatching(/lint\.test\.ts:22:\d+$/),
    },
  ]);
  expect(warn).toHaveBeenCalledTimes(2);
});

test("has nothing against an app that does well", async ({ redis, emulator }) => {
  const { signInForAnHour } = app(redis);
  await signInForAnHour("ada");
  await redis.incr("hits");
  await redis.expire("hits", 60);
  emulator.lint.verify();
  expect(warn).not.toHaveBeenCalled();
});

describe("a rule whose level is an error", () => {
  const strict = { keyWithoutTtl: "error" } as const;
  const text = 'keyWithoutTtl: SET leaves "session:ada" without a TTL';

  it("stops the app through MSW", async () => {
    const emulator = createEmulator({ strict });
    const server = setupServer(...kvHandlers(emulator, connection));
    server.listen();
    onTestFinished(() => server.close());
    await expect(app(new Redis(connection)).signIn("ada")).rejects.toThrow(LintError);
    expect(() => emulator.lint.verify()).toThrow(text);
  });

  it("stops the app through fetch that is intercepted", async () => {
    onTestFinished(interceptFetch(createEmulator({ strict }), connection));
    await expect(app(new Redis(connection)).signIn("ada")).rejects.toThrow(LintError);
  });

  it("stops the app against a server, with the client's own error", async () => {
    const server = await startServer({ emulator: createEmulator({ strict }) });
    onTestFinished(() => server.close());
    const { url, token } = server;
    await expect(app(new Redis({ url, token })).signIn("ada")).rejects.toThrow(text);
  });
});

async function profiles(ids: readonly number[]): Promise<unknown[]> {
  const found = [];
  for (const id of ids) found.push(await kv.get(`user:${id}`));
  return found;
}

describe("with kv-emulator/vitest as a setup file", () => {
  beforeEach(() => shared.lint.use({ others: "off", repeatedReads: "warn" }));

  it.each(["one test", "the next"])(
    "%s finds reads in a loop, and leaves nothing behind",
    async () => {
      expect(shared.lint.problems).toEqual([]);
      expect(await profiles([1, 2, 3, 4, 5])).toEqual([null, null, null, null, null]);
      expect(shared.lint.problems).toMatchObject([{ rule: "repeatedReads", count: 1 }]);
      expect(() => shared.lint.verify()).toThrow("Read them with MGET");
    },
  );
});
