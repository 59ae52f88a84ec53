/**
 * Sequences of commands as a fast-check arbitrary: about 80 % valid calls, 10 % valid calls on keys of another type, 10 % malformed.
 * Each sequence keeps to few families, so that its commands meet; some go back and forth between two sessions with MULTI and WATCH.
 * A failing sequence shrinks by leaving out steps, then words, then by putting simple words for the others.
 */
import { Arbitrary, Stream, Value, type Random } from "fast-check";
import { bytes, lowerAscii, upperAscii, type ByteString } from "../bytes.js";
import {
  builders,
  documentedOnly,
  families,
  familyNames,
  isFamily,
  shares,
  weights,
  type Family,
} from "./families.js";
import {
  BITING_VALUES,
  Operands,
  Pools,
  type Grammar,
  type Grammars,
  type OperandOptions,
  type Timing,
} from "./operands.js";

export type Argv = readonly ByteString[];

/** A command in one of two sessions, or a pause. */
export type Step = { readonly session: 1 | 2; readonly argv: Argv } | { readonly wait: number };

export type Sequence = readonly Step[];

export interface SequenceOptions extends OperandOptions {
  readonly families: readonly Family[];
  /** Only these commands, in lower case; all where it is left out. */
  readonly commands?: ReadonlySet<string>;
  /** The most commands of a sequence. */
  readonly length: number;
  /** Whether some sequences use two sessions. */
  readonly sessions: boolean;
  /** The share of pauses among the steps. */
  readonly pauses: number;
}

/** Sequences of commands and pauses. */
export function sequences(options: SequenceOptions): Arbitrary<Sequence> {
  return new SequenceArbitrary(options);
}

interface Choice {
  readonly name: string;
  readonly grammar: Grammar;
}

/** What a sequence draws its commands from: as many from each list. */
interface Focus {
  readonly choices: readonly (readonly Choice[])[];
  readonly sessions: 1 | 2;
  /** How many times as many pauses as elsewhere. */
  readonly pauses: number;
}

class SequenceArbitrary extends Arbitrary<Sequence> {
  readonly #options: SequenceOptions;
  readonly #pools: Pools;
  readonly #focuses: readonly Focus[];

  constructor(options: SequenceOptions) {
    super();
    this.#options = options;
    this.#pools = new Pools(options);
    this.#focuses = focusesOf(options);
    if (this.#focuses.length > 0) return;
    throw new TypeError(
      "families and commands leave no command to call; name some that go together",
    );
  }

  override generate(random: Random): Value<Sequence> {
    const focus = pick(random, this.#focuses);
    const steps: Step[] = [];
    const met: ByteString[] = [];
    const count = random.nextInt(1, this.#options.length);
    while (steps.length < count) steps.push(...this.#steps(random, focus, met));
    return new Value(steps, undefined);
  }

  /** A command, a pause, or a scene. */
  #steps(random: Random, focus: Focus, met: ByteString[]): readonly Step[] {
    const { pauses, timing } = this.#options;
    if (random.nextInt(0, 9999) < pauses * focus.pauses * 10_000) {
      return [{ wait: pick(random, timing.wait) }];
    }
    if (focus.sessions === 2 && random.nextInt(0, 19) === 0)
      return this.#watched(random, focus, met);
    if (focus.sessions === 2 && random.nextInt(0, 99) === 0) return OTHER_DATABASE;
    const session = random.nextInt(0, 9) < 6 || focus.sessions === 1 ? 1 : 2;
    return [{ session, argv: this.#command(random, focus, met) }];
  }

  /** A key that is watched, and that the other session, the same one, or time may change before EXEC. */
  #watched(random: Random, focus: Focus, met: ByteString[]): readonly Step[] {
    const draw = new Operands(random, this.#pools, false, met);
    const key = draw.key("string");
    const { families, timing } = this.#options;
    const { short, wait } = timing;
    const dies = draw.happens(0.3);
    const ttl = dies ? ["PX", String(pick(random, short))] : [];
    const pause = { wait: Math.max(...wait) };
    const change = draw.pick<Step>([
      dies ? pause : say(2, "DEL", key),
      say(2, "DEL", key),
      say(1, "SET", key, "x"),
      say(2, "FLUSHDB"),
      ...(families.includes("administration") ? [say(2, "SWAPDB", "0", "1")] : []),
      say(1, "RENAME", key, "s1"),
      say(2, "PERSIST", key),
      say(1, "GET", key),
      pause,
      { session: draw.pick([1, 2]), argv: this.#command(random, focus, met) },
    ]);
    return [
      say(1, "SET", key, "v", ...ttl),
      say(1, "WATCH", key),
      ...(draw.happens(0.1) ? [say(1, "MULTI"), say(1, "DISCARD")] : []),
      change,
      say(1, "MULTI"),
      say(1, "GET", key),
      say(1, "EXEC"),
    ];
  }

  #command(random: Random, focus: Focus, met: ByteString[]): Argv {
    const choice = pick(random, pick(random, focus.choices));
    const way = random.nextInt(0, 9);
    const draw = new Operands(random, this.#pools, way === 8, met);
    const argv = [...nameWords(choice.name), ...choice.grammar(draw)];
    if (way !== 9) return argv;
    const wrong = malformed(draw, argv);
    const unsuitable = isUnsuitable(wrong) || endsTooSoon(wrong, this.#options.timing);
    return unsuitable ? argv : wrong;
  }

  override canShrinkWithoutContext(value: unknown): value is Sequence {
    return Array.isArray(value);
  }

  override shrink(sequence: Sequence): Stream<Value<Sequence>> {
    return Stream.of(0).flatMap(() => new Stream(simpler(sequence)));
  }
}

/** Each family with its builders and what works on any key, and all families together; transactions on two sessions. */
function focusesOf(options: SequenceOptions): Focus[] {
  const wanted = new Set<Family>(options.families);
  const choicesOf = (names: readonly string[]): Choice[] =>
    names
      .filter(isFamily)
      .filter((family) => wanted.has(family))
      .flatMap((family) => weighted(families[family], options.commands));
  /** Where a family is not asked for that servers may lack, nothing of it is built. */
  const isBuilt = (family: Family): boolean => wanted.has(family) || !documentedOnly.has(family);
  const buildersOf = (family: Family): Choice[] =>
    isBuilt(family)
      ? (builders[family] ?? []).flatMap((name) => named(name, options.commands))
      : [];
  const everyBuilder = familyNames.filter(isFamily).flatMap(buildersOf);
  /** Mostly a family's own; now and then another's, whose values are then of the wrong type. */
  const fill = (names: readonly string[]): Choice[] => {
    const own = names.filter(isFamily).flatMap(buildersOf);
    return own.length === 0
      ? everyBuilder
      : [...Array<Choice[]>(6).fill(own).flat(), ...everyBuilder];
  };
  const add = (share: number, main: readonly string[], ...lists: Choice[][]): void => {
    const focus: Focus = {
      choices: [fill(main), ...lists].filter((choices) => choices.length > 0),
      sessions: lists.includes(transactions) ? 2 : 1,
      pauses: main.includes("expire") || lists.includes(transactions) ? 3 : 1,
    };
    for (let count = 0; count < share; count++) focuses.push(focus);
  };

  const focuses: Focus[] = [];
  const anyKey = choicesOf(["generic", "expire", "generic", "connection"]);
  const transactions = choicesOf(["transactions"]);
  const all = choicesOf(familyNames.filter((name) => name !== "transactions"));
  for (const family of wanted) {
    const own = choicesOf([family]);
    if (family === "transactions" || own.length === 0) continue;
    // What a command does to a deadline shows where keys have one.
    if (family === "expire") add(shares.expire, ["expire"], own, all, all);
    else add(shares[family], [family], own, own, own, anyKey);
  }
  if (wanted.size > 1 && all.length > 0) {
    add(2, familyNames, all, all);
    add(1, familyNames, all, anyKey);
  }
  if (options.sessions && transactions.length > 0) {
    add(shares.transactions, familyNames, transactions, all, anyKey);
  }
  return focuses;
}

function weighted(grammars: Grammars, commands: ReadonlySet<string> | undefined): Choice[] {
  return Object.entries(grammars)
    .filter(([name]) => commands?.has(name) ?? true)
    .flatMap(([name, grammar]) =>
      Array.from({ length: Math.ceil((weights[name] ?? 1) * SHARES) }, () => ({ name, grammar })),
    );
}

/** Into how many equal entries a command of weight 1 is divided. */
const SHARES = 20;

/** A command of any family by its name. */
function named(name: string, commands: ReadonlySet<string> | undefined): Choice[] {
  if (commands?.has(name) === false) return [];
  return familyNames.filter(isFamily).flatMap((family) => {
    const grammars: Grammars = families[family];
    const grammar = grammars[name];
    return grammar === undefined ? [] : [{ name, grammar }];
  });
}

/** One session empties its database while another has keys elsewhere. */
const OTHER_DATABASE: readonly Step[] = [
  say(2, "SELECT", "1"),
  say(2, "SET", "s1", "a"),
  say(1, "FLUSHDB"),
  say(2, "GET", "s1"),
  say(2, "SELECT", "0"),
];

function say(session: 1 | 2, ...words: readonly string[]): Step {
  return { session, argv: words.map(bytes) };
}

/** One of a list that is never empty. */
function pick<T>(random: Random, choices: readonly T[]): T {
  const chosen = choices[random.nextInt(0, choices.length - 1)];
  if (chosen === undefined) throw new TypeError("there is nothing to choose from");
  return chosen;
}

const nameWordsByName = new Map<string, Argv>();

function nameWords(name: string): Argv {
  const words = nameWordsByName.get(name) ?? name.toUpperCase().split("|").map(bytes);
  nameWordsByName.set(name, words);
  return words;
}

const OPTIONS = [
  ..."NX XX GET EX PX KEEPTTL PERSIST GT LT CH INCR WITHSCORES WITHSCORE LIMIT COUNT REV BYSCORE".split(
    " ",
  ),
  ..."BYLEX WEIGHTS AGGREGATE SUM MATCH ALPHA STORE DB REPLACE IDX RANK MAXLEN WITHVALUES TYPE FIELDS FNX FXX".split(
    " ",
  ),
].map(bytes);

/** Makes one thing wrong, mostly: a word missing, surplus, repeated, misspelt, out of place, or in another case. */
function malformed(draw: Operands, argv: Argv): Argv {
  const words = [...argv];
  const at = 1 + draw.below(Math.max(1, words.length - 1));
  const chosen = words[at];
  switch (draw.below(9)) {
    case 0:
      words.splice(at, 1);
      break;
    case 1:
      words.push(draw.from(BITING_VALUES));
      break;
    case 2:
      if (chosen !== undefined) words.splice(at, 0, chosen);
      break;
    case 3:
      if (chosen !== undefined) words[at] = draw.from(BITING_VALUES);
      break;
    case 4:
      if (chosen !== undefined) words[at] = bytes(`${chosen}x`);
      break;
    case 5:
      return words.map((word) =>
        word.length < 20 && draw.happens(0.5) ? bytes(lowerAscii(word)) : word,
      );
    case 6:
      words.push(draw.from(OPTIONS));
      break;
    case 7:
      words.splice(at, 0, draw.from(OPTIONS));
      break;
    default: {
      const other = 1 + draw.below(Math.max(1, words.length - 1));
      const swapped = words[other];
      if (chosen !== undefined && swapped !== undefined) {
        words[at] = swapped;
        words[other] = chosen;
      }
    }
  }
  return words;
}

/**
 * A bit far out makes a string of half a gigabyte. A negative count of random members is answered in full, however large. A cursor past
 * 64 bits leaves an error behind in Redis that its next SORT takes for its own.
 */
function isUnsuitable([name = bytes(""), ...args]: Argv): boolean {
  if (/^restore/i.test(name)) return args.some((word) => /^\d{17}/.test(word));
  if (/bit/i.test(name)) return args.some((word) => /^#?\d{7}/.test(word));
  // With little memory for them, clients are sent away.
  if (/^config/i.test(name)) return args.some((word) => /^maxmemory-clients/i.test(word));
  // Replicas that never come are waited for without end.
  if (/^wait/i.test(name)) return true;
  if (/rand/i.test(name)) return args.some((word) => /^-\d{4}/.test(word));
  return /scan/i.test(name) && args.some((word) => /\d{20}/.test(word));
}

/** With a time to live that could be over on one side and not yet on the other. */
function endsTooSoon([name = bytes(""), ...args]: Argv, { short }: Timing): boolean {
  const inMilliseconds = /^(h?pexpire|psetex|restore)$/i.test(name);
  return args.some((word, index) => {
    const isTime = (inMilliseconds && index === 1) || /^px$/i.test(args[index - 1] ?? bytes(""));
    return (
      isTime && /^\d{1,9}$/.test(word) && Number(word) > 0 && Number(word) < Math.min(...short)
    );
  });
}

/** What a failing sequence is tried as next: the shortest first, each but one change away. */
function* simpler(sequence: Sequence): IterableIterator<Value<Sequence>> {
  for (const shorter of without(sequence)) yield new Value(shorter, undefined);
  for (const [index, step] of sequence.entries()) {
    if (!("argv" in step)) continue;
    for (const argv of simplerArgv(step.argv)) {
      yield new Value(sequence.with(index, { ...step, argv }), undefined);
    }
    if (step.session === 2)
      yield new Value(sequence.with(index, { ...step, session: 1 }), undefined);
  }
}

/** A list without each run of its entries, the longest runs first; never empty. */
function* without<T>(entries: readonly T[], shortest = 1): IterableIterator<readonly T[]> {
  for (let size = Math.ceil(entries.length / 2); size >= shortest; size = Math.ceil(size / 2)) {
    for (let start = entries.length - size; start >= 0; start -= size) {
      if (size < entries.length) yield [...entries.slice(0, start), ...entries.slice(start + size)];
    }
    if (size === 1) break;
  }
}

function* simplerArgv([name = bytes(""), ...rest]: Argv): IterableIterator<Argv> {
  const usual = bytes(upperAscii(name));
  if (usual !== name) yield [usual, ...rest];
  const long = rest.length > LONG;
  for (const shorter of without(rest, long ? rest.length / 16 : 1)) yield [name, ...shorter];
  if (rest.length === 1) yield [name];
  if (long) return;
  for (const [index, word] of rest.entries()) {
    for (const simple of SIMPLE_WORDS) {
      if (word === simple) break;
      if (word === "" || word.length >= simple.length) yield [name, ...rest.with(index, simple)];
    }
  }
}

/** A call with more words than this only shrinks by large parts. */
const LONG = 40;

/** From the simplest; a word is only replaced by one that stands before it here. */
const SIMPLE_WORDS = ["a", "1", "s1"].map(bytes);
