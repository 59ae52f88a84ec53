/** Tests of an app that leave everything behind that they can; each finds the database as it was seeded. Two files call them. */
import { emulator, clock } from "kv-emulator/vitest";
import { kv } from "@vercel/kv";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { isSignedIn, signIn, signIns } from "./app.js";

export function defineTests(): void {
  beforeAll(() => {
    emulator.call("SET", "seed:all", "beforeAll");
  });

  /** Of the script `return 1`. */
  const sha = "e0e1f9fabfc9d4800c877a703b823ac0578ff8db";

  for (const time of ["first", "second"]) {
    test(`the app's test leaves everything behind: ${time} time`, async () => {
      expect(emulator.call("DBSIZE")).toBe(2);
      expect(emulator.call("CONFIG", "GET", "notify-keyspace-events")).toEqual([
        "notify-keyspace-events",
        "",
      ]);
      expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1000);
      expect(vi.isFakeTimers()).toBe(false);
      expect(await signIns()).toBe(0);
      await signIn("ada");
      expect(await isSignedIn("ada")).toBe(true);
      expect(await signIns()).toBe(1);
      clock.advance("1h");
      expect(await isSignedIn("ada")).toBe(false);

      expect(await kv.scriptExists(sha)).toEqual([0]);
      expect(await kv.scriptLoad("return 1")).toBe(sha);
      expect(await kv.evalsha(sha, [], [])).toBe(1);
      emulator.call("ACL", "SETUSER", "ada", "on");
      emulator.call("CONFIG", "SET", "notify-keyspace-events", "KEA");
      emulator.intercept((call, next) => next({ ...call, commands: [] }));
      clock.freeze("2000-01-01");
      vi.useFakeTimers();
    });
  }

  describe("with hooks of its own", () => {
    beforeEach(() => {
      emulator.call("SET", "seed:each", "beforeEach");
    });
    afterEach(() => {
      found = emulator.call("GET", "made");
      emulator.call("SET", "left", "behind");
    });
    let found: unknown = "here";

    for (const time of ["first", "second"]) {
      test(`${time} time`, ({ onTestFinished }) => {
        // What a file's own hooks look at is not undone yet.
        expect(found).toBe("here");
        expect(emulator.call("EXISTS", "made", "left", "seed:each", "late")).toBe(1);
        emulator.call("SET", "made", "here");
        onTestFinished(() => void emulator.call("SET", "late", "here"));
      });
    }
  });

  describe("side by side", () => {
    for (const number of [1, 2, 3, 4]) {
      test.concurrent(`is not undone while others run: ${number}`, async ({ expect }) => {
        await kv.set(`key:${number}`, number);
        await new Promise((resolve) => setTimeout(resolve, number * 5));
        expect(await kv.get(`key:${number}`)).toBe(number);
      });
    }
  });

  test("modules that are loaded again do not set up again", async () => {
    emulator.call("SET", "made", "here");
    vi.resetModules();
    const again = await import("kv-emulator/vitest");
    again.emulator.call("SET", "made", "there");
    expect(await kv.get("made")).toBe("there");
    expect(emulator).toBe(again.emulator);
  });

  test("nothing of them is left", () => {
    expect(emulator.call("DBSIZE")).toBe(2);
    expect(emulator.call("ACL", "USERS")).toEqual(["default"]);
  });
}
