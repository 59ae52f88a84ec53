/** The library `bit`: Lua BitOp 1.0.2, operations on 32 bits. Numbers beyond them wrap around, fractions are rounded to even. */
import type { Lua, LuaFunction, LuaState } from "../lua.js";

/** Added to a double, this leaves the integer's low bits in the low bits of the mantissa (bit.c, barg). */
const SHIFT_TO_LOW_BITS = 2 ** 52 + 2 ** 51;

const HEX_DIGITS = 8;

export function bitLibrary(lua: Lua): Readonly<Record<string, LuaFunction>> {
  const { api } = lua;
  const double = new DataView(new ArrayBuffer(8));

  function bits(L: LuaState, index: number): number {
    double.setFloat64(0, api.luaL_checknumber(L, index) + SHIFT_TO_LOW_BITS);
    return double.getInt32(4);
  }

  function push(L: LuaState, value: number): number {
    api.lua_pushnumber(L, value | 0);
    return 1;
  }

  const folded =
    (fold: (one: number, other: number) => number): LuaFunction =>
    (L) => {
      let value = bits(L, 1);
      for (let index = api.lua_gettop(L); index > 1; index--) value = fold(value, bits(L, index));
      return push(L, value);
    };

  const shifted =
    (shift: (value: number, distance: number) => number): LuaFunction =>
    (L) =>
      push(L, shift(bits(L, 1), bits(L, 2) & 31));

  return {
    tobit: (L) => push(L, bits(L, 1)),
    bnot: (L) => push(L, ~bits(L, 1)),
    band: folded((one, other) => one & other),
    bor: folded((one, other) => one | other),
    bxor: folded((one, other) => one ^ other),
    lshift: shifted((value, distance) => value << distance),
    rshift: shifted((value, distance) => value >>> distance),
    arshift: shifted((value, distance) => value >> distance),
    rol: shifted((value, distance) => (value << distance) | (value >>> (32 - distance))),
    ror: shifted((value, distance) => (value >>> distance) | (value << (32 - distance))),
    bswap: (L) => {
      double.setInt32(0, bits(L, 1), true);
      return push(L, double.getInt32(0));
    },
    tohex: (L) => {
      const value = bits(L, 1) >>> 0;
      const wanted = api.lua_gettop(L) < 2 ? HEX_DIGITS : bits(L, 2);
      const digits = Math.min(Math.abs(wanted), HEX_DIGITS);
      const text = value
        .toString(16)
        .padStart(HEX_DIGITS, "0")
        .slice(HEX_DIGITS - digits);
      lua.pushString(L, wanted < 0 ? text.toUpperCase() : text);
      return 1;
    },
  };
}
