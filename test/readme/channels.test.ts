import { createKv } from "kv-emulator/kv";
import { expect, test } from "vitest";

test("a channel is heard", async () => {
  const { kv } = createKv();
  const subscriber = kv.subscribe<{ text: string }>("chat");
  const heard = new Promise((resolve) => subscriber.on("message", resolve));
  await new Promise((resolve) => subscriber.on("subscribe", resolve));

  expect(await kv.publish("chat", { text: "hello" })).toBe(1);
  expect(await heard).toEqual({ channel: "chat", message: { text: "hello" } });
  await subscriber.unsubscribe();
});
