/** Calls of the geospatial commands: members, the center and the shape are objects. */
import { lowerAscii } from "../../bytes.js";
import {
  type Arguments,
  number,
  positional,
  type Option,
  type Alternatives,
  flag,
  readOptions,
  followedBy,
  type MethodTable,
} from "./arguments.js";

/** The client leaves out a first argument whose latitude is 0. */
function geoadd([key, ...words]: readonly string[]): readonly unknown[] | undefined {
  const start = words.findIndex((word) => !/^(?:nx|xx|ch)$/i.test(word));
  if (start < 0) return undefined;
  const options = readOptions(words.slice(0, start), [[flag("nx"), flag("xx")], [flag("ch")]]);
  const members = membersOf(words.slice(start));
  if (options === undefined || members === undefined) return undefined;
  const direct = start === 0 && members[0]?.latitude !== 0;
  return direct ? [key, ...members] : [key, options, ...members];
}

function membersOf(words: readonly string[]) {
  if (words.length === 0 || words.length % 3 > 0) return undefined;
  const members = [];
  for (let at = 0; at < words.length; at += 3) {
    const [longitude, latitude] = [number(words[at] ?? ""), number(words[at + 1] ?? "")];
    if (longitude === undefined || latitude === undefined) return undefined;
    members.push({ longitude, latitude, member: words[at + 2] ?? "" });
  }
  return members;
}

/** GEOSEARCH behind so many words: the center and the shape, in this order, and an order of the reply, which the client needs. */
function search(before: number, ...more: readonly Alternatives[]): Arguments {
  return (words) => {
    const [center, afterCenter] = centerOf(words.slice(before));
    const [shape, afterShape] = shapeOf(afterCenter);
    const [order = "", ...options] = afterShape;
    if (words.length < before || center === undefined || shape === undefined) return undefined;
    if (!/^(?:asc|desc)$/i.test(order)) return undefined;
    const args = [...words.slice(0, before), center, shape, order];
    return followedBy(args, withAny(options), [[countLimit], ...more]);
  };
}

type Found = readonly [found: object | undefined, rest: readonly string[]];

/** The client knows the name in capitals and in lower case. */
function centerOf([type = "", ...words]: readonly string[]): Found {
  if (/^(?:FROMMEMBER|frommember)$/.test(type)) {
    const [member, ...rest] = words;
    return [member === undefined ? undefined : { type, member }, rest];
  }
  const [lon, lat] = words.slice(0, 2).map(number);
  const known = /^(?:FROMLONLAT|fromlonlat)$/.test(type) && lon !== undefined && lat !== undefined;
  return [known ? { type, coordinate: { lon, lat } } : undefined, words.slice(2)];
}

function shapeOf([type = "", ...words]: readonly string[]): Found {
  if (/^(?:BYRADIUS|byradius)$/.test(type)) {
    const [radius, radiusType] = [number(words[0] ?? ""), words[1]];
    const whole = radius !== undefined && radiusType !== undefined;
    return [whole ? { type, radius, radiusType } : undefined, words.slice(2)];
  }
  const [width, height] = words.slice(0, 2).map(number);
  const rectType = words[2];
  const known = /^(?:BYBOX|bybox)$/.test(type) && width !== undefined && height !== undefined;
  const whole = known && rectType !== undefined;
  return [whole ? { type, rect: { width, height }, rectType } : undefined, words.slice(3)];
}

/** ANY stands behind the number of COUNT; here it becomes one operand with it. */
function withAny(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word) => lowerAscii(word) === "count");
  const any = at >= 0 && lowerAscii(words[at + 2] ?? "") === "any";
  return any ? words.toSpliced(at + 1, 2, `${words[at + 1]} any`) : words;
}

const countLimit: Option = {
  name: "count",
  operands: 1,
  fields: ([operand = ""]) => {
    const any = operand.endsWith(" any");
    const limit = number(operand.replace(/ any$/, ""));
    return limit === undefined ? undefined : { count: any ? { limit, any } : { limit } };
  },
};

const found: readonly Alternatives[] = [
  [flag("withCoord")],
  [flag("withDist")],
  [flag("withHash")],
];

export const geoMethods: MethodTable = {
  geodist: positional("key member member M|KM|FT|MI"),
  geohash: positional("key member..."),
  geopos: positional("key member..."),
  geoadd,
  geosearch: search(1, ...found),
  geosearchstore: search(2, [flag("storeDist")]),
};
