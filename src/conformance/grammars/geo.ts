/** How calls of the commands on positions look. */
import { bytes, type ByteString } from "../../bytes.js";
import type { Grammar, Grammars, Operands } from "../operands.js";

const longitude = (draw: Operands): ByteString =>
  draw.word("13.361389", "15.087269", "0", "-122.27652", "180", "-180", "179.9999", "2.35", "1e1");
const latitude = (draw: Operands): ByteString =>
  draw.word("38.115556", "37.502669", "0", "37.8", "85.05112878", "-85", "-33.86", "66.5", "80.1");
const place = (draw: Operands): ByteString[] =>
  draw.happens(0.02) ? [draw.float(), draw.float()] : [longitude(draw), latitude(draw)];
const town = (draw: Operands): ByteString =>
  draw.happens(0.1) ? draw.member() : draw.word("a", "b", "c", "d", "e", "f");
const unit = (draw: Operands): ByteString => draw.word("m", "km", "ft", "mi", "KM", "M");
const size = (draw: Operands): ByteString =>
  draw.word("0", "1", "200", "1000", "5000", "20000", "100000", "500000.5", "-1", "10000000");

const options = (draw: Operands, storing: boolean): ByteString[] =>
  draw.shuffled(
    draw.maybe(0.4, () => draw.word("ASC", "DESC")),
    draw.maybe(0.3, "COUNT", () => draw.count()),
    draw.maybe(0.05, "ANY"),
    storing ? [] : draw.maybe(0.3, "WITHDIST"),
    storing ? [] : draw.maybe(0.2, "WITHHASH"),
    storing ? [] : draw.maybe(0.3, "WITHCOORD"),
  );

const area = (draw: Operands): ByteString[] =>
  draw.shuffled(
    draw.happens(0.4) ? [bytes("FROMMEMBER"), town(draw)] : [bytes("FROMLONLAT"), ...place(draw)],
    draw.happens(0.6)
      ? [bytes("BYRADIUS"), size(draw), unit(draw)]
      : [bytes("BYBOX"), size(draw), size(draw), unit(draw)],
  );

const radius = (draw: Operands): ByteString[] => [size(draw), unit(draw)];
const around: Grammar = (draw) => [draw.key("geo"), ...place(draw), ...radius(draw)];
const aroundMember: Grammar = (draw) => [draw.key("geo"), town(draw), ...radius(draw)];
const stored = (draw: Operands): ByteString[] =>
  draw.maybe(
    0.2,
    () => draw.word("STORE", "STOREDIST"),
    () => draw.key("geo"),
  );

export const geoGrammars = {
  geoadd: (draw) => [
    draw.key("geo"),
    ...draw.maybe(0.2, () => draw.word("NX", "XX")),
    ...draw.maybe(0.2, "CH"),
    ...draw.some(6, () => [...place(draw), town(draw)]),
  ],
  geodist: (draw) => [
    draw.key("geo"),
    town(draw),
    town(draw),
    ...draw.maybe(0.5, () => unit(draw)),
  ],
  geohash: (draw) => [draw.key("geo"), ...draw.some(4, () => [town(draw)])],
  geopos: (draw) => [draw.key("geo"), ...draw.some(4, () => [town(draw)])],
  georadius: (draw) => {
    const store = stored(draw);
    return [...around(draw), ...options(draw, store.length > 0), ...store];
  },
  georadius_ro: (draw) => [...around(draw), ...options(draw, false)],
  georadiusbymember: (draw) => {
    const store = stored(draw);
    return [...aroundMember(draw), ...options(draw, store.length > 0), ...store];
  },
  georadiusbymember_ro: (draw) => [...aroundMember(draw), ...options(draw, false)],
  geosearch: (draw) => [draw.key("geo"), ...area(draw), ...options(draw, false)],
  geosearchstore: (draw) => [
    draw.key("geo"),
    draw.key("geo"),
    ...area(draw),
    ...options(draw, true),
    ...draw.maybe(0.3, "STOREDIST"),
  ],
} satisfies Grammars;
