/**
 * When two replies to one command agree. Most must be equal; here stand the commands of which Redis leaves something open: the order
 * of a hash table, what chance picks, how far a cursor comes, and the time that a remote clock has gone on.
 */
import { bytes, lowerAscii, type ByteString } from "../bytes.js";
import type { RespValue } from "../resp/decode.js";
import { families } from "./families.js";
import { format, normalize, type Mode } from "./notation.js";
import type { Grammars } from "./operands.js";
import { contentsOf, mayHoldTheSame } from "./payload-contents.js";
import type { Argv } from "./sequences.js";

/** What the two sides answered, and what the expected side is like. */
export interface Replies {
  readonly argv: Argv;
  readonly expected: RespValue;
  readonly received: RespValue;
  /** The commands whose replies EXEC holds. */
  readonly queued?: readonly Argv[];
}

/** The side that is right by definition, just after it ran the command. */
export interface Reference {
  /** What it answers to a question that changes nothing; left out within EXEC, when its state is that of later. */
  readonly ask: ((argv: Argv) => RespValue | Promise<RespValue>) | undefined;
  /** Whether both sides keep small collections in Redis's order. */
  readonly ordered: boolean;
  /** By how many milliseconds the two sides' clocks may differ. */
  readonly tolerance: number;
  /** Whether it is known that the sides differ here. */
  tolerates?(replies: Replies): boolean;
}

/** Whether the replies agree by the law of their command. */
export async function agree(replies: Replies, reference: Reference): Promise<boolean> {
  if (same(replies, "exact")) return true;
  const law = laws[commandName(replies.argv)];
  if (law !== undefined && (await law(replies, reference))) return true;
  return reference.tolerates?.(replies) ?? false;
}

/** The name of a command as the table has it, `object|encoding` for a subcommand; what is no command is named by its first word. */
export function commandName(argv: Argv): string {
  const known = namesOf.get(argv);
  if (known !== undefined) return known;
  const name = lowerAscii(argv[0] ?? "");
  const subcommand = `${name}|${lowerAscii(argv[1] ?? "")}`;
  const found = commandNames.has(subcommand) ? subcommand : name;
  namesOf.set(argv, found);
  return found;
}

/** Each command is asked for its name many times. */
const namesOf = new WeakMap<Argv, string>();

const allGrammars: readonly Grammars[] = Object.values(families);

/** Every command that has a grammar. */
export const commandNames: ReadonlySet<string> = new Set(
  allGrammars.flatMap((grammars) => Object.keys(grammars)),
);

/** The keys of a range by name; Redis leaves open what such a range is where the members' scores are not all equal. */
export function rangeByName(argv: Argv): Argv {
  const name = commandName(argv);
  const options = /^zrange(?:store)?$/.test(name);
  return /^z.*lex/.test(name) || (options && hasOption(argv, "bylex")) ? argv.slice(1, 3) : [];
}

/** What must be sent right before a command, so that what Redis leaves open does not decide its reply. */
export function before(argv: Argv): readonly Argv[] {
  if (mayWait(argv)) return [words("MULTI")];
  // Redis counts keys whose time is up until it comes upon them, as SCAN does.
  const counts = /^(?:dbsize|memory\|usage)$/.test(commandName(argv));
  return counts ? [words("SCAN", "0", "COUNT", "10000")] : [];
}

/** What must be sent right behind a command that took or stored something in an order of its own, so that both sides are alike again. */
export function after(argv: Argv): readonly Argv[] {
  if (mayWait(argv)) return [words("EXEC")];
  const [first, size] = leftOpen(argv);
  if (first === undefined || size === undefined) return [];
  return [
    [size, first],
    [bytes("DEL"), first],
  ];
}

/** Whether a command waits where it finds nothing; in a transaction it does not. */
function mayWait(argv: Argv): boolean {
  return /^(?:bl(?:move|mpop|pop)|brpop(?:lpush)?|bz(?:mpop|popmin|popmax))$/.test(
    commandName(argv),
  );
}

/** The key whose value a command leaves open, and what tells its size. */
function leftOpen(argv: Argv): Argv {
  const name = commandName(argv);
  if (name === "spop" && argv[1] !== undefined) return [argv[1], bytes("SCARD")];
  if (name === "xadd" && hasOption(argv, "*")) return sized("XLEN", argv[1]);
  if (name === "sort" && hasOption(argv, "by")) return sized("LLEN", operandOf(argv, "store"));
  const dist = hasOption(argv, "storedist");
  if (!name.startsWith("geo") || (!dist && !hasOption(argv, "count"))) return [];
  if (name === "geosearchstore") return sized("ZCARD", argv[1]);
  return sized("ZCARD", operandOf(argv, dist ? "storedist" : "store"));
}

function sized(size: string, key: ByteString | undefined): Argv {
  return key === undefined ? [] : [key, bytes(size)];
}

/** What stands behind an option's last mention. */
function operandOf(argv: Argv, option: string): ByteString | undefined {
  const index = argv.findLastIndex((word) => lowerAscii(word) === option);
  return index < 0 ? undefined : argv[index + 1];
}

function hasOption(argv: Argv, option: string): boolean {
  return argv.some((word) => lowerAscii(word) === option);
}

type Law = (replies: Replies, reference: Reference) => boolean | Promise<boolean>;

const anyOrder: Law = (replies) => same(replies, "unordered");

const alike = (replies: Replies): boolean => same(replies, "shape");

/** The order of a hash table is its own; small collections keep theirs. */
const orderOfTable =
  (mode: Mode): Law =>
  async (replies, reference) =>
    same(replies, mode) && (!reference.ordered || (await usesTable(replies.argv, reference)));

async function usesTable(argv: Argv, { ask }: Reference): Promise<boolean> {
  for (const word of argv.slice(1)) {
    const encoding = await ask?.([...words("OBJECT", "ENCODING"), word]);
    if (encoding === undefined) return true;
    if ("text" in encoding && /^(hashtable|skiplist)$/.test(encoding.text)) return true;
  }
  return false;
}

/**
 * SORT leaves open where an element goes that its pattern gives the weight of another, and with `BY nosort` follows the order of a hash
 * table; LIMIT then takes any part.
 */
const sorted: Law = async (replies, reference) => {
  const { argv } = replies;
  const free = hasOption(argv, "by") && hasOption(argv, "alpha");
  if (!free && !(await usesTable(argv, reference))) return false;
  if (!hasOption(argv, "limit")) return same(replies, "unordered");
  const { expected, received } = replies;
  if (!("items" in expected) || !("items" in received)) return false;
  if (expected.items.length !== received.items.length) return false;
  const { ask } = reference;
  if (ask === undefined || hasOption(argv, "get")) return true;
  const unsorted = [bytes("SORT_RO"), ...argv.slice(1, 2), ...words("BY", "nosort")];
  const all = new Set(groups(await ask(unsorted), 1));
  return groups(received, 1).every((entry) => all.has(entry));
};

/** Members at one distance come in any order, and COUNT takes any of them. */
const nearest: Law = (replies) =>
  same(replies, hasOption(replies.argv, "count") ? "shape" : "unordered");

/** What chance picks from `contents`: as much, all of it there, and nothing twice unless the count is negative. */
const sample =
  (contents: (key: Argv) => Argv, pairs?: (key: Argv) => Argv): Law =>
  async (replies, { ask }) => {
    const { argv, expected, received } = replies;
    if (outline(received) !== outline(expected) || received.type === "error") return false;
    if (nested(received) !== nested(expected)) return false;
    if (ask === undefined) return same(replies, "shape");
    const [, key, count, option] = argv;
    const listing = option === undefined ? contents : (pairs ?? contents);
    const width = option === undefined ? 1 : 2;
    const all = new Set(groups(await ask(listing(key === undefined ? [] : [key])), width));
    const picked = groups(received, width);
    if (picked.length !== groups(expected, width).length) return false;
    const repeats = count?.startsWith("-") === true || new Set(picked).size === picked.length;
    return repeats && picked.every((entry) => all.has(entry));
  };

/** What chance took, which is no longer there: as much, and nothing twice. */
const taken: Law = ({ expected, received }) =>
  received.type !== "error" &&
  outline(received) === outline(expected) &&
  groups(received, 1).length === groups(expected, 1).length &&
  new Set(groups(received, 1)).size === groups(received, 1).length;

/** The type of an aggregate, nil or an error; clients may make a number of one value and none of another. */
function outline(value: RespValue): string {
  const single = "text" in value && value.type !== "error";
  return single ? "value" : value.type;
}

/** Items in groups of so many, nested or not, as text. */
function groups(value: RespValue, width: number): string[] {
  const items = flat(value).map(format);
  const found: string[] = [];
  for (let index = 0; index < items.length; index += width) {
    found.push(items.slice(index, index + width).join(" "));
  }
  return found;
}

/** Whether a list holds lists. */
function nested(value: RespValue): boolean {
  return "items" in value && value.items.some((item) => "items" in item);
}

function flat(value: RespValue): readonly RespValue[] {
  return "items" in value ? value.items.flatMap(flat) : [value];
}

/**
 * A step of SCAN: everything where the received cursor says that it is through, in Redis's order where a small collection has one; else
 * entries that are there, none twice. (That whole loops miss nothing is a law of its own.)
 */
const scan =
  (mode: Mode, keyed: boolean): Law =>
  async (replies, reference) => {
    const { argv, expected, received } = replies;
    const { ask } = reference;
    const [wanted, found] = [scanned(expected), scanned(received)];
    if (wanted === undefined || found === undefined) return false;
    if (ask === undefined) return true;
    const place = keyed ? 2 : 1;
    const fromStart = /^0+$/.test(argv[place] ?? "");
    if (fromStart && wanted.cursor === "0" && found.cursor === "0") {
      const law = keyed ? orderOfTable(pairedMode(argv, mode)) : anyOrder;
      return law(replies, reference);
    }
    const width = pairedMode(argv, mode) === "unordered-pairs" ? 2 : 1;
    const whole = [...argv.with(place, bytes("0")), ...words("COUNT", "1000000")];
    const full = scanned(await ask(whole));
    const all = new Set(full === undefined ? [] : groups(full.entries, width));
    const step = groups(found.entries, width);
    const complete = !fromStart || found.cursor !== "0" || step.length === all.size;
    return complete && new Set(step).size === step.length && step.every((entry) => all.has(entry));
  };

function pairedMode(argv: Argv, mode: Mode): Mode {
  return hasOption(argv, "novalues") ? "unordered" : mode;
}

function scanned(
  value: RespValue,
): { readonly cursor: string; readonly entries: RespValue } | undefined {
  if (!("items" in value) || value.items.length !== 2) return undefined;
  const [cursor, entries] = value.items;
  if (cursor === undefined || !("text" in cursor)) return undefined;
  return entries !== undefined && "items" in entries ? { cursor: cursor.text, entries } : undefined;
}

/** EXEC answers for each queued command by that command's law. */
const exec: Law = async ({ expected, received, queued = [] }, reference) => {
  if (!("items" in expected) || !("items" in received)) return false;
  if (expected.items.length !== received.items.length) return false;
  const blind = { ...reference, ask: undefined };
  for (const [index, item] of expected.items.entries()) {
    const other = received.items[index];
    const argv = queued[index];
    if (argv === undefined || other === undefined) return false;
    if (!(await agree({ argv, expected: item, received: other }, blind))) return false;
  }
  return true;
};

/** What tells times, or IDs made of them, where two clocks tell them. */
const timed: Law = (replies, { tolerance }) => tolerance > 0 && alike(replies);

/** Times that two clocks tell. */
const near =
  (unit: number): Law =>
  ({ expected, received }, { tolerance }) => {
    if (expected.type !== "integer" || received.type !== "integer") return false;
    const [a, b] = [Number(expected.text), Number(received.text)];
    return a >= 0 && b >= 0 && Math.abs(a - b) * unit <= tolerance;
  };

/** Payloads of equal contents: hash tables and libraries come in an order of their own, and a stream tells when consumers were seen. */
const dumped: Law = ({ expected, received }, { tolerance }) => {
  if (!("text" in expected) || !("text" in received)) return false;
  const [wanted, found] = [contentsOf(expected.text), contentsOf(received.text)];
  if (wanted === undefined || found === undefined) {
    return tolerance > 0 && mayHoldTheSame(expected.text, received.text);
  }
  return (
    wanted === found || (tolerance > 0 && wanted.startsWith("stream") && found.startsWith("stream"))
  );
};

const sameType = ({ expected, received }: Replies): boolean =>
  expected.type === received.type && expected.type !== "error";

/** What depends on where a server runs, and how it was started. */
const PLACE =
  /^(?:dir|port|bind|daemonize|pidfile|unixsocket|logfile|save|appendonly|enable-\S+-command|proc-title-template)$/;

/** CONFIG GET's replies without parameters of the place. */
function withoutPlace(replies: Replies): Replies {
  const { expected, received } = replies;
  return { ...replies, expected: outsidePlace(expected), received: outsidePlace(received) };
}

function outsidePlace(value: RespValue): RespValue {
  if (!("items" in value)) return value;
  const names = value.items.map((item) => ("text" in item ? lowerAscii(item.text) : ""));
  const items = value.items.filter((_, index) => !PLACE.test(names[index - (index % 2)] ?? ""));
  return { ...value, items };
}

/** Redis's own figure depends on how a value came about, but for short strings and integers. */
const estimated: Law = async ({ argv, expected, received }, { ask }) => {
  if (expected.type !== "integer" || received.type !== "integer") return false;
  const encoding = await ask?.([...words("OBJECT", "ENCODING"), ...argv.slice(2, 3)]);
  const exact =
    encoding !== undefined && "text" in encoding && /^(?:int|embstr)$/.test(encoding.text);
  return !exact;
};

const laws: Readonly<Record<string, Law>> = {
  keys: anyOrder,
  "acl|cat": anyOrder,
  "acl|genpass": ({ expected, received }) =>
    expected.type === "bulk" &&
    received.type === "bulk" &&
    expected.text.length === received.text.length,
  "command|list": anyOrder,
  "client|id": alike,
  "client|info": alike,
  "client|list": alike,
  "config|get": (replies) => same(withoutPlace(replies), "unordered-pairs"),
  lastsave: alike,
  "latency|histogram": sameType,
  "memory|doctor": alike,
  "memory|malloc-stats": alike,
  "memory|stats": sameType,
  "memory|usage": estimated,
  "slowlog|get": sameType,
  "slowlog|len": alike,
  "function|list": anyOrder,
  "function|dump": dumped,
  dump: dumped,
  "script|debug": ({ expected }) =>
    expected.type === "error" && expected.text.endsWith(" must be called outside a pipeline"),
  sunion: anyOrder,
  sdiff: anyOrder,
  smembers: orderOfTable("unordered"),
  sinter: orderOfTable("unordered"),
  hkeys: orderOfTable("unordered"),
  hvals: orderOfTable("unordered"),
  hgetall: orderOfTable("unordered-pairs"),
  sort: sorted,
  sort_ro: sorted,

  geosearch: nearest,
  georadius: nearest,
  georadius_ro: nearest,
  georadiusbymember: nearest,
  georadiusbymember_ro: nearest,

  spop: taken,
  randomkey: sample(() => words("KEYS", "*")),
  srandmember: sample((key) => [bytes("SMEMBERS"), ...key]),
  hrandfield: sample(
    (key) => [bytes("HKEYS"), ...key],
    (key) => [bytes("HGETALL"), ...key],
  ),
  zrandmember: sample(
    (key) => [bytes("ZRANGE"), ...key, ...words("0", "-1")],
    (key) => [bytes("ZRANGE"), ...key, ...words("0", "-1", "WITHSCORES")],
  ),

  scan: scan("unordered", false),
  sscan: scan("unordered", true),
  hscan: scan("unordered-pairs", true),
  zscan: scan("unordered-pairs", true),

  exec,
  // In a transaction the queue holds references of its own.
  "object|refcount": (replies, { ask }) => ask === undefined && alike(replies),
  "object|idletime": alike,
  time: alike,
  info: alike,
  ttl: near(1000),
  pttl: near(1),
  expiretime: near(1000),
  pexpiretime: near(1),
  xadd: (replies, reference) => hasOption(replies.argv, "*") && timed(replies, reference),
  xpending: timed,
  "xinfo|consumers": timed,
  "xinfo|stream": timed,
};

function same({ expected, received }: Replies, mode: Mode): boolean {
  return format(normalize(expected, mode)) === format(normalize(received, mode));
}

function words(...texts: readonly string[]): Argv {
  return texts.map(bytes);
}
