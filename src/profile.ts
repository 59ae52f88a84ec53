/** Where Upstash and Redis answer differently, each difference is one named field here, read in one place each. */

export interface Profile {
  readonly name: "redis" | "upstash";
  /** What INFO tells as `redis_version`. */
  readonly redisVersion: string;
  /** Upstash: `COPY key key` answers 0; Redis: an error. */
  readonly copyOntoItself: "error" | "zero";
  /** Upstash has database 0 only; Redis sixteen. */
  readonly databases: number;
  /** Upstash answers `COMMAND` with an empty array. */
  readonly commandDocumentation: boolean;
  /** How many bytes a database may take, as INFO tells; 0 for any number. Of Upstash the smallest plan's. */
  readonly maxMemory: number;
  /** Of the parameters of CONFIG Upstash offers notify-keyspace-events only. */
  readonly configuration: "all" | "events";
  /** Upstash's SCAN takes WITHTYPE: each key is followed by its type. */
  readonly scanWithType: boolean;
  /** Upstash trims streams nearly exactly where `~` allows less; Redis takes whole nodes of 100 entries. */
  readonly approximateTrim: "exact" | "nodes";
  /** What a command with BLOCK answers in a session that can not wait: Upstash's REST takes it for one that finds nothing. */
  readonly withoutWaiting: "error" | "nothing";
  /** Upstash's XREADGROUP NOACK creates no consumer. */
  readonly noAckCreatesConsumer: boolean;
  /**
   * Upstash's scripts may have the flag allow-key-locking, which holds them to the keys that they declare; and their first line may
   * stand behind blank ones, where it means nothing.
   */
  readonly scripts: "redis" | "upstash";
  /** In the results of `$..a` Upstash gives what lies deepest first; RedisJSON begins at the root. */
  readonly jsonDescent: "outer-first" | "inner-first";
  /** RedisJSON 8 deletes the key where JSON.DEL leaves an empty object or array; of Upstash it is not known. */
  readonly emptyJsonIsDeleted: boolean;
  /** Upstash says NOPERM as Redis 6 did. */
  readonly permissionTexts: "redis" | "upstash";
  /** Upstash has ACL RESTTOKEN and GENTOKEN, keeps no log, and takes fewer rules. */
  readonly acl: "redis" | "upstash";
}

export const redisProfile: Profile = {
  name: "redis",
  redisVersion: "8.0.2",
  copyOntoItself: "error",
  databases: 16,
  commandDocumentation: true,
  maxMemory: 0,
  configuration: "all",
  scanWithType: false,
  approximateTrim: "nodes",
  withoutWaiting: "error",
  noAckCreatesConsumer: true,
  scripts: "redis",
  jsonDescent: "outer-first",
  emptyJsonIsDeleted: true,
  permissionTexts: "redis",
  acl: "redis",
};

export const upstashProfile: Profile = {
  name: "upstash",
  redisVersion: "8.2.0",
  copyOntoItself: "zero",
  databases: 1,
  commandDocumentation: false,
  maxMemory: 268_435_456,
  configuration: "events",
  scanWithType: true,
  approximateTrim: "exact",
  withoutWaiting: "nothing",
  noAckCreatesConsumer: false,
  scripts: "upstash",
  jsonDescent: "inner-first",
  emptyJsonIsDeleted: false,
  permissionTexts: "upstash",
  acl: "upstash",
};
