/** How calls of the commands on keys of any type look. */
import type { Grammar, Grammars } from "../operands.js";
import { scanOptions } from "./scan.js";

const key: Grammar = (draw) => [draw.key()];
const keys: Grammar = (draw) => draw.keys();
const twoKeys: Grammar = (draw) => [draw.key(), draw.key()];

export const genericGrammars = {
  copy: (draw) => [
    draw.key(),
    draw.key(),
    ...draw.shuffled(
      draw.maybe(0.3, "DB", () => draw.word("1", "1", "0", "16", "a", "-1")),
      draw.maybe(0.5, "REPLACE"),
    ),
  ],
  del: keys,
  exists: keys,
  keys: (draw) => [draw.pattern()],
  object: (draw) => [draw.word("HELP", "NOPE", "ENCODING", "")],
  "object|encoding": key,
  "object|freq": key,
  "object|help": () => [],
  "object|idletime": key,
  "object|refcount": key,
  randomkey: () => [],
  rename: twoKeys,
  renamenx: twoKeys,
  scan: (draw) => [
    ...scanOptions(
      draw,
      draw.maybe(0.3, "TYPE", () =>
        draw.word("string", "list", "set", "zset", "hash", "STRING", "none", "stream", "foo"),
      ),
    ),
  ],
  touch: keys,
  type: key,
  unlink: keys,
} satisfies Grammars;
