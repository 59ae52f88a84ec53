/**
 * Positions as the 52-bit scores of sorted sets (geohash.c, geohash_helper.c): longitude and latitude, each cut into halves 26 times, their
 * bits taken in turn. A search looks at the cell of its centre and the eight around it, in cells just large enough.
 */

/** Longitude and latitude in degrees. */
export type Position = readonly [longitude: number, latitude: number];

/** A span of degrees. */
type Span = readonly [min: number, max: number];

export const LONGITUDES: Span = [-180, 180];
/** As far as the Mercator projection goes. */
export const LATITUDES: Span = [-85.05112878, 85.05112878];

const EARTH_RADIUS = 6_372_797.560856;
const MERCATOR_MAX = 20_037_726.37;
const DEGREE = Math.PI / 180;
/** The steps of a score. */
export const MAX_STEP = 26;

/** What a search covers, in metres. */
export type Shape =
  | { readonly center: Position; readonly radius: number }
  | { readonly center: Position; readonly width: number; readonly height: number };

/** A cell of the grid that so many steps make: its column and row. */
interface Cell {
  readonly x: number;
  readonly y: number;
  readonly step: number;
}

/** The cell of a position as a number; of 26 steps, the score. */
export function encode(position: Position, latitudes = LATITUDES): number {
  return bitsOf(cellOf(position, MAX_STEP, latitudes));
}

/** The middle of a score's cell; any double can be a score. */
export function decode(score: number): Position {
  const plain = score >= 0 && score < 2 ** 52;
  const cell = plain ? cellOfBits(Math.trunc(score)) : cellOf64Bits(asUnsigned(score));
  const [longitudes, latitudes] = spansOf(cell);
  return [middle(longitudes, LONGITUDES), middle(latitudes, LATITUDES)];
}

function middle([min, max]: Span, [least, most]: Span): number {
  return Math.min(most, Math.max(least, (min + max) / 2));
}

function cellOf([longitude, latitude]: Position, step: number, latitudes = LATITUDES): Cell {
  return { x: part(longitude, LONGITUDES, step), y: part(latitude, latitudes, step), step };
}

function part(degrees: number, [min, max]: Span, step: number): number {
  return Math.floor(((degrees - min) / (max - min)) * 2 ** step);
}

function spansOf({ x, y, step }: Cell): readonly [longitudes: Span, latitudes: Span] {
  return [spanOf(x, LONGITUDES, step), spanOf(y, LATITUDES, step)];
}

function spanOf(index: number, [min, max]: Span, step: number): Span {
  const scale = max - min;
  const parts = 2 ** step;
  return [min + (index / parts) * scale, min + ((index + 1) / parts) * scale];
}

/** The bits of row and column in turn, the column's first. */
function bitsOf({ x, y }: Cell): number {
  const high = interleaved(y >>> 13, x >>> 13);
  return high * 2 ** 26 + interleaved(y & 0x1fff, x & 0x1fff);
}

/** Thirteen bits of each. */
function interleaved(even: number, odd: number): number {
  return spread(even) + spread(odd) * 2;
}

function spread(bits: number): number {
  let value = bits;
  value = (value | (value << 8)) & 0x00ff00ff;
  value = (value | (value << 4)) & 0x0f0f0f0f;
  value = (value | (value << 2)) & 0x33333333;
  return (value | (value << 1)) & 0x55555555;
}

function cellOfBits(bits: number): Cell {
  const [high, low] = [Math.floor(bits / 2 ** 26), bits % 2 ** 26];
  const x = (gathered(high >>> 1) << 13) | gathered(low >>> 1);
  const y = (gathered(high) << 13) | gathered(low);
  return { x, y, step: MAX_STEP };
}

/** The cell of a score that is no position: its bits may lie outside the grid. */
function cellOf64Bits(bits: bigint): Cell {
  let [x, y] = [0, 0];
  for (let index = 31n; index >= 0n; index--) {
    y = y * 2 + Number((bits >> (index * 2n)) & 1n);
    x = x * 2 + Number((bits >> (index * 2n + 1n)) & 1n);
  }
  return { x, y, step: MAX_STEP };
}

const SIGN = 2n ** 63n;

/** A double as C makes an unsigned integer of it, on the machines on which Redis mostly runs. */
function asUnsigned(value: number): bigint {
  return value >= 2 ** 63
    ? BigInt.asUintN(64, asSigned(value - 2 ** 63) ^ SIGN)
    : BigInt.asUintN(64, asSigned(value));
}

/** A double as a signed 64-bit integer; what does not fit is the smallest. */
export function asSigned(value: number): bigint {
  const fits = value >= -(2 ** 63) && value < 2 ** 63;
  return fits ? BigInt(Math.trunc(value)) : -SIGN;
}

function gathered(bits: number): number {
  let value = bits & 0x55555555;
  value = (value | (value >>> 1)) & 0x33333333;
  value = (value | (value >>> 2)) & 0x0f0f0f0f;
  value = (value | (value >>> 4)) & 0x00ff00ff;
  return (value | (value >>> 8)) & 0x0000ffff;
}

/** In metres, along a great circle. */
export function distance([lon1, lat1]: Position, [lon2, lat2]: Position): number {
  const v = Math.sin((lon2 * DEGREE - lon1 * DEGREE) / 2);
  if (v === 0) return latitudeDistance(lat1, lat2);
  const u = Math.sin((lat2 * DEGREE - lat1 * DEGREE) / 2);
  const a = u * u + Math.cos(lat1 * DEGREE) * Math.cos(lat2 * DEGREE) * v * v;
  return 2 * EARTH_RADIUS * Math.asin(Math.sqrt(a));
}

function latitudeDistance(lat1: number, lat2: number): number {
  return EARTH_RADIUS * Math.abs(lat2 * DEGREE - lat1 * DEGREE);
}

/** The distance from a shape's centre; undefined for a position outside. */
export function distanceWithin(shape: Shape, position: Position): number | undefined {
  const { center } = shape;
  if ("radius" in shape) {
    const found = distance(center, position);
    return found > shape.radius ? undefined : found;
  }
  if (latitudeDistance(position[1], center[1]) > shape.height / 2) return undefined;
  const across = distance(position, [center[0], position[1]]);
  return across > shape.width / 2 ? undefined : distance(center, position);
}

/** The scores, each range from its first to before its last, in which a search finds its members, in Redis's order. */
export function searchRanges(shape: Shape): readonly (readonly [start: number, end: number])[] {
  const bounds = boundsOf(shape);
  const step = stepFor(shape, bounds);
  const cell = cellOf(shape.center, step);
  const excluded = step >= 2 ? uselessSides(cell, bounds) : NO_SIDES;
  const ranges: (readonly [number, number])[] = [];
  for (const [dx, dy] of NEIGHBOURS) {
    if (excluded.x.includes(dx) || excluded.y.includes(dy)) continue;
    const bits = bitsOf(neighbour(cell, dx, dy));
    const size = 4 ** (MAX_STEP - step);
    const last = ranges.at(-1);
    // Around a large circle neighbours are the same cell.
    if (last !== undefined && ranges.length > 1 && last[0] === bits * size) continue;
    ranges.push([bits * size, (bits + 1) * size]);
  }
  return ranges;
}

/** The cell itself, north, south, east, west, and the corners. */
const NEIGHBOURS = [
  [0, 0],
  [0, 1],
  [0, -1],
  [1, 0],
  [-1, 0],
  [1, 1],
  [-1, 1],
  [1, -1],
  [-1, -1],
] as const;

/** The grid has no edge: beyond the last column comes the first. (Where it does not move, a place on the edge stays beyond the last.) */
function neighbour({ x, y, step }: Cell, dx: number, dy: number): Cell {
  return { x: moved(x, dx, step), y: moved(y, dy, step), step };
}

function moved(index: number, by: number, step: number): number {
  const parts = 2 ** step;
  return by === 0 ? index : (index + by + parts) % parts;
}

interface Bounds {
  readonly longitudes: Span;
  readonly latitudes: Span;
}

function boundsOf(shape: Shape): Bounds {
  const [longitude, latitude] = shape.center;
  const halfHeight = "radius" in shape ? shape.radius : shape.height / 2;
  const halfWidth = "radius" in shape ? shape.radius : shape.width / 2;
  const up = halfHeight / EARTH_RADIUS / DEGREE;
  const edge = latitude < 0 ? latitude - up : latitude + up;
  const across = halfWidth / EARTH_RADIUS / Math.cos(edge * DEGREE) / DEGREE;
  return {
    longitudes: [longitude - across, longitude + across],
    latitudes: [latitude - up, latitude + up],
  };
}

/** So many steps that the cell and its neighbours cover the search. */
function stepFor(shape: Shape, { longitudes, latitudes }: Bounds): number {
  const radius =
    "radius" in shape ? shape.radius : Math.sqrt((shape.width / 2) ** 2 + (shape.height / 2) ** 2);
  const step = estimatedStep(radius, shape.center[1]);
  const cell = cellOf(shape.center, step);
  const [, [, north]] = spansOf(neighbour(cell, 0, 1));
  const [, [south]] = spansOf(neighbour(cell, 0, -1));
  const [[, east]] = spansOf(neighbour(cell, 1, 0));
  const [[west]] = spansOf(neighbour(cell, -1, 0));
  const tooSmall =
    north < latitudes[1] || south > latitudes[0] || east < longitudes[1] || west > longitudes[0];
  return step > 1 && tooSmall ? step - 1 : step;
}

function estimatedStep(radius: number, latitude: number): number {
  if (radius === 0) return MAX_STEP;
  let step = 1;
  for (let reach = radius; reach < MERCATOR_MAX; reach *= 2) step++;
  step -= 2;
  // Towards the poles cells are narrow.
  if (Math.abs(latitude) > 66) step--;
  if (Math.abs(latitude) > 80) step--;
  return Math.min(MAX_STEP, Math.max(1, step));
}

interface Sides {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

const NO_SIDES: Sides = { x: [], y: [] };

/** The sides of the cell beyond which the search does not reach. */
function uselessSides(cell: Cell, { longitudes, latitudes }: Bounds): Sides {
  const [[west, east], [south, north]] = spansOf(cell);
  const x: number[] = [];
  const y: number[] = [];
  if (south < latitudes[0]) y.push(-1);
  if (north > latitudes[1]) y.push(1);
  if (west < longitudes[0]) x.push(-1);
  if (east > longitudes[1]) x.push(1);
  return { x, y };
}

const ALPHABET = "0123456789bcdefghjkmnpqrstuvwxyz";

/** The usual geohash of a score, eleven characters of which the last is always 0. */
export function geohash(score: number): string {
  const bits = BigInt(encode(decode(score), [-90, 90]));
  let text = "";
  for (let index = 1; index <= 10; index++) {
    text += ALPHABET.charAt(Number((bits >> BigInt(52 - index * 5)) & 0x1fn));
  }
  return `${text}0`;
}
