/** How calls of the commands on keys of any type look. */
import { bytes, type ByteString } from "../../bytes.js";
import type { Grammar, Grammars, Operands } from "../operands.js";
import { BAD_PAYLOADS, VALUE_PAYLOADS } from "./payloads.js";
import { scanOptions } from "./scan.js";

const key: Grammar = (draw) => [draw.key()];
const keys: Grammar = (draw) => draw.keys();
const twoKeys: Grammar = (draw) => [draw.key(), draw.key()];

/** A time to live, or a time where the call ends with ABSTTL. */
function restoredTtl(draw: Operands): readonly [ttl: ByteString, ...absolute: ByteString[]] {
  if (draw.happens(0.6)) return [bytes("0")];
  return draw.happens(0.5)
    ? [draw.happens(0.6) ? draw.milliseconds() : draw.word("1000", "a", "", "1.5")]
    : [draw.unixMilliseconds(), draw.word("ABSTTL", "ABSTTL", "absttl")];
}

function restore(draw: Operands): readonly ByteString[] {
  const [ttl, ...absolute] = restoredTtl(draw);
  const payload = draw.happens(0.1) ? draw.from(BAD_PAYLOADS) : draw.from(VALUE_PAYLOADS);
  return [
    draw.key(),
    ttl,
    payload,
    ...draw.shuffled(
      draw.maybe(0.7, "REPLACE"),
      absolute,
      draw.maybe(0.1, "IDLETIME", () => draw.integer()),
      draw.maybe(0.1, "FREQ", () => draw.word("0", "255", "256", "-1", "a")),
    ),
  ];
}

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
  dump: key,
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
  restore,
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
