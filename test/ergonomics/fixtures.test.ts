/** Fixtures: what a test names, it has, with a database of its own. No test tidies up, and all may run side by side. */
import { startServer } from "kv-emulator/node";
import { it, test } from "kv-emulator/vitest";
import { describe, expect, expectTypeOf } from "vitest";

describe.concurrent("tests side by side", () => {
  for (let number = 0; number < 20; number++) {
    it(`number ${number} is alone`, async ({ kv, clock, expect }) => {
      await kv.set("number", number, { ex: 60 });
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
      expect(await kv.keys("*")).toEqual(["number"]);
      if (number % 2 === 1) clock.advance("1m");
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
      expect(await kv.get("number")).toBe(number % 2 === 1 ? null : number);
    });
  }
});

test("all fixtures are of one emulator", async ({ kv, redis, emulator, clock }) => {
  await kv.set("k", "v");
  expect(await redis.get("k")).toBe("v");
  expect(emulator.call("GET", "k")).toBe("v");
  expect(emulator.clock).toBe(clock);
});

test("the clients are @vercel/kv's and @upstash/redis's", async ({ kv, redis }) => {
  await kv.sadd("tags", "red", "green");
  const tags = new Set();
  for await (const tag of kv.sscanIterator("tags")) tags.add(tag);
  expect(tags).toEqual(new Set(["green", "red"]));
  expectTypeOf(redis.get<number>("k")).resolves.toEqualTypeOf<number | null>();
  expect("sscanIterator" in redis).toBe(false);
});

test("a server may stand before the emulator of a test", async ({ kv, emulator }) => {
  const server = await startServer({ emulator });
  const headers = { authorization: `Bearer ${server.token}` };
  await fetch(`${server.url}/set/greeting/hello`, { headers });
  expect(await kv.get("greeting")).toBe("hello");
  await server.close();
});

describe("with fixtures of one's own", () => {
  interface Fixtures {
    readonly ada: { readonly name: string };
  }
  const own = test.extend<Fixtures>({
    ada: async ({ kv }, use) => {
      const ada = { name: "Ada" };
      await kv.set("user:ada", ada);
      await use(ada);
    },
  });

  own("they build on these", async ({ ada, kv }) => {
    expect(await kv.get("user:ada")).toEqual(ada);
  });
});
