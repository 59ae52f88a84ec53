/** Time: the default clock follows Date.now(), a manual clock moves when told to, and a key dies at its millisecond. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { manualClock, type ManualClock, type Sleeper } from "../src/clock.js";
import { bytes } from "../src/bytes.js";
import { createEmulator } from "../src/emulator.js";
import { createKv } from "../src/kv/kv.js";
import { plain } from "../src/plain.js";
import type { Reply } from "../src/reply.js";

afterEach(() => {
  vi.useRealTimers();
});

describe("the default clock", () => {
  it("follows fake timers", () => {
    vi.useFakeTimers({ now: 1_700_000_000_000 });
    const emulator = createEmulator();
    emulator.call("SET", "k", "v", "EX", 60);
    vi.advanceTimersByTime(59_999);
    expect(emulator.call("GET", "k")).toBe("v");
    vi.advanceTimersByTime(1);
    expect(emulator.call("GET", "k")).toBeNull();
  });

  it("leaves no timer behind that would keep a process alive", () => {
    vi.useFakeTimers();
    createEmulator().call("SET", "k", "v", "EX", 60);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("a manual clock", () => {
  it.each([
    [1500, 1500],
    ["1h30m", 5_400_000],
    ["250ms", 250],
    ["1d 2h", 93_600_000],
    ["1.5s", 1500],
    [0, 0],
  ])("advances by %j", (duration, ms) => {
    const clock = manualClock(1000);
    clock.advance(duration);
    expect(clock.now()).toBe(1000 + ms);
  });

  it.each([-1, Number.NaN, Infinity, "", "5", "1x", "h", "-1s"])(
    "refuses the duration %j",
    (duration) => {
      expect(() => manualClock().advance(duration)).toThrow(TypeError);
    },
  );

  it.each([[new Date(5000)], [5000], ["1970-01-01T00:00:05Z"]])("is set to %j", (date) => {
    const clock = manualClock();
    clock.set(date);
    expect(clock.now()).toBe(5000);
  });

  it.each([Number.NaN, "yesterday", new Date(Number.NaN)])("refuses the date %j", (date) => {
    expect(() => manualClock().set(date)).toThrow(TypeError);
    expect(() => manualClock(date)).toThrow(TypeError);
  });
});

describe("expiry", () => {
  it("is seen by every command at the key's millisecond", () => {
    const clock = manualClock(0);
    const emulator = createEmulator({ clock });
    for (let at = 1; at <= 1000; at++) emulator.call("SET", `k${at}`, "v", "PXAT", at);
    for (const at of [1, 2, 10, 500, 999]) {
      clock.set(at);
      expect(emulator.call("DBSIZE")).toBe(1000 - at);
      expect(emulator.call("EXISTS", `k${at}`, `k${at + 1}`)).toBe(1);
    }
    clock.set(1000);
    expect(emulator.call("KEYS", "*")).toEqual([]);
  });

  it("follows a deadline that moved, was removed, or passed on with RENAME", () => {
    const clock = manualClock(0);
    const emulator = createEmulator({ clock });
    emulator.call("MSET", "later", "v", "never", "v", "moved", "v");
    for (const key of ["later", "never", "moved"]) emulator.call("PEXPIRE", key, 100);
    emulator.call("PEXPIRE", "later", 200);
    emulator.call("PERSIST", "never");
    emulator.call("RENAME", "moved", "renamed");
    clock.advance(100);
    expect(emulator.call("EXISTS", "later", "never", "renamed")).toBe(2);
    clock.advance(100);
    expect(emulator.call("KEYS", "*")).toEqual(["never"]);
  });

  it("reads the clock once for a transaction", async () => {
    let time = 1000;
    const { kv } = createKv({ clock: { now: () => (time += 0.5) } });
    const stamps = await kv.multi().time().time().time().exec();
    expect(new Set(stamps.map(String)).size).toBe(1);
    expect(String(stamps[0])).toMatch(/^1,\d000$/);
  });

  it("keeps its heap small when one key's deadline moves again and again", () => {
    const clock = manualClock(0);
    const emulator = createEmulator({ clock });
    emulator.call("SET", "k", "v");
    for (let round = 1; round <= 10_000; round++) emulator.call("PEXPIRE", "k", round);
    clock.advance(9999);
    expect(emulator.call("PTTL", "k")).toBe(1);
    clock.advance(1);
    expect(emulator.call("EXISTS", "k")).toBe(0);
  });
});

/** Waits for the given times, and notes when it was woken. */
function sleeper(clock: ManualClock, times: number[]) {
  const woken: number[] = [];
  const own: Sleeper = {
    wakeAt: () => times[0],
    wake: () => {
      times.shift();
      woken.push(clock.now());
    },
  };
  clock.follow?.(own);
  return { own, woken };
}

describe("followed", () => {
  it("wakes sleepers in the order of their times, each at its time", () => {
    const clock = manualClock(1000);
    const first = sleeper(clock, [1010, 1500, 9000]);
    const second = sleeper(clock, [1200]);
    clock.advance(500);
    expect([first.woken, second.woken, clock.now()]).toEqual([[1010, 1500], [1200], 1500]);
    clock.set(10_000);
    expect(first.woken).toEqual([1010, 1500, 9000]);
  });

  it("wakes at once for a time that is past", () => {
    const clock = manualClock(1000);
    const late = sleeper(clock, [400, 900]);
    clock.set(500);
    expect([late.woken, clock.now()]).toEqual([[1000], 500]);
  });
});

describe("the default clock, followed", () => {
  it("tells of keys that expire, and ends waits, when its timers say so", () => {
    vi.useFakeTimers({ now: 1000 });
    const emulator = createEmulator();
    emulator.call("CONFIG", "SET", "notify-keyspace-events", "Ex");
    const heard: unknown[] = [];
    const hear = (message: Reply): unknown => heard.push([Date.now(), plain(message)]);
    const listener = emulator.createSession("redis", hear);
    emulator.execute(listener, ["SUBSCRIBE", "__keyevent@0__:expired"].map(bytes));
    emulator.execute(emulator.createSession("redis", hear), ["BLPOP", "list", "2"].map(bytes));
    emulator.call("SET", "late", "v", "PX", 3000);
    emulator.call("SET", "soon", "v", "PX", 20);
    vi.advanceTimersByTime(10_000);
    expect(heard).toEqual([
      [1020, ["message", "__keyevent@0__:expired", "soon"]],
      [3000, null],
      [4000, ["message", "__keyevent@0__:expired", "late"]],
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
