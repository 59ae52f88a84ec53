/**
 * The library `cjson` (lua-cjson 2.1.0 as Redis has it): JSON to tables and back. Its settings live in a userdata that every function of
 * one instance shares, so that `cjson.new()` has settings of its own and Lua's collector frees them.
 */
import { bytes, type ByteString } from "../../bytes.js";
import { formatGeneral } from "../../values/numbers.js";
import {
  FIRST_UPVALUE,
  TYPE,
  TYPE_NAMES,
  type FunctionPointer,
  type Lua,
  type LuaFunction,
  type LuaState,
} from "../lua.js";
import { JsonReader, type TokenType } from "./json-reader.js";

/** The settings, each an `int` at four times its place. */
const SETTINGS = [
  "sparseConvert",
  "sparseRatio",
  "sparseSafe",
  "encodeMaxDepth",
  "decodeMaxDepth",
  "encodeInvalidNumbers",
  "decodeInvalidNumbers",
  "encodeKeepBuffer",
  "numberPrecision",
] as const;
type Setting = (typeof SETTINGS)[number];

const DEFAULTS: Readonly<Record<Setting, number>> = {
  sparseConvert: 0,
  sparseRatio: 2,
  sparseSafe: 10,
  encodeMaxDepth: 1000,
  decodeMaxDepth: 1000,
  encodeInvalidNumbers: 0,
  decodeInvalidNumbers: 1,
  encodeKeepBuffer: 1,
  numberPrecision: 14,
};

const MAX_INT = 2 ** 31 - 1;
/** How `encode_invalid_numbers` may be set. */
const AS_NULL = 2;

// oxlint-disable-next-line no-control-regex -- these are the characters that JSON wants escaped
const ESCAPED = /[\x00-\x1f"\\/\x7f]/;
// oxlint-disable-next-line no-control-regex -- as above
const ALL_ESCAPED = /[\x00-\x1f"\\/\x7f]/g;
const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "/": "\\/",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\f": "\\f",
  "\r": "\\r",
};

const NOTHING = bytes("");

export interface CjsonLibrary {
  /** All but `new`, which makes them anew. */
  readonly functions: Readonly<Record<string, LuaFunction>>;
  /** Pushes a table with an instance's functions, `null` and the library's name. */
  push(L: LuaState): void;
}

/** `pointerOf` finds the pointers of the library's own functions once they have been added. */
export function cjsonLibrary(lua: Lua, pointerOf: (name: string) => FunctionPointer): CjsonLibrary {
  const { api } = lua;

  function addressOf(L: LuaState, setting: Setting): number {
    return api.lua_touserdata(L, FIRST_UPVALUE) + 4 * SETTINGS.indexOf(setting);
  }

  function get(L: LuaState, setting: Setting): number {
    return lua.view.getInt32(addressOf(L, setting), true);
  }

  /** Checks that there are no more arguments than so many, and makes those that are left out nil. */
  function settingArguments(L: LuaState, count: number): void {
    if (api.lua_gettop(L) > count) {
      lua.argumentError(L, count + 1, "found too many arguments");
    }
    api.lua_settop(L, count);
  }

  function integerSetting(
    L: LuaState,
    index: number,
    setting: Setting,
    least: number,
    most: number,
  ): void {
    if (api.lua_type(L, index) !== TYPE.nil) {
      const value = api.luaL_checkinteger(L, index);
      if (value < least || value > most) {
        lua.argumentError(L, 1, `expected integer between ${least} and ${most}`);
      }
      lua.view.setInt32(addressOf(L, setting), value, true);
    }
    api.lua_pushnumber(L, get(L, setting));
  }

  function choiceSetting(
    L: LuaState,
    index: number,
    setting: Setting,
    ...choices: readonly string[]
  ): void {
    const type = api.lua_type(L, index);
    if (type !== TYPE.nil) {
      const value =
        type === TYPE.boolean
          ? api.lua_toboolean(L, index)
          : api.luaL_checkoption(L, index, 0, lua.names(...choices));
      lua.view.setInt32(addressOf(L, setting), value, true);
    }
    const value = get(L, setting);
    if (value <= 1) api.lua_pushboolean(L, value);
    else lua.pushString(L, choices[value] ?? "");
  }

  function oneArgument(L: LuaState): void {
    if (api.lua_gettop(L) !== 1) lua.argumentError(L, 1, "expected 1 argument");
  }

  function cannotEncode(L: LuaState, index: number, reason: string): never {
    const type = TYPE_NAMES[api.lua_type(L, index)] ?? "no value";
    return lua.error(L, `Cannot serialise ${type}: ${reason}`);
  }

  function encodeNumber(L: LuaState, index: number): string {
    const value = api.lua_tonumber(L, index);
    if (!Number.isFinite(value)) {
      const way = get(L, "encodeInvalidNumbers");
      if (way === 0) cannotEncode(L, index, "must not be NaN or Inf");
      if (way === AS_NULL) return "null";
      return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
    }
    return formatGeneral(value, get(L, "numberPrecision"));
  }

  /** The length of the array that the topmost table is; -1 where it is none. */
  function arrayLength(L: LuaState): number {
    let greatest = 0;
    let count = 0;
    api.lua_pushnil(L);
    while (api.lua_next(L, -2) !== 0) {
      const key = api.lua_type(L, -2) === TYPE.number ? api.lua_tonumber(L, -2) : 0;
      if (key < 1 || !Number.isInteger(key)) {
        lua.pop(L, 2);
        return -1;
      }
      greatest = Math.max(greatest, key);
      count++;
      lua.pop(L, 1);
    }
    const ratio = get(L, "sparseRatio");
    if (ratio > 0 && greatest > count * ratio && greatest > get(L, "sparseSafe")) {
      if (get(L, "sparseConvert") === 0) cannotEncode(L, -1, "excessively sparse array");
      return -1;
    }
    return greatest;
  }

  function encodeTable(L: LuaState, depth: number): string {
    if (depth > get(L, "encodeMaxDepth") || api.lua_checkstack(L, 3) === 0) {
      lua.error(L, `Cannot serialise, excessive nesting (${depth})`);
    }
    const length = arrayLength(L);
    return length > 0 ? encodeArray(L, length, depth) : encodeObject(L, depth);
  }

  function encodeArray(L: LuaState, length: number, depth: number): string {
    let json = "[";
    for (let index = 1; index <= length; index++) {
      if (index > 1) json += ",";
      api.lua_rawgeti(L, -1, index);
      json += encodeTop(L, depth);
      lua.pop(L, 1);
    }
    return `${json}]`;
  }

  function encodeObject(L: LuaState, depth: number): string {
    let json = "{";
    api.lua_pushnil(L);
    while (api.lua_next(L, -2) !== 0) {
      if (json !== "{") json += ",";
      const type = api.lua_type(L, -2);
      if (type === TYPE.number) json += `"${encodeNumber(L, -2)}":`;
      else if (type === TYPE.string) json += `${encodeString(lua.string(L, -2) ?? NOTHING)}:`;
      else cannotEncode(L, -2, "table key must be a number or string");
      json += encodeTop(L, depth);
      lua.pop(L, 1);
    }
    return `${json}}`;
  }

  /** Whether the topmost value is `cjson.null`. */
  function isNull(L: LuaState): boolean {
    return api.lua_type(L, -1) === TYPE.lightUserdata && api.lua_touserdata(L, -1) === 0;
  }

  /** The JSON of the topmost value, which stays. */
  function encodeTop(L: LuaState, depth: number): string {
    switch (api.lua_type(L, -1)) {
      case TYPE.string:
        return encodeString(lua.string(L, -1) ?? NOTHING);
      case TYPE.number:
        return encodeNumber(L, -1);
      case TYPE.boolean:
        return api.lua_toboolean(L, -1) === 0 ? "false" : "true";
      case TYPE.table:
        return encodeTable(L, depth + 1);
      case TYPE.nil:
        return "null";
      default:
        if (isNull(L)) return "null";
        return cannotEncode(L, -1, "type not supported");
    }
  }

  function unexpected(L: LuaState, expected: string, token: JsonReader): never {
    const found = token.type === "T_ERROR" ? token.error : token.type;
    return lua.error(L, `Expected ${expected} but found ${found} at character ${token.index + 1}`);
  }

  function descend(L: LuaState, token: JsonReader, depth: number, slots: number): void {
    if (depth <= get(L, "decodeMaxDepth") && api.lua_checkstack(L, slots) !== 0) return;
    lua.error(L, `Found too many nested data structures (${depth}) at character ${token.position}`);
  }

  function decodeObject(L: LuaState, token: JsonReader, depth: number): void {
    descend(L, token, depth, 3);
    api.lua_createtable(L, 0, 0);
    token.next();
    if (token.type === "T_OBJ_END") return;
    for (;;) {
      if (token.type !== "T_STRING") unexpected(L, "object key string", token);
      lua.pushString(L, token.string);
      token.next();
      expectColon(L, token);
      token.next();
      decodeValue(L, token, depth);
      api.lua_rawset(L, -3);
      token.next();
      if (ends(L, token, "T_OBJ_END", "comma or object end")) return;
    }
  }

  function expectColon(L: LuaState, token: JsonReader): void {
    if (token.type !== "T_COLON") unexpected(L, "colon", token);
  }

  /** Whether the aggregate ends here; else a comma is taken. */
  function ends(L: LuaState, token: JsonReader, end: TokenType, expected: string): boolean {
    if (token.type === end) return true;
    if (token.type !== "T_COMMA") unexpected(L, expected, token);
    token.next();
    return false;
  }

  function decodeArray(L: LuaState, token: JsonReader, depth: number): void {
    descend(L, token, depth, 2);
    api.lua_createtable(L, 0, 0);
    token.next();
    if (token.type === "T_ARR_END") return;
    for (let index = 1; ; index++) {
      decodeValue(L, token, depth);
      api.lua_rawseti(L, -2, index);
      token.next();
      if (ends(L, token, "T_ARR_END", "comma or array end")) return;
    }
  }

  /** Pushes the value that the token begins. */
  function decodeValue(L: LuaState, token: JsonReader, depth: number): void {
    switch (token.type) {
      case "T_STRING":
        lua.pushString(L, token.string);
        break;
      case "T_NUMBER":
        api.lua_pushnumber(L, token.number);
        break;
      case "T_BOOLEAN":
        api.lua_pushboolean(L, token.number);
        break;
      case "T_NULL":
        api.lua_pushlightuserdata(L, 0);
        break;
      case "T_OBJ_BEGIN":
        decodeObject(L, token, depth + 1);
        break;
      case "T_ARR_BEGIN":
        decodeArray(L, token, depth + 1);
        break;
      default:
        unexpected(L, "value", token);
    }
  }

  const decode: LuaFunction = (L) => {
    oneArgument(L);
    const text = lua.checkString(L, 1);
    if (text.length >= 2 && (text.startsWith("\0") || text.charAt(1) === "\0")) {
      lua.error(L, "JSON parser does not support UTF-16 or UTF-32");
    }
    const token = new JsonReader(text, get(L, "decodeInvalidNumbers") !== 0);
    token.next();
    decodeValue(L, token, 0);
    token.next();
    if (token.type !== "T_END") unexpected(L, "the end", token);
    return 1;
  };

  const functions: Readonly<Record<string, LuaFunction>> = {
    decode,
    encode: (L) => {
      oneArgument(L);
      lua.pushString(L, encodeTop(L, 0));
      return 1;
    },
    encode_sparse_array: (L) => {
      settingArguments(L, 3);
      choiceSetting(L, 1, "sparseConvert", "off", "on");
      integerSetting(L, 2, "sparseRatio", 0, MAX_INT);
      integerSetting(L, 3, "sparseSafe", 0, MAX_INT);
      return 3;
    },
    encode_max_depth: (L) => {
      settingArguments(L, 1);
      integerSetting(L, 1, "encodeMaxDepth", 1, MAX_INT);
      return 1;
    },
    decode_max_depth: (L) => {
      settingArguments(L, 1);
      integerSetting(L, 1, "decodeMaxDepth", 1, MAX_INT);
      return 1;
    },
    encode_number_precision: (L) => {
      settingArguments(L, 1);
      integerSetting(L, 1, "numberPrecision", 1, 14);
      return 1;
    },
    encode_keep_buffer: (L) => {
      settingArguments(L, 1);
      choiceSetting(L, 1, "encodeKeepBuffer", "off", "on");
      return 1;
    },
    encode_invalid_numbers: (L) => {
      settingArguments(L, 1);
      choiceSetting(L, 1, "encodeInvalidNumbers", "off", "on", "null");
      return 1;
    },
    decode_invalid_numbers: (L) => {
      settingArguments(L, 1);
      choiceSetting(L, 1, "decodeInvalidNumbers", "off", "on");
      return 1;
    },
    new: (L) => {
      push(L);
      return 1;
    },
  };

  function push(L: LuaState): void {
    api.lua_createtable(L, 0, 16);
    const settings = api.lua_newuserdata(L, 4 * SETTINGS.length);
    for (const [index, setting] of SETTINGS.entries()) {
      lua.view.setInt32(settings + 4 * index, DEFAULTS[setting], true);
    }
    for (const name of Object.keys(functions)) {
      api.lua_pushvalue(L, -1);
      api.lua_pushcclosure(L, pointerOf(name), 1);
      lua.setField(L, -3, name);
    }
    lua.pop(L, 1);
    api.lua_pushlightuserdata(L, 0);
    lua.setField(L, -2, "null");
    lua.pushString(L, "cjson");
    lua.setField(L, -2, "_NAME");
    lua.pushString(L, "2.1.0");
    lua.setField(L, -2, "_VERSION");
  }

  return { functions, push };
}

function encodeString(value: ByteString): string {
  return `"${ESCAPED.test(value) ? value.replace(ALL_ESCAPED, escape) : value}"`;
}

function escape(character: string): string {
  const code = character.charCodeAt(0).toString(16).padStart(4, "0");
  return SHORT_ESCAPES[character] ?? `\\u${code}`;
}
