// An app on Vercel KV that talks to kv-emulator over HTTP: the real @vercel/kv client, which finds the server by its variables. Run it
// with `npm start`, or with `npx kv-emulator exec -- node examples/server-story.mjs`.
import { kv } from "@vercel/kv";

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

console.log(`The app finds its database at ${process.env.KV_REST_API_URL}`);
await kv.del("product:7", "rate:1.2.3.4", "board", "session:42");

console.log("\nCache");
console.log(`  product 7 comes from the ${(await product(7)).from}`);
console.log(`  product 7 comes from the ${(await product(7)).from} now`);
console.log(`  and is kept for ${await kv.ttl("product:7")} s`);

console.log("\nRate limit");
for (let request = 1; request <= 4; request++) {
  console.log(`  request ${request}: ${(await isAllowed("1.2.3.4")) ? "allowed" : "refused, 429"}`);
}

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
  console.log(`  ${place + 1}. ${String(member)} with ${Number(score)} points`);
}

console.log("\nSession");
await kv.hset("session:42", { user: "ada", visits: 1 });
const [visits] = await kv
  .multi()
  .hincrby("session:42", "visits", 1)
  .expire("session:42", 1800)
  .exec();
const user = await kv.hget("session:42", "user");
console.log(`  ${String(user)} is here for visit ${visits}; the session is kept for 30 minutes`);
