/** CONFIG, after config.c: its parameters stand in ../config.ts. */
import { bytes, lowerAscii, text, type ByteString } from "../bytes.js";
import { ReplyError, syntaxError } from "../errors.js";
import { globMatcher } from "../glob.js";
import { formatEvents, parseEvents } from "../keyspace/events.js";
import { map, OK, status } from "../reply.js";
import { command, container, noKeys, type CommandTable, type Context } from "./command.js";

const EVENTS = "notify-keyspace-events";

export const configCommands = {
  config: container(-2),

  /** `CONFIG GET pattern [pattern …]` → a map from each parameter that matches to its value. */
  "config|get": command(
    -3,
    ["admin", "noscript", "loading", "stale"],
    noKeys,
    ({ config, profile }, args) => {
      const chosen = new Map<string, ByteString>();
      for (const pattern of args.rest()) {
        const name = lowerAscii(pattern);
        if (!/[*?[]/.test(name)) addTo(chosen, pattern, config.get(name));
        else {
          const matches = globMatcher(bytes(name));
          for (const each of config.names()) {
            if (matches(bytes(each))) addTo(chosen, each, config.get(each));
          }
        }
      }
      const shown = [...chosen].filter(([name]) => isOffered(name, profile));
      return map(shown.flatMap(([name, value]) => [bytes(name), value]));
    },
  ),

  /** `CONFIG HELP` → the subcommands, in words. */
  "config|help": command(2, ["loading", "stale"], noKeys, () => CONFIG_HELP.map(status)),

  /** `CONFIG RESETSTAT` → OK; the counters of INFO begin anew. */
  "config|resetstat": command(
    2,
    ["admin", "noscript", "loading", "stale"],
    noKeys,
    ({ keyspace: { shared } }) => {
      Object.assign(shared, { commands: 0, hits: 0, misses: 0, expired: 0 });
      return OK;
    },
  ),

  /** `CONFIG REWRITE` → always the error of a server that was started without a file. */
  "config|rewrite": command(2, ["admin", "noscript", "loading", "stale"], noKeys, () => {
    throw new ReplyError("ERR The server is running without a config file");
  }),

  /** `CONFIG SET name value [name value …]` → OK; where one can not be set, none is. */
  "config|set": command(-4, ["admin", "noscript", "loading", "stale"], noKeys, (context, args) => {
    const { config, profile } = context;
    if (args.left % 2 === 1) throw syntaxError();
    const pairs: (readonly [ByteString, ByteString])[] = [];
    while (args.more()) pairs.push([args.next(), args.next()]);
    const names = new Set<string>();
    for (const [name] of pairs) {
      if (!config.has(name) || !isOffered(name, profile)) throw unknownOption(name);
      const refusal =
        config.refusal(name) ?? (names.has(lowerAscii(name)) && "duplicate parameter");
      if (typeof refusal === "string") throw failed(name, refusal);
      names.add(lowerAscii(name));
    }
    const values = pairs.map(([name, value]) => {
      const read = lowerAscii(name) === EVENTS ? eventClasses(value) : config.read(name, value);
      if (read instanceof Error) throw failed(lowerAscii(name), read.message);
      return [name, read] as const;
    });
    for (const [name, value] of values) set(context, name, value);
    return OK;
  }),
} satisfies CommandTable;

function addTo(chosen: Map<string, ByteString>, name: string, value: ByteString | undefined): void {
  if (value !== undefined) chosen.set(name, value);
}

/** Upstash has one parameter only. */
function isOffered(name: string, profile: Context["profile"]): boolean {
  return profile.configuration === "all" || lowerAscii(bytes(name)) === EVENTS;
}

function set({ config, keyspace, acl }: Context, name: ByteString, value: string): void {
  config.set(name, value);
  const parameter = lowerAscii(name);
  if (parameter === EVENTS) keyspace.shared.events = parseEvents(value) ?? 0;
  if (parameter === "requirepass") acl.requirePassword(value === "" ? undefined : bytes(value));
}

/** The letters as CONFIG GET writes them. */
function eventClasses(letters: ByteString): string | Error {
  const classes = parseEvents(text(letters));
  if (classes !== undefined) return formatEvents(classes);
  return new Error("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.");
}

function unknownOption(name: ByteString): ReplyError {
  return new ReplyError(`ERR Unknown option or number of arguments for CONFIG SET - '${name}'`);
}

function failed(name: string, reason: string): ReplyError {
  return new ReplyError(
    `ERR CONFIG SET failed (possibly related to argument '${name}') - ${reason}`,
  );
}

const CONFIG_HELP = [
  "CONFIG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
  "GET <pattern>",
  "    Return parameters matching the glob-like <pattern> and their values.",
  "SET <directive> <value>",
  "    Set the configuration <directive> to <value>.",
  "RESETSTAT",
  "    Reset statistics reported by the INFO command.",
  "REWRITE",
  "    Rewrite the configuration file.",
  "HELP",
  "    Print this help.",
];
