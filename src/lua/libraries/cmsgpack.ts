/**
 * The library `cmsgpack` (lua-cmsgpack 0.4.0): MessagePack of its first version, without binary and extension types. Tables nested
 * deeper than 16 are packed as nil; a table is an array where its keys are 1 to n.
 */
import { bytes, sliceBytes, type ByteString } from "../../bytes.js";
import { TYPE, type Lua, type LuaFunction, type LuaState } from "../lua.js";

const MAX_NESTING = 16;
const NOTHING = bytes("");

/** The input as far as it has been read. */
interface Input {
  readonly data: ByteString;
  at: number;
}

export function cmsgpackLibrary(lua: Lua): Readonly<Record<string, LuaFunction>> {
  const { api } = lua;
  const scratch = new DataView(new ArrayBuffer(8));

  /** The first bytes of `scratch`. */
  function scratchBytes(count: number): string {
    let text = "";
    for (let index = 0; index < count; index++)
      text += String.fromCharCode(scratch.getUint8(index));
    return text;
  }

  function packUnsigned(mark: number, value: number, size: 1 | 2 | 4): string {
    scratch.setUint32(0, value);
    return String.fromCharCode(mark) + scratchBytes(4).slice(4 - size);
  }

  function packBig(mark: number, value: number): string {
    scratch.setBigInt64(0, BigInt.asIntN(64, BigInt(value)));
    return String.fromCharCode(mark) + scratchBytes(8);
  }

  function packInteger(value: number): string {
    if (value >= 0) {
      if (value <= 0x7f) return String.fromCharCode(value);
      if (value <= 0xff) return packUnsigned(0xcc, value, 1);
      if (value <= 0xffff) return packUnsigned(0xcd, value, 2);
      return value <= 0xffffffff ? packUnsigned(0xce, value, 4) : packBig(0xcf, value);
    }
    if (value >= -32) return String.fromCharCode(value & 0xff);
    if (value >= -0x80) return packUnsigned(0xd0, value, 1);
    if (value >= -0x8000) return packUnsigned(0xd1, value, 2);
    return value >= -0x80000000 ? packUnsigned(0xd2, value, 4) : packBig(0xd3, value);
  }

  function packNumber(value: number): string {
    if (Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63)
      return packInteger(value);
    if (Math.fround(value) === value) {
      scratch.setFloat32(0, value);
      return `\xca${scratchBytes(4)}`;
    }
    scratch.setFloat64(0, value);
    return `\xcb${scratchBytes(8)}`;
  }

  function packString(value: ByteString): string {
    const { length } = value;
    if (length < 32) return String.fromCharCode(0xa0 | length) + value;
    if (length <= 0xff) return packUnsigned(0xd9, length, 1) + value;
    if (length <= 0xffff) return packUnsigned(0xda, length, 2) + value;
    return packUnsigned(0xdb, length, 4) + value;
  }

  function header(count: number, short: number, mark: number): string {
    if (count <= 15) return String.fromCharCode(short | count);
    return count <= 0xffff ? packUnsigned(mark, count, 2) : packUnsigned(mark + 1, count, 4);
  }

  /** The length of the array that the topmost table is; undefined where it is none. */
  function arrayLength(L: LuaState): number | undefined {
    let count = 0;
    let greatest = 0;
    api.lua_pushnil(L);
    while (api.lua_next(L, -2) !== 0) {
      lua.pop(L, 1);
      const key = api.lua_type(L, -1) === TYPE.number ? api.lua_tonumber(L, -1) : 0;
      if (key <= 0 || !Number.isInteger(key)) {
        lua.pop(L, 1);
        return undefined;
      }
      greatest = Math.max(greatest, key);
      count++;
    }
    return greatest === count ? count : undefined;
  }

  function packTable(L: LuaState, level: number): string {
    if (arrayLength(L) !== undefined) {
      const length = api.lua_objlen(L, -1);
      let packed = header(length, 0x90, 0xdc);
      lua.checkStack(L, 1, "in function mp_encode_lua_table_as_array");
      for (let index = 1; index <= length; index++) {
        api.lua_pushnumber(L, index);
        api.lua_gettable(L, -2);
        packed += packTop(L, level + 1);
      }
      return packed;
    }
    lua.checkStack(L, 3, "in function mp_encode_lua_table_as_map");
    let count = 0;
    let entries = "";
    api.lua_pushnil(L);
    while (api.lua_next(L, -2) !== 0) {
      api.lua_pushvalue(L, -2);
      entries += packTop(L, level + 1);
      entries += packTop(L, level + 1);
      count++;
    }
    return header(count, 0x80, 0xde) + entries;
  }

  /** Packs the topmost value and removes it. */
  function packTop(L: LuaState, level: number): string {
    const type = api.lua_type(L, -1);
    let packed = "\xc0";
    if (type === TYPE.string) packed = packString(lua.string(L, -1) ?? NOTHING);
    else if (type === TYPE.boolean) packed = api.lua_toboolean(L, -1) === 0 ? "\xc2" : "\xc3";
    else if (type === TYPE.number) packed = packNumber(api.lua_tonumber(L, -1));
    else if (type === TYPE.table && level < MAX_NESTING) packed = packTable(L, level);
    lua.pop(L, 1);
    return packed;
  }

  function missing(L: LuaState): never {
    return lua.error(L, "Missing bytes in input.");
  }

  /** The next bytes, as many as a value needs. */
  function take(L: LuaState, input: Input, count: number): ByteString {
    if (input.data.length - input.at < count) missing(L);
    input.at += count;
    return sliceBytes(input.data, input.at - count, input.at);
  }

  /** Puts the next bytes into `scratch`. */
  function load(L: LuaState, input: Input, count: number): DataView {
    const taken = take(L, input, count);
    for (let index = 0; index < count; index++) scratch.setUint8(index, taken.charCodeAt(index));
    return scratch;
  }

  function unpackLength(L: LuaState, input: Input, size: number): number {
    const view = load(L, input, size);
    if (size === 1) return view.getUint8(0);
    return size === 2 ? view.getUint16(0) : view.getUint32(0);
  }

  function unpackArray(L: LuaState, input: Input, length: number): void {
    lua.checkStack(L, 2, "in function mp_decode_to_lua_array");
    api.lua_createtable(L, 0, 0);
    for (let index = 1; index <= length; index++) {
      api.lua_pushnumber(L, index);
      unpackValue(L, input);
      api.lua_settable(L, -3);
    }
  }

  function unpackMap(L: LuaState, input: Input, count: number): void {
    lua.checkStack(L, 3, "in function mp_decode_to_lua_hash");
    api.lua_createtable(L, 0, 0);
    for (let left = count; left > 0; left--) {
      unpackValue(L, input);
      unpackValue(L, input);
      api.lua_settable(L, -3);
    }
  }

  /** Numbers of a fixed size by their mark. */
  const numbers: Readonly<Record<number, (L: LuaState, input: Input) => number>> = {
    0xca: (L, input) => load(L, input, 4).getFloat32(0),
    0xcb: (L, input) => load(L, input, 8).getFloat64(0),
    0xcc: (L, input) => load(L, input, 1).getUint8(0),
    0xcd: (L, input) => load(L, input, 2).getUint16(0),
    0xce: (L, input) => load(L, input, 4).getUint32(0),
    0xcf: (L, input) => Number(load(L, input, 8).getBigUint64(0)),
    0xd0: (L, input) => load(L, input, 1).getInt8(0),
    0xd1: (L, input) => load(L, input, 2).getInt16(0),
    0xd2: (L, input) => load(L, input, 4).getInt32(0),
    0xd3: (L, input) => Number(load(L, input, 8).getBigInt64(0)),
  };

  function unpackValue(L: LuaState, input: Input): void {
    lua.checkStack(L, 1, "too many return values at once; use unpack_one or unpack_limit instead.");
    const mark = take(L, input, 1).charCodeAt(0);
    const number = numbers[mark];
    if (number !== undefined) api.lua_pushnumber(L, number(L, input));
    else if (mark <= 0x7f) api.lua_pushnumber(L, mark);
    else if (mark >= 0xe0) api.lua_pushnumber(L, mark - 0x100);
    else if (mark <= 0x8f) unpackMap(L, input, mark & 0x0f);
    else if (mark <= 0x9f) unpackArray(L, input, mark & 0x0f);
    else if (mark <= 0xbf) lua.pushString(L, take(L, input, mark & 0x1f));
    else if (mark === 0xc0) api.lua_pushnil(L);
    else if (mark === 0xc2 || mark === 0xc3) api.lua_pushboolean(L, mark & 1);
    else if (mark >= 0xd9 && mark <= 0xdb) {
      lua.pushString(L, take(L, input, unpackLength(L, input, 1 << (mark - 0xd9))));
    } else if (mark === 0xdc || mark === 0xdd) {
      unpackArray(L, input, unpackLength(L, input, mark === 0xdc ? 2 : 4));
    } else if (mark === 0xde || mark === 0xdf) {
      unpackMap(L, input, unpackLength(L, input, mark === 0xde ? 2 : 4));
    } else lua.error(L, "Bad data format in input.");
  }

  function unpack(L: LuaState, limit: number, offset: number): number {
    const data = lua.checkString(L, 1);
    if (offset < 0 || limit < 0) {
      lua.error(
        L,
        `Invalid request to unpack with offset of ${offset} and limit of ${data.length}.`,
      );
    }
    if (offset > data.length) {
      lua.error(L, `Start offset ${offset} greater than input length ${data.length}.`);
    }
    const everything = limit === 0 && offset === 0;
    const most = everything ? Number.POSITIVE_INFINITY : limit;
    const input = { data, at: offset };
    let count = 0;
    for (; input.at < data.length && count < most; count++) unpackValue(L, input);
    if (everything) return count;
    lua.checkStack(L, 1, "in function mp_unpack_full");
    api.lua_pushnumber(L, input.at === data.length ? -1 : input.at);
    api.lua_insert(L, 2);
    return count + 1;
  }

  return {
    pack: (L) => {
      const count = api.lua_gettop(L);
      if (count === 0) lua.argumentError(L, 0, "MessagePack pack needs input.");
      lua.checkStack(L, count, "Too many arguments for MessagePack pack.");
      let packed = "";
      for (let index = 1; index <= count; index++) {
        lua.checkStack(L, 1, "in function mp_check");
        api.lua_pushvalue(L, index);
        packed += packTop(L, 0);
      }
      lua.pushString(L, packed);
      return 1;
    },
    unpack: (L) => unpack(L, 0, 0),
    unpack_one: (L) => {
      const offset = api.luaL_optinteger(L, 2, 0);
      api.lua_settop(L, 1);
      return unpack(L, 1, offset);
    },
    unpack_limit: (L) => {
      const limit = api.luaL_checkinteger(L, 2);
      const offset = api.luaL_optinteger(L, 3, 0);
      api.lua_settop(L, 1);
      return unpack(L, limit, offset);
    },
  };
}
