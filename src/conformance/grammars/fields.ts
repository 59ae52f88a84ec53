/** How calls of the commands on deadlines of a hash's fields look. */
import { bytes, type ByteString } from "../../bytes.js";
import type { Grammar, Grammars, Operands } from "../operands.js";

/** `FIELDS n field [field …]`, the number rarely wrong. */
function counted(draw: Operands, words: readonly ByteString[], width = 1): ByteString[] {
  const count = draw.happens(0.03)
    ? draw.word("0", "-1", "5", "a", "1", "99999999999", "9223372036854775808")
    : bytes(String(words.length / width));
  return [bytes("FIELDS"), count, ...words];
}

const field = (draw: Operands): ByteString =>
  draw.happens(0.3)
    ? draw.numericField()
    : draw.happens(0.5)
      ? draw.word("a", "b", "c", "d")
      : draw.member();

const fields = (draw: Operands): ByteString[] =>
  counted(
    draw,
    draw.happens(0.03)
      ? draw.crowd((index) => [bytes(`f${index}`)])
      : draw.some(4, () => [field(draw)]),
  );

const pairs = (draw: Operands): ByteString[] =>
  counted(
    draw,
    draw.happens(0.03)
      ? draw.crowd((index) => [bytes(`f${index}`), bytes(`${index}`)])
      : draw.some(4, () => [field(draw), draw.value()]),
    2,
  );

/** Redis takes a while to remove a field whose time is up; so most outlive their sequence, and some die at once. */
const seconds = (draw: Operands): ByteString =>
  draw.happens(0.1)
    ? draw.edgeInteger()
    : draw.word("100", "200", "0", "1000", "70368744177", "300");
const milliseconds = (draw: Operands): ByteString =>
  draw.happens(0.1) ? draw.milliseconds() : draw.word("100000", "200000", "0", "150001", "5000499");
const unixSeconds = (draw: Operands): ByteString =>
  draw.happens(0.05) ? draw.word("0", "70368744177", "70368744178") : draw.unixSeconds();
const unixMilliseconds = (draw: Operands): ByteString =>
  draw.happens(0.05) ? draw.word("0", "70368744177663", "70368744177664") : draw.unixMilliseconds();

const expiry = (draw: Operands): ByteString[] => {
  const [option, draws] = draw.pick<readonly [string, (draw: Operands) => ByteString]>([
    ["EX", seconds],
    ["PX", milliseconds],
    ["EXAT", unixSeconds],
    ["PXAT", unixMilliseconds],
  ]);
  return [bytes(option), draws(draw)];
};

const condition = (draw: Operands): ByteString[] =>
  draw.maybe(0.4, () => draw.word("NX", "XX", "GT", "LT"));

const expire =
  (time: (draw: Operands) => ByteString): Grammar =>
  (draw) => [draw.key("hash"), time(draw), ...condition(draw), ...fields(draw)];

const keyAndFields: Grammar = (draw) => [draw.key("hash"), ...fields(draw)];

export const fieldsGrammars = {
  hexpire: expire(seconds),
  hexpireat: expire(unixSeconds),
  hexpiretime: keyAndFields,
  hgetdel: keyAndFields,
  hgetex: (draw) => [
    draw.key("hash"),
    ...(draw.happens(0.6) ? expiry(draw) : draw.maybe(0.5, "PERSIST")),
    ...fields(draw),
  ],
  hpersist: keyAndFields,
  hpexpire: expire(milliseconds),
  hpexpireat: expire(unixMilliseconds),
  hpexpiretime: keyAndFields,
  hpttl: keyAndFields,
  hsetex: (draw) => [
    draw.key("hash"),
    ...draw.shuffled(
      draw.maybe(0.3, () => draw.word("FNX", "FXX")),
      draw.happens(0.6) ? expiry(draw) : draw.maybe(0.5, "KEEPTTL"),
    ),
    ...pairs(draw),
  ],
  httl: keyAndFields,
} satisfies Grammars;
