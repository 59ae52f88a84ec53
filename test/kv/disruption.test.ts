/** What a link of the chain does to what travels: the real client meets it alike as a double, over `fetch`, through MSW and on a server. */
import { Redis as RealRedis } from "@upstash/redis";
import { createEmulator, Disruption, interceptFetch, ReplyError, type Emulator } from "kv-emulator";
import { createKv } from "kv-emulator/kv";
import { Redis } from "kv-emulator/upstash";
import { describe, expect, it, onTestFinished } from "vitest";
import { clientAt, doors } from "../support/doors.js";

const connection = { url: "https://my-db.upstash.io", token: "secret" };
const retry = { retries: 2, backoff: () => 0 };
const lose = (): Promise<never> => Promise.reject(new Disruption());

describe.each(Object.entries(doors))("through %s", (_, door) => {
  const open = (emulator: Emulator): Promise<RealRedis> => clientAt(door, emulator, { retry });

  it("cuts connections, and the client tries again", async () => {
    const emulator = createEmulator();
    const redis = await open(emulator);
    let calls = 0;
    const repair = emulator.intercept(
      (call, next) => {
        calls++;
        if (calls === 1) throw new Disruption();
        return next(call);
      },
      { disruptive: true },
    );
    expect(await redis.incr("hits")).toBe(1);
    expect(calls).toBe(2);
    repair();
    expect(await redis.incr("hits")).toBe(2);
    expect(calls).toBe(2);
  });

  it("loses replies of what was applied, and the client applies it again", async () => {
    const emulator = createEmulator();
    const redis = await open(emulator);
    let calls = 0;
    emulator.intercept(
      (call, next) => {
        const replies = next(call);
        calls++;
        return calls === 1 ? lose() : replies;
      },
      { disruptive: true },
    );
    expect(await redis.incr("hits")).toBe(2);
  });

  it("gives up with the client's own error", async () => {
    const emulator = createEmulator();
    const redis = await open(emulator);
    let calls = 0;
    emulator.intercept(
      () => {
        calls++;
        throw new Disruption();
      },
      { disruptive: true },
    );
    await expect(redis.get("k")).rejects.toThrow(/fetch/i);
    expect(calls).toBe(3);
  });

  it("sends other responses in the place of the database's", async () => {
    const emulator = createEmulator();
    const redis = await open(emulator);
    const body = "<html>Bad Gateway</html>";
    emulator.intercept(
      () => {
        throw new Disruption({ status: 502, headers: { "content-type": "text/html" }, body });
      },
      { disruptive: true },
    );
    await expect(redis.get("k")).rejects.toThrow(
      "Unable to parse response body: <html>Bad Gateway</html>",
    );
  });

  it("alters responses", async () => {
    const emulator = createEmulator();
    const redis = await open(emulator);
    emulator.intercept(
      (call, next) => {
        call.alterResponse?.((response) => ({ ...response, body: '{"result":' }));
        return next(call);
      },
      { disruptive: true },
    );
    await expect(redis.set("k", "v")).rejects.toThrow('Unable to parse response body: {"result":');
    expect(emulator.call("GET", "k")).toBe("v");
  });

  it("tears responses in the middle", async () => {
    const emulator = createEmulator();
    const redis = await open(emulator);
    emulator.intercept(
      (call, next) => {
        call.alterResponse?.((response) => ({ ...response, torn: true }));
        return next(call);
      },
      { disruptive: true },
    );
    await expect(redis.set("k", "v")).rejects.toThrow(TypeError);
    expect(emulator.call("GET", "k")).toBe("v");
  });
});

describe("a call", () => {
  it("tells whose it is", async () => {
    const emulator = createEmulator();
    const seen: string[] = [];
    emulator.intercept((call, next) => {
      seen.push(`${call.door} ${call.client}`);
      return next(call);
    });
    await new Redis({}, emulator, "worker").get("k");
    onTestFinished(interceptFetch(emulator, { ...connection, token: undefined }));
    await new RealRedis({ ...connection, token: "anybody" }).get("k");
    const { kv } = createKv();
    await kv.get("k");
    expect(seen).toEqual(["double worker", "rest anybody"]);
  });

  it("is no double's way for the errors of commands", async () => {
    const { kv, emulator } = createKv();
    emulator.intercept(() => [new ReplyError("ERR out of order")], { disruptive: true });
    await expect(kv.get("k")).rejects.toThrow("Command failed: ERR out of order");
  });
});
