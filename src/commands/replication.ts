/** A master without replicas: ROLE, REPLICAOF, FAILOVER, WAIT and WAITAOF (replication.c). */
import { bytes, keyword, type ByteString } from "../bytes.js";
import { ReplyError, syntaxError } from "../errors.js";
import { OK, type Reply } from "../reply.js";
import { parseInteger } from "../values/numbers.js";
import type { Args } from "./args.js";
import { timeoutInMilliseconds } from "./blocking.js";
import { command, noKeys, type CommandTable, type Flag, type Handler } from "./command.js";
import { integer, naturalNumber } from "./operands.js";

const roleFlags: readonly Flag[] = ["admin", "noscript", "stale", "no_async_loading"];

/** `REPLICAOF NO ONE` → OK; anything else is refused: an emulator follows no master. */
const replicaOf: Handler = (_, args) => {
  const [host = bytes(""), port = bytes("")] = args.rest();
  if (keyword(host) === "NO" && keyword(port) === "ONE") return OK;
  const number = parseInteger(port);
  if (number === undefined || number < 0 || number > 65_535) {
    throw new ReplyError("ERR Invalid master port");
  }
  throw new ReplyError("ERR kv-emulator does not replicate: it can not follow another server");
};

export const replicationCommands = {
  /** `FAILOVER [TO host port [FORCE]] [ABORT] [TIMEOUT milliseconds]` → an error: there are no replicas. */
  failover: command(-1, ["admin", "noscript", "stale"], noKeys, (_, args) => {
    if (args.left === 1 && args.peekOption() === "ABORT") {
      throw new ReplyError("ERR No failover in progress.");
    }
    checkFailover(args);
    throw new ReplyError("ERR FAILOVER requires connected replicas.");
  }),

  replicaof: command(3, roleFlags, noKeys, replicaOf),

  /** `ROLE` → master, at offset 0, without replicas. */
  role: command(1, ["noscript", "loading", "stale", "fast"], noKeys, (): Reply => [
    bytes("master"),
    0,
    [],
  ]),

  /** As REPLICAOF. */
  slaveof: command(3, roleFlags, noKeys, replicaOf),

  /** `WAIT numreplicas milliseconds` → 0: there are no replicas; where some are asked for, when the time is over. */
  wait: command(3, ["blocking"], noKeys, (context, args) => {
    const replicas = integer(args.next());
    const until = timeoutInMilliseconds(args.next(), context.now);
    if (replicas <= 0) return 0;
    return context.wait({ args, type: undefined, keys: [], until, otherwise: 0 });
  }),

  /** `WAITAOF numlocal numreplicas milliseconds` → how many files and replicas have the changes; of replicas 0, as with WAIT. */
  waitaof: command(4, ["blocking"], noKeys, (context, args) => {
    const files = fileCount(args.next());
    const replicas = naturalNumber(args.next());
    const until = timeoutInMilliseconds(args.next(), context.now);
    const writes = context.keyspace.config.get("appendonly") === "yes";
    if (files > 0 && !writes) {
      throw new ReplyError(
        "ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.",
      );
    }
    const done = [writes ? 1 : 0, 0];
    if (replicas === 0) return done;
    return context.wait({ args, type: undefined, keys: [], until, otherwise: done });
  }),
} satisfies CommandTable;

/** Whether the server's own file is waited for. */
function fileCount(operand: ByteString): 0 | 1 {
  const value = integer(operand);
  if (value !== 0 && value !== 1) {
    throw new ReplyError("ERR value is out of range, value must between 0 and 1");
  }
  return value;
}

function checkFailover(args: Args): void {
  const options = new Set<string>();
  while (args.more()) {
    const option = args.option();
    if (option === "TIMEOUT" && args.more() && !options.has(option)) {
      if (integer(args.next()) <= 0) {
        throw new ReplyError("ERR FAILOVER timeout must be greater than 0");
      }
    } else if (option === "TO" && args.left >= 2 && !options.has(option)) {
      args.next();
      integer(args.next());
    } else if (option !== "FORCE" || options.has(option)) {
      throw syntaxError();
    }
    options.add(option);
  }
}
