jest.mock("@upstash/redis", () => require("kv-emulator/upstash"));
const { Redis, errors } = require("@upstash/redis");

test("the double stands in for the module", async () => {
  const redis = Redis.fromEnv();
  await redis.lpush("list", "a");
  await expect(redis.incr("list")).rejects.toThrow(errors.UpstashError);
});
