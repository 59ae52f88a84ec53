/** CONFIG: parameters are shown and set (config.c). */
import { bytes, lowerAscii, untilZero, type ByteString } from "../bytes.js";
import { ReplyError, syntaxError } from "../errors.js";
import { globMatcher } from "../glob.js";
import type { Config } from "../keyspace/config.js";
import { parseEvents } from "../keyspace/events.js";
import { parameters, type Parameter } from "../keyspace/parameters.js";
import type { Profile } from "../profile.js";
import { map, OK, status } from "../reply.js";
import type { Args } from "./args.js";
import {
  command,
  container,
  noKeys,
  type CommandTable,
  type Context,
  type Flag,
} from "./command.js";

const EVENTS = "notify-keyspace-events";

const flags: readonly Flag[] = ["admin", "noscript", "loading", "stale"];

export const configCommands = {
  config: container(-2),

  /** `CONFIG GET pattern [pattern …]` → a map from the names that match to their values. */
  "config|get": command(-3, flags, noKeys, ({ keyspace: { config }, profile }, args) => {
    const found = new Map<string, readonly [name: ByteString, parameter: Parameter]>();
    for (const pattern of args.rest()) {
      for (const [name, parameter] of matching(pattern)) {
        const folded = lowerAscii(name);
        if (!isOffered(parameter, profile)) continue;
        if (!found.has(folded)) found.set(folded, [bytes(name), parameter]);
      }
    }
    return map(
      [...found.values()].flatMap(([name, parameter]) => [name, config.valueOf(parameter)]),
    );
  }),

  /** `CONFIG HELP` → a help text. */
  "config|help": command(2, ["loading", "stale"], noKeys, () => HELP.map(status)),

  /** `CONFIG RESETSTAT` → OK; what INFO counts begins anew. */
  "config|resetstat": command(2, flags, noKeys, ({ server, keyspace: { shared } }) => {
    server.resetStatistics();
    shared.commands = 0;
    shared.hits = 0;
    shared.misses = 0;
    shared.expired = 0;
    return OK;
  }),

  /** `CONFIG REWRITE` → an error: there is no file. */
  "config|rewrite": command(2, flags, noKeys, () => {
    throw new ReplyError("ERR The server is running without a config file");
  }),

  /** `CONFIG SET parameter value [parameter value …]` → OK; all are set, or none where one is refused. */
  "config|set": command(-4, flags, noKeys, (context, args) => {
    const { config } = context.keyspace;
    const changes = checked(config, named(args, context.profile));
    for (const { parameter, given, value } of changes) {
      config.set(parameter, value);
      apply(context, parameter.name, given);
    }
    return OK;
  }),
} satisfies CommandTable;

/** The parameters by the names under which CONFIG GET shows them: what is no pattern keeps the client's spelling. */
function matching(pattern: ByteString): (readonly [string, Parameter])[] {
  const folded = bytes(lowerAscii(pattern));
  if (/[*?[]/.test(untilZero(pattern))) {
    const matches = globMatcher(untilZero(folded));
    return [...parameters()].filter(([name]) => matches(bytes(name)));
  }
  const parameter = parameters().get(folded);
  return parameter === undefined ? [] : [[pattern, parameter]];
}

/** Upstash has one parameter only. */
function isOffered({ name }: Parameter, { configuration }: Profile): boolean {
  return configuration === "all" || name === EVENTS;
}

interface Change {
  /** As the client calls it. */
  readonly name: ByteString;
  readonly parameter: Parameter;
  /** As the client gives it, and as it is kept once it has been checked. */
  readonly given: ByteString;
  readonly value: ByteString;
}

/** What is to be set; throws for the first parameter that is unknown, fixed or named twice. */
function named(args: Args, profile: Profile): readonly Change[] {
  if (args.left % 2 !== 0) throw syntaxError();
  const changes: Change[] = [];
  const seen = new Set<string>();
  while (args.more()) {
    const name = args.next();
    const value = args.next();
    const folded = lowerAscii(name);
    const parameter = parameters().get(folded);
    if (parameter === undefined || !isOffered(parameter, profile)) {
      throw new ReplyError(
        `ERR Unknown option or number of arguments for CONFIG SET - '${untilZero(name)}'`,
      );
    }
    if (parameter.refusal !== undefined) throw failed(name, parameter.refusal);
    if (seen.has(folded)) throw failed(name, "duplicate parameter");
    seen.add(folded);
    changes.push({ name, parameter, given: value, value });
  }
  return changes;
}

/** The changes with their values as they are kept. */
function checked(config: Config, changes: readonly Change[]): readonly Change[] {
  return changes.map(({ name, parameter, given }) => {
    const current = config.valueOf(parameter);
    const result = parameter.check(given, current);
    if ("error" in result) throw failed(bytes(lowerAscii(name)), result.error);
    if (FIXED.test(parameter.name) && result.value !== current) {
      throw new ReplyError(
        `ERR kv-emulator keeps '${parameter.name}' at ${current}: it heeds no other value`,
      );
    }
    return { name, parameter, given, value: result.value };
  });
}

/** Limits that the values themselves know, and that of memory, which nothing measures. */
const FIXED =
  /^(?:(?:hash|set|zset|list)-max-(?:listpack|intset)-\w+|stream-node-max-\w+|hll-sparse-max-bytes|proto-max-bulk-len|maxmemory)$/;

function failed(name: ByteString, reason: string): ReplyError {
  return new ReplyError(
    `ERR CONFIG SET failed (possibly related to argument '${untilZero(name)}') - ${reason}`,
  );
}

/** What is kept elsewhere. */
function apply({ acl, keyspace }: Context, name: string, value: ByteString): void {
  if (name === EVENTS) keyspace.shared.events = parseEvents(value) ?? 0;
  if (name === "requirepass") acl.requirePassword(value === "" ? undefined : value);
}

const HELP = [
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
