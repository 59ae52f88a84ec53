/** How calls of commands look that came after Redis 8.0: 8.2, 8.4 and 8.10 brought them. */
import { bytes, type ByteString } from "../../bytes.js";
import type { Grammar, Grammars, Operands } from "../operands.js";

const digest = (draw: Operands): ByteString =>
  draw.word("2d06800538d394c2", "9555e8555c62dcfd", "D6476C25083D69BE", "abc");

const comparison = (draw: Operands): ByteString[] =>
  draw.happens(0.5)
    ? [draw.word("IFEQ", "IFNE"), draw.value()]
    : [draw.word("IFDEQ", "IFDNE"), digest(draw)];

const ids = (draw: Operands): ByteString[] => {
  const drawn = draw.some(3, () => [draw.word("1-1", "1-2", "2-0", "5", "7-1")]);
  const count = draw.happens(0.05) ? draw.word("0", "-1", "9", "a") : bytes(String(drawn.length));
  return draw.shuffled(
    draw.maybe(0.6, () => draw.word("KEEPREF", "DELREF", "ACKED")),
    [bytes("IDS"), count, ...drawn],
  );
};

const cardinality =
  (...option: readonly string[]): Grammar =>
  (draw) => [
    ...draw.countedKeys("set"),
    ...draw.shuffled(
      draw.maybe(0.4, "LIMIT", () => draw.word("0", "1", "2", "100", "-1")),
      draw.maybe(0.2, ...option),
    ),
  ];

export const newerGrammars = {
  delex: (draw) => [draw.key("string"), ...(draw.happens(0.8) ? comparison(draw) : [])],
  digest: (draw) => [draw.key("string")],
  msetex: (draw) => {
    const pairs = draw.some(3, () => [draw.key("string"), draw.value()]);
    const count = draw.happens(0.05)
      ? draw.word("0", "-1", "9", "a")
      : bytes(String(pairs.length / 2));
    return [
      count,
      ...pairs,
      ...draw.shuffled(
        draw.maybe(0.3, () => draw.word("NX", "XX")),
        draw.happens(0.4) ? draw.expiry() : draw.maybe(0.2, "KEEPTTL"),
      ),
    ];
  },
  sdiffcard: cardinality(),
  sunioncard: cardinality("APPROX"),
  xackdel: (draw) => [draw.key("stream"), draw.word("g1", "g2", "nogroup"), ...ids(draw)],
  xdelex: (draw) => [draw.key("stream"), ...ids(draw)],
} satisfies Grammars;
