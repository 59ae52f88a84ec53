/** Run by `node --test`, set up by the README's lines: unchanged code that finds its database as in production. */
import { deepEqual, equal } from "node:assert/strict";
import { before, describe, test } from "node:test";
import { Redis } from "@upstash/redis";
import { kv } from "@vercel/kv";
import { emulator } from "kv-emulator/kv";

const redis = Redis.fromEnv();

void describe("a suite", () => {
  before(() => void emulator.call("SET", "seed", "before"));

  for (const time of ["first", "second"]) {
    void test(`the ${time} of two that leave everything behind`, async (context) => {
      deepEqual(await redis.keys("*"), ["seed"]);
      equal(await redis.scriptExists("e0e1f9fabfc9d4800c877a703b823ac0578ff8db").then(String), "0");
      await kv.incr("hits");
      await kv.eval("return 1", [], []);
      emulator.clock.freeze(0);
      await context.test("with one within", async () => {
        equal(await kv.incr("hits"), 2);
      });
      deepEqual([await kv.get("hits"), emulator.clock.now()], [2, 0]);
    });
  }
});

void test("node's fake timers move the clock", async (context) => {
  context.mock.timers.enable({ apis: ["Date", "setTimeout"], now: 1000 });
  await kv.set("k", "v", { ex: 60 });
  context.mock.timers.tick(60_000);
  equal(await kv.exists("k"), 0);
});
