import { createEmulator, createKeyValueStore, ReplyError } from "kv-emulator";
import { expect, test } from "vitest";

test("commands, errors, REST and a plain store on one database", async () => {
  const emulator = createEmulator({ token: "secret" });
  expect(emulator.call("ZADD", "board", 1, "ada", 2, "grace")).toBe(2);
  expect(() => emulator.call("GET", "board")).toThrow(ReplyError);

  const response = await emulator.fetch(
    new Request("https://any.host/zrange/board/0/-1", {
      headers: { authorization: "Bearer secret" },
    }),
  );
  expect(await response.json()).toEqual({ result: ["ada", "grace"] });

  const store = createKeyValueStore(emulator);
  await store.set("flags", { newUI: true }, 60);
  expect(await store.get("flags")).toEqual({ newUI: true });
});
