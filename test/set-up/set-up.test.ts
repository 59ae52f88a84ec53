/** `kv-emulator/set-up`: which database a program finds when it is set up, and the same with runners that have no entry of their own. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Redis } from "@upstash/redis";
import { setUp, type Hooks } from "kv-emulator/set-up";
import { afterEach, describe, expect, it, vi } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

afterEach(() => {
  vi.unstubAllEnvs();
});

/** Hooks that are called by hand. */
function runner() {
  const [before, after]: [(() => void)[], (() => void)[]] = [[], []];
  const hooks: Hooks = {
    beforeEach: (hook) => before.push(hook),
    afterEach: (hook) => after.push(hook),
  };
  return { hooks, begin: () => callAll(before), end: () => callAll(after) };
}

function callAll(hooks: readonly (() => void)[]): void {
  for (const hook of hooks) hook();
}

/** Subscribes with the real client; what is heard comes into the list. */
async function listen(channel: string): Promise<readonly unknown[]> {
  const heard: unknown[] = [];
  const subscriber = Redis.fromEnv().subscribe(channel);
  await new Promise((resolve) => subscriber.on("subscribe", resolve));
  subscriber.on("message", ({ message }) => heard.push(message));
  return heard;
}

const NAMES = [
  "KV_REST_API_URL",
  "KV_REST_API_TOKEN",
  "KV_REST_API_READ_ONLY_TOKEN",
  "UPSTASH_REDIS_REST_URL",
  "UPSTASH_REDIS_REST_TOKEN",
];

/** The variables that the set-up leaves, where there were these. */
function environmentAfter(given: Readonly<Record<string, string>>) {
  for (const name of NAMES) vi.stubEnv(name, given[name]);
  const emulator = setUp(runner().hooks);
  return { emulator, environment: NAMES.map((name) => process.env[name]) };
}

describe("the environment", () => {
  const SET = [
    "https://kv-emulator.test",
    "kv-emulator",
    "kv-emulator-read-only",
    "https://kv-emulator.test",
    "kv-emulator",
  ];

  it("names a database that is nobody's", () => {
    expect(environmentAfter({}).environment).toEqual(SET);
  });

  it("names none of production, whatever a file of it says", () => {
    const production = {
      KV_REST_API_URL: "https://eu1-live-1234.upstash.io",
      KV_REST_API_TOKEN: "live",
      KV_REST_API_READ_ONLY_TOKEN: "live too",
      UPSTASH_REDIS_REST_URL: "https://localhost.example.com",
      UPSTASH_REDIS_REST_TOKEN: "live",
    };
    expect(environmentAfter(production).environment).toEqual(SET);
  });

  it.each(["http://localhost:8079", "http://127.0.0.1:80/kv", "http://[::1]:1", "https://db.test"])(
    "keeps %s, and answers there",
    async (url) => {
      const { emulator, environment } = environmentAfter({
        KV_REST_API_URL: url,
        KV_REST_API_TOKEN: "own",
      });
      expect(environment).toEqual([url, "own", ...SET.slice(2)]);
      await new Redis({ url, token: "own" }).set("k", url);
      expect(emulator.call("GET", "k")).toBe(url);
      expect(await Redis.fromEnv().get("k")).toBe(url);
    },
  );

  it("asks for the tokens that it names", async () => {
    environmentAfter({});
    const [url, , readOnly = ""] = SET;
    const wrong = new Redis({ url, token: "wrong" }).get("k");
    await expect(wrong).rejects.toThrow("WRONGPASS");
    const reader = new Redis({ url, token: readOnly });
    expect(await reader.exists("k")).toBe(0);
    await expect(reader.set("k", "v")).rejects.toThrow("NOPERM");
  });
});

describe("a test", () => {
  it("that ends undoes what came since it began, and nothing else", () => {
    const { hooks, begin, end } = runner();
    const emulator = setUp(hooks);
    emulator.call("SET", "seed", 1, "EX", 60);
    begin();
    emulator.call("INCR", "seed");
    emulator.clock.advance("1d");
    end();
    expect(emulator.call("GET", "seed")).toBe("1");
    expect(emulator.call("TTL", "seed")).toBe(60);
  });

  it("ends the streams that it began, and no other", async () => {
    const { hooks, begin, end } = runner();
    const emulator = setUp(hooks);
    const early = await listen("early");
    begin();
    await listen("late");
    expect(emulator.call("PUBSUB", "CHANNELS")).toHaveLength(2);
    end();
    expect(emulator.call("PUBSUB", "CHANNELS")).toEqual(["early"]);
    emulator.call("PUBLISH", "early", "hello");
    await expect.poll(() => early).toEqual(["hello"]);
  });

  it("that left fake timers on has them ended; those that it found stay", () => {
    const { hooks, begin, end } = runner();
    const emulator = setUp({ ...hooks, useRealTimers: () => vi.useRealTimers() });
    begin();
    vi.useFakeTimers({ now: 0 });
    end();
    expect(vi.isFakeTimers()).toBe(false);
    vi.useFakeTimers({ now: 0 });
    begin();
    vi.advanceTimersByTime(1000);
    end();
    expect([vi.isFakeTimers(), emulator.clock.now()]).toEqual([true, 1000]);
    vi.useRealTimers();
  });
});

describe("setUp", () => {
  it("takes back what the file before it has changed", () => {
    const before = globalThis.fetch;
    const emulator = setUp(runner().hooks);
    emulator.call("SET", "file", 1);
    emulator.clock.freeze(0);
    expect(setUp(runner().hooks)).toBe(emulator);
    expect(emulator.call("DBSIZE")).toBe(0);
    expect(emulator.clock.runs).toBe(true);
    expect(globalThis.fetch).not.toBe(before);
  });

  it("asks for hooks", () => {
    // @ts-expect-error -- what a program in JavaScript may do
    expect(() => setUp({ beforeEach: () => undefined })).toThrow(
      new TypeError(
        "setUp({ beforeEach, afterEach }): a hook is missing; pass those of your runner, such as those of node:test",
      ),
    );
  });

  it("sets up node:test", async () => {
    const options = ["--import", "tsx", "--import", "./test/readme/node-test-set-up.ts", "--test"];
    // Nothing of vitest's own, which node's runner would take for a run within a run.
    const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...env } = process.env;
    const command = [...options, "--test-reporter", "tap", "test/set-up/node-test/app.ts"];
    const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: root, env });
    expect(stdout).toMatch(/^# pass 5$/m);
    expect(stdout).toMatch(/^# fail 0$/m);
  });
});
