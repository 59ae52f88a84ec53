/** Where the engine is known not to answer as Redis 8.0.2, and why it stays so. One that no longer occurs fails the run. */
import { commandName, type Replies } from "../../src/conformance/laws.js";

export interface KnownDifference {
  readonly reason: string;
  /** Where the reason can be read up. */
  readonly link: string;
  /** Commands as typed into redis-cli, and pauses (`WAIT ms`); the sides answer the last of them differently. */
  readonly witness: readonly string[];
  /** Whether replies that differ do so for this reason. Nothing where the comparison keeps out of its way. */
  covers(replies: Replies): boolean;
}

export const knownDifferences: readonly KnownDifference[] = [
  {
    reason: "COMMAND and its subcommands describe the commands of the emulator",
    link: "https://redis.io/docs/latest/commands/command/",
    witness: ["COMMAND COUNT"],
    covers: ({ argv }) =>
      /^command(?:$|\|(?:count|docs)$)/.test(commandName(argv)) ||
      (commandName(argv) === "command|info" && argv.length === 2),
  },
  {
    reason: "HELLO names no modules, and numbers the connections of the emulator",
    link: "https://redis.io/docs/latest/commands/hello/",
    witness: ["HELLO"],
    covers: ({ argv, received }) => commandName(argv) === "hello" && received.type !== "error",
  },
  {
    reason: "ACL CAT has the category of the JSON module, and names the commands of the emulator",
    link: "https://redis.io/docs/latest/commands/acl-cat/",
    witness: ["ACL CAT"],
    covers: ({ argv }) => commandName(argv) === "acl|cat" && argv.length === 2,
  },
  {
    reason:
      "DBSIZE counts no key whose time is up, while Redis counts it until it comes upon it; a SCAN goes before each DBSIZE",
    link: "https://redis.io/docs/latest/commands/expire/#how-redis-expires-keys",
    witness: ["SET s1 v PX 1", "WAIT 3", "DBSIZE"],
    covers: () => false,
  },
  {
    reason:
      "a key is gone at the millisecond of its deadline, as after Redis's active expiry; Redis's look-up finds it until that is over",
    link: "https://redis.io/docs/latest/commands/expire/#how-redis-expires-keys",
    witness: ["SET s1 v PX 2", "WAIT 2", "GET s1"],
    covers: () => false,
  },
  {
    reason:
      "a cursor past 64 bits leaves errno set in Redis, and its next SORT complains of scores; such cursors are not drawn",
    link: "https://github.com/redis/redis/blob/8.0.2/src/sort.c",
    witness: ["ZADD z1 1 1", "SCAN 18446744073709551616", "SORT z1"],
    covers: () => false,
  },
  {
    reason:
      "distances are computed with JavaScript's sine and cosine, whose last digit may differ from C's; STOREDIST shows it",
    link: "https://tc39.es/ecma262/#sec-math.sin",
    witness: [
      "GEOADD g1 15.087269 1 a",
      "GEORADIUS g1 13.361389 66.5 20000 km STOREDIST g2",
      "ZRANGE g2 0 -1 WITHSCORES",
    ],
    covers: () => false,
  },
  {
    reason: "OBJECT FREQ is refused where an LFU policy is set: the emulator counts no accesses",
    link: "https://redis.io/docs/latest/commands/object-freq/",
    witness: ["SET s1 a", "CONFIG SET maxmemory-policy allkeys-lfu", "OBJECT FREQ s1"],
    covers: ({ argv, received }) =>
      commandName(argv) === "object|freq" && received.type === "error",
  },
  {
    reason: "MODULE LIST is empty; the server that Redis 8 ships has the module vectorset",
    link: "https://redis.io/docs/latest/commands/module-list/",
    witness: ["MODULE LIST"],
    covers: ({ argv }) => commandName(argv) === "module|list",
  },
  {
    reason: "LOLWUT draws nothing and writes no poems",
    link: "https://redis.io/docs/latest/commands/lolwut/",
    witness: ["LOLWUT"],
    covers: ({ argv, received }) => commandName(argv) === "lolwut" && received.type !== "error",
  },
  {
    reason: "BITOP takes DIFF, DIFF1, ANDOR and ONE, as it does from Redis 8.2 on",
    link: "https://redis.io/docs/latest/commands/bitop/",
    witness: ["SET s1 a", "BITOP DIFF s2 s1 s1"],
    covers: () => false,
  },
  {
    reason: "SET takes IFEQ, IFNE, IFDEQ and IFDNE, as it does from Redis 8.4 on",
    link: "https://redis.io/docs/latest/commands/set/",
    witness: ["SET s1 a", "SET s1 b IFEQ a"],
    covers: () => false,
  },
  {
    reason: "XADD and XTRIM take KEEPREF, DELREF and ACKED, as they do from Redis 8.2 on",
    link: "https://redis.io/docs/latest/commands/xtrim/",
    witness: ["XADD x1 1-0 f v", "XTRIM x1 MAXLEN 0 DELREF"],
    covers: () => false,
  },
  {
    reason:
      "DELEX, DIGEST, MSETEX, SDIFFCARD, SUNIONCARD, XACKDEL and XDELEX are commands, as from Redis 8.2, 8.4 and 8.10 on",
    link: "https://redis.io/docs/latest/commands/delex/",
    witness: ["DIGEST s1"],
    covers: () => false,
  },
  {
    reason:
      "RESTORE adds the time to a ttl without a look at 64 bits, and Redis then tells a deadline that overflowed of a key that stays; here the key stays without one",
    link: "https://github.com/redis/redis/blob/8.0.2/src/cluster.c",
    witness: [
      'RESTORE s1 9223372036854775807 "\\x00\\x05value\\x0c\\x00J\\x80\\xf5\\xf8;\\x80\\x05\'"',
      "PTTL s1",
    ],
    covers: () => false,
  },
];
