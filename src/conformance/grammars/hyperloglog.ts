/** How calls of the HyperLogLog commands look. */
import { bytes, type ByteString } from "../../bytes.js";
import type { Grammars, Operands } from "../operands.js";

/** Now and then as many as make a dense one. */
function elements(draw: Operands): ByteString[] {
  if (draw.happens(0.1)) {
    const prefix = draw.member();
    return draw.crowd((index) => [bytes(`${prefix}${index * 7}`)]);
  }
  return draw.happens(0.1) ? [] : draw.some(5, () => [draw.value()]);
}

export const hyperloglogGrammars = {
  pfadd: (draw) => [draw.key("hyperloglog"), ...elements(draw)],
  pfcount: (draw) => draw.keys("hyperloglog"),
  pfmerge: (draw) => [draw.key("hyperloglog"), ...draw.keys("hyperloglog", 4).slice(1)],
} satisfies Grammars;
