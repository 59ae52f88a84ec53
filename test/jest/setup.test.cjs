const { kv } = require("@vercel/kv");
const { clock, emulator } = require("kv-emulator/jest");

test("the app's own client, and no time spent on waiting", async () => {
  await kv.set("session:1", { user: "ada" }, { ex: 3600 });
  clock.advance("1h");
  expect(await kv.exists("session:1")).toBe(0);
  await kv.set("left", "behind");
});

test("what the test before left is undone", () => {
  expect(emulator.call("DBSIZE")).toBe(0);
  expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1000);
});
