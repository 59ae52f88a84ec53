/** Each fault over REST and on the double: what the real client throws, how often it calls, and what is stored. */
import { errors, type Redis } from "@upstash/redis";
import { createEmulator, manualClock, type Emulator } from "kv-emulator";
import { describe, expect, it } from "vitest";
import { clientAt, doors, type Connect } from "../support/doors.js";
import { until } from "../support/until.js";

const { UpstashError, UpstashJSONParseError } = errors;
/** The call and its five retries. */
const SIX = 6;
/** The client gathers what is called at once into a pipeline, unless told otherwise. */
const alone = { enableAutoPipelining: false };

/** What AbortSignal.timeout aborts with. */
const timeout = (): DOMException => new DOMException("too slow", "TimeoutError");

/** The client's own five retries, without the 4.3 s between them. */
const retry = { backoff: () => 0 };

describe.each(Object.entries(doors))("through %s", (_, door) => {
  const open = (emulator: Emulator, options?: Parameters<Connect>[0]): Promise<Redis> =>
    clientAt(door, emulator, { retry, ...options });

  async function start(options?: Parameters<Connect>[0]) {
    const emulator = createEmulator({ seed: 1 });
    const requests = arrivals(emulator);
    return { emulator, faults: emulator.faults, requests, redis: await open(emulator, options) };
  }

  describe("reset", () => {
    it("is tried again, and applied once", async () => {
      const { emulator, faults, requests, redis } = await start();
      const rule = faults.add({ on: "INCR", times: 2, effect: "reset" });
      expect(await redis.incr("hits")).toBe(1);
      expect(requests).toHaveLength(3);
      expect(rule.fired).toBe(2);
      expect(emulator.call("GET", "hits")).toBe("1");
    });

    it("is given up after five retries, with fetch's own error", async () => {
      const { emulator, faults, requests, redis } = await start();
      faults.add({ on: "INCR", effect: "reset" });
      const error: unknown = await redis.incr("hits").catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(TypeError);
      expect(error).toHaveProperty(
        "message",
        expect.stringMatching(/^(fetch failed|Failed to fetch)$/),
      );
      expect(requests).toHaveLength(SIX);
      expect(emulator.call("GET", "hits")).toBeNull();
    });

    it("is not tried again without retries", async () => {
      const { faults, requests, redis } = await start({ retry: { retries: 0 } });
      faults.add({ effect: "reset" });
      await expect(redis.get("k")).rejects.toThrow(TypeError);
      expect(requests).toHaveLength(1);
    });
  });

  describe("a lost reply", () => {
    it("doubles what the client tries again", async () => {
      const { emulator, faults, requests, redis } = await start();
      faults.add({ on: "INCR", times: 1, effect: "lost-reply" });
      expect(await redis.incr("hits")).toBe(2);
      expect(requests).toEqual(["incr hits", "incr hits"]);
      expect(emulator.call("GET", "hits")).toBe("2");
    });

    it("is an error behind six times what was asked for", async () => {
      const { emulator, faults, redis } = await start();
      faults.add({ on: "LPUSH", effect: "lost-reply" });
      await expect(redis.lpush("jobs", "a")).rejects.toThrow(/fetch/);
      expect(emulator.call("LLEN", "jobs")).toBe(SIX);
    });

    it("applies a transaction as a whole, twice", async () => {
      const { emulator, faults, redis } = await start();
      faults.add({ on: "INCR", key: "b", times: 1, effect: "lost-reply" });
      expect(await redis.multi().incr("a").incr("b").exec()).toEqual([2, 2]);
      expect(emulator.call("MGET", "a", "b")).toEqual(["2", "2"]);
    });
  });

  describe("half a pipeline", () => {
    it("is applied, and then again with the other half", async () => {
      const { emulator, faults, redis } = await start();
      faults.add({ times: 1, effect: "half-applied" });
      const pipeline = redis.pipeline();
      for (const key of ["a", "b", "c", "d", "e"]) pipeline.incr(key);
      expect(await pipeline.exec()).toEqual([2, 2, 1, 1, 1]);
      expect(emulator.call("MGET", "a", "b", "c", "d", "e")).toEqual(["2", "2", "1", "1", "1"]);
    });

    it("may be so many commands, and all that is ever applied", async () => {
      const { emulator, faults, requests, redis } = await start();
      faults.add({ effect: { applyFirst: 2 } });
      const sent = redis.pipeline().set("a", 1).set("b", 2).set("c", 3).exec();
      await expect(sent).rejects.toThrow(/fetch/);
      expect(requests).toHaveLength(SIX);
      expect(emulator.call("MGET", "a", "b", "c")).toEqual(["1", "2", null]);
    });

    it("is no part of a transaction, nor of one command", async () => {
      const { emulator, faults, redis } = await start();
      const half = faults.add({ effect: "half-applied" });
      const first = faults.add({ effect: { applyFirst: 2 } });
      expect(await redis.multi().incr("a").incr("b").incr("c").exec()).toEqual([1, 1, 1]);
      expect(await redis.incr("a")).toBe(2);
      expect([half.fired, first.fired]).toEqual([0, 0]);
      expect(emulator.call("MGET", "a", "b", "c")).toEqual(["2", "1", "1"]);
    });
  });

  describe("a torn body", () => {
    it("is an error that the client does not try again", async () => {
      const { emulator, faults, requests, redis } = await start();
      faults.add({ on: "set", effect: "torn" });
      await expect(redis.set("k", "v")).rejects.toThrow(new TypeError("terminated"));
      expect(requests).toHaveLength(1);
      expect(emulator.call("GET", "k")).toBe("v");
    });
  });

  describe("an error reply", () => {
    const text = "ERR max requests limit exceeded. Limit: 500000, Usage: 500000.";

    it("is thrown at once, and nothing is applied", async () => {
      const { emulator, faults, requests, redis } = await start();
      faults.add({ on: "SET", effect: { error: text } });
      const error = new UpstashError(`Command failed: ${text}`);
      await expect(redis.set("k", "v")).rejects.toThrow(error);
      expect(requests).toHaveLength(1);
      expect(emulator.call("EXISTS", "k")).toBe(0);
    });

    it("is thrown with the command, where the client gathers no pipelines", async () => {
      const { faults, requests, redis } = await start(alone);
      faults.add({ on: "SET", effect: { error: text } });
      const error = new UpstashError(`${text}, command was: ["set","k","v"]`);
      await expect(redis.set("k", "v")).rejects.toThrow(error);
      expect(requests).toHaveLength(1);
    });

    it("is that of one command of a pipeline; the others run", async () => {
      const { emulator, faults, redis } = await start();
      faults.add({ on: "SET", key: "b", effect: { error: "OOM command not allowed" } });
      const pipeline = redis.pipeline().set("a", 1).set("b", 2).set("c", 3);
      expect(await pipeline.exec({ keepErrors: true })).toEqual([
        { result: "OK", error: undefined },
        { result: undefined, error: "OOM command not allowed" },
        { result: "OK", error: undefined },
      ]);
      await expect(redis.pipeline().set("b", 2).get("a").exec()).rejects.toThrow(
        "Command 1 [ set ] failed: OOM command not allowed",
      );
      expect(emulator.call("MGET", "a", "b", "c")).toEqual(["1", null, "3"]);
    });

    it("discards a transaction", async () => {
      const { emulator, faults, redis } = await start();
      faults.add({ on: "SET", key: "b", effect: { error: text } });
      await expect(redis.multi().set("a", 1).set("b", 2).exec()).rejects.toThrow(
        new UpstashError(`${text}, command was: [["set","a",1],["set","b",2]]`),
      );
      expect(emulator.call("MGET", "a", "b")).toEqual([null, null]);
    });
  });

  describe("latency", () => {
    it("lasts on the emulator's clock", async () => {
      const clock = manualClock("2026-01-01T00:00:00Z");
      clock.freeze();
      const emulator = createEmulator({ clock });
      const redis = await open(emulator);
      const rule = emulator.faults.add({ on: "SET", effect: { latency: "30s" } });
      let done = false;
      const sent = redis.set("k", "v").then(() => (done = true));
      await until(() => rule.fired > 0);
      clock.advance("29s");
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(done).toBe(false);
      expect(emulator.call("GET", "k")).toBeNull();
      clock.advance("1s");
      await sent;
      expect(emulator.call("GET", "k")).toBe("v");
    });

    it("lets the client give up what is applied later", async () => {
      const controller = new AbortController();
      const { emulator, faults, redis } = await start({ signal: () => controller.signal });
      const rule = faults.add({ on: "SET", effect: { latency: 60 } });
      const sent = redis.set("k", "v");
      await until(() => rule.fired > 0);
      controller.abort(timeout());
      await expect(sent).rejects.toHaveProperty("name", "TimeoutError");
      await until(() => emulator.call("GET", "k") === "v");
    });
  });

  describe("never", () => {
    it("hangs until the client gives up", async () => {
      let controller = new AbortController();
      const { emulator, faults, requests, redis } = await start({
        signal: () => controller.signal,
      });
      const rule = faults.add({ on: "SET", effect: "never" });
      const sent = redis.set("k", "v");
      await until(() => rule.fired > 0);
      controller.abort(timeout());
      await expect(sent).rejects.toHaveProperty("name", "TimeoutError");
      expect(requests).toHaveLength(1);
      expect(emulator.call("GET", "k")).toBeNull();
      controller = new AbortController();
      expect(await redis.get("k")).toBeNull();
    });

    it("is what the client takes for a value, where its signal is no function", async () => {
      const controller = new AbortController();
      const { faults, redis } = await start({
        ...alone,
        responseEncoding: false,
        signal: controller.signal,
      });
      const rule = faults.add({ effect: "never" });
      const sent = redis.get("k");
      await until(() => rule.fired > 0);
      controller.abort("too slow");
      expect(await sent).toBe("too slow");
    });
  });

  describe("another status", () => {
    it.each([
      [429, "429 Too Many Requests"],
      [500, "500 Internal Server Error"],
      [502, "502 Bad Gateway"],
      [503, "503 Service Temporarily Unavailable"],
    ])(
      "%i has nginx's page, which the client can not parse and does not try again",
      async (status, title) => {
        const { emulator, faults, requests, redis } = await start();
        faults.add({ on: "SET", effect: { status } });
        const error: unknown = await redis.set("k", "v").catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(UpstashJSONParseError);
        const page = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;
        expect(error).toHaveProperty("message", new UpstashJSONParseError(page).message);
        expect(requests).toHaveLength(1);
        expect(emulator.call("GET", "k")).toBeNull();
      },
    );

    it("has a gateway's JSON, of which the client shows nothing", async () => {
      const { faults, redis } = await start(alone);
      faults.add({ effect: { status: 429, body: "json", headers: { "retry-after": "30" } } });
      await expect(redis.get("k")).rejects.toThrow(
        new UpstashError('undefined, command was: ["get","k"]'),
      );
    });

    it("has a body of one's own", async () => {
      const { faults, redis } = await start(alone);
      faults.add({ times: 1, effect: { status: 503, body: { error: "down for maintenance" } } });
      await expect(redis.get("k")).rejects.toThrow(
        new UpstashError('down for maintenance, command was: ["get","k"]'),
      );
      faults.add({ times: 1, effect: { status: 200, body: "<h1>Log in to the Wi-Fi</h1>" } });
      await expect(redis.get("k")).rejects.toThrow(
        new UpstashJSONParseError("<h1>Log in to the Wi-Fi</h1>"),
      );
    });

    it("may come when the command is applied", async () => {
      const { emulator, faults, redis } = await start();
      faults.add({ on: "SET", effect: { status: 504, applied: true } });
      await expect(redis.set("k", "v")).rejects.toThrow(UpstashJSONParseError);
      expect(emulator.call("GET", "k")).toBe("v");
    });
  });

  describe("invalid JSON", () => {
    it("is an error of the client when the command is applied", async () => {
      const { emulator, faults, requests, redis } = await start();
      faults.add({ on: "INCR", effect: "invalid-json" });
      await expect(redis.incr("hits")).rejects.toThrow(new UpstashJSONParseError('[{"resu'));
      expect(requests).toHaveLength(1);
      expect(emulator.call("GET", "hits")).toBe("1");
    });
  });

  describe("wrong base64", () => {
    it("is handed to the app as if it were the value", async () => {
      const { emulator, faults, redis } = await start();
      emulator.call("SET", "k", "hello");
      emulator.call("RPUSH", "list", "a", "b");
      faults.add({ effect: "wrong-base64" });
      expect(await redis.get("k")).toBe("!GVsbG8=");
      expect(await redis.lrange("list", 0, -1)).toEqual(["!Q==", "!g=="]);
      expect(await redis.pipeline().get("k").llen("list").exec()).toEqual(["!GVsbG8=", 2]);
      expect(await redis.set("k", "v")).toBe("OK");
    });
  });

  describe("a stale sync token", () => {
    it("is what the client sends with its next request", async () => {
      const { emulator, faults, redis } = await start();
      const tokens: unknown[] = [];
      emulator.intercept((call, next) => {
        tokens.push(call.syncToken);
        return next(call);
      });
      await redis.set("k", 1);
      await redis.set("k", 2);
      const rule = faults.add({ times: 1, effect: "stale-sync-token" });
      await redis.set("k", 3);
      await redis.set("k", 4);
      await redis.get("k");
      expect(tokens.slice(1)).toEqual(["1", "2", "2", "4"]);
      expect(rule.fired).toBe(1);
    });
  });

  describe("NOSCRIPT", () => {
    it("is answered once for each script, and the client sends the script", async () => {
      const { faults, requests, redis } = await start();
      const script = redis.createScript<number>("return redis.call('INCR', KEYS[1])");
      const other = redis.createScript<number>("return redis.call('DECR', KEYS[1])");
      await script.eval(["hits"], []);
      await other.eval(["hits"], []);
      requests.length = 0;
      const rule = faults.add({ effect: "noscript" });
      expect(await script.exec(["hits"], [])).toBe(1);
      expect(await script.exec(["hits"], [])).toBe(2);
      expect(await other.exec(["hits"], [])).toBe(1);
      expect(rule.fired).toBe(2);
      expect(requests.map((request) => request.split(" ")[0])).toEqual([
        "evalsha",
        "eval",
        "evalsha",
        "evalsha",
        "eval",
      ]);
    });

    it("is the reply of one command of a transaction, as it is no reason to discard one", async () => {
      const { emulator, faults, redis } = await start();
      const sha = await redis.scriptLoad("return 1");
      faults.add({ effect: "noscript" });
      await expect(redis.multi().set("k", "v").evalsha(sha, [], []).exec()).rejects.toThrow(
        "Command 2 [ evalsha ] failed: NOSCRIPT No matching script. Please use EVAL.",
      );
      expect(emulator.call("GET", "k")).toBe("v");
    });
  });
});

/** The requests that arrive, as the commands in them. Counts what the client sends, disturbed or not. */
function arrivals(emulator: Emulator): string[] {
  const requests: string[] = [];
  emulator.intercept((call, next) => {
    requests.push(call.commands.map((argv) => argv.join(" ")).join("; "));
    return next(call);
  });
  return requests;
}
