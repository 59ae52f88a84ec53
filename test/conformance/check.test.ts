/** checkConformance: a real Redis agrees through every client that speaks RESP, and what goes wrong in a target is told as it is. */
import { Redis as IORedis } from "ioredis";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  checkConformance,
  engineTarget,
  ioredisTarget,
  nodeRedisTarget,
} from "../../src/conformance/conformance.js";
import { startRedis, type RedisServer } from "../support/redis-server.js";

describe("a real Redis", () => {
  let server: RedisServer;

  beforeAll(async () => {
    server = await startRedis();
  });

  afterAll(() => server.stop());

  it("agrees through ioredis", async () => {
    const client = new IORedis(server.port);
    const report = await checkConformance(ioredisTarget(client), { seed: 1, runs: 100 });
    client.disconnect();
    expect(report.calls).toBeGreaterThan(1000);
  });

  it("agrees through node-redis", async () => {
    const client = createClient({ url: `redis://127.0.0.1:${server.port}`, RESP: 2 });
    await client.connect();
    const report = await checkConformance(nodeRedisTarget(client), { seed: 2, runs: 100 });
    client.destroy();
    expect(report.calls).toBeGreaterThan(1000);
  });
});

describe("a target", () => {
  it.each<[string, Partial<ReturnType<typeof engineTarget>>]>([
    ["can not be emptied", { reset: () => Promise.reject(new Error("no database")) }],
    [
      "can not say what it supports",
      {
        supports: () => {
          throw new Error("no database");
        },
      },
    ],
  ])("that %s has its own error told", async (_, broken) => {
    const target = Object.assign(engineTarget(), broken);
    await expect(checkConformance(target)).rejects.toThrow("no database");
  });

  it("that supports nothing is refused", async () => {
    const target = Object.assign(engineTarget(), { supports: () => false });
    await expect(checkConformance(target)).rejects.toThrow(
      "the target supports none of the commands; see its supports()",
    );
  });
});
