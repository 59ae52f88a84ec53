/** ACL: users and what they may do, after acl.c. What the rules mean stands in src/acl. */
import { catalogue, categories } from "../acl/catalogue.js";
import type { LogEntry } from "../acl/log.js";
import { allowsChannel, hasSpaces, type Selector } from "../acl/selector.js";
import { sha256 } from "../acl/sha256.js";
import type { User } from "../acl/user.js";
import { bytes, lowerAscii, untilZero, upperAscii, type ByteString } from "../bytes.js";
import { ReplyError, wrongArity } from "../errors.js";
import type { Matches } from "../glob.js";
import { double, map, OK, set, status, type Reply } from "../reply.js";
import { Session } from "../session.js";
import {
  command,
  container,
  noKeys,
  upstashCommand,
  type CommandTable,
  type Context,
  type Flag,
} from "./command.js";
import { fitsArity, lookUp } from "./look-up.js";
import { index, subcommandSyntax } from "./operands.js";
import { denialOf, denialText } from "./permission.js";

const flags: readonly Flag[] = ["admin", "noscript", "loading", "stale"];
const openFlags: readonly Flag[] = ["noscript", "loading", "stale"];

export const aclCommands = {
  acl: container(-2),

  /** `ACL CAT [category]` → the categories, or the commands of one. */
  "acl|cat": command(-2, openFlags, noKeys, ({ commands }, args) => {
    if (args.left > 1) throw subcommandSyntax("ACL", args);
    if (!args.more()) return categories.map(bytes);
    const category = args.next();
    const name = lowerAscii(untilZero(category));
    if (!categories.includes(name)) {
      throw new ReplyError(`ERR Unknown category '${untilZero(category).slice(0, 128)}'`);
    }
    return [...catalogue().entries()]
      .filter(([command, listed]) => commands.has(command) && listed.categories.includes(name))
      .map(([, listed]) => bytes(listed.name));
  }),

  /** `ACL DELUSER username [username …]` → how many there were; their connections end. */
  "acl|deluser": command(-3, flags, noKeys, ({ acl }, args) => {
    const names = args.rest();
    if (names.some((name) => untilZero(name) === "default")) {
      throw new ReplyError("ERR The 'default' user cannot be removed");
    }
    let deleted = 0;
    for (const name of names) {
      const user = acl.delete(name);
      if (user === undefined) continue;
      deleted++;
      for (const session of user.sessions) session.close();
    }
    return deleted;
  }),

  /** `ACL DRYRUN username command [argument …]` → OK, or why the user may not call it; nothing is run. */
  "acl|dryrun": command(-4, flags, noKeys, ({ acl, commands }, args) => {
    const name = args.next();
    const user = acl.find(name);
    if (user === undefined) throw new ReplyError(`ERR User '${untilZero(name)}' not found`);
    const argv = args.rest();
    const [called = bytes("")] = argv;
    const found = lookUp(commands, argv);
    if (found === undefined) throw new ReplyError(`ERR Command '${untilZero(called)}' not found`);
    if (!fitsArity(found, argv)) throw wrongArity(found.name);
    const denial = denialOf(user, found, argv);
    return denial === undefined ? OK : bytes(denialText(user, denial, true));
  }),

  /** `ACL GENPASS [bits]` → so many random bits in hexadecimal digits, 256 unless told otherwise. */
  "acl|genpass": command(-2, openFlags, noKeys, ({ random }, args) => {
    if (args.left > 1) throw subcommandSyntax("ACL", args);
    const bits = args.more() ? index(args.next()) : 256;
    if (bits <= 0 || bits > MAX_BITS) {
      throw new ReplyError(
        `ERR ACL GENPASS argument must be the number of bits for the output password, a positive number up to ${MAX_BITS}`,
      );
    }
    const digits = Array.from({ length: Math.ceil(bits / 4) }, () => random.below(16).toString(16));
    return bytes(digits.join(""));
  }),

  /** `ACL GENTOKEN username [password]` → Upstash: a token that is a password (`>token`) and lets the user in over REST. */
  "acl|gentoken": upstashCommand(-2, openFlags, noKeys, ({ acl, random }, args) => {
    if (args.left < 1 || args.left > 2) {
      throw new ReplyError("ERR invalid syntax. Usage: ACL GENTOKEN username [password]");
    }
    const name = args.next();
    const chance = Array.from({ length: 8 }, () => random.below(2 ** 32)).join(" ");
    const secret = args.more() ? args.next() : bytes(chance);
    const token = tokenOf(name, secret);
    acl.issueToken(token, name, sha256(token));
    return token;
  }),

  /** `ACL GETUSER username` → a map of the user's flags, passwords, commands, keys, channels and selectors; nil without such a user. */
  "acl|getuser": command(3, flags, noKeys, ({ acl, profile }, args) => {
    const user = acl.find(args.next());
    if (user === undefined) return null;
    const [root, ...others] = user.selectors;
    const selectors = [bytes("selectors"), others.map((selector) => map(described(selector)))];
    return map([
      bytes("flags"),
      set(user.flags.map(bytes)),
      bytes("passwords"),
      user.passwords,
      ...(root === undefined ? [] : described(root)),
      ...(profile.acl === "redis" ? selectors : []),
    ]);
  }),

  /** `ACL HELP` → what the subcommands do. */
  "acl|help": command(2, ["loading", "stale"], noKeys, () => HELP.map(status)),

  /** `ACL LIST` → a line for each user, by name, with the rules that make it. */
  "acl|list": command(2, flags, noKeys, ({ acl }) => acl.users.map((user) => user.describe())),

  /** `ACL LOAD` → an error: there is no file of users. Upstash: OK. */
  "acl|load": command(2, flags, noKeys, withFile),

  /** `ACL LOG [count | RESET]` → what was refused, the latest first, ten unless told otherwise. Upstash keeps no log. */
  "acl|log": command(-2, flags, noKeys, ({ acl, now, profile }, args) => {
    if (args.left > 1) throw subcommandSyntax("ACL", args);
    if (args.peekOption() === "RESET") {
      acl.log.clear();
      return OK;
    }
    const count = args.more() ? Math.max(0, index(args.next())) : 10;
    if (profile.acl === "upstash") return [];
    return acl.log.entries.slice(0, count).map((entry) => logged(entry, now));
  }),

  /** `ACL RESTTOKEN username password` → Upstash: a token that lets the user in over REST. */
  "acl|resttoken": upstashCommand(-2, openFlags, noKeys, ({ acl }, args) => {
    if (args.left !== 2) {
      throw new ReplyError("ERR invalid syntax. Usage: ACL RESTTOKEN username password");
    }
    const [name = bytes(""), password = bytes("")] = args.rest();
    if (acl.authenticate(name, password) === undefined) {
      throw new ReplyError(`ERR Wrong password or user "${name}" does not exist`);
    }
    const token = tokenOf(name, password);
    acl.issueToken(token, name, sha256(password));
    return token;
  }),

  /** `ACL SAVE` → as ACL LOAD. */
  "acl|save": command(2, flags, noKeys, withFile),

  /** `ACL SETUSER username [rule …]` → OK; the rules are applied in order, all or none, to the user, which is made if need be. */
  "acl|setuser": command(-3, flags, noKeys, (context, args) => {
    const { acl, profile } = context;
    const name = args.next();
    const rules = args.rest();
    if (profile.acl === "upstash") checkForUpstash(name, rules);
    if (hasSpaces(name)) {
      throw new ReplyError("ERR Usernames can't contain spaces or null characters");
    }
    const before = acl.find(name)?.copy();
    const error = acl.set(name, rules);
    if (error !== undefined) throw new ReplyError(`ERR ${error}`);
    const user = acl.find(name);
    if (before !== undefined && user !== undefined) endSubscriptions(context, before, user);
    return OK;
  }),

  /** `ACL USERS` → the names of all users. */
  "acl|users": command(2, flags, noKeys, ({ acl }) => acl.users.map(({ name }) => name)),

  /** `ACL WHOAMI` → the session's user. */
  "acl|whoami": command(2, openFlags, noKeys, ({ session }) => session.user.name),
} satisfies CommandTable;

const MAX_BITS = 4096;

function withFile({ profile }: Context): Reply {
  if (profile.acl === "upstash") return OK;
  throw new ReplyError(
    "ERR This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL SETUSER command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set) in order to store users in the Redis configuration.",
  );
}

function logged(entry: LogEntry, now: number): Reply {
  const fields: readonly (readonly [name: string, value: Reply])[] = [
    ["count", entry.count],
    ["reason", bytes(entry.reason)],
    ["context", bytes(entry.context)],
    ["object", entry.object],
    ["username", entry.username],
    ["age-seconds", double((now - entry.updated) / 1000)],
    ["client-info", entry.clientInfo],
    ["entry-id", entry.id],
    ["timestamp-created", entry.created],
    ["timestamp-last-updated", entry.updated],
  ];
  return map(fields.flatMap(([name, value]) => [bytes(name), value]));
}

function described(selector: Selector): Reply[] {
  return [
    bytes("commands"),
    selector.commands,
    bytes("keys"),
    selector.keys,
    bytes("channels"),
    selector.channels,
  ];
}

/** Ends the connections of a user that listen to what it may listen to no longer. */
function endSubscriptions({ pubsub }: Context, before: User, user: User): void {
  if (user.selectors.some(({ allChannels }) => allChannels)) return;
  const allowed = new Map<ByteString, Matches>();
  for (const { channelPatterns } of user.selectors) {
    for (const [pattern, matches] of channelPatterns) allowed.set(pattern, matches);
  }
  const keepsAll = before.selectors.every(
    ({ allChannels, channelPatterns }) =>
      !allChannels && [...channelPatterns.keys()].every((pattern) => allowed.has(pattern)),
  );
  if (keepsAll) return;
  for (const session of pubsub.subscribers()) {
    if (session instanceof Session && session.user === user && !keeps(allowed, session)) {
      session.close();
    }
  }
}

function keeps(allowed: ReadonlyMap<ByteString, Matches>, { subscriptions }: Session): boolean {
  const { channels, patterns, shardChannels } = subscriptions;
  return (
    [...channels, ...shardChannels].every((channel) =>
      allowsChannel(allowed, { channel, isPattern: false }),
    ) && [...patterns].every((channel) => allowsChannel(allowed, { channel, isPattern: true }))
  );
}

/** Says nothing of the password, and is the same each time. */
function tokenOf(name: ByteString, secret: ByteString): ByteString {
  const digest = sha256(bytes(`${name}\0${secret}`));
  const raw = digest.replace(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16)));
  return bytes(btoa(`\x01${raw}`).replaceAll("+", "-").replaceAll("/", "_"));
}

/** Upstash keeps its `default`, takes no digests and no rules for subcommands, and wants passwords. */
function checkForUpstash(name: ByteString, rules: readonly ByteString[]): void {
  if (name === "default") throw new ReplyError("ERR The 'default' user cannot be modified");
  const refused = rules.find(
    (rule) => upperAscii(rule) === "NOPASS" || rule.startsWith("#") || /^[+-][^@]*\|/.test(rule),
  );
  if (refused === undefined) return;
  throw new ReplyError(`ERR Error in ACL SETUSER modifier '${untilZero(refused)}': Syntax error`);
}

const HELP = [
  "ACL <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
  "CAT [<category>]",
  "    List all commands that belong to <category>, or all command categories",
  "    when no category is specified.",
  "DELUSER <username> [<username> ...]",
  "    Delete a list of users.",
  "DRYRUN <username> <command> [<arg> ...]",
  "    Returns whether the user can execute the given command without executing the command.",
  "GETUSER <username>",
  "    Get the user's details.",
  "GENPASS [<bits>]",
  "    Generate a secure 256-bit user password. The optional `bits` argument can",
  "    be used to specify a different size.",
  "LIST",
  "    Show users details in config file format.",
  "LOAD",
  "    Reload users from the ACL file.",
  "LOG [<count> | RESET]",
  "    Show the ACL log entries.",
  "SAVE",
  "    Save the current config to the ACL file.",
  "SETUSER <username> <attribute> [<attribute> ...]",
  "    Create or modify a user with the specified attributes.",
  "USERS",
  "    List all the registered usernames.",
  "WHOAMI",
  "    Return the current connection username.",
  "HELP",
  "    Print this help.",
];
