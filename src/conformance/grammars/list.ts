/** How calls of the list commands look. */
import { bytes, type ByteString } from "../../bytes.js";
import type { Grammar, Grammars, Operands } from "../operands.js";

const key: Grammar = (draw) => [draw.key("list")];
const keyAndCount: Grammar = (draw) => [draw.key("list"), ...draw.maybe(0.5, () => draw.count())];
const range: Grammar = (draw) => [draw.key("list"), draw.integer(), draw.integer()];
const push: Grammar = (draw) => [draw.key("list"), ...elements(draw)];
const side = (draw: Operands): ByteString => draw.word("LEFT", "RIGHT");

/** Now and then as many, or as long, as make another node of a quicklist. */
function elements(draw: Operands): ByteString[] {
  if (draw.happens(0.03)) return draw.crowd((index) => [bytes(`e${index}`.repeat(index % 12))]);
  if (draw.happens(0.01)) return [bytes("z".repeat(8180 + draw.below(20)))];
  return draw.some(4, () => [draw.happens(0.8) ? draw.element() : draw.value()]);
}

const lmpop: Grammar = (draw) => [
  ...draw.countedKeys("list"),
  side(draw),
  ...draw.maybe(0.5, "COUNT", () => draw.count()),
];
const keysAndTimeout: Grammar = (draw) => [
  ...draw.some(3, () => [draw.key("list")]),
  draw.timeout(),
];

export const listGrammars = {
  blmove: (draw) => [draw.key("list"), draw.key("list"), side(draw), side(draw), draw.timeout()],
  blmpop: (draw) => [draw.timeout(), ...lmpop(draw)],
  blpop: keysAndTimeout,
  brpop: keysAndTimeout,
  brpoplpush: (draw) => [draw.key("list"), draw.key("list"), draw.timeout()],
  lindex: (draw) => [draw.key("list"), draw.integer()],
  linsert: (draw) => [draw.key("list"), draw.word("BEFORE", "AFTER"), draw.element(), draw.value()],
  llen: key,
  lmove: (draw) => [draw.key("list"), draw.key("list"), side(draw), side(draw)],
  lmpop,
  lpop: keyAndCount,
  lpos: (draw) => [
    draw.key("list"),
    draw.element(),
    ...draw.shuffled(
      draw.maybe(0.4, "RANK", () => draw.word("1", "-1", "2", "-2", "-3", "0")),
      draw.maybe(0.4, "COUNT", () => draw.word("0", "1", "2", "0", "-1")),
      draw.maybe(0.4, "MAXLEN", () => draw.integer()),
    ),
  ],
  lpush: push,
  lpushx: push,
  lrange: (draw) => (draw.happens(0.3) ? [draw.key("list"), bytes("0"), bytes("-1")] : range(draw)),
  lrem: (draw) => [draw.key("list"), draw.integer(), draw.element()],
  lset: (draw) => [draw.key("list"), draw.integer(), draw.value()],
  ltrim: (draw) =>
    draw.happens(0.5)
      ? [draw.key("list"), draw.word("0", "1", "2"), draw.word("-1", "-2", "3")]
      : range(draw),
  rpop: keyAndCount,
  rpoplpush: (draw) => [draw.key("list"), draw.key("list")],
  rpush: push,
  rpushx: push,
} satisfies Grammars;
