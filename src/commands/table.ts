/** All commands by name, and the look-up that names what is wrong when there is none. */
import { lowerAscii, upperAscii, type ByteString } from "../bytes.js";
import { ReplyError } from "../errors.js";
import type { Profile } from "../profile.js";
import { aclCommands } from "./acl.js";
import { authCommands } from "./auth.js";
import { bitfieldCommands } from "./bitfield.js";
import { bitmapCommands } from "./bitmap.js";
import { commandCommands } from "./command-info.js";
import type { Command, CommandTable } from "./command.js";
import { connectionCommands } from "./connection.js";
import { clientCommands } from "./client.js";
import { clusterCommands } from "./cluster.js";
import { configCommands } from "./config.js";
import { databaseCommands } from "./databases.js";
import { debugCommands } from "./debug.js";
import { latencyCommands } from "./latency.js";
import { lolwutCommands } from "./lolwut.js";
import { memoryCommands } from "./memory.js";
import { persistenceCommands } from "./persistence.js";
import { replicationCommands } from "./replication.js";
import { slowlogCommands } from "./slowlog.js";
import { dumpCommands } from "./dump.js";
import { expireCommands } from "./expire.js";
import { functionCommands } from "./functions.js";
import { genericCommands } from "./generic.js";
import { geoCommands } from "./geo.js";
import { geoSearchCommands } from "./geo-search.js";
import { hashExpireCommands } from "./hash-expire.js";
import { hashCommands } from "./hash.js";
import { hyperloglogCommands } from "./hyperloglog.js";
import { jsonArrayCommands } from "./json-arrays.js";
import { jsonReadCommands } from "./json-read.js";
import { jsonScalarCommands } from "./json-scalars.js";
import { jsonCommands } from "./json.js";
import { listBlockingCommands } from "./list-blocking.js";
import { listCommands } from "./list.js";
import { monitorCommands } from "./monitor.js";
import { pubsubCommands } from "./pubsub.js";
import { scriptingCommands } from "./scripting.js";
import { serverCommands } from "./server.js";
import { setCommands } from "./set.js";
import { sortCommands } from "./sort.js";
import { streamDeleteCommands } from "./stream-delete.js";
import { streamGroupCommands } from "./stream-groups.js";
import { streamInfoCommands } from "./stream-info.js";
import { streamPendingCommands } from "./stream-pending.js";
import { streamReadCommands } from "./stream-read.js";
import { streamCommands } from "./stream.js";
import { stringConditionalCommands } from "./string-conditional.js";
import { stringCommands } from "./string.js";
import { transactionCommands } from "./transactions.js";
import { isUnsupported } from "./unsupported.js";
import { zsetCombineCommands } from "./zset-combine.js";
import { zsetRangeCommands } from "./zset-range.js";
import { zsetBlockingCommands } from "./zset-blocking.js";
import { zsetCommands } from "./zset.js";

const families: readonly CommandTable[] = [
  stringCommands,
  stringConditionalCommands,
  bitmapCommands,
  bitfieldCommands,
  hyperloglogCommands,
  hashCommands,
  hashExpireCommands,
  listCommands,
  listBlockingCommands,
  setCommands,
  zsetCommands,
  zsetBlockingCommands,
  zsetRangeCommands,
  zsetCombineCommands,
  geoCommands,
  geoSearchCommands,
  streamCommands,
  streamDeleteCommands,
  streamReadCommands,
  streamGroupCommands,
  streamPendingCommands,
  streamInfoCommands,
  jsonCommands,
  jsonReadCommands,
  jsonArrayCommands,
  jsonScalarCommands,
  genericCommands,
  dumpCommands,
  expireCommands,
  sortCommands,
  transactionCommands,
  pubsubCommands,
  monitorCommands,
  connectionCommands,
  authCommands,
  aclCommands,
  commandCommands,
  serverCommands,
  clientCommands,
  clusterCommands,
  configCommands,
  databaseCommands,
  debugCommands,
  latencyCommands,
  lolwutCommands,
  memoryCommands,
  persistenceCommands,
  replicationCommands,
  slowlogCommands,
  scriptingCommands,
  functionCommands,
];

/** Commands that write, but look keys up as reading ones do. */
const READING: ReadonlySet<string> = new Set(
  (
    "set getset getdel getex copy sort georadius georadiusbymember geosearchstore zrangestore " +
    "zunionstore zinterstore zdiffstore sunionstore sinterstore sdiffstore pfmerge bitop " +
    "xack xclaim xautoclaim xreadgroup"
  ).split(" "),
);

/** Every command and subcommand (`object|encoding`) by lower-case name. */
export const commandTable: ReadonlyMap<string, Command> = buildTable();

/** Commands by how clients spell them, so that a name's case is folded once for each spelling. */
const bySpelling = new Map<string, Command>();

/** So many spellings at most are remembered. */
const MAX_SPELLINGS = 1000;

/**
 * The command that `argv` calls, or the error reply that says why there is none (unknown, or a wrong number of arguments). With a
 * profile, Upstash's own subcommands are unknown on Redis.
 */
export function findCommand(argv: readonly ByteString[], profile?: Profile): Command | ReplyError {
  const name = argv[0] ?? "";
  const found = bySpelling.get(name) ?? findSpelling(name);
  if (found === undefined) {
    return isUnsupported(lowerAscii(name)) ? unsupportedCommand(name) : unknownCommand(argv);
  }
  const subcommand = argv[1];
  if (found.subcommands.size === 0 || subcommand === undefined) return checkArity(found, argv);
  const command = found.subcommands.get(lowerAscii(subcommand));
  if (command?.upstashOnly === true && profile?.name === "redis") {
    return unknownSubcommand(found, subcommand);
  }
  if (command !== undefined) return checkArity(command, argv);
  return isUnsupported(`${found.name}|${lowerAscii(subcommand)}`)
    ? unsupportedCommand(`${name} ${subcommand}`)
    : unknownSubcommand(found, subcommand);
}

function findSpelling(name: string): Command | undefined {
  const found = commandTable.get(lowerAscii(name));
  if (found !== undefined && found.words > 1) return undefined;
  if (found !== undefined && bySpelling.size < MAX_SPELLINGS) bySpelling.set(name, found);
  return found;
}

/** Whether Redis has a command of that name (in any case), supported by the emulator or not. */
export function isKnown(name: string): boolean {
  return commandTable.has(lowerAscii(name)) || isUnsupported(lowerAscii(name));
}

function checkArity(command: Command, { length }: readonly ByteString[]): Command | ReplyError {
  const { arity, name } = command;
  const fits = arity >= 0 ? length === arity : length >= -arity;
  return fits ? command : command.wrongArity(name);
}

/** Runs when the package is imported, so it makes no more than it must. A container stands before its subcommands. */
function buildTable(): ReadonlyMap<string, Command> {
  const none = new Map<string, Command>();
  const table = new Map<string, Omit<Command, "subcommands"> & { subcommands: typeof none }>();
  for (const family of families) {
    for (const name in family) {
      const spec = family[name];
      if (spec === undefined) continue;
      const bar = name.indexOf("|");
      const readonly = spec.flags.includes("readonly");
      const command = {
        name,
        words: bar < 0 ? 1 : 2,
        readonly,
        countsLookups: readonly ? !/^(?:object|memory)\|/.test(name) : READING.has(name),
        subcommands: none,
        arity: spec.arity,
        flags: spec.flags,
        keys: spec.keys,
        handler: spec.handler,
        immediate: spec.immediate,
        wrongArity: spec.wrongArity,
        index: table.size,
        enabledBy: spec.enabledBy,
        upstashOnly: spec.upstashOnly,
      };
      table.set(name, command);
      const container = bar < 0 ? undefined : table.get(name.slice(0, bar));
      if (container === undefined) continue;
      if (container.subcommands === none) container.subcommands = new Map();
      container.subcommands.set(name.slice(bar + 1), command);
    }
  }
  return table;
}

function unsupportedCommand(name: string): ReplyError {
  return new ReplyError(
    `ERR kv-emulator does not implement '${upperAscii(name)}' yet: its docs/commands.md lists what it does`,
  );
}

/** Redis quotes the arguments up to this many bytes in all. */
const QUOTED_ARGUMENTS = 128;

function unknownCommand(argv: readonly ByteString[]): ReplyError {
  const [name = "", ...args] = argv;
  let quoted = "";
  for (const argument of args) {
    if (quoted.length >= QUOTED_ARGUMENTS) break;
    quoted += `'${quotable(argument, QUOTED_ARGUMENTS - quoted.length)}' `;
  }
  return new ReplyError(
    `ERR unknown command '${quotable(name, 128)}', with args beginning with: ${quoted}`,
  );
}

function unknownSubcommand({ name }: Command, subcommand: ByteString): ReplyError {
  return new ReplyError(
    `ERR unknown subcommand '${quotable(subcommand, 128)}'. Try ${name.toUpperCase()} HELP.`,
  );
}

/** What Redis quotes of a word: up to its first zero byte, and so many bytes at most. */
function quotable(word: string, length: number): string {
  const [start = ""] = word.slice(0, length).split("\0", 1);
  return start;
}
