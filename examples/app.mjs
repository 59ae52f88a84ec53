// The smallest app on Vercel KV: the real client, which finds its database by the environment.
// `npx kv-emulator exec -- node examples/app.mjs`
import { kv } from "@vercel/kv";

const visits = await kv.incr("visits");
await kv.hset("visitor:1", { name: "Ada", visits });
console.log(await kv.hgetall("visitor:1"));
