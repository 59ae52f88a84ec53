/** Which commands Upstash's REST API refuses, as data, and the texts it refuses them with. */
import { upperAscii, type ByteString } from "../bytes.js";
import type { Command } from "../commands/command.js";
import { findCommand, isKnown } from "../commands/table.js";
import { ReplyError } from "../errors.js";

/** Refused over REST although the service knows them: they need a connection, block, or have a path of their own. */
const NOT_IN_REST: ReadonlySet<string> = new Set(
  (
    "AUTH CLIENT DISCARD EXEC HELLO MONITOR MULTI QUIT RESET SELECT UNWATCH WATCH " +
    "SUBSCRIBE UNSUBSCRIBE PSUBSCRIBE PUNSUBSCRIBE " +
    "BLMOVE BLMPOP BLPOP BRPOP BRPOPLPUSH BZMPOP BZPOPMAX BZPOPMIN"
  ).split(" "),
);

/** Redis commands that the service does not offer at all. A container stands for its subcommands. */
const NOT_OFFERED: ReadonlySet<string> = new Set(
  (
    "ASKING BGREWRITEAOF BGSAVE CLUSTER DEBUG FAILOVER LASTSAVE LATENCY LCS LOLWUT MIGRATE MODULE MOVE OBJECT PFDEBUG " +
    "PFSELFTEST PSYNC READONLY READWRITE REPLCONF REPLICAOF RESTORE-ASKING ROLE SAVE SHUTDOWN SLAVEOF SLOWLOG SORT SORT_RO " +
    "SPUBLISH SSUBSCRIBE SUNSUBSCRIBE SWAPDB SYNC XSETID"
  ).split(" "),
);

/** Subcommands that the service does not offer of commands that it does. */
const NOT_OFFERED_SUBCOMMANDS: ReadonlySet<string> = new Set([
  "ACL DRYRUN",
  "ACL HELP",
  "COMMAND COUNT",
  "COMMAND DOCS",
  "COMMAND GETKEYS",
  "COMMAND GETKEYSANDFLAGS",
  "COMMAND HELP",
  "COMMAND INFO",
  "COMMAND LIST",
  "FUNCTION DUMP",
  "FUNCTION RESTORE",
  "CONFIG HELP",
  "CONFIG RESETSTAT",
  "CONFIG REWRITE",
  "MEMORY DOCTOR",
  "MEMORY HELP",
  "MEMORY MALLOC-STATS",
  "MEMORY PURGE",
  "MEMORY STATS",
]);

/** Reads that the service counts as dangerous and refuses to a read-only token. */
const NOT_READ_ONLY: ReadonlySet<string> = new Set(["keys", "scan"]);

/** What a request's token allows. */
export type Access = "full" | "read-only";

/** The error for a command that REST does not take, or not with such a token; undefined for one that it takes. */
export function refusal(argv: readonly ByteString[], access: Access): ReplyError | undefined {
  const command = findCommand(argv);
  if (command instanceof ReplyError) return refusalOfWords(argv) ?? command;
  let refused = refusals.get(command);
  if (refused === undefined) {
    refused = refusalOfWords(argv) ?? "taken";
    refusals.set(command, refused);
  }
  if (refused !== "taken") return refused;
  const allowed = access === "full" || (command.readonly && !NOT_READ_ONLY.has(command.name));
  return allowed ? undefined : noPermission(command.name);
}

/** What was found out about a command once. */
const refusals = new Map<Command, ReplyError | "taken">();

function refusalOfWords(argv: readonly ByteString[]): ReplyError | undefined {
  const name = upperAscii(argv[0] ?? "");
  const subcommand = argv[1] === undefined ? name : `${name} ${upperAscii(argv[1])}`;
  if (NOT_IN_REST.has(name)) return notInRest(name);
  if (NOT_OFFERED.has(name) || !isKnown(name)) return notAvailable(name);
  return NOT_OFFERED_SUBCOMMANDS.has(subcommand) ? notAvailable(subcommand) : undefined;
}

/** What a token for reads only is told. */
export function noPermission(name: string): ReplyError {
  return new ReplyError(
    `NOPERM this user has no permissions to run the '${name}' command or its subcommand`,
  );
}

/** Upstash's answer to a command or subcommand (`MEMORY STATS`) that it does not know. */
function notAvailable(name: string): ReplyError {
  return new ReplyError(
    `ERR Command is not available: '${name}'. See https://upstash.com/docs/redis/overall/rediscompatibility for details`,
  );
}

function notInRest(name: string): ReplyError {
  return new ReplyError(
    `ERR Command "${name}" is not allowed in REST or it has a special context path`,
  );
}
