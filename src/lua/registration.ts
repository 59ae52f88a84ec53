/** What `redis.register_function` is given: a name and a function, or a table with names for them (function_lua.c). */
import { lowerAscii, type ByteString } from "../bytes.js";
import { REGISTRY, TYPE, type Lua, type LuaState } from "./lua.js";
import { scriptFlag, UNKNOWN_FLAG, type ScriptFlag } from "./script-flags.js";

export interface Registration {
  readonly name: ByteString;
  readonly description: ByteString | undefined;
  readonly flags: ReadonlySet<ScriptFlag>;
  /** Where the registry keeps the function. */
  readonly callback: number;
}

/** The registration that the arguments on the stack describe, or what is wrong with them. */
export function readRegistration(lua: Lua, L: LuaState): Registration | string {
  const count = lua.api.lua_gettop(L);
  if (count < 1 || count > 2) return "wrong number of arguments to redis.register_function";
  return count === 1 ? readNamed(lua, L) : readPositional(lua, L);
}

function readPositional(lua: Lua, L: LuaState): Registration | string {
  const name = lua.string(L, 1);
  if (name === undefined) return "first argument to redis.register_function must be a string";
  if (lua.api.lua_type(L, 2) !== TYPE.function) {
    return "second argument to redis.register_function must be a function";
  }
  const callback = lua.api.luaL_ref(L, REGISTRY);
  return { name, description: undefined, flags: new Set(), callback };
}

function readNamed(lua: Lua, L: LuaState): Registration | string {
  const { api } = lua;
  if (api.lua_type(L, 1) !== TYPE.table) {
    return "calling redis.register_function with a single argument is only applicable to Lua table (representing named arguments).";
  }
  let name: ByteString | undefined;
  let description: ByteString | undefined;
  let flags: ReadonlySet<ScriptFlag> = new Set();
  let callback: number | undefined;
  const refuse = (message: string): string => {
    if (callback !== undefined) api.luaL_unref(L, REGISTRY, callback);
    return message;
  };
  api.lua_pushnil(L);
  while (api.lua_next(L, 1) !== 0) {
    if (api.lua_isstring(L, -2) === 0) {
      return refuse("named argument key given to redis.register_function is not a string");
    }
    const type = api.lua_type(L, -1);
    api.lua_pushvalue(L, -2);
    const key = lowerAscii(lua.string(L, -1) ?? "");
    lua.pop(L, 1);
    if (key === "function_name") {
      name = lua.string(L, -1);
      if (name === undefined) {
        return refuse("function_name argument given to redis.register_function must be a string");
      }
    } else if (key === "description") {
      description = lua.string(L, -1);
      if (description === undefined) {
        return refuse("description argument given to redis.register_function must be a string");
      }
    } else if (key === "callback") {
      if (type !== TYPE.function) {
        return refuse("callback argument given to redis.register_function must be a function");
      }
      api.lua_pushvalue(L, -1);
      callback = api.luaL_ref(L, REGISTRY);
    } else if (key === "flags") {
      if (type !== TYPE.table) {
        return refuse(
          "flags argument to redis.register_function must be a table representing function flags",
        );
      }
      const given = readFlags(lua, L);
      if (given === undefined) return refuse(UNKNOWN_FLAG);
      flags = given;
    } else return refuse("unknown argument given to redis.register_function");
    lua.pop(L, 1);
  }
  if (name === undefined)
    return refuse("redis.register_function must get a function name argument");
  if (callback === undefined) return "redis.register_function must get a callback argument";
  return { name, description, flags, callback };
}

/** The flags in the topmost table; undefined where one is unknown. */
function readFlags(lua: Lua, L: LuaState): ReadonlySet<ScriptFlag> | undefined {
  const flags = new Set<ScriptFlag>();
  for (let position = 1; ; position++) {
    lua.api.lua_pushnumber(L, position);
    lua.api.lua_gettable(L, -2);
    const ends = lua.api.lua_type(L, -1) === TYPE.nil;
    const flag = scriptFlag(lowerAscii(lua.string(L, -1) ?? ""));
    lua.pop(L, 1);
    if (ends) return flags;
    if (flag === undefined) return undefined;
    flags.add(flag);
  }
}
