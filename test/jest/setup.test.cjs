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

test("expect knows emulators", async () => {
  clock.freeze();
  await kv.set("session:1", { user: "ada" }, { ex: 3600 });
  expect(emulator).toHaveReceived("SET", "session:1", { user: "ada" }, "ex", expect.any(Number));
  expect(emulator).not.toHaveReceived("GET");
  expect(emulator).toHaveKey("session:1", expect.objectContaining({ user: "ada" }));
  expect(emulator).toHaveTtl("session:1", "1h");
  expect(emulator).toCost({ commands: 1, requests: 1 });
  expect(() => expect(emulator).toHaveReceived("SET", "session:2")).toThrow(
    'expect(emulator).toHaveReceived("SET", "session:2")\n\n1 command was received. The closest:\n  SET session:1',
  );
  expect(emulator).toMatchInlineSnapshot(`
session:1 (string, 1h left)
  "{\\"user\\":\\"ada\\"}"
`);
});
