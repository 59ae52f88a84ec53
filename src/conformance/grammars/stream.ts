/** How calls of the stream commands look. IDs are small, so that they meet; what the clock gives is deleted again (see laws.ts). */
import { bytes, type ByteString } from "../../bytes.js";
import type { Grammar, Grammars, Operands } from "../operands.js";

const GREATEST = "18446744073709551615";

/** IDs at the edges of what Redis takes, and what merely looks like them. */
// prettier-ignore
const ODD_IDS = [
  "-", "+", "$", ">", "*", "0", "0-0", "0-*", "5", "007-01", "1-", "-1", "1--1", "1-2-3", "a",
  "1-a", "", " 1-1", "+1-1", "1-+1", "1-01", "1--01", "(1-1", "(5", "(0-0", "(-", "(",
  GREATEST, `${GREATEST}-${GREATEST}`, `(${GREATEST}-${GREATEST}`, "18446744073709551616",
  "9007199254740991-9007199254740991", "9007199254740992-0", "9223372036854775808-1",
  `1-${GREATEST}`, "1700000000000-0", "1\0-1", "1-1\0",
] as const;

function id(draw: Operands): ByteString {
  if (draw.happens(0.04)) return draw.word(...ODD_IDS);
  if (draw.happens(0.7)) return bytes(`6-${draw.below(8)}`);
  return bytes(`${1 + draw.below(6)}-${draw.below(8)}`);
}

const group = (draw: Operands): ByteString =>
  draw.happens(0.03)
    ? draw.member()
    : draw.word("g1", "g1", "g1", "g1", "g1", "g1", "g1", "g1", "g1", "g2");

const consumer = (draw: Operands): ByteString =>
  draw.happens(0.05) ? draw.member() : draw.word("alice", "bob", "carol");

const ids = (draw: Operands): ByteString[] => draw.some(3, () => [id(draw)]);

const start = (draw: Operands): ByteString =>
  draw.happens(0.4) ? draw.word("-", "0", "(1-1", "(2") : id(draw);

const end = (draw: Operands): ByteString =>
  draw.happens(0.4) ? draw.word("+", "+", "+", "(6-4", "6", "6", "2", "(3") : id(draw);

const count = (draw: Operands): ByteString[] => draw.maybe(0.4, "COUNT", () => draw.count());

/** A time to have been idle for. */
const idle = (draw: Operands): ByteString =>
  draw.happens(0.05) ? draw.integer() : draw.word("0", "0", "0", "1", "100000");

const key: Grammar = (draw) => [draw.key("stream")];

function trim(draw: Operands): ByteString[] {
  const exactness = draw.maybe(0.6, () => draw.word("=", "~", "~"));
  const threshold = draw.happens(0.6)
    ? [
        bytes("MAXLEN"),
        ...exactness,
        draw.happens(0.3) ? draw.word("20", "50", "99", "100", "101", "150") : draw.integer(),
      ]
    : [
        bytes("MINID"),
        ...exactness,
        draw.happens(0.3) ? draw.word("10-50", "10-99", "10-100", "11") : id(draw),
      ];
  const limit = draw.maybe(0.2, "LIMIT", () =>
    draw.word("0", "1", "10", "100", "150", "1000", "-1"),
  );
  return [...threshold, ...limit];
}

/** Of few kinds, so that entries often have the fields of the node's first. */
function fields(draw: Operands): ByteString[] {
  if (draw.happens(0.02)) return draw.crowd((index) => [bytes(`f${index}`), bytes(`v${index}`)]);
  if (draw.happens(0.02)) return [bytes("f"), bytes("z".repeat(1300 + draw.below(1500)))];
  if (draw.happens(0.3)) return draw.some(2, () => [draw.member(), draw.value()]);
  return draw.pick([
    [bytes("f"), draw.member()],
    [bytes("f"), draw.member(), bytes("g"), draw.member()],
  ]);
}

function newId(draw: Operands): ByteString {
  if (draw.happens(0.1)) return id(draw);
  if (draw.happens(0.05)) return bytes("*");
  return draw.happens(0.8) ? bytes("6-*") : draw.word("1-*", "2-*", "3-*", "4-*", "5-*");
}

function streams(draw: Operands, last: (draw: Operands) => ByteString): ByteString[] {
  const keys = draw.happens(0.7) ? [draw.key("stream")] : draw.keys("stream", 2);
  return [bytes("STREAMS"), ...keys, ...keys.map(() => last(draw))];
}

const range: Grammar = (draw) => [draw.key("stream"), start(draw), end(draw), ...count(draw)];

export const streamGrammars = {
  xack: (draw) => [draw.key("stream"), group(draw), ...ids(draw)],
  xadd: (draw) => [
    draw.key("stream"),
    ...draw.shuffled(draw.maybe(0.1, "NOMKSTREAM"), draw.happens(0.2) ? trim(draw) : []),
    newId(draw),
    ...fields(draw),
  ],
  xautoclaim: (draw) => [
    draw.key("stream"),
    group(draw),
    consumer(draw),
    idle(draw),
    start(draw),
    ...draw.shuffled(count(draw), draw.maybe(0.3, "JUSTID")),
  ],
  xclaim: (draw) => [
    draw.key("stream"),
    group(draw),
    consumer(draw),
    idle(draw),
    ...ids(draw),
    ...draw.shuffled(
      draw.maybe(0.1, "IDLE", () => draw.word("0", "10", "100000", "-5", "9223372036854775807")),
      draw.maybe(0.1, "TIME", () => draw.word("0", "1700000000000", "4102444800000", "-1")),
      draw.maybe(0.15, "RETRYCOUNT", () => draw.integer()),
      draw.maybe(0.4, "FORCE"),
      draw.maybe(0.3, "JUSTID"),
      draw.maybe(0.1, "LASTID", () => id(draw)),
    ),
  ],
  xdel: (draw) => [draw.key("stream"), ...ids(draw)],
  "xgroup|create": (draw) => [
    draw.key("stream"),
    group(draw),
    draw.happens(0.7) ? draw.word("0", "$") : id(draw),
    ...draw.shuffled(
      draw.maybe(0.9, "MKSTREAM"),
      draw.maybe(0.2, "ENTRIESREAD", () => draw.integer()),
    ),
  ],
  "xgroup|createconsumer": (draw) => [draw.key("stream"), group(draw), consumer(draw)],
  "xgroup|delconsumer": (draw) => [draw.key("stream"), group(draw), consumer(draw)],
  "xgroup|destroy": (draw) => [draw.key("stream"), group(draw)],
  "xgroup|help": () => [],
  "xgroup|setid": (draw) => [
    draw.key("stream"),
    group(draw),
    draw.happens(0.4) ? draw.word("0", "$", "-", "+") : id(draw),
    ...draw.maybe(0.3, "ENTRIESREAD", () => draw.integer()),
  ],
  "xinfo|consumers": (draw) => [draw.key("stream"), group(draw)],
  "xinfo|groups": key,
  "xinfo|help": () => [],
  xgroup: (draw) => [draw.word("HELP", "NOPE", "CREATE", "")],
  xinfo: (draw) => [draw.word("HELP", "NOPE", "STREAM", "")],
  "xinfo|stream": (draw) => [
    draw.key("stream"),
    ...(draw.happens(0.5) ? [bytes("FULL"), ...count(draw)] : []),
  ],
  xlen: key,
  xpending: (draw) => {
    const words = [draw.key("stream"), group(draw)];
    if (draw.happens(0.4)) return words;
    words.push(...draw.maybe(0.3, "IDLE", () => idle(draw)), start(draw), end(draw), draw.count());
    return [...words, ...draw.maybe(0.4, () => consumer(draw))];
  },
  xrange: range,
  xread: (draw) => [
    ...draw.shuffled(
      count(draw),
      draw.maybe(0.05, "BLOCK", () => draw.word("-1", "a", "1.5")),
    ),
    ...streams(draw, (each) => (each.happens(0.3) ? each.word("$", "+", "0") : id(each))),
  ],
  xreadgroup: (draw) => [
    ...draw.shuffled(
      [bytes("GROUP"), group(draw), consumer(draw)],
      count(draw),
      draw.maybe(0.15, "NOACK"),
    ),
    ...streams(draw, (each) =>
      each.happens(0.7) ? bytes(">") : each.happens(0.5) ? bytes("0") : id(each),
    ),
  ],
  xrevrange: (draw) => [draw.key("stream"), end(draw), start(draw), ...count(draw)],
  xsetid: (draw) => [
    draw.key("stream"),
    id(draw),
    ...draw.shuffled(
      draw.maybe(0.3, "ENTRIESADDED", () => draw.integer()),
      draw.maybe(0.3, "MAXDELETEDID", () => id(draw)),
    ),
  ],
  xtrim: (draw) => [draw.key("stream"), ...trim(draw)],
} satisfies Grammars;
