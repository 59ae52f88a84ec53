/** What Redis has otherwise than Lua's own base and math libraries. */
import { TYPE, type Lua, type LuaFunction, type LuaState } from "../lua.js";
import type { Rand48 } from "../random.js";
import { toInt } from "./wide.js";

const MULTIPLE_RESULTS = -1;

/** `pcall` as Redis has it: of an error table that has a message, only the message comes back, as before Redis 7. */
export function pcall(lua: Lua): LuaFunction {
  const { api } = lua;
  return (L) => {
    if (api.lua_gettop(L) === 0) {
      // Redis calls what happens to stand there.
      api.lua_pushboolean(L, 0);
      lua.pushString(L, "attempt to call a boolean value");
      return 2;
    }
    api.lua_pushboolean(L, 1);
    api.lua_insert(L, 1);
    if (api.lua_pcall(L, api.lua_gettop(L) - 2, MULTIPLE_RESULTS, 0) === 0)
      return api.lua_gettop(L);
    api.lua_remove(L, 1);
    if (api.lua_type(L, -1) === TYPE.table) {
      lua.getField(L, -1, "err");
      if (api.lua_isstring(L, -1) !== 0) api.lua_replace(L, -2);
    }
    api.lua_pushboolean(L, 0);
    api.lua_insert(L, 1);
    return api.lua_gettop(L);
  };
}

export function protection(lua: Lua): Readonly<Record<string, LuaFunction>> {
  const { api } = lua;
  return {
    /** The `__index` of protected tables. */
    unknown: (L) => {
      if (api.lua_gettop(L) !== 2) {
        lua.error(L, "Wrong number of arguments to luaProtectedTableError");
      }
      if (api.lua_isstring(L, -1) === 0) {
        lua.error(L, "Second argument to luaProtectedTableError must be a string or number");
      }
      const [name = ""] = (lua.string(L, -1) ?? "").split("\0", 1);
      return lua.error(L, `Script attempted to access nonexistent global variable '${name}'`);
    },
  };
}

/** The functions of two numbers that, as the compiler of Redis has it, look at the second before the first. */
export const SECOND_FIRST = ["atan2", "fmod", "ldexp", "pow"];

export function secondFirst(
  { api }: Lua,
  original: (name: string, L: LuaState) => number,
): Readonly<Record<string, LuaFunction>> {
  return Object.fromEntries(
    SECOND_FIRST.map((name) => [
      name,
      (L: LuaState) => {
        api.luaL_checknumber(L, 2);
        return original(name, L);
      },
    ]),
  );
}

/** `math.random` and `math.randomseed` on a generator that is the same everywhere. */
export function mathFunctions(lua: Lua, generator: Rand48): Readonly<Record<string, LuaFunction>> {
  const { api } = lua;
  const limit = 2 ** 31 - 1;
  const int = (L: LuaState, index: number): number => toInt(api.luaL_checknumber(L, index));
  return {
    random: (L) => {
      const share = (generator.next() % limit) / limit;
      const count = api.lua_gettop(L);
      if (count > 2) lua.error(L, "wrong number of arguments");
      if (count === 0) {
        api.lua_pushnumber(L, share);
        return 1;
      }
      const least = count === 1 ? 1 : int(L, 1);
      const most = int(L, count);
      if (least > most) lua.argumentError(L, count, "interval is empty");
      api.lua_pushnumber(L, Math.floor(share * ((most - least + 1) | 0)) + least);
      return 1;
    },
    randomseed: (L) => {
      generator.seed(int(L, 1));
      return 0;
    },
  };
}
