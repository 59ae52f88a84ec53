/** CLIENT: a session's name and modes, and what it can learn of and do to the others (networking.c). */
import { bytes, keyword, untilZero } from "../bytes.js";
import { ReplyError, syntaxError } from "../errors.js";
import { map, OK, set, several, status, verbatim } from "../reply.js";
import type { Session } from "../session.js";
import { parseInteger } from "../values/numbers.js";
import type { Args } from "./args.js";
import { chosenClients, typeOperand } from "./client-filters.js";
import { clientLine, clientType, connected } from "./client-list.js";
import { timeAfter } from "./blocking.js";
import { command, container, noKeys, type CommandTable, type Flag } from "./command.js";
import { clientAttribute, integer, subcommandSyntax } from "./operands.js";

const flags: readonly Flag[] = ["noscript", "loading", "stale"];
const adminFlags: readonly Flag[] = ["admin", ...flags];

export const clientCommands = {
  client: container(-2),

  /** `CLIENT CACHING YES | NO` → an error: no session of the emulator is in tracking mode. */
  "client|caching": command(3, flags, noKeys, () => {
    throw new ReplyError(
      "ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled",
    );
  }),

  /** `CLIENT GETNAME` → the session's name, nil where it has none. */
  "client|getname": command(2, flags, noKeys, ({ session: { name } }) =>
    name === "" ? null : name,
  ),

  /** `CLIENT GETREDIR` → -1: nothing is tracked. */
  "client|getredir": command(2, flags, noKeys, () => -1),

  /** `CLIENT HELP` → what the subcommands do. */
  "client|help": command(2, ["loading", "stale"], noKeys, () => HELP.map(status)),

  /** `CLIENT ID` → the session's number. */
  "client|id": command(2, flags, noKeys, ({ session }) => session.id),

  /** `CLIENT INFO` → the session's line of CLIENT LIST. */
  "client|info": command(2, flags, noKeys, (context) =>
    verbatim("txt", bytes(`${clientLine(context, context.session)}\n`)),
  ),

  /**
   * `CLIENT KILL address`, or `CLIENT KILL [ID id] [TYPE type] [USER name] [ADDR address] [LADDR address] [MAXAGE seconds] [SKIPME yes | no]`
   * → OK, or how many sessions have ended. The old form ends the caller too, the new one only with SKIPME no.
   */
  "client|kill": command(-3, adminFlags, noKeys, (context, args) => {
    if (args.left === 1) {
      const address = args.next();
      const found = connected(context).find((client) => client.address === address);
      if (found === undefined) throw new ReplyError("ERR No such client");
      found.close();
      return OK;
    }
    const killed = chosenClients(context, args).filter(({ onClose }) => onClose !== undefined);
    for (const client of killed) client.close();
    return killed.length;
  }),

  /** `CLIENT LIST [TYPE type | ID id [id …]]` → a line for each session. */
  "client|list": command(-2, adminFlags, noKeys, (context, args) => {
    const chosen = listed(args);
    const lines = connected(context)
      .filter(chosen)
      .map((session) => `${clientLine(context, session)}\n`);
    return verbatim("txt", bytes(lines.join("")));
  }),

  /** `CLIENT NO-EVICT ON | OFF` → OK. */
  "client|no-evict": command(3, adminFlags, noKeys, ({ session }, args) => {
    session.noEvict = onOrOff(args);
    return OK;
  }),

  /** `CLIENT NO-TOUCH ON | OFF` → OK. */
  "client|no-touch": command(3, flags, noKeys, ({ session }, args) => {
    session.noTouch = onOrOff(args);
    return OK;
  }),

  /**
   * `CLIENT PAUSE milliseconds [WRITE | ALL]` → OK. Until then the commands of sessions that can wait do so, all or those that write.
   */
  "client|pause": command(-3, adminFlags, noKeys, ({ server, now }, args) => {
    if (args.left > 2) throw subcommandSyntax("CLIENT", args);
    const [operand = bytes(""), mode] = args.rest();
    const word = mode === undefined ? "ALL" : keyword(mode);
    if (word !== "ALL" && word !== "WRITE") {
      throw new ReplyError("ERR CLIENT PAUSE mode must be WRITE or ALL");
    }
    const until = timeAfter(operand, now);
    const last = server.pauseAt(now);
    server.pause = {
      until: Math.max(until, last?.until ?? 0),
      mode: word === "ALL" || last?.mode === "all" ? "all" : "write",
    };
    return OK;
  }),

  /** `CLIENT REPLY ON | OFF | SKIP` → OK to ON, nothing to the others: from here on nothing is answered, or not the next command. */
  "client|reply": command(3, flags, noKeys, ({ session }, args) => {
    switch (args.option()) {
      case "ON":
        session.replies = "on";
        return OK;
      case "OFF":
        session.replies = "off";
        return several([]);
      case "SKIP":
        if (session.replies === "on") session.replies = "skip";
        return several([]);
      default:
        throw syntaxError();
    }
  }),

  /** `CLIENT SETINFO LIB-NAME | LIB-VER text` → OK. */
  "client|setinfo": command(4, flags, noKeys, ({ session }, args) => {
    const attribute = args.next();
    const value = args.next();
    const word = keyword(attribute);
    if (word !== "LIB-NAME" && word !== "LIB-VER") {
      throw new ReplyError(`ERR Unrecognized option '${untilZero(attribute)}'`);
    }
    clientAttribute(value, untilZero(attribute));
    if (word === "LIB-NAME") session.libraryName = value;
    else session.libraryVersion = value;
    return OK;
  }),

  /** `CLIENT SETNAME name` → OK; an empty name takes the session's away. */
  "client|setname": command(3, flags, noKeys, ({ session }, args) => {
    session.name = clientAttribute(args.next(), "Client names");
    return OK;
  }),

  /** `CLIENT TRACKING ON | OFF [REDIRECT id] [PREFIX prefix …] [BCAST] [OPTIN] [OPTOUT] [NOLOOP]` → OK to OFF; ON is refused. */
  "client|tracking": command(-3, flags, noKeys, ({ server }, args) => {
    const mode = args.next();
    const options = trackingOptions(args, (id) =>
      [...server.sessions].some((client) => BigInt(client.id) === BigInt(id)),
    );
    if (keyword(mode) === "OFF") return OK;
    if (keyword(mode) !== "ON") throw syntaxError();
    checkTracking(options);
    throw new ReplyError(
      "ERR kv-emulator does not implement 'CLIENT TRACKING ON' yet: it sends no invalidations",
    );
  }),

  /** `CLIENT TRACKINGINFO` → a map that says that nothing is tracked. */
  "client|trackinginfo": command(2, flags, noKeys, () =>
    map([bytes("flags"), set([bytes("off")]), bytes("redirect"), -1, bytes("prefixes"), []]),
  ),

  /** `CLIENT UNBLOCK id [TIMEOUT | ERROR]` → 1 where that session waited for a key, which is over now, else 0. */
  "client|unblock": command(-3, adminFlags, noKeys, ({ server, unblock }, args) => {
    if (args.left > 2) throw subcommandSyntax("CLIENT", args);
    const [id = bytes(""), reason] = args.rest();
    if (reason !== undefined && !/^(?:TIMEOUT|ERROR)$/.test(keyword(reason))) {
      throw new ReplyError("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
    }
    const number = integer(id);
    const session = [...server.sessions].find((each) => each.id === number);
    const error = reason !== undefined && keyword(reason) === "ERROR" ? UNBLOCKED : undefined;
    return session !== undefined && unblock(session, error) ? 1 : 0;
  }),

  /** `CLIENT UNPAUSE` → OK; CLIENT PAUSE is over. */
  "client|unpause": command(2, adminFlags, noKeys, ({ server, unpause }) => {
    server.pause = undefined;
    unpause();
    return OK;
  }),
} satisfies CommandTable;

const UNBLOCKED = new ReplyError("UNBLOCKED client unblocked via CLIENT UNBLOCK");

function onOrOff(args: Args): boolean {
  const word = args.option();
  if (word !== "ON" && word !== "OFF") throw syntaxError();
  return word === "ON";
}

function listed(args: Args): (session: Session) => boolean {
  if (!args.more()) return () => true;
  const option = args.option();
  if (option === "TYPE" && args.left === 1) {
    const type = typeOperand(args.next());
    return (session) => clientType(session) === type;
  }
  if (option !== "ID" || !args.more()) throw syntaxError();
  const ids = new Set(
    args.rest().map((operand) => {
      const id = parseInteger(operand);
      if (id === undefined) throw new ReplyError("ERR Invalid client ID");
      return Number(id);
    }),
  );
  return ({ id }) => ids.has(id);
}

interface TrackingOptions {
  readonly broadcasts: boolean;
  readonly optsIn: boolean;
  readonly optsOut: boolean;
  readonly hasPrefix: boolean;
}

function trackingOptions(args: Args, exists: (id: number | bigint) => boolean): TrackingOptions {
  const words = new Set<string>();
  while (args.more()) {
    const option = args.option();
    if (option === "REDIRECT" && args.more()) {
      if (words.has("REDIRECT")) {
        throw new ReplyError("ERR A client can only redirect to a single other client");
      }
      if (!exists(integer(args.next()))) {
        throw new ReplyError("ERR The client ID you want redirect to does not exist");
      }
    } else if (option === "PREFIX" && args.more()) args.next();
    else if (!/^(?:BCAST|OPTIN|OPTOUT|NOLOOP)$/.test(option)) throw syntaxError();
    words.add(option);
  }
  return {
    broadcasts: words.has("BCAST"),
    optsIn: words.has("OPTIN"),
    optsOut: words.has("OPTOUT"),
    hasPrefix: words.has("PREFIX"),
  };
}

function checkTracking({ broadcasts, optsIn, optsOut, hasPrefix }: TrackingOptions): void {
  if (!broadcasts && hasPrefix) {
    throw new ReplyError("ERR PREFIX option requires BCAST mode to be enabled");
  }
  if (broadcasts && (optsIn || optsOut)) {
    throw new ReplyError("ERR OPTIN and OPTOUT are not compatible with BCAST");
  }
  if (optsIn && optsOut) {
    throw new ReplyError("ERR You can't specify both OPTIN mode and OPTOUT mode");
  }
}

const HELP = [
  "CLIENT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
  "CACHING (YES|NO)",
  "    Enable/disable tracking of the keys for next command in OPTIN/OPTOUT modes.",
  "GETREDIR",
  "    Return the client ID we are redirecting to when tracking is enabled.",
  "GETNAME",
  "    Return the name of the current connection.",
  "ID",
  "    Return the ID of the current connection.",
  "INFO",
  "    Return information about the current client connection.",
  "KILL <ip:port>",
  "    Kill connection made from <ip:port>.",
  "KILL <option> <value> [<option> <value> [...]]",
  "    Kill connections. Options are:",
  "    * ADDR (<ip:port>|<unixsocket>:0)",
  "      Kill connections made from the specified address",
  "    * LADDR (<ip:port>|<unixsocket>:0)",
  "      Kill connections made to specified local address",
  "    * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)",
  "      Kill connections by type.",
  "    * USER <username>",
  "      Kill connections authenticated by <username>.",
  "    * SKIPME (YES|NO)",
  "      Skip killing current connection (default: yes).",
  "    * ID <client-id>",
  "      Kill connections by client id.",
  "    * MAXAGE <maxage>",
  "      Kill connections older than the specified age.",
  "LIST [options ...]",
  "    Return information about client connections. Options:",
  "    * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)",
  "      Return clients of specified type.",
  "UNPAUSE",
  "    Stop the current client pause, resuming traffic.",
  "PAUSE <timeout> [WRITE|ALL]",
  "    Suspend all, or just write, clients for <timeout> milliseconds.",
  "REPLY (ON|OFF|SKIP)",
  "    Control the replies sent to the current connection.",
  "SETNAME <name>",
  "    Assign the name <name> to the current connection.",
  "SETINFO <option> <value>",
  "    Set client meta attr. Options are:",
  "    * LIB-NAME: the client lib name.",
  "    * LIB-VER: the client lib version.",
  "UNBLOCK <clientid> [TIMEOUT|ERROR]",
  "    Unblock the specified blocked client.",
  "TRACKING (ON|OFF) [REDIRECT <id>] [BCAST] [PREFIX <prefix> [...]]",
  "         [OPTIN] [OPTOUT] [NOLOOP]",
  "    Control server assisted client side caching.",
  "TRACKINGINFO",
  "    Report tracking status for the current connection.",
  "NO-EVICT (ON|OFF)",
  "    Protect current client connection from eviction.",
  "NO-TOUCH (ON|OFF)",
  "    Will not touch LRU/LFU stats when this mode is on.",
  "HELP",
  "    Print this help.",
];
