/**
 * The globals of scripts and of functions: Lua's libraries without what reaches out of it, Redis's own, and no way to change any of them
 * or to make new ones. Scripts and functions have a state each, as in Redis (eval.c, function_lua.c).
 */
import type { Lua, LuaFunction, LuaState, FunctionPointer } from "./lua.js";
import { GLOBALS, REGISTRY, TYPE } from "./lua.js";
import { bitLibrary } from "./libraries/bit.js";
import { cjsonLibrary, type CjsonLibrary } from "./libraries/cjson.js";
import { cmsgpackLibrary } from "./libraries/cmsgpack.js";
import { structLibrary } from "./libraries/struct.js";
import { mathFunctions, pcall, protection, SECOND_FIRST, secondFirst } from "./libraries/base.js";
import { wideFormat, wideSelect, wideToNumber } from "./libraries/wide.js";
import { Rand48 } from "./random.js";
import { LOG_LEVELS, redisApi, REPLICATION, SCRIPT_ONLY, type Run } from "./redis-api.js";

/** The version that scripts are told, and its number: a byte for each part. */
const VERSION = "8.0.2";
const VERSION_NUMBER = 0x080002;

/** Globals of Lua's libraries that Redis takes away. */
const REMOVED = ["print", "dofile", "loadfile", "newproxy", "getfenv", "setfenv", "debug"];

const CMSGPACK_FACTS: Readonly<Record<string, string>> = {
  _NAME: "cmsgpack",
  _VERSION: "lua-cmsgpack 0.4.0",
  _COPYRIGHT: "Copyright (C) 2012, Salvatore Sanfilippo",
  _DESCRIPTION: "MessagePack C implementation for Lua",
};

/** Makes an error a table with its place; what it raises itself is on the line on which Redis's handler does it. */
const ERROR_HANDLER = `local getinfo, type, tostring = debug.getinfo, type, tostring
return function(err)
  local place = getinfo(2, 'Sl')
  if place and place.what == 'C' then
    place = getinfo(3, 'Sl')
  end
  if type(err) ~= 'table' then err = {err = 'ERR ' .. tostring(err)} end
  if place then

    err.source = place.source
    err.line = place.currentline
  end
  return err
end`;

/** How a library registers its functions; set while FUNCTION LOAD runs it. */
export type Register = LuaFunction;

export interface Hooks {
  readonly current: () => Run;
  readonly elapsed: () => void;
  /** `redis.register_function`. */
  register: Register;
  /** Seconds for `os.clock`. */
  clock(): number;
}

/** A state with its globals, and where the registry keeps the error handler. */
export interface Sandbox {
  readonly L: LuaState;
  readonly errorHandler: number;
}

export class Sandboxes {
  /** Behind `math.random`; scripts and functions share it. */
  readonly generator = new Rand48();
  readonly #lua: Lua;
  readonly #cjson: CjsonLibrary;
  readonly #libraries: Readonly<Record<string, Readonly<Record<string, LuaFunction>>>>;
  readonly #pointers = new Map<LuaFunction, FunctionPointer>();
  readonly #originals = new Map<string, LuaFunction>();
  readonly #register: Register;

  constructor(lua: Lua, hooks: Hooks) {
    this.#lua = lua;
    this.#cjson = cjsonLibrary(lua, (name) => this.#pointer(this.#cjson.functions[name]));
    this.#register = hooks.register;
    this.#libraries = {
      redis: redisApi(lua, hooks.current, hooks.elapsed),
      bit: bitLibrary(lua),
      cmsgpack: cmsgpackLibrary(lua),
      struct: structLibrary(lua),
      math: {
        ...mathFunctions(lua, this.generator),
        ...secondFirst(lua, (name, L) => this.#original(name, L)),
      },
      string: { format: wideFormat(lua, (L) => this.#original("format", L)) },
      globals: {
        pcall: pcall(lua),
        select: wideSelect(lua, (L) => this.#original("select", L)),
        tonumber: wideToNumber(lua, (L) => this.#original("tonumber", L)),
      },
      protection: protection(lua),
      os: {
        clock: (L) => {
          lua.api.lua_pushnumber(L, hooks.clock());
          return 1;
        },
      },
    };
    const functions = [
      this.#register,
      ...Object.values(this.#cjson.functions),
      ...Object.values(this.#libraries).flatMap((library) => Object.values(library)),
    ];
    const pointers = lua.addFunctions(functions);
    for (const [index, call] of functions.entries()) this.#pointers.set(call, pointers[index] ?? 0);
  }

  #pointer(call: LuaFunction | undefined): FunctionPointer {
    return call === undefined ? 0 : (this.#pointers.get(call) ?? 0);
  }

  /** Takes the topmost function of Lua's off the stack and remembers it. */
  #keepOriginal(L: LuaState, name: string): void {
    this.#originals.set(name, this.#lua.callable(this.#lua.api.lua_tocfunction(L, -1)));
    this.#lua.pop(L, 1);
  }

  /** Runs the function of Lua's that one of ours stands for, on the same arguments. */
  #original(name: string, L: LuaState): number {
    return this.#originals.get(name)?.(L) ?? 0;
  }

  /** The state that runs scripts: `KEYS` and `ARGV` are globals, which the run sets. */
  scripts(): Sandbox {
    const lua = this.#lua;
    const sandbox = this.#open();
    const { L } = sandbox;
    lua.api.lua_rawgeti(L, REGISTRY, sandbox.errorHandler);
    lua.setField(L, GLOBALS, "__redis__err__handler");
    this.#pushRedis(L);
    lua.setField(L, GLOBALS, "redis");
    lua.api.lua_pushvalue(L, GLOBALS);
    this.#protect(L);
    lua.pop(L, 1);
    return sandbox;
  }

  /**
   * The state that runs functions. Its globals are an empty table that leads to the real ones, or, while a library is loaded, to those
   * that `library` keeps in the registry.
   */
  functions(): Sandbox & { readonly library: number; readonly globals: number } {
    const lua = this.#lua;
    const { api } = lua;
    const sandbox = this.#open();
    const { L } = sandbox;

    this.#pushRedis(L);
    for (const name of SCRIPT_ONLY) {
      api.lua_pushnil(L);
      lua.setField(L, -2, name);
    }
    lua.setField(L, GLOBALS, "redis");

    api.lua_createtable(L, 0, 1);
    this.#pushLoadApi(L);
    lua.setField(L, -2, "redis");
    this.#protect(L);
    const library = api.luaL_ref(L, REGISTRY);

    api.lua_pushvalue(L, GLOBALS);
    this.#protect(L);
    const globals = api.luaL_ref(L, REGISTRY);

    api.lua_createtable(L, 0, 0);
    api.lua_createtable(L, 0, 1);
    api.lua_pushvalue(L, GLOBALS);
    lua.setField(L, -2, "__index");
    lua.setReadOnly(L, -1, true);
    api.lua_setmetatable(L, -2);
    lua.setReadOnly(L, -1, true);
    api.lua_replace(L, GLOBALS);
    return { ...sandbox, library, globals };
  }

  /** A state with all libraries, not protected yet. */
  #open(): Sandbox {
    const lua = this.#lua;
    const { api } = lua;
    const L = api.luaL_newstate();
    if (L === 0) throw new RangeError("Lua has no memory for a state");
    lua.learnEmptyNode(L);
    api.luaopen_base(L);
    api.luaopen_table(L);
    api.luaopen_string(L);
    api.luaopen_math(L);
    api.luaopen_debug(L);
    lua.pushString(L, "");
    api.lua_getmetatable(L, -1);
    lua.setReadOnly(L, -1, true);
    api.lua_settop(L, 0);

    if (!lua.load(L, ERROR_HANDLER, "@err_handler_def")) throw new SyntaxError("the error handler");
    api.lua_pcall(L, 0, 1, 0);
    const errorHandler = api.luaL_ref(L, REGISTRY);

    for (const name of REMOVED) {
      api.lua_pushnil(L);
      lua.setField(L, GLOBALS, name);
    }
    for (const name of ["select", "tonumber"]) {
      lua.getField(L, GLOBALS, name);
      this.#keepOriginal(L, name);
    }
    lua.getField(L, GLOBALS, "string");
    lua.getField(L, -1, "format");
    this.#keepOriginal(L, "format");
    this.#setFunctions(L, "string");
    lua.getField(L, GLOBALS, "math");
    for (const name of SECOND_FIRST) {
      lua.getField(L, -1, name);
      this.#keepOriginal(L, name);
    }
    this.#setFunctions(L, "math");
    api.lua_pushvalue(L, GLOBALS);
    this.#setFunctions(L, "globals");
    lua.pop(L, 3);
    for (const name of ["bit", "cmsgpack", "struct", "os"]) {
      api.lua_createtable(L, 0, 16);
      this.#setFunctions(L, name);
      if (name === "cmsgpack") this.#setTexts(L, CMSGPACK_FACTS);
      lua.setField(L, GLOBALS, name);
    }
    this.#cjson.push(L);
    lua.setField(L, GLOBALS, "cjson");
    return { L, errorHandler };
  }

  /** Sets a library's functions in the topmost table. */
  #setFunctions(L: LuaState, library: string): void {
    for (const [name, call] of Object.entries(this.#libraries[library] ?? {})) {
      this.#lua.api.lua_pushcclosure(L, this.#pointer(call), 0);
      this.#lua.setField(L, -2, name);
    }
  }

  #setTexts(L: LuaState, texts: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(texts)) {
      this.#lua.pushString(L, text);
      this.#lua.setField(L, -2, name);
    }
  }

  #setNumbers(L: LuaState, numbers: Readonly<Record<string, number>>): void {
    for (const [name, value] of Object.entries(numbers)) {
      this.#lua.api.lua_pushnumber(L, value);
      this.#lua.setField(L, -2, name);
    }
  }

  #pushRedis(L: LuaState): void {
    this.#lua.api.lua_createtable(L, 0, 32);
    this.#setFunctions(L, "redis");
    this.#setNumbers(L, { ...LOG_LEVELS, ...REPLICATION, REDIS_VERSION_NUM: VERSION_NUMBER });
    this.#setTexts(L, { REDIS_VERSION: VERSION });
  }

  /** The `redis` that a library sees while it is loaded. */
  #pushLoadApi(L: LuaState): void {
    const lua = this.#lua;
    lua.api.lua_createtable(L, 0, 8);
    lua.api.lua_pushcclosure(L, this.#pointer(this.#register), 0);
    lua.setField(L, -2, "register_function");
    lua.api.lua_pushcclosure(L, this.#pointer(this.#libraries["redis"]?.["log"]), 0);
    lua.setField(L, -2, "log");
    this.#setNumbers(L, { ...LOG_LEVELS, REDIS_VERSION_NUM: VERSION_NUMBER });
    this.#setTexts(L, { REDIS_VERSION: VERSION });
    this.#refuseUnknown(L);
  }

  /** Gives the topmost table a metatable that raises an error for a name that is not in it, and makes it and all below read-only. */
  #protect(L: LuaState): void {
    this.#refuseUnknown(L);
    this.#makeReadOnly(L);
  }

  #refuseUnknown(L: LuaState): void {
    const { api } = this.#lua;
    api.lua_createtable(L, 0, 1);
    api.lua_pushcclosure(L, this.#pointer(this.#libraries["protection"]?.["unknown"]), 0);
    this.#lua.setField(L, -2, "__index");
    api.lua_setmetatable(L, -2);
  }

  #makeReadOnly(L: LuaState): void {
    const lua = this.#lua;
    const { api } = lua;
    if (lua.isReadOnly(L, -1)) return;
    lua.setReadOnly(L, -1, true);
    api.lua_pushnil(L);
    while (api.lua_next(L, -2) !== 0) {
      if (api.lua_type(L, -1) === TYPE.table) this.#makeReadOnly(L);
      lua.pop(L, 1);
    }
    if (api.lua_getmetatable(L, -1) !== 0) {
      this.#makeReadOnly(L);
      lua.pop(L, 1);
    }
  }
}
