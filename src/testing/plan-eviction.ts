/** Upstash's way to make room ("optimistic-volatile"): random keys that have a TTL, and where there are none, any. */
import type { ByteString } from "../bytes.js";
import type { Database } from "../keyspace/database.js";
import type { Keyspace } from "../keyspace/keyspace.js";
import type { Random } from "../random.js";

/** So many random keys are looked at for one that has a TTL. */
const TRIES = 16;

/** Deletes keys until it is enough, or nothing is left. */
export function evict(keyspace: Keyspace, random: Random, isEnough: () => boolean): void {
  while (!isEnough()) {
    const used = keyspace.used();
    const database = used.find(({ volatileSize }) => volatileSize > 0) ?? used[0];
    const key = database && victim(database, random);
    if (key === undefined) return;
    database?.evict(key);
  }
}

function victim(database: Database, random: Random): ByteString | undefined {
  if (database.volatileSize === 0) return database.randomKey(random);
  for (let tries = 0; tries < TRIES; tries++) {
    const key = database.randomKey(random);
    if (key !== undefined && database.expireAt(key) !== undefined) return key;
  }
  const [first] = database.contents.deadlines.keys();
  return first;
}
