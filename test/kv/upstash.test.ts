/** The double of @upstash/redis. */
import { Redis as Mocked } from "@upstash/redis";
import { Redis as RealRedis } from "@upstash/redis/cloudflare";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { createEmulator } from "../../src/emulator.js";
import { emulator, errors, Redis } from "../../src/kv/upstash.js";
import { interceptFetch } from "../../src/rest/intercept-fetch.js";

vi.mock("@upstash/redis", () => import("../../src/kv/upstash.js"));

beforeEach(() => emulator.reset());

describe("in the place of @upstash/redis", () => {
  it("is what an app imports", async () => {
    const redis = new Mocked({ url: "https://db.example", token: "token" });
    await redis.set("k", { a: 1 });
    expect(await redis.get("k")).toEqual({ a: 1 });
    expect(await Redis.fromEnv().get("k")).toEqual({ a: 1 });
  });

  it("takes an emulator of its own", async () => {
    const own = createEmulator();
    await new Redis({}, own).set("k", "v");
    expect(own.call("GET", "k")).toBe("v");
    expect(emulator.call("GET", "k")).toBeNull();
  });

  it("uses a requester as the real client does", async () => {
    const redis = new Redis({ request: () => Promise.resolve({ error: "from elsewhere" }) });
    await expect(redis.get("k")).rejects.toThrow("from elsewhere");
  });

  it("answers a command without words as the REST API does", async () => {
    const empty = JSON.parse("[]");
    await expect(Redis.fromEnv().exec(empty)).rejects.toThrow("ERR empty command, command was: []");
  });

  it.each(["base64", false] as const)(
    "hands on errors among replies as the real client does, encoding %s",
    async (responseEncoding) => {
      const script = "local e = redis.pcall('GET') return {e, {e, {e, {e}}}}";
      const connection = { url: "https://db.example", token: "token" };
      const undo = interceptFetch(emulator, connection);
      try {
        const real = new RealRedis({ ...connection, responseEncoding });
        const double = new Redis({ responseEncoding });
        expect(await double.eval(script, [], [])).toEqual(await real.eval(script, [], []));
      } finally {
        undo();
      }
    },
  );

  it("exports the client's errors", async () => {
    await expect(Redis.fromEnv().hset("k", {})).rejects.toBeInstanceOf(errors.UpstashError);
  });
});
