/** Scripts that run away are stopped, and what else was there goes on: data, scripts, libraries. Nothing of Lua is loaded before a script. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { createEmulator } from "../../src/emulator.js";
import { ReplyError } from "../../src/errors.js";

const ENDLESS = "while true do end";
const STOPPED =
  "ERR the script was stopped after 20 ms; createEmulator({ scriptTimeout }) sets how long one may run. script: ";

const createHasty = () => createEmulator({ scriptTimeout: 20 });

describe("a script that does not end", () => {
  it("is stopped with an error that says what to do", () => {
    expect(() => createHasty().call("EVAL", ENDLESS, 0)).toThrow(STOPPED);
  });

  it("is stopped within pcall, xpcall and coroutines", () => {
    const emulator = createHasty();
    for (const script of [
      `while true do pcall(function() ${ENDLESS} end) end`,
      `xpcall(function() ${ENDLESS} end, function() ${ENDLESS} end)`,
      `coroutine.wrap(function() ${ENDLESS} end)()`,
      "while true do redis.call('ping') end",
    ]) {
      expect(() => emulator.call("EVAL", script, 0)).toThrow(STOPPED);
    }
  });

  it("leaves what it wrote, as Redis does when a script fails", () => {
    const emulator = createHasty();
    expect(() => emulator.call("EVAL", `redis.call('set','k',1) ${ENDLESS}`, 0)).toThrow(STOPPED);
    expect(emulator.call("GET", "k")).toBe("1");
  });

  it("leaves scripts and libraries", () => {
    const emulator = createHasty();
    const sha = String(emulator.call("SCRIPT", "LOAD", "return 'script'"));
    const library =
      "#!lua name=l\nredis.register_function('f', function() return 'function' end)\nredis.register_function('g', function() while true do end end)";
    emulator.call("FUNCTION", "LOAD", library);
    expect(() => emulator.call("EVAL", ENDLESS, 0)).toThrow(STOPPED);
    expect(() => emulator.call("FCALL", "g", 0)).toThrow(`${STOPPED}g`);
    expect(emulator.call("EVALSHA", sha, 0)).toBe("script");
    expect(emulator.call("FCALL", "f", 0)).toBe("function");
  });

  it("leaves its transaction to go on", () => {
    const emulator = createHasty();
    emulator.call("MULTI");
    emulator.call("EVAL", ENDLESS, 0);
    emulator.call("EVAL", "return 'next'", 0);
    expect(emulator.call("EXEC")).toEqual([expect.any(ReplyError), "next"]);
  });

  it("leaves the database where it was", () => {
    const emulator = createHasty();
    expect(() => emulator.call("EVAL", `redis.call('select',5) ${ENDLESS}`, 0)).toThrow(STOPPED);
    emulator.call("SET", "k", "here");
    emulator.call("SELECT", 5);
    expect(emulator.call("DBSIZE")).toBe(0);
  });

  it("is stopped while a library is loaded, too", () => {
    expect(() => createHasty().call("FUNCTION", "LOAD", `#!lua name=l\n${ENDLESS}`)).toThrow(
      "ERR ",
    );
  });
});

describe("with fake timers", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("real time stops a script", () => {
    vi.useFakeTimers();
    expect(() => createHasty().call("EVAL", ENDLESS, 0)).toThrow(STOPPED);
  });

  it("counted instructions stop a script where even the clock was faked before", async () => {
    vi.useFakeTimers({ toFake: ["performance", "Date"] });
    vi.resetModules();
    const fresh = await import("../../src/emulator.js");
    const emulator = fresh.createEmulator({ scriptTimeout: 20 });
    expect(() => emulator.call("EVAL", ENDLESS, 0)).toThrow(STOPPED);
  });
});

describe("a script that wants too much", () => {
  it.each([
    ["memory", "local s='x' while true do s=s..s end", "not enough memory"],
    ["a reply", "local t={} for i=1,27 do t={t,t} end return t", "the reply is too large."],
  ])("of %s gets an error, and the next script runs", (_, script, message) => {
    const emulator = createEmulator({ scriptTimeout: 60_000 });
    expect(() => emulator.call("EVAL", script, 0)).toThrow(message);
    expect(emulator.call("EVAL", "return 'next'", 0)).toBe("next");
  });
});

describe("the option scriptTimeout", () => {
  it.each([0, -1, Number.NaN])("can not be %d", (scriptTimeout) => {
    expect(() => createEmulator({ scriptTimeout })).toThrow(TypeError);
  });
});

describe("Lua", () => {
  it("is compiled by the first script, not before", async () => {
    vi.resetModules();
    const compile = vi.spyOn(WebAssembly, "Module");
    const fresh = await import("../../src/kv/kv.js");
    const { emulator } = fresh.createKv();
    emulator.call("SET", "k", 1);
    expect(emulator.call("SCRIPT", "EXISTS", "x")).toEqual([0]);
    expect(() => emulator.call("EVALSHA", "x", 0)).toThrow("NOSCRIPT");
    expect(compile).not.toHaveBeenCalled();
    expect(emulator.call("EVAL", "return redis.call('get','k')", 0)).toBe("1");
    expect(compile).toHaveBeenCalled();
    compile.mockRestore();
  });
});
