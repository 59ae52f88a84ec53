/** Where the engine is known not to answer as Redis 8.0.2, and why it stays so. One that no longer occurs fails the run. */
import { commandName, type Replies } from "../../src/conformance/laws.js";

export interface KnownDifference {
  readonly reason: string;
  /** Where the reason can be read up. */
  readonly link: string;
  /** Each shows it: commands as typed into redis-cli, and pauses (`WAIT ms`); the sides answer the last of them differently. */
  readonly witnesses: readonly (readonly string[])[];
  /** Whether replies that differ do so for this reason. Nothing where the comparison keeps out of its way. */
  covers(replies: Replies): boolean;
}

export const knownDifferences: readonly KnownDifference[] = [
  {
    reason:
      "the emulator describes itself: its own commands, its own connections, and no module but JSON, which is none",
    link: "https://redis.io/docs/latest/commands/command/",
    witnesses: [["COMMAND COUNT"], ["HELLO"], ["ACL CAT"], ["MODULE LIST"]],
    covers: ({ argv, received }) => {
      const name = commandName(argv);
      if (name === "hello") return received.type !== "error";
      if (name === "acl|cat" || name === "command|info") return argv.length === 2;
      return /^(?:command(?:$|\|(?:count|docs)$)|module\|list$)/.test(name);
    },
  },
  {
    reason:
      "a key is gone at the millisecond of its deadline, as after Redis's active expiry; Redis's look-up finds it until that is over, and its DBSIZE counts it until it is come upon (a SCAN goes before each DBSIZE)",
    link: "https://redis.io/docs/latest/commands/expire/#how-redis-expires-keys",
    witnesses: [
      ["SET s1 v PX 2", "WAIT 2", "GET s1"],
      ["SET s1 v PX 1", "WAIT 3", "DBSIZE"],
    ],
    covers: () => false,
  },
  {
    reason:
      "a cursor past 64 bits leaves errno set in Redis, and its next SORT complains of scores; such cursors are not drawn",
    link: "https://github.com/redis/redis/blob/8.0.2/src/sort.c",
    witnesses: [["ZADD z1 1 1", "SCAN 18446744073709551616", "SORT z1"]],
    covers: () => false,
  },
  {
    reason:
      "distances are computed with JavaScript's sine and cosine, whose last digit may differ from C's; STOREDIST shows it",
    link: "https://tc39.es/ecma262/#sec-math.sin",
    witnesses: [
      [
        "GEOADD g1 15.087269 1 a",
        "GEORADIUS g1 13.361389 66.5 20000 km STOREDIST g2",
        "ZRANGE g2 0 -1 WITHSCORES",
      ],
    ],
    covers: () => false,
  },
  {
    reason: "OBJECT FREQ is refused where an LFU policy is set: the emulator counts no accesses",
    link: "https://redis.io/docs/latest/commands/object-freq/",
    witnesses: [["SET s1 a", "CONFIG SET maxmemory-policy allkeys-lfu", "OBJECT FREQ s1"]],
    covers: ({ argv, received }) =>
      commandName(argv) === "object|freq" && received.type === "error",
  },
  {
    reason: "LOLWUT draws nothing and writes no poems",
    link: "https://redis.io/docs/latest/commands/lolwut/",
    witnesses: [["LOLWUT"]],
    covers: ({ argv, received }) => commandName(argv) === "lolwut" && received.type !== "error",
  },
  {
    reason:
      "what Redis 8.2, 8.4 and 8.10 added is there: DELEX, DIGEST, MSETEX, SDIFFCARD, SUNIONCARD, XACKDEL and XDELEX, BITOP DIFF, DIFF1, ANDOR and ONE, SET IFEQ, IFNE, IFDEQ and IFDNE, XADD and XTRIM KEEPREF, DELREF and ACKED",
    link: "https://redis.io/docs/latest/develop/whats-new/8-4/",
    witnesses: [
      ["DIGEST s1"],
      ["SET s1 a", "BITOP DIFF s2 s1 s1"],
      ["SET s1 a", "SET s1 b IFEQ a"],
      ["XADD x1 1-0 f v", "XTRIM x1 MAXLEN 0 DELREF"],
    ],
    covers: () => false,
  },
  {
    reason:
      "RESTORE adds the time to a ttl without a look at 64 bits, and Redis then tells a deadline that overflowed of a key that stays; here the key stays without one",
    link: "https://github.com/redis/redis/blob/8.0.2/src/cluster.c",
    witnesses: [
      [
        'RESTORE s1 9223372036854775807 "\\x00\\x05value\\x0c\\x00J\\x80\\xf5\\xf8;\\x80\\x05\'"',
        "PTTL s1",
      ],
    ],
    covers: () => false,
  },
];
