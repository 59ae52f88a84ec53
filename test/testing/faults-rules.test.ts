/** Which commands a fault befalls, how often, and what `verify` says of those that never did. */
import { createEmulator, interceptFetch, type CalledCommand, type Fault } from "kv-emulator";
import { Redis as RealRedis } from "@upstash/redis";
import { Redis } from "kv-emulator/upstash";
import { afterEach, describe, expect, it } from "vitest";

const retry = { retries: 0 };
const connection = { url: "https://my-db.upstash.io", token: "secret" };
const refused = { error: "ERR refused" } as const;
const undo: (() => void)[] = [];
afterEach(() => {
  for (const step of undo.splice(0)) step();
});

function start(seed = 1) {
  const emulator = createEmulator({ seed });
  const options = { retry, enableAutoPipelining: false };
  const redis = new Redis(options, emulator, "app");
  const worker = new Redis(options, emulator, "worker-1");
  return { emulator, faults: emulator.faults, redis, worker };
}

/** Whether the call is refused. */
async function fails(call: Promise<unknown>): Promise<boolean> {
  return call.then(
    () => false,
    () => true,
  );
}

describe("on", () => {
  it.each<[Fault["on"], boolean, boolean]>([
    ["INCR", true, false],
    ["incr", true, false],
    [" Incr ", true, false],
    ["XINFO STREAM", false, true],
    ["xinfo  stream", false, true],
    ["XINFO", false, true],
    ["INCRBY", false, false],
    ["XINF", false, false],
    ["*", true, true],
    [undefined, true, true],
    [/^INCR /, true, false],
    [/^INCR user:\d+$/g, true, false],
    [/^XINFO STREAM user:1$/, false, true],
    [/^incr/i, true, false],
    [/\sother/, false, false],
    [({ name }) => name === "INCR", true, false],
    [({ keys }) => keys.includes("user:1"), true, true],
    [({ args }) => args.length === 2, false, false],
  ])("%s", async (on, incr, stream) => {
    const { emulator, faults, redis } = start();
    emulator.call("SET", "user:1", 1);
    const rule = faults.add({ on, effect: refused });
    const ask = async (...command: [string, ...string[]]): Promise<boolean> => {
      const { fired } = rule;
      await redis.exec(command).catch(() => undefined);
      return rule.fired > fired;
    };
    expect(await ask("incr", "user:1")).toBe(incr);
    expect(await ask("Incr", "user:1")).toBe(incr);
    expect(await ask("xinfo", "stream", "user:1")).toBe(stream);
  });

  it("takes commands with a dot, and ones that nobody has", async () => {
    const { faults, redis } = start();
    const json = faults.add({ on: "json.get", effect: refused });
    const own = faults.add({ on: (command) => command.name === "JSON.SET", effect: refused });
    await expect(redis.json.get("k", "$")).rejects.toThrow("ERR refused");
    await expect(redis.json.set("k", "$", {})).rejects.toThrow("ERR refused");
    expect([json.fired, own.fired]).toEqual([1, 1]);
  });

  it("hands a function the command as text", async () => {
    const { emulator, faults, worker } = start();
    const seen: CalledCommand[] = [];
    faults.add({ on: (command) => seen.push(command) < 0, effect: refused });
    await worker.mset({ ä: "ü", b: 1 });
    await worker.exec(["config", "get", "save"]);
    undo.push(interceptFetch(emulator, connection));
    await new RealRedis({ ...connection, enableAutoPipelining: false }).eval(
      "return 1",
      ["k"],
      ["a"],
    );
    expect(seen).toEqual([
      {
        name: "MSET",
        args: ["ä", "ü", "b", "1"],
        keys: ["ä", "b"],
        client: "worker-1",
        door: "double",
      },
      { name: "CONFIG GET", args: ["save"], keys: [], client: "worker-1", door: "double" },
      {
        name: "EVAL",
        args: ["return 1", "1", "k", "a"],
        keys: ["k"],
        client: "default",
        door: "rest",
      },
    ]);
  });

  it("does not see what a script calls, but the script", async () => {
    const { emulator, faults, redis } = start();
    const inner = faults.add({ on: "SET", effect: refused });
    expect(await fails(redis.eval("return redis.call('SET', KEYS[1], 1)", ["k"], []))).toBe(false);
    expect(emulator.call("GET", "k")).toBe("1");
    expect(inner.fired).toBe(0);
    faults.add({ on: "EVAL", key: "k", effect: refused });
    expect(await fails(redis.eval("return redis.call('SET', KEYS[1], 1)", ["k"], []))).toBe(true);
  });
});

describe("scopes", () => {
  it("are one of the keys", async () => {
    const { faults, redis } = start();
    faults.add({ key: "user:[0-9]*", effect: refused });
    faults.add({ key: /^job:\d+$/g, effect: refused });
    expect(await fails(redis.get("user:1"))).toBe(true);
    expect(await fails(redis.get("user:x"))).toBe(false);
    expect(await fails(redis.mget("a", "job:7"))).toBe(true);
    expect(await fails(redis.mget("a", "job:7"))).toBe(true);
    expect(await fails(redis.get("job:x"))).toBe(false);
    expect(await fails(redis.ping())).toBe(false);
  });

  it("are the client", async () => {
    const { faults, redis, worker } = start();
    faults.add({ on: "GET", client: "app", effect: refused });
    faults.add({ on: "SET", client: /^worker-\d$/, effect: refused });
    expect(await fails(redis.get("k"))).toBe(true);
    expect(await fails(worker.get("k"))).toBe(false);
    expect(await fails(redis.set("k", 1))).toBe(false);
    expect(await fails(worker.set("k", 1))).toBe(true);
  });

  it("are the door", async () => {
    const { emulator, faults, redis } = start();
    undo.push(interceptFetch(emulator, connection));
    const rest = new RealRedis(connection);
    faults.add({ on: "GET", door: "rest", effect: refused });
    faults.add({ on: "SET", door: "double", effect: refused });
    expect(await fails(redis.get("k"))).toBe(false);
    expect(await fails(rest.get("k"))).toBe(true);
    expect(await fails(redis.set("k", 1))).toBe(true);
    expect(await fails(rest.set("k", 1))).toBe(false);
  });
});

async function byChance(seed: number, chance: number | undefined) {
  const { emulator, faults, redis } = start(seed);
  emulator.call("SADD", "set", ...Array.from("abcdefghij"));
  if (chance !== undefined) faults.add({ on: "GET", chance, effect: refused });
  const outcomes: boolean[] = [];
  for (let count = 0; count < 200; count++) outcomes.push(await fails(redis.get("k")));
  return { outcomes, lots: emulator.call("SRANDMEMBER", "set", -20) };
}

async function besideOthers(both: boolean) {
  const { faults, redis } = start();
  faults.add({ on: "GET", chance: 0.5, effect: refused });
  if (both) faults.add({ on: "SET", chance: 0.5, effect: refused });
  const outcomes: boolean[] = [];
  for (let count = 0; count < 50; count++) {
    await fails(redis.set("k", 1));
    outcomes.push(await fails(redis.get("k")));
  }
  return outcomes;
}

async function waitsOf(seed: number) {
  const { emulator, faults, redis } = start(seed);
  const waits: number[] = [];
  emulator.clock.sleep = (duration) => {
    waits.push(Number(duration));
    return Promise.resolve();
  };
  faults.add({ effect: { latency: "100ms", jitter: 40 } });
  for (let count = 0; count < 100; count++) await redis.get("k");
  return waits;
}

describe("how often", () => {
  it("is each time, unless told otherwise", async () => {
    const { faults, redis } = start();
    const rule = faults.add({ effect: refused });
    for (let count = 1; count <= 10; count++) {
      expect(await fails(redis.get("k"))).toBe(true);
      expect(rule.fired).toBe(count);
    }
  });

  it("is behind the first, and so many times", async () => {
    const { faults, redis } = start();
    const rule = faults.add({ on: "GET", after: 2, times: 3, effect: refused });
    const outcomes: boolean[] = [];
    for (let count = 0; count < 8; count++) {
      outcomes.push(await fails(redis.get("k")));
      await redis.set("k", 1);
    }
    expect(outcomes).toEqual([false, false, true, true, true, false, false, false]);
    expect(rule.fired).toBe(3);
  });

  it("counts the commands of pipelines one by one", async () => {
    const { faults, redis } = start();
    faults.add({ on: "INCR", after: 1, times: 2, effect: refused });
    const pipeline = redis.pipeline().incr("a").incr("b").set("c", 1).incr("d").incr("e");
    const outcomes = await pipeline.exec({ keepErrors: true });
    expect(outcomes.map(({ error }) => error)).toEqual([
      undefined,
      "ERR refused",
      undefined,
      "ERR refused",
      undefined,
    ]);
  });

  it("is a matter of chance, the same for each seed, and moves none of the commands'", async () => {
    const one = await byChance(1, 0.3);
    expect(await byChance(1, 0.3)).toEqual(one);
    expect((await byChance(2, 0.3)).outcomes).not.toEqual(one.outcomes);
    expect((await byChance(1, undefined)).lots).toEqual(one.lots);
    const failed = one.outcomes.filter(Boolean).length;
    expect(failed).toBeGreaterThan(40);
    expect(failed).toBeLessThan(80);
    expect((await byChance(1, 0)).outcomes).not.toContain(true);
    expect((await byChance(1, 1)).outcomes).not.toContain(false);
  });

  it("is the same chance for each test that is undone", async () => {
    const { emulator, faults, redis } = start();
    const run = async (): Promise<boolean[]> => {
      const undoTest = emulator.checkpoint();
      faults.add({ chance: 0.5, effect: refused });
      const outcomes: boolean[] = [];
      for (let count = 0; count < 50; count++) outcomes.push(await fails(redis.get("k")));
      undoTest();
      return outcomes;
    };
    expect(await run()).toEqual(await run());
  });

  it("is a matter of each rule's own chance", async () => {
    expect(await besideOthers(true)).toEqual(await besideOthers(false));
  });

  it("spreads latency by the jitter, the same for each seed", async () => {
    const waits = await waitsOf(1);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(60);
    expect(Math.min(...waits)).toBeLessThan(70);
    expect(Math.max(...waits)).toBeLessThanOrEqual(140);
    expect(Math.max(...waits)).toBeGreaterThan(130);
    expect(await waitsOf(1)).toEqual(waits);
    expect(await waitsOf(2)).not.toEqual(waits);
  });
});

describe("rules", () => {
  it("are asked in the order in which they were added; the first that fires is the one", async () => {
    const { faults, redis } = start();
    const first = faults.add({ on: "GET", times: 1, effect: { error: "ERR one" } });
    const second = faults.add({ effect: { error: "ERR two" } });
    await expect(redis.get("k")).rejects.toThrow("ERR one");
    await expect(redis.get("k")).rejects.toThrow("ERR two");
    expect([first.fired, second.fired]).toEqual([1, 1]);
  });

  it("disturb only while there are any", async () => {
    const { emulator, faults, redis } = start();
    expect(emulator.disrupted).toBe(false);
    const one = faults.add({ on: "GET", effect: refused });
    const other = faults.add({ on: "SET", effect: refused });
    one.remove();
    expect(emulator.disrupted).toBe(true);
    expect(await fails(redis.get("k"))).toBe(false);
    expect(await fails(redis.set("k", 1))).toBe(true);
    other.remove();
    other.remove();
    expect(emulator.disrupted).toBe(false);
    expect(await fails(redis.set("k", 1))).toBe(false);
    faults.add({ effect: refused });
    expect(await fails(redis.set("k", 1))).toBe(true);
    faults.clear();
    expect(emulator.disrupted).toBe(false);
    expect(await fails(redis.set("k", 1))).toBe(false);
  });

  it("end with reset(), not with restore()", async () => {
    const { emulator, faults, redis } = start();
    const snapshot = emulator.snapshot();
    faults.add({ effect: refused });
    emulator.restore(snapshot);
    expect(await fails(redis.get("k"))).toBe(true);
    emulator.reset();
    expect(await fails(redis.get("k"))).toBe(false);
    expect(emulator.disrupted).toBe(false);
  });

  it("are those of the checkpoint when a test is undone", async () => {
    const { emulator, faults, redis } = start();
    const before = emulator.checkpoint();
    const lasting = faults.add({ on: "GET", effect: refused });
    const after = emulator.checkpoint();
    faults.add({ on: "SET", effect: refused });
    lasting.remove();
    after();
    expect(await fails(redis.get("k"))).toBe(true);
    expect(await fails(redis.set("k", 1))).toBe(false);
    faults.clear();
    expect(emulator.disrupted).toBe(false);
    after();
    expect(await fails(redis.get("k"))).toBe(true);
    before();
    expect(emulator.disrupted).toBe(false);
    expect(await fails(redis.get("k"))).toBe(false);
    faults.add({ on: "SET", effect: refused });
    expect(await fails(redis.set("k", 1))).toBe(true);
  });
});

/** What `verify` says of the one rule when these calls have come by. */
async function silent(
  fault: Fault,
  calls: (clients: ReturnType<typeof start>) => Promise<unknown>,
): Promise<string> {
  const clients = start();
  clients.faults.add(fault);
  await calls(clients);
  try {
    clients.faults.verify();
  } catch (error) {
    return String(error);
  }
  return "";
}

async function three({ redis, worker }: ReturnType<typeof start>) {
  await redis.incr("hits");
  await redis.set("user:1", "ada");
  await worker.get("user:1");
}

describe("verify", () => {
  it("speaks of what came by since the first rule of the test", async () => {
    const { emulator, faults, redis } = start();
    const undoTest = emulator.checkpoint();
    faults.add({ on: "SET", effect: refused });
    await redis.get("of-the-test-before");
    undoTest();
    faults.add({ on: "SET", effect: refused });
    expect(() => faults.verify()).toThrow("nothing was called while it was in force");
  });

  it("is content when all rules have fired, or there are none", async () => {
    const { faults, redis } = start();
    faults.verify();
    faults.add({ on: "GET", effect: refused });
    expect(() => faults.verify()).toThrow(Error);
    expect(await fails(redis.get("k"))).toBe(true);
    expect(() => faults.verify()).not.toThrow();
  });

  it("knows what a misspelt command is meant for", async () => {
    expect(await silent({ on: "INRC", effect: "lost-reply" }, three)).toBe(
      [
        "Error: faults.verify(): the only rule has never fired:",
        '  { on: "INRC", effect: "lost-reply" }',
        '    there is no command "INRC"; did you mean INCR?',
        "    the closest commands seen: INCR hits; SET user:1 ada; GET user:1",
      ].join("\n"),
    );
  });

  it.each([
    ["hgetal", "HGETALL"],
    ["JSONGET", "JSON.GET"],
    ["OBJECT ENCODNIG", "OBJECT ENCODING"],
    ["EXPIER", "EXPIRE"],
    ["INCR hits", "INCR"],
    ["DELL", "DEL"],
  ])("takes %s for %s", async (on, meant) => {
    const message = await silent({ on, effect: "reset" }, three);
    expect(message).toContain(`there is no command "${on}"; did you mean ${meant}?`);
  });

  it("suggests nothing for what is like no command", async () => {
    const message = await silent({ on: "FETCHUSERBYNAME", effect: "reset" }, three);
    expect(message).toContain('there is no command "FETCHUSERBYNAME"\n');
  });

  it("shows the closest commands that came by", async () => {
    const message = await silent({ on: "GET", key: "usr:*", effect: "reset" }, three);
    expect(message).toContain("no command matched; the closest commands seen: GET user:1; ");
    expect(await silent({ on: "GET", client: "app", effect: "reset" }, three)).toContain(
      "the closest commands seen: GET user:1 (client worker-1, door double); ",
    );
    expect(await silent({ on: /^GTE user/, effect: "reset" }, three)).toContain(
      "the closest commands seen: GET user:1; ",
    );
    expect(await silent({ effect: "reset" }, async () => undefined)).toContain(
      "no command matched; nothing was called while it was in force",
    );
  });

  it("says what else kept a rule from firing", async () => {
    expect(await silent({ on: "GET", after: 3, effect: "reset" }, three)).toContain(
      "1 command matched, and the first 3 pass (after: 3)",
    );
    expect(await silent({ chance: 0, effect: "reset" }, three)).toContain(
      "3 commands matched, and chance spared each (chance: 0)",
    );
    expect(await silent({ on: "INCR", effect: "half-applied" }, three)).toContain(
      "1 command matched, but only a pipeline that has more commands, and is no transaction, can be applied in part",
    );
    expect(await silent({ on: "GET", effect: "noscript" }, three)).toContain(
      "1 command matched, but only EVALSHA answers NOSCRIPT",
    );
  });

  it("names the rules alone that never fired", async () => {
    const { faults, redis } = start();
    faults.add({ on: "GET", effect: refused });
    faults.add({ on: "GET", key: "k", effect: "reset" });
    expect(await fails(redis.get("k"))).toBe(true);
    faults.add({ on: /^LPUSH/, times: 1, effect: { status: 503 } });
    expect(() => faults.verify()).toThrow(
      [
        "faults.verify(): 2 of 3 rules have never fired:",
        '  { on: "GET", key: "k", effect: "reset" }',
        "    1 command matched, and a rule that was added before fired",
        "  { on: /^LPUSH/, times: 1, effect: { status: 503 } }",
        "    no command matched; the closest commands seen: GET k",
      ].join("\n"),
    );
  });
});
