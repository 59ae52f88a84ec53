/** How calls of the hash commands look. */
import { bytes } from "../../bytes.js";
import type { Grammar, Grammars } from "../operands.js";
import { scanOptions } from "./scan.js";

const key: Grammar = (draw) => [draw.key("hash")];
const keyAndField: Grammar = (draw) => [draw.key("hash"), draw.member()];
const fields: Grammar = (draw) => [draw.key("hash"), ...draw.some(4, () => [draw.member()])];
const pairs: Grammar = (draw) => [
  draw.key("hash"),
  ...(draw.happens(0.04)
    ? draw.crowd((index) => [bytes(`f${index}`), bytes(`${index}`)])
    : draw.some(4, () =>
        draw.happens(0.2)
          ? [draw.numericField(), draw.edgeInteger()]
          : [draw.member(), draw.value()],
      )),
];

export const hashGrammars = {
  hdel: (draw) =>
    draw.happens(0.04)
      ? [draw.key("hash"), ...draw.crowd((index) => [bytes(`f${index}`)])]
      : fields(draw),
  hexists: keyAndField,
  hget: keyAndField,
  hgetall: key,
  hincrby: (draw) => [
    draw.key("hash"),
    draw.numericField(),
    draw.happens(0.8) ? draw.edgeInteger() : draw.value(),
  ],
  hincrbyfloat: (draw) => [draw.key("hash"), draw.numericField(), draw.float()],
  hkeys: key,
  hlen: key,
  hmget: fields,
  hmset: pairs,
  hrandfield: (draw) => [
    draw.key("hash"),
    ...(draw.happens(0.3) ? [] : [draw.smallInteger(), ...draw.maybe(0.4, "WITHVALUES")]),
  ],
  hscan: (draw) => [draw.key("hash"), ...scanOptions(draw, draw.maybe(0.2, "NOVALUES"))],
  hset: pairs,
  hsetnx: (draw) => [draw.key("hash"), draw.member(), draw.value()],
  hstrlen: keyAndField,
  hvals: key,
} satisfies Grammars;
