/**
 * The library `struct` (struct.c 0.2): values packed as C lays them out on a 64-bit machine of little endian, which is where Redis
 * runs. `>` and `<` set the endianness, `!` the alignment.
 */
import { sliceBytes, type ByteString } from "../../bytes.js";
import type { Lua, LuaFunction, LuaState } from "../lua.js";

const MAX_INTEGER_SIZE = 32;
const MAX_ALIGNMENT = 8;
const MAX_INT = 2 ** 31 - 1;
const BITS_64 = 64n;

/** Sizes of what needs no number behind it. */
const SIZES: Readonly<Record<string, number>> = {
  b: 1,
  B: 1,
  h: 2,
  H: 2,
  l: 8,
  L: 8,
  T: 8,
  f: 4,
  d: 8,
  x: 1,
};

/** A format as it is read: what has been set so far, and where the next option stands. */
interface Format {
  readonly text: ByteString;
  at: number;
  littleEndian: boolean;
  alignment: number;
}

export function structLibrary(lua: Lua): Readonly<Record<string, LuaFunction>> {
  const { api } = lua;
  const double = new DataView(new ArrayBuffer(8));

  function openFormat(L: LuaState): Format {
    const [text = ""] = lua.checkString(L, 1).split("\0", 1);
    return {
      text: sliceBytes(lua.checkString(L, 1), 0, text.length),
      at: 0,
      littleEndian: true,
      alignment: 1,
    };
  }

  /** The number behind an option. */
  function number(L: LuaState, format: Format, fallback: number): number {
    const [digits] = /^\d*/.exec(format.text.slice(format.at, format.at + 12)) ?? [""];
    if (digits === "") return fallback;
    if (Number(digits) > MAX_INT) lua.error(L, "integral size overflow");
    format.at += digits.length;
    return Number(digits);
  }

  function sizeOf(L: LuaState, option: string, format: Format): number {
    if (option === "c") return number(L, format, 1);
    if (option !== "i" && option !== "I") return SIZES[option] ?? 0;
    const size = number(L, format, 4);
    if (size <= MAX_INTEGER_SIZE) return size;
    return lua.error(L, `integral size ${size} is larger than limit of ${MAX_INTEGER_SIZE}`);
  }

  function control(L: LuaState, option: string, format: Format): void {
    switch (option) {
      case " ":
        return;
      case ">":
      case "<":
        format.littleEndian = option === "<";
        return;
      case "!": {
        const alignment = number(L, format, MAX_ALIGNMENT);
        if (alignment === 0 || (alignment & (alignment - 1)) !== 0) {
          lua.error(L, `alignment ${alignment} is not a power of 2`);
        }
        format.alignment = alignment;
        return;
      }
      default:
        lua.argumentError(L, 1, `invalid format option '${option}'`);
    }
  }

  function packDouble(value: number, size: number, littleEndian: boolean): string {
    if (size === 4) double.setFloat32(0, value, littleEndian);
    else double.setFloat64(0, value, littleEndian);
    let packed = "";
    for (let index = 0; index < size; index++)
      packed += String.fromCharCode(double.getUint8(index));
    return packed;
  }

  function unpackDouble(data: ByteString, size: number, littleEndian: boolean): number {
    for (let index = 0; index < size; index++) double.setUint8(index, data.charCodeAt(index));
    return size === 4 ? double.getFloat32(0, littleEndian) : double.getFloat64(0, littleEndian);
  }

  const pack: LuaFunction = (L) => {
    const format = openFormat(L);
    let argument = 2;
    let packed = "";
    let total = 0;
    // Lua keeps its buffer behind the arguments, so that a missing one is nil, not absent.
    api.lua_pushnil(L);
    while (format.at < format.text.length) {
      const option = format.text.charAt(format.at++);
      let size = sizeOf(L, option, format);
      const fill = padding(total, format, option, size);
      total += fill;
      packed += "\0".repeat(fill);
      if (/[bBhHlLTiI]/.test(option)) {
        packed += packInteger(api.luaL_checknumber(L, argument++), size, format.littleEndian);
      } else if (option === "x") packed += "\0";
      else if (option === "f" || option === "d") {
        packed += packDouble(api.luaL_checknumber(L, argument++), size, format.littleEndian);
      } else if (option === "c" || option === "s") {
        const value = lua.checkString(L, argument++);
        if (size === 0) size = value.length;
        if (value.length < size) lua.argumentError(L, argument, "string too short");
        packed += value.slice(0, size);
        if (option === "s") {
          packed += "\0";
          size++;
        }
      } else control(L, option, format);
      total += size;
    }
    lua.pushString(L, packed);
    return 1;
  };

  const unpack: LuaFunction = (L) => {
    const format = openFormat(L);
    const data = lua.checkString(L, 2);
    let position = api.luaL_optinteger(L, 3, 1);
    if (position === 0) lua.argumentError(L, 3, "offset must be 1 or greater");
    // A negative offset is a very large one in C.
    position = (position >>> 0) - 1;
    let results = 0;

    const require = (size: number): void => {
      if (size <= data.length && position <= data.length - size) return;
      lua.argumentError(L, 2, "data string too short");
    };
    while (format.at < format.text.length) {
      const option = format.text.charAt(format.at++);
      let size = sizeOf(L, option, format);
      position += padding(position, format, option, size);
      require(size);
      lua.checkStack(L, 2, "too many results");
      const field = sliceBytes(data, position, position + size);
      if (/[bBhHlLTiI]/.test(option)) {
        const signed = option >= "a";
        api.lua_pushnumber(L, unpackInteger(field, signed, format.littleEndian));
        results++;
      } else if (option === "f" || option === "d") {
        api.lua_pushnumber(L, unpackDouble(field, size, format.littleEndian));
        results++;
      } else if (option === "c") {
        if (size === 0) {
          if (results === 0 || api.lua_isnumber(L, -1) === 0) {
            lua.error(L, "format 'c0' needs a previous size");
          }
          size = api.lua_tonumber(L, -1);
          lua.pop(L, 1);
          results--;
          // A negative size is a very large one in C.
          if (size < 0) size = Number.MAX_SAFE_INTEGER;
          size = Math.trunc(size);
          require(size);
        }
        lua.pushString(L, data.slice(position, position + size));
        results++;
      } else if (option === "s") {
        const end = data.indexOf("\0", position);
        if (end < 0) lua.error(L, "unfinished string in data");
        size = end - position + 1;
        lua.pushString(L, data.slice(position, end));
        results++;
      } else if (option !== "x") control(L, option, format);
      position += size;
    }
    api.lua_pushnumber(L, position + 1);
    return results + 1;
  };

  const size: LuaFunction = (L) => {
    const format = openFormat(L);
    let position = 0;
    while (format.at < format.text.length) {
      const option = format.text.charAt(format.at++);
      const own = sizeOf(L, option, format);
      position += padding(position, format, option, own);
      if (option === "s") lua.argumentError(L, 1, "option 's' has no fixed size");
      if (option === "c" && own === 0) lua.argumentError(L, 1, "option 'c0' has no fixed size");
      if (!/[a-z\d]/i.test(option)) control(L, option, format);
      position += own;
    }
    api.lua_pushnumber(L, position);
    return 1;
  };

  return { pack, unpack, size };
}

/** As C converts a double to 64 bits: toward zero; what does not fit becomes the smallest integer, as x86-64 has it. */
function toUnsigned64(value: number): bigint {
  const whole = Math.trunc(value);
  if (value >= 0 && whole < 2 ** 64) return BigInt(whole);
  if (value < 0 && whole >= -(2 ** 63)) return BigInt.asUintN(64, BigInt(whole));
  return value > 0 ? 0n : 1n << 63n;
}

function padding(length: number, format: Format, option: string, size: number): number {
  if (size === 0 || option === "c") return 0;
  const unit = Math.min(size, format.alignment);
  return (unit - (length & (unit - 1))) & (unit - 1);
}

function packInteger(value: number, size: number, littleEndian: boolean): string {
  let rest = toUnsigned64(value);
  let packed = "";
  for (let count = 0; count < size; count++) {
    const byte = String.fromCharCode(Number(rest & 0xffn));
    packed = littleEndian ? packed + byte : byte + packed;
    rest >>= 8n;
  }
  return packed;
}

function unpackInteger(field: ByteString, signed: boolean, littleEndian: boolean): number {
  let value = 0n;
  for (let index = 0; index < field.length; index++) {
    const at = littleEndian ? field.length - 1 - index : index;
    value = BigInt.asUintN(64, (value << 8n) | BigInt(field.charCodeAt(at)));
  }
  if (!signed) return Number(value);
  const bits = BigInt(field.length) * 8n;
  if (bits < BITS_64 && bits > 0n && (value >> (bits - 1n)) & 1n) {
    return Number(BigInt.asIntN(64, value | (-1n << (bits - 1n))));
  }
  return Number(BigInt.asIntN(64, value));
}
