/** Lint's options, warnings and life: what is malformed, what is printed how often, and what is undone. */
import { createEmulator, type LintRules } from "kv-emulator";
import { createKv } from "kv-emulator/kv";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { placesIn, withoutColumns } from "./lint-support.js";

const at = placesIn(import.meta.url);
const TTL = { others: "off", keyWithoutTtl: "warn" } as const;
const warn = vi.spyOn(console, "warn").mockReturnValue();

beforeEach(() => warn.mockClear());

describe("createEmulator({ strict })", () => {
  it.each<[rules: object, message: string]>([
    [
      { keyWithoutTTL: "warn" },
      'strict: there is no rule "keyWithoutTTL"; did you mean keyWithoutTtl?',
    ],
    [
      { spelling: "warn" },
      'strict: there is no rule "spelling"; the rules are keyWithoutTtl, fullScan, cachedRead, typeChange, mixedTypes, repeatedReads, refusedCommand, oversize',
    ],
    [{ fullScan: "loud" }, 'strict.fullScan: "loud" is no level; pass "off", "warn" or "error"'],
    [{ others: true }, 'strict.others: true is no level; pass "off", "warn" or "error"'],
    [
      { fullScan: { threshold: 0 } },
      "strict.fullScan.threshold: 0 is no number above 0; pass one like 1000",
    ],
    [
      { fullScan: { ignore: "user:*" } },
      'strict.fullScan.ignore: "user:*" is no array; pass patterns for keys like ["config:*"]',
    ],
    [
      { fullScan: { ignore: [{ key: 5 }] } },
      'strict.fullScan.ignore({ key }): 5 is neither text nor a RegExp; pass one like "user:*" or /^user:\\d+$/',
    ],
  ])("does not take %j", (rules, message) => {
    expect(() => createEmulator({ strict: rules })).toThrow(new TypeError(message));
  });

  it("leaves alone what is ignored: keys, and commands as faults pick them", async () => {
    const ignore: LintRules["fullScan"] = { ignore: [{ on: "FLUSHALL" }, { client: "worker" }] };
    const { kv, emulator } = createKv({ strict: { others: "off", fullScan: ignore } });
    await kv.flushall();
    await kv.keys("*");
    expect(emulator.lint.problems.map(({ command }) => command)).toEqual(["KEYS *"]);
  });
});

it("warns once of each place and rule, with all there is to say", async () => {
  const { kv } = createKv({ strict: { ...TTL, fullScan: "warn" } });
  for (const id of [1, 2]) {
    await kv.set(`a:${id}`, 1); // @warned
    await kv.keys("*");
  }
  const other = createKv({ strict: TTL }).kv;
  await other.set("a:1", 1);
  const printed = warn.mock.calls.map(([line]) => withoutColumns(String(line)));
  expect(printed.map((line) => /lint: \w+/.exec(line)?.[0])).toEqual([
    "lint: keyWithoutTtl",
    "lint: fullScan",
    "lint: keyWithoutTtl",
  ]);
  expect(printed[0]).toBe(
    `kv-emulator's lint: keyWithoutTtl: SET leaves "a:1" without a TTL: it stays and takes room until someone deletes it. Write set(key, value, { ex: seconds }), or list the key in ignore.\n    at ${at("warned")}`,
  );
});

it("tells all that it knows of a problem", async () => {
  const { kv, emulator } = createKv({ strict: TTL });
  for (const id of [1, 2]) await kv.set(`user:${id}`, "ada"); // @told
  expect(emulator.lint.problems).toEqual([
    {
      rule: "keyWithoutTtl",
      level: "warn",
      message: expect.stringMatching(/^SET leaves "user:1" without a TTL: .* ignore\.$/),
      command: "SET user:1 ada",
      key: "user:1",
      site: expect.stringMatching(new RegExp(`^${at("told")}:\\d+$`)),
      isBeside: false,
      client: expect.stringMatching(/^double-\d+$/),
      count: 2,
    },
  ]);
  expect(() => emulator.lint.verify()).toThrow(
    /^kv-emulator's lint found 1 problem:\n.*\n.*, 2 times$/,
  );
});

it("can be put in force and out of it", async () => {
  const { kv, emulator } = createKv();
  await kv.keys("*");
  emulator.lint.use({ fullScan: "error" });
  await expect(kv.keys("*")).rejects.toThrow("fullScan: KEYS looks at every key");
  emulator.lint.use(false);
  expect(await kv.keys("*")).toEqual([]);
  expect(emulator.lint.problems).toHaveLength(1);
  emulator.lint.clear();
  expect(() => emulator.lint.verify()).not.toThrow();
});

describe("checkpoint()", () => {
  it("brings back the rules, the problems and what was learned", async () => {
    const { kv, emulator } = createKv({ strict: { others: "off", mixedTypes: "warn" } });
    await kv.set("user:1", 1);
    const undo = emulator.checkpoint();
    await kv.hset("user:2", { name: "Ada" });
    expect(emulator.lint.problems).toHaveLength(1);
    emulator.lint.use(false);
    undo();
    expect(emulator.lint.problems).toEqual([]);
    await kv.set("user:3", 1);
    expect(emulator.lint.problems).toEqual([]);
    await kv.hset("user:4", { name: "Ada" });
    expect(emulator.lint.problems).toHaveLength(1);
  });

  it("ends what a test has put in force", async () => {
    const { kv, emulator } = createKv();
    const undo = emulator.checkpoint();
    emulator.lint.use({ fullScan: "error" });
    undo();
    expect(emulator.linter).toBeUndefined();
    expect(await kv.keys("*")).toEqual([]);
    emulator.lint.use({ fullScan: "error" });
    await expect(kv.keys("*")).rejects.toThrow("fullScan");
    emulator.lint.use(false);
    expect(await kv.keys("*")).toEqual([]);
  });

  it("judges what was put off, and throws where that is an error, when all is undone", async () => {
    const { kv, emulator } = createKv({ strict: TTL });
    const undo = emulator.checkpoint();
    await kv.incr("hits");
    expect(warn).not.toHaveBeenCalled();
    undo();
    expect(warn).toHaveBeenCalledTimes(1);
    emulator.lint.use({ keyWithoutTtl: "error" });
    const undoAgain = emulator.checkpoint();
    await kv.incr("hits");
    expect(undoAgain).toThrow('keyWithoutTtl: INCR leaves "hits" without a TTL');
    expect(emulator.call("EXISTS", "hits")).toBe(0);
  });
});

it("goes on in a fork with the option, and forgets with reset()", async () => {
  const { kv, emulator } = createKv({ strict: TTL });
  expect(emulator.fork().linter).toBeDefined();
  await kv.set("a", 1);
  emulator.reset();
  expect(emulator.lint.problems).toEqual([]);
  await kv.set("a", 1);
  expect(emulator.lint.problems).toHaveLength(1);
});

it("does not throw an error at a call that has nothing to do with it", async () => {
  const { kv, emulator } = createKv({ strict: { ...TTL, keyWithoutTtl: "error" } });
  await kv.incr("hits");
  expect(emulator.lint.problems).toHaveLength(1);
  expect(await kv.get("hits")).toBe(1);
});
