/**
 * The functions of Lua's own libraries that work with C's `long`, which has 64 bits where Redis runs and 32 here: `string.format` with
 * the conversions of integers, `tonumber` with a base, and `select`.
 */
import { TYPE, type Lua, type LuaFunction, type LuaState } from "../lua.js";

/** A conversion of `string.format`; what stands behind `%%` is none. */
const CONVERSION = /%([-+ #0]*)(\d*)(\.\d*)?([a-zA-Z%])/g;
const INTEGER = /[dioxXu]/;
const MAX_FLAGS = 5;

const BASES: Readonly<Record<string, number>> = { o: 8, x: 16, X: 16 };

/** A number within 32 bits is left to Lua, but not one that an unsigned conversion makes very large. */
const isWide = (value: number): boolean => !(value >= 0 && value < 2 ** 31);

/**
 * `string.format` that hands to Lua's own, with each wide integer printed already. `original` runs Lua's on the arguments that are on the
 * stack.
 */
export function wideFormat(lua: Lua, original: LuaFunction): LuaFunction {
  const { api } = lua;

  function hasWide(L: LuaState, count: number): boolean {
    for (let index = 2; index <= count; index++) {
      if (api.lua_isnumber(L, index) !== 0 && isWide(api.lua_tonumber(L, index))) return true;
    }
    return false;
  }

  return (L) => {
    const count = api.lua_gettop(L);
    if (count < 2 || !hasWide(L, count) || api.lua_type(L, 1) !== TYPE.string) return original(L);
    let argument = 1;
    const format = (lua.string(L, 1) ?? "").replace(
      CONVERSION,
      (
        conversion: string,
        flags: string,
        width: string,
        precision: string | undefined,
        letter: string,
      ) => {
        if (letter === "%") return conversion;
        argument++;
        const odd = flags.length > MAX_FLAGS || width.length > 2 || (precision?.length ?? 0) > 3;
        if (!INTEGER.test(letter) || odd || argument > count) return conversion;
        if (api.lua_isnumber(L, argument) === 0) return conversion;
        const value = api.lua_tonumber(L, argument);
        if (!isWide(value)) return conversion;
        lua.pushString(L, printInteger(value, { flags, width, precision, letter }));
        api.lua_replace(L, argument);
        return "%s";
      },
    );
    lua.pushString(L, format);
    api.lua_replace(L, 1);
    return original(L);
  };
}

interface Conversion {
  readonly flags: string;
  readonly width: string;
  readonly precision: string | undefined;
  readonly letter: string;
}

/** With `#`; zero has none. */
const PREFIXES: Readonly<Record<string, string>> = { x: "0x", X: "0X", o: "0" };

const MIN_INTEGER = -(2n ** 63n);

/** As C's printf prints a `long`. */
function printInteger(value: number, { flags, width, precision, letter }: Conversion): string {
  const whole = Math.trunc(value);
  const fits = whole >= -(2 ** 63) && whole < 2 ** 63;
  const signed = letter === "d" || letter === "i";
  // Of what does not fit, x86-64 makes the smallest integer; an unsigned conversion takes up to twice as much, and makes 0 of more.
  const unsigned = !signed && whole >= 2 ** 63;
  const integer =
    fits || (unsigned && whole < 2 ** 64) ? BigInt(whole) : unsigned ? 0n : MIN_INTEGER;
  const magnitude = signed ? (integer < 0n ? -integer : integer) : BigInt.asUintN(64, integer);
  let digits = magnitude.toString(BASES[letter] ?? 10);
  if (letter === "X") digits = digits.toUpperCase();
  digits = digits.padStart(precision === undefined ? 1 : Number(precision.slice(1)), "0");
  const sign = signed
    ? integer < 0n
      ? "-"
      : flags.includes("+")
        ? "+"
        : flags.includes(" ")
          ? " "
          : ""
    : "";
  const prefix = sign + (flags.includes("#") && magnitude > 0n ? (PREFIXES[letter] ?? "") : "");
  const room = Number(width);
  if (flags.includes("-")) return (prefix + digits).padEnd(room, " ");
  const zeros = flags.includes("0") && precision === undefined;
  if (zeros) return prefix + digits.padStart(room - prefix.length, "0");
  return (prefix + digits).padStart(room, " ");
}

const DECIMAL = 10;
const WHITESPACE = "[ \\t\\n\\v\\f\\r]*";

/** `tonumber` that reads digits of another base than ten as 64 bits. */
export function wideToNumber(lua: Lua, original: LuaFunction): LuaFunction {
  const { api } = lua;
  return (L) => {
    if (api.lua_gettop(L) < 2 || api.lua_type(L, 2) === TYPE.nil) return original(L);
    const base = api.luaL_checkinteger(L, 2);
    if (base === DECIMAL || base < 2 || base > 36) return original(L);
    const value = parseUnsigned(lua.checkString(L, 1), base);
    if (value === undefined) api.lua_pushnil(L);
    else api.lua_pushnumber(L, value);
    return 1;
  };
}

/** `select` that counts as a C `int` does: by the low 32 bits of a `long`. */
export function wideSelect(lua: Lua, original: LuaFunction): LuaFunction {
  const { api } = lua;
  return (L) => {
    if (api.lua_isnumber(L, 1) !== 0) {
      const count = api.lua_tonumber(L, 1);
      if (Math.abs(count) >= 2 ** 31) {
        api.lua_pushnumber(L, toInt(count));
        api.lua_replace(L, 1);
      }
    }
    return original(L);
  };
}

/** As x86-64 makes an `int` of a double, by way of a `long`. */
export function toInt(value: number): number {
  return Math.abs(value) < 2 ** 63 ? value | 0 : 0;
}

/** As C's strtoul reads 64 bits; undefined where other text stands around the digits. */
function parseUnsigned(text: string, base: number): number | undefined {
  const last = base <= 10 ? `[0-${base - 1}]` : `[0-9a-${String.fromCharCode(0x56 + base)}]`;
  const prefix = base === 16 ? "(?:0x)?" : "";
  const pattern = new RegExp(
    `^${WHITESPACE}([+-]?)${prefix}(${last}+)${WHITESPACE}(?:\\0.*)?$`,
    "is",
  );
  const [, sign, digits] = pattern.exec(text) ?? [];
  if (digits === undefined) return undefined;
  let value = 0n;
  for (const digit of digits) {
    value = value * BigInt(base) + BigInt(Number.parseInt(digit, base));
    if (value >= 2n ** 64n) return Number(2n ** 64n - 1n);
  }
  return Number(sign === "-" ? BigInt.asUintN(64, -value) : value);
}
