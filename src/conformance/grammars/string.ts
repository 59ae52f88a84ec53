/** How calls of the string commands look. */
import { bytes } from "../../bytes.js";
import type { Grammar, Grammars } from "../operands.js";

const key: Grammar = (draw) => [draw.key("string")];
const keyAndValue: Grammar = (draw) => [draw.key("string"), draw.value()];
const keyAndInteger: Grammar = (draw) => [draw.key("string"), draw.integer()];
const range: Grammar = (draw) => [draw.key("string"), draw.integer(), draw.integer()];
const keysAndValues: Grammar = (draw) => draw.some(4, () => [draw.key("string"), draw.value()]);

export const stringGrammars = {
  append: keyAndValue,
  decr: key,
  decrby: keyAndInteger,
  get: key,
  getdel: key,
  getex: (draw) => {
    const option = draw.happens(0.3) ? draw.maybe(0.5, "PERSIST") : draw.expiry();
    return [draw.key("string"), ...option];
  },
  getrange: range,
  getset: keyAndValue,
  incr: key,
  incrby: (draw) => [draw.key("string"), draw.happens(0.8) ? draw.integer() : draw.value()],
  incrbyfloat: (draw) => [draw.key("string"), draw.float()],
  lcs: (draw) => [
    draw.key("string"),
    draw.key("string"),
    ...draw.shuffled(
      draw.maybe(0.2, "LEN"),
      draw.maybe(0.5, "IDX"),
      draw.maybe(0.3, "MINMATCHLEN", () => draw.count()),
      draw.maybe(0.3, "WITHMATCHLEN"),
    ),
  ],
  mget: (draw) => draw.keys("string"),
  mset: keysAndValues,
  msetnx: keysAndValues,
  psetex: (draw) => [draw.key("string"), draw.milliseconds(), draw.value()],
  set: (draw) => {
    const words = [draw.key("string"), draw.value()];
    if (draw.happens(0.4)) return words;
    const condition = draw.maybe(0.4, () => draw.word("NX", "XX"));
    const ttl = draw.happens(0.5) ? draw.expiry() : draw.maybe(0.3, "KEEPTTL");
    return [...words, ...draw.shuffled(condition, draw.maybe(0.3, "GET"), ttl)];
  },
  setex: (draw) => [draw.key("string"), draw.seconds(), draw.value()],
  setnx: keyAndValue,
  setrange: (draw) => [
    draw.key("string"),
    draw.word("0", "1", "5", "10", "43", "44", "100", "-1", "536870912"),
    draw.happens(0.3) ? bytes("") : draw.value(),
  ],
  strlen: key,
  substr: range,
} satisfies Grammars;
