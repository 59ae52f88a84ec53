/** Positions in sorted sets, after geo.c: the score of a member is where it is. Searches are in geo-search.ts. */
import { bytes, keyword, type ByteString } from "../bytes.js";
import { notFloat, ReplyError, syntaxError } from "../errors.js";
import { double, NIL_ARRAY, type Reply } from "../reply.js";
import {
  decode,
  distance,
  encode,
  geohash,
  LATITUDES,
  LONGITUDES,
  type Position,
} from "../values/geohash.js";
import type { Args } from "./args.js";
import { command, firstKey, type CommandTable } from "./command.js";
import { float } from "./operands.js";
import { addScores, NO_OPTIONS, type ZaddOptions } from "./zset.js";

export const geoCommands = {
  /** `GEOADD key [NX | XX] [CH] longitude latitude member [longitude latitude member …]` → how many members are new, with CH how many changed. */
  geoadd: command(-5, ["write", "denyoom"], firstKey, ({ db }, args) => {
    const key = args.next();
    const options = geoaddOptions(args);
    if (args.left % 3 !== 0 || (options.nx && options.xx)) throw syntaxError();
    const pairs: { readonly score: number; readonly member: ByteString }[] = [];
    while (args.more()) pairs.push({ score: encode(position(args)), member: args.next() });
    return addScores(db, key, options, pairs);
  }),

  /** `GEODIST key member member [M | KM | FT | MI]` → the distance with four decimals, or nil where a member is missing. */
  geodist: command(-4, ["readonly"], firstKey, ({ db }, args) => {
    const key = args.next();
    const [from, to] = [args.next(), args.next()];
    if (args.left > 1) throw syntaxError();
    const metres = args.more() ? unit(args.next()) : 1;
    const set = db.sortedSet(key);
    const [start, end] = [set?.score(from), set?.score(to)];
    if (start === undefined || end === undefined) return null;
    return fourDecimals(distance(decode(start), decode(end)) / metres);
  }),

  /** `GEOHASH key [member …]` → each member's geohash or nil. */
  geohash: command(-2, ["readonly"], firstKey, ({ db }, args) => {
    const set = db.sortedSet(args.next());
    return args.rest().map((member) => {
      const score = set?.score(member);
      return score === undefined ? null : bytes(geohash(score));
    });
  }),

  /** `GEOPOS key [member …]` → each member's longitude and latitude, or the nil array. */
  geopos: command(-2, ["readonly"], firstKey, ({ db }, args) => {
    const set = db.sortedSet(args.next());
    return args.rest().map((member) => {
      const score = set?.score(member);
      return score === undefined ? NIL_ARRAY : positionReply(decode(score));
    });
  }),
} satisfies CommandTable;

/** NX, XX and CH, in any order before the first longitude. */
function geoaddOptions(args: Args): ZaddOptions {
  const options = { ...NO_OPTIONS };
  for (;;) {
    const flag = GEOADD_FLAGS[args.peekOption() ?? ""];
    if (flag === undefined) return options;
    options[flag] = true;
    args.next();
  }
}

const GEOADD_FLAGS: Readonly<Record<string, "nx" | "xx" | "ch">> = { NX: "nx", XX: "xx", CH: "ch" };

/** Reads `longitude latitude`. */
export function position(args: Args): Position {
  const longitude = float(args.next(), notFloat);
  const latitude = float(args.next(), notFloat);
  const outside =
    longitude < LONGITUDES[0] ||
    longitude > LONGITUDES[1] ||
    latitude < LATITUDES[0] ||
    latitude > LATITUDES[1];
  if (!outside) return [longitude, latitude];
  throw new ReplyError(
    `ERR invalid longitude,latitude pair ${sixDecimals(longitude)},${sixDecimals(latitude)}`,
  );
}

function sixDecimals(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const size = Math.abs(value);
  return sign + (size < 1e21 ? size.toFixed(6) : `${BigInt(size)}.000000`);
}

const UNITS: Readonly<Record<string, number>> = { M: 1, KM: 1000, FT: 0.3048, MI: 1609.34 };

/** A unit in metres. */
export function unit(operand: ByteString): number {
  const metres = UNITS[keyword(operand)];
  if (metres !== undefined) return metres;
  throw new ReplyError("ERR unsupported unit provided. please use M, KM, FT, MI");
}

/** With four decimals, always; halves go to the even digit (util.c, fixedpoint_d2string). */
export function fourDecimals(value: number): ByteString {
  const scaled = value * 10_000;
  const floor = Math.floor(scaled);
  const half = scaled - floor === 0.5;
  const rounded = half ? floor + (floor % 2) : Math.round(scaled);
  const digits = String(rounded).padStart(5, "0");
  return bytes(`${digits.slice(0, -4)}.${digits.slice(-4)}`);
}

export function positionReply([longitude, latitude]: Position): Reply {
  return [double(longitude), double(latitude)];
}
