/**
 * What the grammars put together: keys from a small pool, so that commands meet, values that bite wherever a value goes, and operands of
 * every kind. All of it is drawn from one source of chance, so that a seed gives the same sequence again. Absolute times are constants
 * (the past, and the year 2100) for the same reason.
 */
import { bytes, text, utf8, type ByteString } from "../bytes.js";

export type KeyType =
  "string" | "hyperloglog" | "hash" | "list" | "set" | "zset" | "geo" | "stream";

const list = (...words: readonly string[]): readonly ByteString[] => words.map(bytes);

/** Each type has keys of its own, so that a valid call mostly finds a value that it can work on. */
const KEYS: Readonly<Record<KeyType, readonly ByteString[]>> = {
  string: list("s1", "s2", "s3"),
  hyperloglog: list("p1", "p2", "p3"),
  hash: list("h1", "h2", "h3"),
  list: list("l1", "l2", "l3"),
  set: list("m1", "m2", "m3"),
  zset: list("z1", "z2", "z3", "y1"),
  geo: list("g1", "g2"),
  stream: list("x1", "x1", "x1", "x2"),
};

/** Apart from the others, so that only the JSON commands meet them: a server may lack those. */
const JSON_KEYS = list("j1", "j1", "j1", "j2");

/** A sorted set whose scores are mostly equal, so that ranges by name have a meaning. */
export const EQUAL_SCORES = bytes("y1");

/** Keys with names that bite: no bytes, bytes that are no text, what a pattern of SORT names. */
const ODD_KEYS = list("", "k\x00\xff", "w_1", "w_a", "{t}*");

const ALL_KEYS = [...Object.values(KEYS).flat(), ...ODD_KEYS];

/** Found nowhere else, so that it never exists unless a malformed call creates it. */
const MISSING_KEY = bytes("nokey");

/** Integers and floats at the edges of what Redis takes, and what merely looks like them. */
export const BITING_NUMBERS = list(
  ..."0 -0 007 1e3 +5 3.0 .5 5. 1.5 -1.5 0.1 0.000001 1e-7 1e17 1e21 0x10 0x1p3 1e400 -1e400 1e-400".split(
    " ",
  ),
  ..."inf -inf +inf Infinity nan -nan 5e-324 1.7976931348623157e308 123456789012345678".split(" "),
  ..."9007199254740991 9007199254740992 9007199254740993 -9007199254740993".split(" "),
  ..."9223372036854775807 -9223372036854775808 9223372036854775808 -9223372036854775809".split(" "),
  ..."18446744073709551615 18446744073709551616 4294967296 2147483648 -2147483649".split(" "),
  " 1",
  "1 ",
);

const EVERY_BYTE = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join("");

/** Values that bite: numbers at the edges, no bytes, every byte, emoji, JSON look-alikes, lengths at which encodings change. */
export const BITING_VALUES: readonly ByteString[] = [
  ...BITING_NUMBERS,
  ...list("", "\x00", "\xff", "\xff\xfe", "a\x00b", "\r\n", "a b", '"', "\\", EVERY_BYTE),
  ...list("null", "true", "{}", "[]", '{"a":1}', "[1,", '"a"', "-", "+", "[", "(", "(1", "[a"),
  ...list("*", "?", "#", "a*", "a".repeat(44), "a".repeat(45), "b".repeat(64), "b".repeat(65)),
  ...list("xyz".repeat(66), "0123456789".repeat(300)),
  utf8("😀"),
  utf8("é中"),
];

const MEMBERS = list(
  ..."a b c d e f g aa ab B x foo bar 1 2 3 10 -5 007 40000 3000000000".split(" "),
  "",
  "\x00",
  "\xff",
  "a\x00b",
);

/** So few that a list repeats them. */
const FEW = list("a", "b", "c", "1");

/** Fields and keys that mostly hold numbers. */
const NUMERIC_FIELDS = list("1", "2");

const SMALL_INTEGERS = list(..."0 1 2 3 5 10 -1 -2 -3 -10 100 -100 4".split(" "));
const BIG_INTEGERS = list(
  ..."9223372036854775807 -9223372036854775808 9007199254740993 4294967296 -2147483649".split(" "),
);
const COUNTS = list(..."1 2 3 5 10 1 2".split(" "));
const FLOATS = list(
  ..."0 1 2 3 -1 1.5 -2.5 0.1 0.2 1e3 3.14159 inf -inf +inf 1e17 1e-7 9007199254740993 -0 100".split(
    " ",
  ),
);
const SCORE_BOUNDS = list(
  ..."-inf +inf inf 0 1 (1 2 (2 (0 -1 10 1.5 (1.5 (inf (-inf 0.1 100 1e3".split(" "),
);
const LEX_BOUNDS = list(..."- + [a (a [b (c [ ( [aa (f [1".split(" "), "[\xff", "(\x00");
const PATTERNS = list(
  ..."* a* ? [ab] [^a]* w_* *b \\* h[a-c]* [sz]? a b* ?1 [^s]1 [b-a] *[1-9]".split(" "),
);
const SORT_PATTERNS = list(..."w_* nosort # *->b h1 w_*->a h*->a *".split(" "));

/** How many elements take a collection past the sizes at which Redis changes its encoding. */
const CROWDS = [20, 100, 127, 128, 129, 140, 300, 512, 513];

const YEAR_2100 = 4_102_444_800;

/** In milliseconds: deadlines that a sequence outlives, and how long it waits. */
export interface Timing {
  readonly short: readonly number[];
  readonly wait: readonly number[];
}

export interface OperandOptions {
  readonly timing: Timing;
  /** Only words that are text (UTF-8), for targets that take no other. */
  readonly textOnly: boolean;
}

/** Whole numbers at random. */
export interface Chance {
  nextInt(min: number, max: number): number;
}

const isText = (word: ByteString): boolean => utf8(text(word)) === word;

/** The pools, without what a target cannot be told. */
export class Pools {
  readonly timing: Timing;
  readonly #textOnly: boolean;
  readonly #chosen = new Map<readonly ByteString[], readonly ByteString[]>();

  constructor({ timing, textOnly }: OperandOptions) {
    this.timing = timing;
    this.#textOnly = textOnly;
  }

  of(pool: readonly ByteString[]): readonly ByteString[] {
    if (!this.#textOnly) return pool;
    const chosen = this.#chosen.get(pool) ?? pool.filter(isText);
    this.#chosen.set(pool, chosen);
    return chosen;
  }
}

/**
 * Draws the operands of one command. With `wrongType`, its keys are those of other types. `met` holds the keys of the commands
 * before it; its own are added.
 */
export class Operands {
  readonly #chance: Chance;
  readonly #pools: Pools;
  readonly #wrongType: boolean;
  readonly #met: ByteString[];

  constructor(chance: Chance, pools: Pools, wrongType: boolean, met: ByteString[]) {
    this.#chance = chance;
    this.#pools = pools;
    this.#wrongType = wrongType;
    this.#met = met;
  }

  /** A whole number from 0 to before `limit`. */
  below(limit: number): number {
    return this.#chance.nextInt(0, limit - 1);
  }

  /** True with a probability. */
  happens(probability: number): boolean {
    return this.#chance.nextInt(0, 999) < probability * 1000;
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] ?? choices[0];
  }

  /** One of these words. */
  word(...words: readonly [string, ...string[]]): ByteString {
    return bytes(this.pick(words));
  }

  from(pool: readonly ByteString[]): ByteString {
    const words = this.#pools.of(pool);
    return words[this.below(words.length)] ?? bytes("");
  }

  /** What is drawn so often, from once to `max` times. */
  some(max: number, draw: () => readonly ByteString[]): ByteString[] {
    return this.#times(1 + this.below(max), draw);
  }

  /** So many elements that an encoding changes. */
  crowd(draw: (index: number) => readonly ByteString[]): ByteString[] {
    return this.#times(this.pick([CROWDS[0] ?? 20, ...CROWDS]), draw);
  }

  #times(count: number, draw: (index: number) => readonly ByteString[]): ByteString[] {
    const words: ByteString[] = [];
    for (let index = 0; index < count; index++) words.push(...draw(index));
    return words;
  }

  /** An option or nothing; a function draws an operand. */
  maybe(probability: number, ...words: readonly (string | (() => ByteString))[]): ByteString[] {
    if (!this.happens(probability)) return [];
    return words.map((word) => (typeof word === "string" ? bytes(word) : word()));
  }

  /** Options in any order. */
  shuffled(...options: readonly (readonly ByteString[])[]): ByteString[] {
    const rest = [...options];
    const words: ByteString[] = [];
    while (rest.length > 0) words.push(...(rest.splice(this.below(rest.length), 1)[0] ?? []));
    return words;
  }

  /** A key that mostly holds a value of the type; where no type is named, any key, often one that was met before. */
  key(type?: KeyType): ByteString {
    const key = this.#key(type);
    this.#met.push(key);
    return key;
  }

  #key(type: KeyType | undefined): ByteString {
    if (type === undefined && this.happens(0.6)) {
      const met = this.#met[this.below(Math.max(1, this.#met.length))];
      if (met !== undefined) return met;
    }
    if (type === undefined || this.#wrongType || this.happens(0.02)) return this.from(ALL_KEYS);
    return this.happens(0.02) ? MISSING_KEY : this.from(KEYS[type]);
  }

  /** A key that mostly holds a JSON document. */
  jsonKey(): ByteString {
    return this.#wrongType || this.happens(0.02) ? this.from(ALL_KEYS) : this.from(JSON_KEYS);
  }

  keys(type?: KeyType, max = 3): ByteString[] {
    return this.some(max, () => [this.key(type)]);
  }

  /** `numkeys key [key …]`, the number rarely wrong. */
  countedKeys(type: KeyType): ByteString[] {
    const keys = this.keys(type);
    const count = this.happens(0.02)
      ? this.word("0", "-1", "5", "a", "1", "99999999999")
      : bytes(String(keys.length));
    return [count, ...keys];
  }

  /** A member of a set, a field of a hash, an element of a list. */
  member(): ByteString {
    return this.happens(0.1) ? this.from(BITING_VALUES) : this.from(MEMBERS);
  }

  /** An element that a list may well hold twice. */
  element(): ByteString {
    return this.happens(0.6) ? this.from(FEW) : this.member();
  }

  /** A field that is mostly used for numbers. */
  numericField(): ByteString {
    return this.happens(0.8) ? this.from(NUMERIC_FIELDS) : this.member();
  }

  value(): ByteString {
    return this.happens(0.5) ? this.from(BITING_VALUES) : this.from(MEMBERS);
  }

  /** An index, an offset or an increment. */
  integer(): ByteString {
    return this.happens(0.05) ? this.from(BIG_INTEGERS) : this.from(SMALL_INTEGERS);
  }

  /** An integer that is often at the edge of 64 bits. */
  edgeInteger(): ByteString {
    return this.happens(0.25) ? this.from(BIG_INTEGERS) : this.integer();
  }

  smallInteger(): ByteString {
    return this.from(SMALL_INTEGERS);
  }

  /** A positive number of elements. */
  count(): ByteString {
    return this.happens(0.03) ? this.integer() : this.from(COUNTS);
  }

  /** How many seconds a command waits at most; it is sent in a transaction, where nobody waits. */
  timeout(): ByteString {
    return this.happens(0.1)
      ? this.word("-1", "a", "1e300", "inf", "nan", "", " 1", "-0.5")
      : this.word("0", "0.1", "1", "1e3", "0x10");
  }

  float(): ByteString {
    return this.happens(0.1) ? this.from(BITING_NUMBERS) : this.from(FLOATS);
  }

  scoreBound(): ByteString {
    return this.happens(0.05) ? this.float() : this.from(SCORE_BOUNDS);
  }

  lexBound(): ByteString {
    return this.from(LEX_BOUNDS);
  }

  limit(): ByteString[] {
    return this.maybe(
      0.3,
      "LIMIT",
      () => this.integer(),
      () => this.integer(),
    );
  }

  pattern(): ByteString {
    return this.happens(0.1) ? this.from(BITING_VALUES) : this.from(PATTERNS);
  }

  sortPattern(): ByteString {
    return this.happens(0.1) ? this.from(PATTERNS) : this.from(SORT_PATTERNS);
  }

  /** Seconds from now that no sequence outlives. */
  seconds(): ByteString {
    return this.word("100", "200", "1000", "100000", "9223372036854774", "0", "-1", "100");
  }

  /** Milliseconds from now, every fourth of them soon over. */
  milliseconds(): ByteString {
    if (this.happens(0.4)) {
      const [first = 1, ...others] = this.#pools.timing.short;
      return bytes(String(this.pick([first, ...others])));
    }
    return this.word("100000", "200000", "150001", "5000499", "9223370000000000000", "0", "-1");
  }

  unixSeconds(): ByteString {
    return this.word("1", "1700000000", String(YEAR_2100), String(YEAR_2100 + 100));
  }

  unixMilliseconds(): ByteString {
    return this.word("1", "1700000000001", `${YEAR_2100}001`, `${YEAR_2100}500`, `${YEAR_2100}999`);
  }

  /** `EX s | PX ms | EXAT s | PXAT ms`. */
  expiry(): ByteString[] {
    switch (this.below(4)) {
      case 0:
        return [bytes("EX"), this.seconds()];
      case 1:
        return [bytes("PX"), this.milliseconds()];
      case 2:
        return [bytes("EXAT"), this.unixSeconds()];
      default:
        return [bytes("PXAT"), this.unixMilliseconds()];
    }
  }
}

/** Draws the words behind a command's name. */
export type Grammar = (draw: Operands) => readonly ByteString[];

/** A family's grammars by command, `object|encoding` for a subcommand. */
export type Grammars = Readonly<Record<string, Grammar>>;
