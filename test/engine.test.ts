/** The emulator as a library: calls, sessions, interceptors, options. */
import { describe, expect, it } from "vitest";
import { bytes } from "../src/bytes.js";
import { createEmulator } from "../src/emulator.js";
import { ReplyError } from "../src/errors.js";
import { createKv } from "../src/kv/kv.js";

describe("call", () => {
  it("takes text, numbers, bigints and bytes, and gives text", () => {
    const emulator = createEmulator();
    expect(emulator.call("ZADD", "board", 1, "ada", 2.5, "büchner")).toBe(2);
    expect(emulator.call("ZRANGE", "board", 0, -1, "WITHSCORES")).toEqual([
      "ada",
      "1",
      "büchner",
      "2.5",
    ]);
    expect(emulator.call("SET", "big", 9223372036854775806n)).toBe("OK");
    expect(emulator.call("INCR", "big")).toBe(9223372036854775807n);
    expect(emulator.call("SET", "raw", new Uint8Array([0, 255]))).toBe("OK");
    expect(emulator.call("STRLEN", "raw")).toBe(2);
  });

  it("gives null, arrays, and maps as flat arrays", () => {
    const emulator = createEmulator();
    expect(emulator.call("GET", "none")).toBeNull();
    emulator.call("HSET", "h", "a", 1, "b", 2);
    expect(emulator.call("HGETALL", "h")).toEqual(["a", "1", "b", "2"]);
  });

  it("throws a ReplyError with the whole text and its code", () => {
    const emulator = createEmulator();
    emulator.call("LPUSH", "list", "a");
    expect(() => emulator.call("GET", "list")).toThrow(
      new ReplyError("WRONGTYPE Operation against a key holding the wrong kind of value"),
    );
    expect(new ReplyError("WRONGTYPE Operation").code).toBe("WRONGTYPE");
  });

  it("refuses loudly to dump JSON values, which no RESTORE could read", () => {
    const emulator = createEmulator();
    emulator.call("JSON.SET", "doc", "$", "{}");
    expect(() => emulator.call("DUMP", "doc")).toThrow(
      "ERR kv-emulator does not dump JSON values: read them with JSON.GET",
    );
  });

  it("keeps a transaction open between calls, errors among its replies", () => {
    const emulator = createEmulator();
    emulator.call("MULTI");
    emulator.call("SET", "k", "v");
    emulator.call("INCR", "k");
    expect(emulator.call("EXEC")).toEqual([
      "OK",
      new ReplyError("ERR value is not an integer or out of range"),
    ]);
  });

  it("refuses other arguments with a TypeError that says what to pass", () => {
    const emulator = createEmulator();
    const misuse = () => {
      // @ts-expect-error -- what a caller without types might pass
      emulator.call("SET", "k", { a: 1 });
    };
    expect(misuse).toThrow(TypeError);
    expect(misuse).toThrow(/pass text, a number or a Uint8Array/);
  });
});

describe("sessions", () => {
  it("have databases and transactions of their own", () => {
    const emulator = createEmulator();
    const first = emulator.createSession();
    const second = emulator.createSession();
    emulator.execute(first, [bytes("SELECT"), bytes("1")]);
    emulator.execute(first, [bytes("SET"), bytes("k"), bytes("v")]);
    expect(emulator.execute(second, [bytes("DBSIZE")])).toBe(0);
    expect(emulator.execute(first, [bytes("DBSIZE")])).toBe(1);
  });
});

describe("the emulator's own session", () => {
  it("is as old as the emulator, and shows its name as far as C reads it", () => {
    const emulator = createEmulator();
    emulator.clock.freeze();
    emulator.clock.advance("90s");
    emulator.call("CLIENT", "SETNAME", "ada\0 lovelace");
    expect(emulator.call("CLIENT", "GETNAME")).toBe("ada\0 lovelace");
    expect(emulator.call("CLIENT", "INFO")).toMatch(/ name=ada age=90 /);
    emulator.call("CONFIG", "SET", "slowlog-log-slower-than", 0);
    emulator.call("PING");
    expect(emulator.call("SLOWLOG", "GET", 1)).toEqual([
      [1, expect.any(Number), 0, ["PING"], "0.0.0.0:0", "ada"],
    ]);
    emulator.reset();
    expect(emulator.call("CLIENT", "INFO")).toMatch(/ name= age=0 /);
  });
});

describe("reset", () => {
  it("empties every database and ends the emulator's own transaction", () => {
    const emulator = createEmulator();
    emulator.call("SET", "k", "v");
    emulator.call("SELECT", 3);
    emulator.call("SET", "k", "v");
    emulator.call("MULTI");
    emulator.reset();
    expect(emulator.call("DBSIZE")).toBe(0);
    expect(emulator.call("GET", "k")).toBeNull();
  });
});

describe("a seed", () => {
  it("makes random commands repeatable", () => {
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it.each([1.5, Number.NaN, 2 ** 53])("refuses %d", (seed) => {
    expect(() => createEmulator({ seed })).toThrow(TypeError);
  });
});

describe("interceptors", () => {
  it("see every call of a door, in the order in which they were added, and can be taken out", async () => {
    const { kv, emulator } = createKv();
    const seen: string[] = [];
    const remove = emulator.intercept((call, next) => {
      seen.push(`first ${call.door} ${call.commands[0]?.join(" ")}`);
      return next(call);
    });
    emulator.intercept((call, next) => {
      seen.push("second");
      return next(call);
    });
    await kv.set("k", 1);
    expect(seen).toEqual(["first double set k 1", "second"]);
    remove();
    await kv.get("k");
    expect(seen).toEqual(["first double set k 1", "second", "second"]);
  });

  it("can answer by themselves, later, for REST as well", async () => {
    const emulator = createEmulator();
    emulator.intercept(async ({ commands }) => {
      await Promise.resolve();
      return commands.map(() => new ReplyError("ERR out of order"));
    });
    const response = await emulator.fetch(new Request("https://db.example/get/k"));
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: "ERR out of order" });
  });
});

describe("SCAN", () => {
  it("returns every key that stayed, whatever is added and deleted between its calls", () => {
    const emulator = createEmulator({ seed: 3 });
    for (let i = 0; i < 300; i++) emulator.call("SET", `stays:${i}`, i);
    for (let i = 0; i < 300; i++) emulator.call("SET", `goes:${i}`, i);
    const found = new Set<unknown>();
    let cursor = "0";
    let step = 0;
    do {
      const reply = emulator.call("SCAN", cursor, "COUNT", 7);
      if (!Array.isArray(reply)) throw new TypeError("SCAN answers with an array");
      cursor = String(reply[0]);
      for (const key of Array.isArray(reply[1]) ? reply[1] : []) found.add(key);
      emulator.call("DEL", `goes:${step * 3}`, `goes:${step * 3 + 1}`);
      emulator.call("SET", `new:${step++}`, "x");
    } while (cursor !== "0");
    const stayed = Array.from({ length: 300 }, (_, i) => `stays:${i}`);
    expect(stayed.filter((key) => !found.has(key))).toEqual([]);
  });
});

function draw(seed: number): unknown {
  const emulator = createEmulator({ seed });
  for (let i = 0; i < 500; i++) emulator.call("SADD", "s", `member ${i}`);
  return [emulator.call("SRANDMEMBER", "s", 20), emulator.call("SPOP", "s", 20)];
}
