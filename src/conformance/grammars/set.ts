/** How calls of the set commands look. */
import { bytes, type ByteString } from "../../bytes.js";
import type { Grammar, Grammars, Operands } from "../operands.js";
import { scanOptions } from "./scan.js";

const key: Grammar = (draw) => [draw.key("set")];
const keys: Grammar = (draw) => draw.keys("set");
const store: Grammar = (draw) => [draw.key("set"), ...draw.keys("set")];
const keyAndMembers: Grammar = (draw) => [draw.key("set"), ...members(draw)];

/** Integers alone make an intset; many, or long ones, a hash table. */
function members(draw: Operands): ByteString[] {
  if (draw.happens(0.03)) return draw.crowd((index) => [bytes(`f${index}`)]);
  if (draw.happens(0.02)) return draw.crowd((index) => [bytes(String(index * 3))]);
  if (draw.happens(0.3)) return draw.some(2, () => [draw.element()]);
  if (draw.happens(0.4)) return draw.some(6, () => [draw.smallInteger()]);
  if (draw.happens(0.4)) return draw.some(6, () => [draw.element()]);
  if (draw.happens(0.1)) {
    return [draw.word("-40000", "70000", "5000000000", "-9223372036854775808")];
  }
  return draw.some(6, () => [draw.member()]);
}

export const setGrammars = {
  sadd: keyAndMembers,
  scard: key,
  sdiff: keys,
  sdiffstore: store,
  sinter: keys,
  sintercard: (draw) => [
    ...draw.countedKeys("set"),
    ...draw.maybe(0.4, "LIMIT", () => draw.word("0", "1", "2", "100", "-1")),
  ],
  sinterstore: store,
  sismember: (draw) => [draw.key("set"), draw.member()],
  smembers: key,
  smismember: keyAndMembers,
  smove: (draw) => [draw.key("set"), draw.key("set"), draw.member()],
  spop: (draw) => [draw.key("set"), ...draw.maybe(0.6, () => draw.integer())],
  srandmember: (draw) => [draw.key("set"), ...draw.maybe(0.7, () => draw.smallInteger())],
  srem: keyAndMembers,
  sscan: (draw) => [draw.key("set"), ...scanOptions(draw, [])],
  sunion: keys,
  sunionstore: store,
} satisfies Grammars;
