jest.mock("@vercel/kv", () => require("kv-emulator/kv"));
const { kv } = require("@vercel/kv");

test("a script counts", async () => {
  const script = "return redis.call('incrby', KEYS[1], ARGV[1])";
  expect(await kv.eval(script, ["hits"], [2])).toBe(2);
  expect(await kv.eval(script, ["hits"], [2])).toBe(4);
});
