/** The flag allow-key-locking, which Upstash has and Redis lacks (Upstash documentation, scripts and key-level locking). */
import { describe, expect, it } from "vitest";
import { bytes } from "../../src/bytes.js";
import { createEmulator } from "../../src/emulator.js";
import { ReplyError } from "../../src/errors.js";
import type { Reply } from "../../src/reply.js";

type Run = (...words: readonly string[]) => Reply;

function connect(profile: "redis" | "upstash", emulator = createEmulator()): Run {
  const session = emulator.createSession(profile);
  return (...words) => {
    const reply = emulator.execute(session, words.map(bytes));
    return reply instanceof ReplyError ? bytes(`-${reply.message}`) : reply;
  };
}

const HEAD = "#!lua flags=allow-key-locking\n";
const REFUSAL =
  "ERR Dynamic keys are not allowed in Lua scripts when 'allow-key-locking' flag is set. Key was:";

describe("allow-key-locking", () => {
  it("lets a script touch the keys that it declares", () => {
    const run = connect("upstash");
    const script = `${HEAD}redis.call('set',KEYS[1],1) return redis.call('mget',KEYS[1],KEYS[2])`;
    expect(run("EVAL", script, "2", "a", "b")).toEqual(["1", null]);
  });

  it.each([
    ["redis.call('get','b')", "b"],
    ["redis.call('mget',KEYS[1],'c')", "c"],
    ["redis.call('set',ARGV[1],1)", "x"],
    ["redis.call('zunionstore',KEYS[1],2,KEYS[1],'d')", "d"],
    ["redis.call('zunion',1,'e')", "e"],
    ["redis.call('sort',KEYS[1],'STORE','g')", "g"],
    ["redis.call('object','encoding','h')", "h"],
  ])("refuses %s", (call, key) => {
    const reply = connect("upstash")("EVAL", `${HEAD}return ${call}`, "1", "a", "x");
    expect(reply).toContain(`-${REFUSAL} ${key} script: `);
  });

  it("leaves nothing of a call that it refuses, and what went before stays", () => {
    const run = connect("upstash");
    run("EVAL", `${HEAD}redis.call('set',KEYS[1],1) redis.call('set','b',1)`, "1", "a");
    expect(run("MGET", "a", "b")).toEqual(["1", null]);
  });

  it("gives redis.pcall the refusal as a table", () => {
    const script = `${HEAD}return redis.pcall('get','b')['err']`;
    expect(connect("upstash")("EVAL", script, "1", "a")).toBe(`${REFUSAL} b`);
  });

  it.each(["FLUSHALL", "FLUSHDB"])("refuses %s", (command) => {
    const reply = connect("upstash")("EVAL", `${HEAD}return redis.call('${command}')`, "1", "a");
    expect(reply).toContain(`-ERR ${command} is not allowed in Lua scripts when`);
  });

  it("lets commands without keys pass", () => {
    const script = `${HEAD}return redis.call('echo','x')`;
    expect(connect("upstash")("EVAL", script, "0")).toBe("x");
  });

  it("stands beside other flags", () => {
    const script = `#!lua flags=no-writes,allow-key-locking\nreturn redis.call('set',KEYS[1],1)`;
    expect(connect("upstash")("EVAL", script, "1", "a")).toContain(
      "-ERR Write commands are not allowed from read-only scripts.",
    );
  });

  it("is a flag of functions too", () => {
    const run = connect("upstash");
    const code = `#!lua name=l
redis.register_function{function_name='f', callback=function(keys,args) return redis.call('get',args[1]) end, flags={'allow-key-locking'}}`;
    expect(run("FUNCTION", "LOAD", code)).toBe("l");
    expect(run("FCALL", "f", "1", "a", "a")).toBeNull();
    expect(run("FCALL", "f", "1", "a", "b")).toContain(`-${REFUSAL} b script: f`);
  });

  it("is ignored behind a blank line", () => {
    const script = `\n  ${HEAD}return redis.call('get','b')`;
    expect(connect("upstash")("EVAL", script, "0")).toBeNull();
    expect(connect("redis")("EVAL", script, "0")).toContain("-ERR Error compiling script");
  });

  it("is unknown where a connection speaks to Redis", () => {
    const emulator = createEmulator();
    const [redis, upstash] = [connect("redis", emulator), connect("upstash", emulator)];
    const unexpected = "-ERR Unexpected flag in script shebang: allow-key-locking";
    expect(redis("EVAL", `${HEAD}return 1`, "0")).toBe(unexpected);
    expect(upstash("EVAL", `${HEAD}return 1`, "0")).toBe(1);
    expect(redis("EVAL", `${HEAD}return 1`, "0")).toBe(unexpected);
    expect(redis("SCRIPT", "LOAD", `${HEAD}return 1`)).toBe(unexpected);
    const code = `#!lua name=l\nredis.register_function{function_name='f', callback=function() end, flags={'allow-key-locking'}}`;
    expect(redis("FUNCTION", "LOAD", code)).toBe(
      "-ERR Error registering functions: ERR unknown flag given",
    );
  });
});
