/** The cursor and the options that SCAN, HSCAN, SSCAN and ZSCAN share. */
import type { ByteString } from "../../bytes.js";
import type { Operands } from "../operands.js";

/** `cursor [MATCH pattern] [COUNT count]` with a command's own options among them. */
export function scanOptions(draw: Operands, own: readonly ByteString[]): ByteString[] {
  return [
    draw.happens(0.95) ? draw.word("0") : draw.word("-1", "abc", "", "00"),
    ...draw.shuffled(
      draw.maybe(0.4, "MATCH", () => draw.pattern()),
      draw.maybe(0.4, "COUNT", () => draw.word("1000", "1000", "1", "10", "0", "-1")),
      own,
    ),
  ];
}
