/** With `setupFilesAfterEnv: ["kv-emulator/jest"]`: what tests change is undone, what was seeded stays. */
const { Redis } = require("@upstash/redis");
const { clock, emulator } = require("kv-emulator/jest");

const redis = Redis.fromEnv();

beforeAll(() => emulator.call("SET", "seed", "beforeAll"));

for (const time of ["first", "second"]) {
  test(`the ${time} of two that leave everything behind`, async () => {
    expect(await redis.keys("*")).toEqual(["seed"]);
    expect(typeof Reflect.get(setTimeout, "clock")).toBe("undefined");
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1000);
    const sha = await redis.scriptLoad(`return "${time}"`);
    expect(await redis.scriptExists(sha)).toEqual([1]);
    expect(emulator.call("SCRIPT", "EXISTS", sha)).toEqual([1]);
    await redis.del("seed");
    await redis.incr("hits");
    emulator.intercept((call, next) => next({ ...call, commands: [] }));
    jest.useFakeTimers();
    clock.advance("1d");
    expect(Date.now()).toBe(clock.now());
  });
}

test("a registry of modules of its own does not set up again", () => {
  jest.isolateModules(() => {
    expect(require("kv-emulator/jest").emulator).toBe(emulator);
  });
});
