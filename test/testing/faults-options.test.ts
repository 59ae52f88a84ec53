/** What `faults.add` refuses: each error names the option and what to write instead. */
import { createEmulator } from "kv-emulator";
import { describe, expect, it } from "vitest";

/** As JavaScript lets it be called. */
function adding(fault: unknown): () => unknown {
  const { faults } = createEmulator();
  const add: unknown = Reflect.get(faults, "add");
  return () => (typeof add === "function" ? Reflect.apply(add, faults, [fault]) : undefined);
}

const NAMES =
  '"reset", "lost-reply", "half-applied", "torn", "never", "noscript", "invalid-json", "wrong-base64", "stale-sync-token"';

describe("faults.add throws a TypeError", () => {
  it.each<[unknown, string]>([
    [
      undefined,
      'faults.add(fault): undefined is no fault; pass one like { on: "INCR", effect: "reset" }',
    ],
    [
      "INCR",
      'faults.add(fault): "INCR" is no fault; pass one like { on: "INCR", effect: "reset" }',
    ],
    [
      { on: "INCR", time: 1, effect: "reset" },
      "faults.add({ time }): there is no such option; did you mean times?",
    ],
    [
      { command: "INCR", effect: "reset" },
      "faults.add({ command }): there is no such option; pass on, key, client, door, effect, after, times, chance",
    ],
    [
      { on: "", effect: "reset" },
      'faults.add({ on }): "" names no command; pass a name ("INCR"), "*", a RegExp for the command line or a function',
    ],
    [
      { on: 7, effect: "reset" },
      'faults.add({ on }): 7 names no command; pass a name ("INCR"), "*", a RegExp for the command line or a function',
    ],
    [
      { key: 7, effect: "reset" },
      'faults.add({ key }): 7 is neither text nor a RegExp; pass one like "user:*" or /^user:\\d+$/',
    ],
    [
      { client: ["a"], effect: "reset" },
      'faults.add({ client }): ["a"] is neither text nor a RegExp; pass one like "worker" or /^worker-/',
    ],
    [
      { door: "http", effect: "reset" },
      'faults.add({ door }): "http" is no door; pass "double", "rest" or "resp"',
    ],
    [
      { after: -1, effect: "reset" },
      "faults.add({ after }): -1 is no number of commands; pass a whole number from 0",
    ],
    [
      { times: 0, effect: "reset" },
      "faults.add({ times }): 0 is no number of times; pass a whole number from 1, or leave it out for every time",
    ],
    [
      { times: "2", effect: "reset" },
      'faults.add({ times }): "2" is no number of times; pass a whole number from 1, or leave it out for every time',
    ],
    [
      { chance: 30, effect: "reset" },
      "faults.add({ chance }): 30 is no probability; pass a number from 0 to 1",
    ],
    [
      { chance: Number.NaN, effect: "reset" },
      "faults.add({ chance }): NaN is no probability; pass a number from 0 to 1",
    ],
    [
      { on: "INCR" },
      `faults.add({ effect }): undefined is no effect; pass one of ${NAMES}, or an object with one of error, latency, applyFirst, status`,
    ],
    [
      { effect: "lostreply" },
      'faults.add({ effect }): "lostreply" is no effect; did you mean "lost-reply"?',
    ],
    [
      { effect: "explode" },
      `faults.add({ effect }): "explode" is no effect; pass one of ${NAMES}, or an object with one of error, latency, applyFirst, status`,
    ],
    [
      { effect: { delay: 7 } },
      `faults.add({ effect }): { delay: 7 } is no effect; pass one of ${NAMES}, or an object with one of error, latency, applyFirst, status`,
    ],
    [
      { effect: { error: "ERR no", status: 500 } },
      'faults.add({ effect }): { error: "ERR no", status: 500 } is 2 effects; add a rule for each of error and status',
    ],
    [
      { effect: { status: 500, jitter: 7 } },
      "faults.add({ effect: { status, jitter } }): jitter is no option of status; leave it out",
    ],
    [
      { effect: { error: "" } },
      'faults.add({ effect: { error } }): "" is no error reply; pass its whole text in one line, code first: "ERR max requests limit exceeded"',
    ],
    [
      { effect: { error: "ERR a\nb" } },
      'faults.add({ effect: { error } }): "ERR a\\nb" is no error reply; pass its whole text in one line, code first: "ERR max requests limit exceeded"',
    ],
    [
      { effect: { latency: "soon" } },
      'faults.add({ effect: { latency } }): "soon" is not a duration; pass milliseconds (≥ 0) or a text like "1.5s" or "250ms"',
    ],
    [
      { effect: { latency: 5, jitter: -1 } },
      'faults.add({ effect: { jitter } }): -1 is not a duration; pass milliseconds (≥ 0) or a text like "1.5s" or "250ms"',
    ],
    [
      { effect: { applyFirst: 0 } },
      'faults.add({ effect: { applyFirst } }): 0 is no number of commands; pass a whole number from 1, or effect: "reset" for none',
    ],
    [
      { effect: { status: 204 } },
      "faults.add({ effect: { status } }): 204 is no status of a response with a body; pass one such as 429, 500, 502 or 503",
    ],
    [
      { effect: { status: "503" } },
      'faults.add({ effect: { status } }): "503" is no status of a response with a body; pass one such as 429, 500, 502 or 503',
    ],
    [
      { door: "resp", effect: { status: 503 } },
      'faults.add({ door: "resp", effect }): status is an effect on HTTP; over RESP pass effect: "reset"',
    ],
    [
      { door: "resp", effect: "torn" },
      'faults.add({ door: "resp", effect }): torn is an effect on HTTP; over RESP pass effect: "lost-reply"',
    ],
    [
      { door: "resp", effect: "half-applied" },
      'faults.add({ door: "resp", effect }): half-applied is an effect on HTTP; over RESP commands come one by one: pass effect: "reset", with after: 1 to let one pass',
    ],
    [
      { door: "resp", effect: "stale-sync-token" },
      'faults.add({ door: "resp", effect }): stale-sync-token is an effect on HTTP; RESP has no sync tokens; leave the door out',
    ],
  ])("for %j", (fault, message) => {
    expect(adding(fault)).toThrow(new TypeError(message));
  });

  it("and puts nothing in force", () => {
    const emulator = createEmulator();
    expect(() => emulator.faults.add({ effect: { status: 7 } })).toThrow(TypeError);
    expect(emulator.disrupted).toBe(false);
    emulator.faults.verify();
  });
});

describe("types", () => {
  it("allow one effect a rule", () => {
    const { faults } = createEmulator();
    expect(() => {
      // @ts-expect-error -- two effects
      faults.add({ effect: { error: "ERR no", status: 500 } });
    }).toThrow(TypeError);
    expect(() => {
      // @ts-expect-error -- no effect of that name
      faults.add({ effect: "lost" });
    }).toThrow(TypeError);
    expect(() => {
      // @ts-expect-error -- the status has no jitter
      faults.add({ effect: { status: 500, jitter: 5 } });
    }).toThrow(TypeError);
  });
});
