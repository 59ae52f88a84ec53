/**
 * What a user may do, as far as one set of rules says it: commands, keys and channels, after the selectors of acl.c. The rules for
 * commands are kept in the order in which they were given, and shown so.
 */
import { bytes, lowerAscii, sliceBytes, untilZero, upperAscii, type ByteString } from "../bytes.js";
import { globMatcher, type Matches } from "../glob.js";
import { catalogue, categories, type Listed } from "./catalogue.js";

/** A key as a call uses it. */
export interface KeyUse {
  readonly key: ByteString;
  /** Its place among the call's words. */
  readonly place: number;
  readonly reads: boolean;
  readonly writes: boolean;
}

/** A channel, or a pattern of channels, that a call publishes to or subscribes to. */
export interface ChannelUse {
  readonly channel: ByteString;
  readonly place: number;
  readonly isPattern: boolean;
}

/** A call as permissions see it. */
export interface Access {
  /** Lower case; a subcommand as `config|get`. */
  readonly command: string;
  /** Whether anyone may run the command (AUTH, HELLO). */
  readonly free: boolean;
  readonly argv: readonly ByteString[];
  readonly keys: () => readonly KeyUse[];
  readonly channels: () => readonly ChannelUse[];
}

/** Why a call is refused, from the least to the most that was granted, and the place of the word that is to blame. */
export const reasons = ["command", "key", "auth", "channel"] as const;
export type Reason = (typeof reasons)[number];

export interface Refusal {
  readonly reason: Reason;
  /** Undefined where it is the command. */
  readonly place: number | undefined;
}

/** What is wrong with a rule, in Redis's words. */
export type RuleError =
  | "Unknown command or category name in ACL"
  | "Syntax error"
  | "Allowing first-arg of a subcommand is not supported"
  | "The password you are trying to remove from the user does not exist"
  | "The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters"
  | typeof AFTER_ALL_KEYS
  | typeof AFTER_ALL_CHANNELS;

const AFTER_ALL_KEYS =
  "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have any effect. Try 'resetkeys' to start with an empty list of patterns";
const AFTER_ALL_CHANNELS =
  "Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and does not have any effect. Try 'resetchannels' to start with an empty list of channels";
const UNKNOWN = "Unknown command or category name in ACL";

interface KeyPattern {
  readonly pattern: ByteString;
  readonly matches: Matches;
  reads: boolean;
  writes: boolean;
}

export class Selector {
  #allKeys = false;
  #allChannels = false;
  #keys: KeyPattern[] = [];
  #channels = new Map<ByteString, Matches>();
  /** Whether what no rule names is allowed, commands to come included. */
  #allows = false;
  /** The commands with which it is the other way round. */
  #exceptions = new Set<string>();
  /** By command: the first arguments with which alone it is allowed, in lower case. */
  #firstArguments = new Map<string, Set<string>>();
  #rules: string[] = [];

  copy(): Selector {
    const copy = new Selector();
    copy.#allKeys = this.#allKeys;
    copy.#allChannels = this.#allChannels;
    copy.#keys = this.#keys.map((pattern) => ({ ...pattern }));
    copy.#channels = new Map(this.#channels);
    copy.#allows = this.#allows;
    copy.#exceptions = new Set(this.#exceptions);
    copy.#firstArguments = new Map(
      [...this.#firstArguments].map(([command, allowed]) => [command, new Set(allowed)]),
    );
    copy.#rules = [...this.#rules];
    return copy;
  }

  /** Whether it allows everything. */
  get unrestricted(): boolean {
    return this.#allows && this.#exceptions.size === 0 && this.#allKeys && this.#allChannels;
  }

  get allChannels(): boolean {
    return this.#allChannels;
  }

  get channelPatterns(): ReadonlyMap<ByteString, Matches> {
    return this.#channels;
  }

  /** Whether every key may be read. */
  get readsAllKeys(): boolean {
    return this.#allKeys || this.#keys.some(({ pattern, reads }) => reads && pattern === "*");
  }

  /** Applies a rule, or tells what is wrong with it. */
  apply(rule: ByteString): RuleError | undefined {
    switch (lowerAscii(untilZero(rule))) {
      case "allkeys":
      case "~*":
        this.#allKeys = true;
        this.#keys = [];
        return undefined;
      case "resetkeys":
        this.#allKeys = false;
        this.#keys = [];
        return undefined;
      case "allchannels":
      case "&*":
        this.#allChannels = true;
        this.#channels.clear();
        return undefined;
      case "resetchannels":
        this.#allChannels = false;
        this.#channels.clear();
        return undefined;
      case "allcommands":
      case "+@all":
        this.#allowAll(true);
        return undefined;
      case "nocommands":
      case "-@all":
        this.#allowAll(false);
        return undefined;
      default:
        return this.#applyNamed(rule);
    }
  }

  #applyNamed(rule: ByteString): RuleError | undefined {
    switch (rule[0]) {
      case "~":
      case "%":
        return this.#addKeys(rule);
      case "&":
        return this.#addChannels(sliceBytes(rule, 1));
      case "+":
      case "-": {
        const name = lowerAscii(untilZero(sliceBytes(rule, 1)));
        if (name.startsWith("@")) return this.#applyCategory(name, rule.startsWith("+"));
        return rule.startsWith("+") ? this.#allow(name) : this.#applyCommand(name, name, false);
      }
      default:
        return "Syntax error";
    }
  }

  #addKeys(rule: ByteString): RuleError | undefined {
    if (this.#allKeys) return AFTER_ALL_KEYS;
    const [, letters = "", rest = ""] = /^[~%]([^~]*)(?:~([^]*))?$/.exec(rule) ?? [];
    const named = rule.startsWith("%");
    const pattern = bytes(named ? rest : rule.slice(1));
    const kinds = upperAscii(bytes(letters));
    if (named && !/^(?:R|W|RW|WR)$/.test(kinds)) return "Syntax error";
    if (hasSpaces(pattern)) return "Syntax error";
    const reads = !named || kinds.includes("R");
    const writes = !named || kinds.includes("W");
    const known = this.#keys.find((other) => other.pattern === pattern);
    if (known === undefined) {
      this.#keys.push({ pattern, matches: globMatcher(pattern), reads, writes });
      return undefined;
    }
    known.reads ||= reads;
    known.writes ||= writes;
    return undefined;
  }

  #addChannels(pattern: ByteString): RuleError | undefined {
    if (this.#allChannels) return AFTER_ALL_CHANNELS;
    if (hasSpaces(pattern)) return "Syntax error";
    if (!this.#channels.has(pattern)) this.#channels.set(pattern, globMatcher(pattern));
    return undefined;
  }

  #allowAll(allows: boolean): void {
    this.#allows = allows;
    this.#exceptions.clear();
    this.#firstArguments.clear();
    this.#rules = [];
  }

  /** `+command`, `+command|subcommand` or `+command|first-argument`. */
  #allow(name: string): RuleError | undefined {
    const bar = name.lastIndexOf("|");
    if (bar < 0) return this.#applyCommand(name, name, true);
    const command = catalogue().get(name.slice(0, bar));
    const argument = name.slice(bar + 1);
    if (command === undefined) return UNKNOWN;
    if (command.isSubcommand) return "Allowing first-arg of a subcommand is not supported";
    if (argument === "") return "Syntax error";
    if (command.subcommands.length > 0) return this.#applyCommand(name, name, true);
    const allowed = this.#firstArguments.get(lowerAscii(command.name)) ?? new Set<string>();
    this.#firstArguments.set(lowerAscii(command.name), allowed.add(argument));
    this.#remember(name, true);
    return undefined;
  }

  #applyCommand(name: string, rule: string, allows: boolean): RuleError | undefined {
    const command = catalogue().get(name);
    if (command === undefined) return UNKNOWN;
    this.#change(command, allows);
    this.#remember(rule, allows);
    return undefined;
  }

  #applyCategory(name: string, allows: boolean): RuleError | undefined {
    const category = name.slice(1);
    if (!categories.includes(category)) return UNKNOWN;
    this.#remember(name, allows);
    for (const command of catalogue().values()) {
      if (!command.isSubcommand && command.categories.includes(category)) {
        this.#change(command, allows);
      }
    }
    for (const command of catalogue().values()) {
      if (command.isSubcommand && command.categories.includes(category)) {
        this.#change(command, allows);
      }
    }
    return undefined;
  }

  /** A command and its subcommands. */
  #change({ name, subcommands }: Listed, allows: boolean): void {
    const command = lowerAscii(name);
    if (allows === this.#allows) this.#exceptions.delete(command);
    else this.#exceptions.add(command);
    this.#firstArguments.delete(command);
    for (const subcommand of subcommands) this.#change(subcommand, allows);
  }

  /** A rule takes the place of earlier ones for the same command, its subcommands included. */
  #remember(rule: string, allows: boolean): void {
    this.#rules = this.#rules.filter((other) => {
      const earlier = other.slice(1);
      return earlier !== rule && !earlier.startsWith(`${rule}|`);
    });
    this.#rules.push(`${allows ? "+" : "-"}${rule}`);
  }

  /** Whether the call is allowed, and if not, why. */
  check(access: Access): Refusal | undefined {
    if (!access.free && !this.#allowsCommand(access)) {
      return { reason: "command", place: undefined };
    }
    const key = this.#allKeys ? undefined : access.keys().find((use) => !this.#allowsKey(use));
    if (key !== undefined) return { reason: "key", place: key.place };
    const channel = this.#allChannels
      ? undefined
      : access.channels().find((use) => !allowsChannel(this.#channels, use));
    return channel === undefined ? undefined : { reason: "channel", place: channel.place };
  }

  #allowsCommand({ command, argv }: Access): boolean {
    if (this.#exceptions.has(command) !== this.#allows) return true;
    const first = argv[1];
    if (first === undefined) return false;
    return this.#firstArguments.get(command)?.has(lowerAscii(untilZero(first))) ?? false;
  }

  #allowsKey({ key, reads, writes }: KeyUse): boolean {
    return this.#keys.some(
      (pattern) => (pattern.reads || !reads) && (pattern.writes || !writes) && pattern.matches(key),
    );
  }

  /** `+@all -flushall`: what sets the commands again. */
  get commands(): ByteString {
    return bytes([this.#allows ? "+@all" : "-@all", ...this.#rules].join(" "));
  }

  /** `~a* %R~b*`. */
  get keys(): ByteString {
    if (this.#allKeys) return bytes("~*");
    return bytes(this.#keys.map(printed).join(" "));
  }

  /** `&news.*`. */
  get channels(): ByteString {
    if (this.#allChannels) return bytes("&*");
    return bytes([...this.#channels.keys()].map((pattern) => `&${pattern}`).join(" "));
  }

  /** All rules, as ACL LIST shows them. */
  describe(): string {
    const channels = this.#allChannels ? [this.channels] : ["resetchannels", this.channels];
    return [this.keys, ...channels, this.commands].filter((part) => part !== "").join(" ");
  }
}

/** A pattern is allowed where it stands itself; a channel where a pattern fits it. */
export function allowsChannel(
  allowed: ReadonlyMap<ByteString, Matches>,
  { channel, isPattern }: Pick<ChannelUse, "channel" | "isPattern">,
): boolean {
  if (isPattern) return allowed.has(channel);
  for (const matches of allowed.values()) if (matches(channel)) return true;
  return false;
}

function printed({ pattern, reads, writes }: KeyPattern): string {
  const kinds = reads && writes ? "" : reads ? "%R" : "%W";
  return `${kinds}~${pattern}`;
}

/** Whether there is a space or a zero byte in it, which no name and no pattern may have. */
export function hasSpaces(word: ByteString): boolean {
  // oxlint-disable-next-line no-control-regex -- the zero byte is one of them
  return /[\x00\t-\r ]/.test(word);
}
