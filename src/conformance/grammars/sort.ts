/** How calls of SORT and SORT_RO look. */
import { bytes, type ByteString } from "../../bytes.js";
import type { Grammars, Operands } from "../operands.js";

function sort(draw: Operands): ByteString[] {
  return [
    draw.key(draw.pick(["list", "set", "zset"])),
    ...draw.shuffled(
      draw.maybe(0.3, "BY", () => draw.sortPattern()),
      draw.happens(0.3) ? draw.some(2, () => [bytes("GET"), draw.sortPattern()]) : [],
      draw.limit(),
      draw.maybe(0.4, () => draw.word("ASC", "DESC")),
      draw.maybe(0.6, "ALPHA"),
    ),
  ];
}

export const sortGrammars = {
  sort: (draw) => [...sort(draw), ...draw.maybe(0.2, "STORE", () => draw.key("list"))],
  sort_ro: sort,
} satisfies Grammars;
