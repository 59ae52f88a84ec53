/**
 * Where a door does not answer as Redis 8 does, and why. A difference that no longer occurs fails the run. Commands that a door
 * refuses run on the engine behind it, so that the lines after them find the same state.
 */
export interface ExpectedDifference {
  /** Names of targets, as in targets.ts. */
  readonly targets: readonly string[];
  /** The transcript to which it is limited; all its lines, where no command is named. */
  readonly file?: string;
  /** Commands in lower case. */
  readonly commands?: readonly string[];
  /** What one of the words must match. */
  readonly words?: RegExp;
  readonly reason: string;
}

const upstash = ["the REST handler", "the double"];

export const expectedDifferences: readonly ExpectedDifference[] = [
  {
    targets: upstash,
    commands: ["lcs", "object", "sort", "sort_ro"],
    reason:
      "Upstash does not offer these commands and answers 'ERR Command is not available' (documentation of its commands)",
  },
  {
    targets: upstash,
    file: "transactions",
    reason:
      "over REST a transaction is the path /multi-exec; MULTI, EXEC, DISCARD, WATCH and UNWATCH are refused, so that what should be queued runs at once (Upstash documentation, REST API, transactions)",
  },
  {
    targets: upstash,
    file: "scripting-sessions",
    reason:
      "over REST there are no transactions but /multi-exec and there is one database; how an error stands within an array of JSON is not documented, and a line #! may stand behind blank ones (changelog of @upstash/ratelimit)",
  },
  {
    targets: upstash,
    file: "databases",
    reason:
      "Upstash has one database: SELECT is no command of REST, COPY takes DB 0 alone; a key copied onto itself is 0, and SCAN knows WITHTYPE (Upstash documentation, commands SELECT and COPY; the tests of @upstash/redis)",
  },
  {
    targets: upstash,
    file: "server",
    commands: ["command"],
    reason:
      "Upstash offers COMMAND without subcommands and answers an empty array (Upstash documentation, command COMMAND)",
  },
  {
    targets: upstash,
    commands: ["config"],
    reason:
      "of CONFIG Upstash offers GET and SET, and of its parameters notify-keyspace-events alone (Upstash documentation, commands CONFIG GET and CONFIG SET)",
  },
  {
    targets: upstash,
    commands: ["function"],
    words: /^(?:dump|restore)$/i,
    reason:
      "Upstash does not list FUNCTION DUMP and FUNCTION RESTORE among its commands (Upstash documentation, Redis API compatibility)",
  },
  {
    targets: upstash,
    file: "acl",
    reason:
      "Upstash takes fewer rules, shows no selectors, keeps no log, has no DRYRUN and answers OK to LOAD and SAVE (Upstash documentation, ACL commands)",
  },
  {
    targets: upstash,
    file: "auth",
    reason:
      "AUTH, HELLO, RESET and transactions are no commands of REST, which has tokens (Upstash documentation, REST API)",
  },
  {
    targets: upstash,
    file: "command",
    reason: "Upstash offers COMMAND without subcommands (Upstash documentation, command COMMAND)",
  },
  ...["cluster", "alone", "swap", "client", "debug", "latency", "slowlog"].map((file) => ({
    targets: upstash,
    file,
    reason: `Upstash does not list these commands, or not for REST, where there are no transactions either (Upstash documentation, Redis API compatibility): ${file}`,
  })),
  {
    targets: upstash,
    commands: ["memory"],
    words: /^(?:doctor|help|malloc-stats|purge|stats)$/i,
    reason: "of MEMORY Upstash offers USAGE (Upstash documentation, Redis API compatibility)",
  },
  {
    targets: upstash,
    file: "info",
    reason:
      "Upstash has six sections of INFO and heads those that it has not; over REST there are no transactions but /multi-exec (Upstash documentation, command INFO)",
  },
  {
    targets: upstash,
    file: "stream-trim",
    reason:
      "Upstash trims nearly exactly where ~ is given and not by whole nodes (the tests of @upstash/redis: 50 entries trimmed to about 30 left 29 to 31)",
  },
  {
    targets: upstash,
    commands: ["xsetid"],
    reason:
      "Upstash does not offer XSETID and answers 'ERR Command is not available' (documentation of its commands)",
  },
  {
    targets: upstash,
    file: "json",
    words: /\.\./,
    reason:
      "of what `..` finds in a document Upstash gives the deepest first (the tests of @upstash/redis: $..b of {a,b,nested:{a,b}} is [null,3])",
  },
  {
    targets: upstash,
    file: "json-watch",
    reason:
      "over REST a transaction is the path /multi-exec; MULTI, EXEC and WATCH are refused (Upstash documentation, REST API, transactions)",
  },
  {
    targets: upstash,
    file: "json-empty",
    commands: ["exists"],
    reason:
      "that JSON.DEL deletes a key with its last value is not known of Upstash, whose documentation deletes values only (documentation of JSON.DEL)",
  },
  {
    targets: upstash,
    commands: [
      "nosuch",
      "",
      "nosuch x",
      "no\r\nsuch",
      "aaaaaaaaaabbbbbbbbbb".repeat(7),
      "gett",
      "nope",
      "no\0pe",
    ],
    reason:
      "Upstash answers unknown commands with 'ERR Command is not available' (seen on the service)",
  },
];
