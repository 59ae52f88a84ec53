const {
  checkConformance,
  describeConformance,
  engineTarget,
  ioredisTarget,
} = require("kv-emulator/conformance");
const RedisMock = require("ioredis-mock");

describeConformance("the engine", () => engineTarget());

test("ioredis-mock does not answer as Redis", async () => {
  const target = ioredisTarget(new RedisMock());
  await expect(checkConformance(target, { families: ["string"] })).rejects.toThrow("expected");
});
