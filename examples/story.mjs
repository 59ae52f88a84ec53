// A day in the life of an app on Vercel KV: the real @vercel/kv client, its HTTP answered by MSW handlers with an in-memory Redis
// behind, and a clock that the story moves. Run it with `npm run build && node examples/story.mjs`.
import { createClient } from "@vercel/kv";
import { createEmulator, manualClock } from "kv-emulator";
import { kvHandlers } from "kv-emulator/msw";
import { setupServer } from "msw/node";

const clock = manualClock("2026-01-01T09:00:00Z");
const emulator = createEmulator({ clock });
const connection = { url: "https://my-db.upstash.io", token: "secret" };

const server = setupServer(...kvHandlers(emulator, connection));
server.listen({ onUnhandledRequest: "error" });
const kv = createClient(connection);

/** A cache in front of a slow source: what is found is kept for five minutes. */
async function product(id) {
  const cached = await kv.get(`product:${id}`);
  if (cached !== null) return { ...cached, from: "cache" };
  const loaded = { id, name: "Teapot", price: 19.9 };
  await kv.set(`product:${id}`, loaded, { ex: 300 });
  return { ...loaded, from: "source" };
}

/** At most three requests a minute. */
async function isAllowed(ip) {
  const count = await kv.incr(`rate:${ip}`);
  if (count === 1) await kv.expire(`rate:${ip}`, 60);
  return count <= 3;
}

function say(text) {
  console.log(`${new Date(clock.now()).toISOString().slice(11, 19)}  ${text}`);
}

console.log("Cache");
say(`product 7 comes from the ${(await product(7)).from}`);
say(`product 7 comes from the ${(await product(7)).from}, ${await kv.ttl("product:7")} s to live`);
clock.advance("5m");
say(`product 7 comes from the ${(await product(7)).from} again: five minutes have passed`);

console.log("\nRate limit");
for (let request = 1; request <= 4; request++) {
  say(`request ${request}: ${(await isAllowed("1.2.3.4")) ? "allowed" : "refused, 429"}`);
}
clock.advance("1m");
say(`a minute later: ${(await isAllowed("1.2.3.4")) ? "allowed" : "refused, 429"}`);

console.log("\nLeaderboard");
await kv.zadd(
  "board",
  { score: 1200, member: "ada" },
  { score: 950, member: "grace" },
  { score: 1100, member: "linus" },
);
await kv.zincrby("board", 300, "grace");
const top = await kv.zrange("board", 0, 2, { rev: true, withScores: true });
for (let place = 0; place < 3; place++) {
  const [member, score] = top.slice(2 * place);
  say(`${place + 1}. ${String(member)} with ${Number(score)} points`);
}
say(`linus is number ${(await kv.zrevrank("board", "linus")) + 1}`);

console.log("\nSession");
await kv.hset("session:42", { user: "ada", visits: 1 });
await kv.expire("session:42", 1800);
clock.advance("20m");
await kv.multi().hincrby("session:42", "visits", 1).expire("session:42", 1800).exec();
say(`after 20 minutes: ${JSON.stringify(await kv.hgetall("session:42"))}, kept alive by the visit`);
clock.advance("30m");
say(`after 30 idle minutes: ${JSON.stringify(await kv.hgetall("session:42"))}`);

console.log(`\nLeft in the database: ${emulator.call("KEYS", "*").join(", ")}`);
server.close();
