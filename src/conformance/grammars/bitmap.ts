/** How calls of the bitmap commands look. */
import { bytes, type ByteString } from "../../bytes.js";
import type { Grammars, Operands } from "../operands.js";

const offset = (draw: Operands): ByteString =>
  draw.word("0", "1", "7", "8", "9", "15", "16", "63", "100", "1000", "#1", "#3", "-1");
const bitOffset = (draw: Operands): ByteString =>
  draw.happens(0.05) ? draw.word("-1", "4294967296", "a") : bytes(String(draw.below(130)));
const bit = (draw: Operands): ByteString => draw.word("0", "1", "1", "0", "1", "0", "1", "2");
const type = (draw: Operands): ByteString =>
  draw.word("u1", "i1", "u4", "i5", "u8", "i8", "u16", "i16", "u32", "i32", "u63", "i64", "u64");
const get = (draw: Operands): ByteString[] => [bytes("GET"), type(draw), offset(draw)];

/** A value of a field, often all its bits. */
const ones = (draw: Operands): ByteString => (draw.happens(0.3) ? bytes("-1") : draw.edgeInteger());

function range(draw: Operands): ByteString[] {
  return [draw.integer(), draw.integer(), ...draw.maybe(0.5, () => draw.word("BIT", "BYTE"))];
}

function change(draw: Operands): ByteString[] {
  switch (draw.below(4)) {
    case 0:
      return get(draw);
    case 1:
      return [bytes("OVERFLOW"), draw.word("WRAP", "SAT", "FAIL")];
    case 2:
      return [bytes("SET"), type(draw), offset(draw), ones(draw)];
    default:
      return [bytes("INCRBY"), type(draw), offset(draw), draw.edgeInteger()];
  }
}

export const bitmapGrammars = {
  bitcount: (draw) => [draw.key("string"), ...(draw.happens(0.3) ? [] : range(draw))],
  bitfield: (draw) => [draw.key("string"), ...draw.some(4, () => change(draw))],
  bitfield_ro: (draw) => [draw.key("string"), ...draw.some(3, () => get(draw))],
  bitop: (draw) =>
    draw.happens(0.3)
      ? [bytes("NOT"), draw.key("string"), draw.key("string")]
      : [draw.word("AND", "OR", "XOR", "NOT"), draw.key("string"), ...draw.keys("string")],
  bitpos: (draw) => [
    draw.key("string"),
    bit(draw),
    ...(draw.happens(0.5) ? range(draw) : draw.maybe(0.5, () => draw.integer())),
  ],
  getbit: (draw) => [draw.key("string"), bitOffset(draw)],
  setbit: (draw) => [draw.key("string"), bitOffset(draw), bit(draw)],
} satisfies Grammars;
