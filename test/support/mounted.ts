/** What clients must find wherever an emulator is mounted. It needs no test runner: the servers of other runtimes are checked with it, too. */
import { deepEqual, equal, rejects } from "node:assert/strict";
import { Redis } from "@upstash/redis";
import { createClient } from "@vercel/kv";

/** Has clients, plain requests and one that listens call a database that is empty. */
export async function expectAnswers(url: string, token: string): Promise<void> {
  const kv = createClient({ url, token });
  equal(await kv.set("user/1?é", { name: "Ada" }), "OK");
  deepEqual(await kv.get("user/1?é"), { name: "Ada" });
  deepEqual(await kv.pipeline().incr("hits").get("none").exec(), [1, null]);
  deepEqual(await kv.multi().incr("hits").type("hits").exec(), [2, "string"]);
  deepEqual(await kv.eval("return redis.call('INCR', KEYS[1])", ["hits"], []), 3);
  await rejects(kv.hget("hits", "field"), /WRONGTYPE/);
  await rejects(createClient({ url, token: "wrong" }).get("hits"), /WRONGPASS/);

  const headers = { authorization: `Bearer ${token}` };
  const byPath = await fetch(`${url}/set/caf%C3%A9%2F1/a%20b?EX=100`, { headers });
  deepEqual(await byPath.json(), { result: "OK" });
  equal(await kv.get("café/1"), "a b");
  equal(await kv.ttl("café/1"), 100);
  const byQuery = await fetch(`${url}?_token=${token}`, { method: "POST", body: '["PING"]' });
  deepEqual(await byQuery.json(), { result: "PONG" });

  const subscription = new Redis({ url, token }).subscribe("news");
  const heard = new Promise((resolve) => subscription.on("message", resolve));
  await new Promise<void>((resolve) => subscription.on("subscribe", () => resolve()));
  equal(await kv.publish("news", "hello"), 1);
  deepEqual(await heard, { channel: "news", message: "hello" });
  await subscription.unsubscribe();
}
