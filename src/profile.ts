/** Where Upstash and Redis answer differently, each difference is one named field here, read in one place each. */

export interface Profile {
  readonly name: "redis" | "upstash";
  /** Upstash: `COPY key key` answers 0; Redis: an error. */
  readonly copyOntoItself: "error" | "zero";
  /** Upstash has database 0 only; Redis sixteen. */
  readonly databases: number;
  /** Upstash answers `COMMAND` with an empty array. */
  readonly commandDocumentation: boolean;
  /** Upstash's SCAN takes WITHTYPE: each key is followed by its type. */
  readonly scanWithType: boolean;
  /** How a command is refused that the service does not offer. */
  readonly unknownCommand: "redis" | "upstash";
}

export const redisProfile: Profile = {
  name: "redis",
  copyOntoItself: "error",
  databases: 16,
  commandDocumentation: true,
  scanWithType: false,
  unknownCommand: "redis",
};

export const upstashProfile: Profile = {
  name: "upstash",
  copyOntoItself: "zero",
  databases: 1,
  commandDocumentation: false,
  scanWithType: true,
  unknownCommand: "upstash",
};
