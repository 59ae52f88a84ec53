/** Time: an emulator's clock follows Date.now() until it is moved or stands still, and a key dies at its millisecond. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { manualClock, systemClock, TestClock, type Sleeper } from "../src/clock.js";
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
function sleeper(clock: TestClock, times: number[]) {
  const woken: number[] = [];
  const own: Sleeper = {
    wakeAt: () => times[0],
    wake: () => {
      times.shift();
      woken.push(clock.now());
    },
  };
  clock.schedule(own);
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

describe("an emulator's own clock", () => {
  it("goes with Date.now(), plus what it was moved by", () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    const spy = vi.spyOn(Date, "now").mockReturnValue(5000);
    const [emulator, other] = [createEmulator(), createEmulator()];
    emulator.clock.advance("1h");
    expect([emulator.clock.now(), other.clock.now()]).toEqual([3_605_000, 5000]);
    spy.mockReturnValue(6000);
    expect(emulator.clock.now()).toBe(3_606_000);
    emulator.clock.set(100);
    spy.mockReturnValue(6010);
    expect(emulator.clock.now()).toBe(110);
    emulator.clock.follow();
    expect(emulator.clock.now()).toBe(6010);
    spy.mockRestore();
  });

  it("stands still when frozen, where it is or at a point in time, and moves when told to", () => {
    const { clock } = createEmulator();
    clock.freeze("2026-01-01T00:00:00Z");
    vi.useFakeTimers({ now: 0 });
    vi.advanceTimersByTime(1000);
    expect(new Date(clock.now())).toEqual(new Date("2026-01-01T00:00:00Z"));
    clock.advance("1h");
    clock.freeze();
    expect(new Date(clock.now())).toEqual(new Date("2026-01-01T01:00:00Z"));
    expect(Date.now()).toBe(1000);
    clock.follow();
    expect(clock.now()).toBe(1000);
  });

  it.each(["advance", "after", "sleep"] as const)(
    "names %s where its duration is none",
    async (method) => {
      const { clock } = createEmulator();
      const text = `${method === "sleep" ? "after" : method}(duration): "soon" is not a duration`;
      await expect(async () => clock[method]("soon", () => undefined)).rejects.toThrow(text);
    },
  );

  it("is the one that was handed in, or follows it where that can not be moved", () => {
    const manual = manualClock(1000);
    expect(createEmulator({ clock: manual }).clock).toBe(manual);
    let time = 1000;
    const { clock } = createEmulator({ clock: { now: () => time } });
    clock.advance(5);
    time = 2000;
    expect(clock.now()).toBe(2005);
    expect(createEmulator({ clock: systemClock }).clock).not.toBe(systemClock);
  });

  it("wakes the emulator on its way: events come at their times", () => {
    const emulator = createEmulator();
    emulator.clock.freeze(1000);
    emulator.call("CONFIG", "SET", "notify-keyspace-events", "Ex");
    const heard: unknown[] = [];
    const hear = (message: Reply): unknown => heard.push([emulator.clock.now(), plain(message)]);
    const listener = emulator.createSession("redis", hear);
    emulator.execute(listener, ["SUBSCRIBE", "__keyevent@0__:expired"].map(bytes));
    emulator.call("SET", "late", "v", "PX", 3000);
    emulator.call("SET", "soon", "v", "PX", 20);
    emulator.clock.follow();
    emulator.clock.freeze(1000);
    expect(heard).toEqual([
      [1020, ["message", "__keyevent@0__:expired", "soon"]],
      [4000, ["message", "__keyevent@0__:expired", "late"]],
    ]);
  });
});

describe("with fake timers there is one time", () => {
  it("moves them with the clock, timers and sleepers in one order", () => {
    vi.useFakeTimers({ now: 1000 });
    const { clock } = createEmulator();
    const order: unknown[] = [];
    clock.after(20, () => order.push(["clock", Date.now(), clock.now()]));
    setTimeout(() => order.push(["timer", Date.now(), clock.now()]), 10);
    setTimeout(() => order.push(["timer", Date.now(), clock.now()]), 30);
    clock.advance(30);
    expect(order).toEqual([
      ["timer", 1010, 1010],
      ["clock", 1020, 1020],
      ["timer", 1030, 1030],
    ]);
    expect([Date.now(), clock.now()]).toEqual([1030, 1030]);
  });

  it("moves a fake Date alone, too, and still wakes each at its time", () => {
    vi.useFakeTimers({ now: 1000, toFake: ["Date"] });
    const { clock } = createEmulator();
    const woken: number[] = [];
    clock.after(20, () => woken.push(clock.now()));
    clock.advance("1s");
    expect([woken, Date.now(), clock.now()]).toEqual([[1020], 2000, 2000]);
  });

  it("sets them back", () => {
    vi.useFakeTimers({ now: 1000 });
    const { clock } = createEmulator();
    clock.set(500);
    expect([Date.now(), clock.now()]).toEqual([500, 500]);
  });

  it("keeps what it was ahead when they come", () => {
    const { clock } = createEmulator();
    clock.advance("1h");
    vi.useFakeTimers({ now: 1000 });
    clock.advance("1s");
    expect([Date.now(), clock.now()]).toEqual([2000, 3_602_000]);
  });

  it("waits with the new timers from the next command on", () => {
    const emulator = createEmulator();
    const ended: unknown[] = [];
    const session = emulator.createSession("redis", (reply) => ended.push(plain(reply)));
    emulator.execute(session, ["BLPOP", "list", "5"].map(bytes));
    vi.useFakeTimers();
    emulator.call("PING");
    vi.advanceTimersByTime(5000);
    expect(ended).toEqual([null]);
  });
});

describe("after and sleep", () => {
  it("come by real time", async () => {
    const clock = new TestClock();
    const begun = performance.now();
    await clock.sleep(20);
    expect(performance.now() - begun).toBeGreaterThan(15);
  });

  it("come at their very time when the clock is moved, in their order", () => {
    const clock = manualClock(0);
    const woken: unknown[] = [];
    for (const ms of [300, 100, 200]) clock.after(ms, () => woken.push([ms, clock.now()]));
    clock.after(100, () => clock.after(50, () => woken.push(["again", clock.now()])));
    clock.advance(250);
    expect(woken).toEqual([
      [100, 100],
      ["again", 150],
      [200, 200],
    ]);
  });

  it("come sooner when a clock that runs is moved", async () => {
    const clock = new TestClock();
    const slept = clock.sleep("1h");
    clock.advance("1h");
    await expect(slept).resolves.toBeUndefined();
  });

  it("come when a clock that stood still runs again", async () => {
    const clock = manualClock();
    const slept = clock.sleep(10);
    clock.follow();
    await expect(slept).resolves.toBeUndefined();
  });

  it("leave no timer when they were called off", () => {
    vi.useFakeTimers();
    const clock = new TestClock();
    clock.after("1h", () => expect.unreachable())();
    expect(vi.getTimerCount()).toBe(0);
    clock.advance("2h");
  });

  it("do not come before their time where timers ring too soon", () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    let time = 0;
    const clock = new TestClock({ now: () => time });
    let woken = 0;
    clock.after(100, () => woken++);
    vi.advanceTimersByTime(100);
    expect([woken, vi.getTimerCount()]).toEqual([0, 1]);
    time = 100;
    vi.advanceTimersByTime(100);
    expect([woken, vi.getTimerCount()]).toEqual([1, 0]);
  });
});

describe("a saved clock", () => {
  it("is brought back to how it went, and what was begun since is called off", () => {
    vi.useFakeTimers({ now: 1000 });
    const clock = new TestClock({ now: () => Date.now() });
    clock.advance("1m");
    const kept: string[] = [];
    clock.after("1h", () => kept.push("before"));
    const bringBack = clock.save();
    clock.freeze(5);
    clock.after("1s", () => kept.push("since"));
    bringBack();
    expect(clock.now()).toBe(61_000);
    vi.advanceTimersByTime(3_600_000);
    expect([kept, vi.getTimerCount()]).toEqual([["before"], 0]);
  });
});
