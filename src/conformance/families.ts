/** Every command's grammar, by family, and how often each is called beside the others of its family. */
import { aclGrammars } from "./grammars/acl.js";
import { administrationGrammars } from "./grammars/administration.js";
import { bitmapGrammars } from "./grammars/bitmap.js";
import { clientGrammars } from "./grammars/client.js";
import { configGrammars } from "./grammars/config.js";
import { connectionGrammars } from "./grammars/connection.js";
import { expireGrammars } from "./grammars/expire.js";
import { fieldsGrammars } from "./grammars/fields.js";
import { genericGrammars } from "./grammars/generic.js";
import { geoGrammars } from "./grammars/geo.js";
import { hashGrammars } from "./grammars/hash.js";
import { hyperloglogGrammars } from "./grammars/hyperloglog.js";
import { jsonGrammars } from "./grammars/json.js";
import { listGrammars } from "./grammars/list.js";
import { newerGrammars } from "./grammars/newer.js";
import { pubsubGrammars } from "./grammars/pubsub.js";
import { scriptingGrammars } from "./grammars/scripting.js";
import { serverGrammars } from "./grammars/server.js";
import { setGrammars } from "./grammars/set.js";
import { sortGrammars } from "./grammars/sort.js";
import { streamGrammars } from "./grammars/stream.js";
import { stringGrammars } from "./grammars/string.js";
import { transactionGrammars } from "./grammars/transactions.js";
import { zsetGrammars } from "./grammars/zset.js";
import type { Grammars } from "./operands.js";

export const families = {
  string: stringGrammars,
  bitmap: bitmapGrammars,
  hyperloglog: hyperloglogGrammars,
  hash: hashGrammars,
  fields: fieldsGrammars,
  list: listGrammars,
  set: setGrammars,
  zset: zsetGrammars,
  geo: geoGrammars,
  stream: streamGrammars,
  json: jsonGrammars,
  generic: genericGrammars,
  expire: expireGrammars,
  sort: sortGrammars,
  newer: newerGrammars,
  transactions: transactionGrammars,
  pubsub: pubsubGrammars,
  connection: connectionGrammars,
  server: serverGrammars,
  scripting: scriptingGrammars,
  acl: aclGrammars,
  config: configGrammars,
  client: clientGrammars,
  administration: administrationGrammars,
} satisfies Record<string, Grammars>;

export type Family = keyof typeof families;

export const familyNames: readonly string[] = Object.keys(families);

/** Families of commands that Redis 8.0.2 does not know; what is expected of them is documented, not recorded. */
export const documentedOnly: ReadonlySet<Family> = new Set<Family>(["json", "newer"]);

/** The families that Redis 8.0.2 knows. */
export const recordedFamilies: readonly Family[] = familyNames
  .filter(isFamily)
  .filter((name) => !documentedOnly.has(name));

export function isFamily(name: string): name is Family {
  return Object.hasOwn(families, name);
}

/** How many of the sequences each family gets, beside those over all families. */
export const shares: Readonly<Record<Family, number>> = {
  string: 5,
  bitmap: 3,
  hyperloglog: 1,
  hash: 3,
  fields: 3,
  list: 6,
  set: 3,
  zset: 5,
  geo: 3,
  stream: 7,
  json: 3,
  generic: 2,
  expire: 7,
  sort: 4,
  newer: 1,
  transactions: 4,
  pubsub: 1,
  connection: 1,
  server: 1,
  scripting: 4,
  acl: 1,
  config: 1,
  client: 1,
  administration: 1,
};

/** Commands that fill the database; the families that make no values of their own borrow all of them. */
export const builders: Readonly<Partial<Record<Family, readonly string[]>>> = {
  string: ["set", "mset"],
  bitmap: ["set", "setbit"],
  hyperloglog: ["pfadd"],
  hash: ["hset"],
  fields: ["hset", "hsetex", "hincrby"],
  list: ["rpush", "lpush"],
  set: ["sadd"],
  zset: ["zadd"],
  geo: ["geoadd"],
  newer: ["set", "mset", "sadd", "xadd", "xgroup|create", "xreadgroup"],
  stream: ["xadd", "xgroup|create", "xreadgroup"],
  json: ["json.set"],
};

/** What is about the server and its clients; the faults of data types are to be found as soon as without it. */
const ADMINISTRATION = [
  ...Object.keys(administrationGrammars),
  ...Object.keys(clientGrammars),
  ...Object.keys(configGrammars),
];

/** The commands of a cluster, which all are refused alike. */
const CLUSTER = Object.keys(administrationGrammars).filter((name) => name.startsWith("cluster"));

/** Where it is not 1: what empties the database, or answers at length, is called seldom; what is not drawn has 0. */
export const weights: Readonly<Record<string, number>> = {
  ...Object.fromEntries(ADMINISTRATION.map((name) => [name, 0.1])),
  ...Object.fromEntries(CLUSTER.map((name) => [name, name === "cluster|info" ? 0.2 : 0])),
  acl: 0.1,
  "acl|cat": 0.2,
  "acl|dryrun": 10,
  "acl|gentoken": 0,
  "acl|help": 0.2,
  "acl|list": 3,
  "acl|load": 0.1,
  "acl|resttoken": 0,
  "acl|save": 0.1,
  "acl|setuser": 12,
  "command|getkeys": 3,
  "command|getkeysandflags": 6,
  "command|help": 0.05,
  "command|list": 0.2,
  asking: 0.1,
  waitaof: 0.5,
  bgrewriteaof: 0,
  bgsave: 0,
  client: 0.1,
  "client|help": 0.1,
  "client|pause": 0,
  "client|reply": 0,
  config: 0.1,
  "config|help": 0.1,
  "config|set": 8,
  "config|get": 5,
  latency: 0.1,
  "latency|help": 0.1,
  memory: 0.1,
  "memory|help": 0.1,
  "memory|malloc-stats": 0.2,
  "memory|usage": 5,
  "module|help": 0.1,
  move: 10,
  replicaof: 0,
  save: 0,
  shutdown: 0,
  slaveof: 0,
  "slowlog|help": 0.1,
  swapdb: 5,
  auth: 0,
  hello: 0.2,
  quit: 0,
  reset: 0,
  monitor: 0,
  psubscribe: 0,
  punsubscribe: 0,
  ssubscribe: 0,
  subscribe: 0,
  sunsubscribe: 0,
  unsubscribe: 0,
  pubsub: 0.1,
  "pubsub|help": 0.1,
  flushall: 0.1,
  flushdb: 1,
  command: 0.02,
  "command|docs": 0.2,
  "command|info": 0.2,
  info: 0.2,
  "object|help": 0.1,
  bitpos: 2,
  spop: 0.5,
  geoadd: 3,
  geosearch: 3,
  lpos: 5,
  lrem: 4,
  srem: 3,
  hincrby: 2,
  zlexcount: 2,
  zunionstore: 2,
  hset: 3,
  hsetex: 3,
  rpush: 2,
  sadd: 3,
  zadd: 5,
  xadd: 5,
  "xgroup|create": 4,
  xgroup: 0.1,
  "xgroup|help": 0.1,
  xinfo: 0.1,
  "xinfo|help": 0.1,
  xreadgroup: 8,
  "xgroup|delconsumer": 0.5,
  "xgroup|destroy": 0.2,
  "xgroup|setid": 0.5,
  xsetid: 0.5,
  xclaim: 4,
  xdel: 4,
  xautoclaim: 6,
  set: 3,
  "json.set": 12,
  "json.debug": 0.3,
  multi: 3,
  exec: 5,
  watch: 4,
  eval: 12,
  evalsha: 2,
  evalsha_ro: 2,
  script: 0.05,
  "script|debug": 0.05,
  "script|flush": 0.1,
  "script|load": 2,
  "function|delete": 0.3,
  "script|help": 0.05,
  "script|kill": 0.05,
  function: 0.05,
  fcall: 6,
  fcall_ro: 2,
  "function|flush": 0.05,
  "function|dump": 0.5,
  "function|help": 0.05,
  "function|kill": 0.05,
  "function|load": 6,
};
