/** How calls of the commands on the connection look. */
import type { Grammars } from "../operands.js";

export const connectionGrammars = {
  echo: (draw) => [draw.value()],
  ping: (draw) => draw.maybe(0.5, () => draw.value()),
  select: (draw) => [draw.word("0", "0", "1", "16", "a", "-1")],
} satisfies Grammars;
