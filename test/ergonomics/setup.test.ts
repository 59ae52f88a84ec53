/**
 * A file of a project that is set up: the app and its clients are as in production, and no test tidies up. Here the import sets the file
 * up; in a project it is `setupFiles: ["kv-emulator/vitest"]`.
 */
import { clock, emulator } from "kv-emulator/vitest";
import { kv as double } from "kv-emulator/kv";
import { kvHandlers } from "kv-emulator/msw";
import { startServer } from "kv-emulator/node";
import { Redis as IORedis } from "ioredis";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { isSignedIn, signIn, signIns } from "../vitest/projects/setup/app.js";

beforeAll(() => {
  emulator.call("HSET", "user:ada", "name", "Ada");
});

test("the app runs unchanged", async () => {
  await signIn("ada");
  expect(await isSignedIn("ada")).toBe(true);
  clock.advance("1h");
  expect(await isSignedIn("ada")).toBe(false);
  expect(emulator.call("DEL", "user:ada")).toBe(1);
});

test("the next test finds what was seeded, and nothing else", async () => {
  expect(await signIns()).toBe(0);
  expect(emulator.call("KEYS", "*")).toEqual(["user:ada"]);
  expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1000);
});

describe("the same database", () => {
  test("is behind the doubles", async () => {
    await signIn("ada");
    expect(await double.get("sign-ins")).toBe(1);
  });

  test("is behind a server", async () => {
    const server = await startServer({ emulator });
    const client = new IORedis(server.redisUrl);
    await client.set("sign-ins", 41);
    await signIn("ada");
    expect(await signIns()).toBe(42);
    client.disconnect();
    await server.close();
  });

  test("is reached from within MSW, which sees the calls first", async () => {
    const seen: string[] = [];
    const server = setupServer(
      http.get("https://api.example/users/ada", () => HttpResponse.json({ name: "Ada" })),
      ...kvHandlers(emulator),
    );
    server.events.on("request:match", ({ request }) => seen.push(new URL(request.url).hostname));
    server.listen({ onUnhandledRequest: "error" });
    await signIn("ada");
    await fetch("https://api.example/users/ada");
    expect(new Set(seen)).toEqual(new Set(["kv-emulator.test", "api.example"]));
    expect(emulator.call("EXISTS", "session:ada")).toBe(1);
    server.close();
  });
});

describe("what a test leaves on", () => {
  test("as fake timers, links and a frozen clock", async () => {
    vi.useFakeTimers({ now: 0 });
    clock.freeze();
    emulator.intercept(() => Promise.reject(new TypeError("fetch failed")));
    const [outcome] = await Promise.all([
      signIn("ada").catch((error: unknown) => error),
      vi.advanceTimersByTimeAsync(5000),
    ]);
    expect(outcome).toEqual(new TypeError("fetch failed"));
  });

  test("is off in the next", async () => {
    await signIn("ada");
    expect(await signIns()).toBe(1);
    expect(vi.isFakeTimers()).toBe(false);
    expect(clock.runs).toBe(true);
  });
});
