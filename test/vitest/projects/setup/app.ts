/** An app as it is in production: clients made at import, of the environment's variables. */
import { Redis } from "@upstash/redis";
import { kv } from "@vercel/kv";

const redis = Redis.fromEnv();

export async function signIn(user: string): Promise<void> {
  await kv.set(`session:${user}`, { user }, { ex: 3600 });
  await redis.incr("sign-ins");
}

export async function isSignedIn(user: string): Promise<boolean> {
  return (await kv.exists(`session:${user}`)) === 1;
}

export async function signIns(): Promise<number> {
  return (await redis.get<number>("sign-ins")) ?? 0;
}
