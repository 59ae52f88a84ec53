jest.mock("@vercel/kv", () => require("kv-emulator/kv"));
const { kv } = require("@vercel/kv");

test("a counter expires", async () => {
  jest.useFakeTimers({ doNotFake: ["queueMicrotask", "nextTick"] });
  await kv.incr("hits");
  await kv.expire("hits", 60);
  jest.advanceTimersByTime(60_000);
  expect(await kv.get("hits")).toBeNull();
});
