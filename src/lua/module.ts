/**
 * The WebAssembly module of Lua 5.1, compiled and instantiated synchronously, with the few functions that its C library imports. There
 * is no file system, no environment and no process behind them. Lua's `longjmp` is an exception that passes through JavaScript.
 */
import { lua51 } from "./wasm.js";

/** A `lua_State *`; the address of a C function; an address of memory. */
export type LuaState = number;
export type FunctionPointer = number;
export type Address = number;

/** The functions of lua.h and lauxlib.h that are used here, with C's types as numbers. */
export interface LuaApi {
  lua_checkstack(L: LuaState, extra: number): number;
  lua_close(L: LuaState): void;
  lua_concat(L: LuaState, count: number): void;
  lua_createtable(L: LuaState, items: number, fields: number): void;
  lua_error(L: LuaState): never;
  lua_gc(L: LuaState, what: number, data: number): number;
  lua_getfield(L: LuaState, index: number, name: Address): void;
  lua_getmetatable(L: LuaState, index: number): number;
  lua_gettop(L: LuaState): number;
  lua_insert(L: LuaState, index: number): void;
  lua_isnumber(L: LuaState, index: number): number;
  lua_isstring(L: LuaState, index: number): number;
  lua_newuserdata(L: LuaState, size: number): Address;
  lua_next(L: LuaState, index: number): number;
  lua_objlen(L: LuaState, index: number): number;
  lua_pcall(L: LuaState, args: number, results: number, handler: number): number;
  lua_pushboolean(L: LuaState, value: number): void;
  lua_pushcclosure(L: LuaState, pointer: FunctionPointer, upvalues: number): void;
  lua_pushlightuserdata(L: LuaState, pointer: Address): void;
  lua_pushlstring(L: LuaState, start: Address, length: number): void;
  lua_pushnil(L: LuaState): void;
  lua_pushnumber(L: LuaState, value: number): void;
  lua_pushvalue(L: LuaState, index: number): void;
  lua_rawequal(L: LuaState, one: number, other: number): number;
  lua_rawget(L: LuaState, index: number): void;
  lua_rawgeti(L: LuaState, index: number, position: number): void;
  lua_rawset(L: LuaState, index: number): void;
  lua_rawseti(L: LuaState, index: number, position: number): void;
  lua_remove(L: LuaState, index: number): void;
  lua_replace(L: LuaState, index: number): void;
  lua_setfield(L: LuaState, index: number, name: Address): void;
  lua_sethook(L: LuaState, hook: FunctionPointer, mask: number, count: number): number;
  lua_setmetatable(L: LuaState, index: number): number;
  lua_settable(L: LuaState, index: number): void;
  lua_gettable(L: LuaState, index: number): void;
  lua_settop(L: LuaState, index: number): void;
  lua_toboolean(L: LuaState, index: number): number;
  lua_tocfunction(L: LuaState, index: number): FunctionPointer;
  lua_tolstring(L: LuaState, index: number, length: Address): Address;
  lua_tonumber(L: LuaState, index: number): number;
  lua_topointer(L: LuaState, index: number): Address;
  lua_touserdata(L: LuaState, index: number): Address;
  lua_type(L: LuaState, index: number): number;
  luaL_argerror(L: LuaState, position: number, message: Address): never;
  luaL_checkinteger(L: LuaState, index: number): number;
  luaL_checklstring(L: LuaState, index: number, length: Address): Address;
  luaL_checknumber(L: LuaState, index: number): number;
  luaL_checkoption(L: LuaState, index: number, fallback: Address, options: Address): number;
  luaL_checkstack(L: LuaState, extra: number, message: Address): void;
  luaL_checktype(L: LuaState, index: number, type: number): void;
  luaL_loadbuffer(L: LuaState, start: Address, length: number, name: Address): number;
  luaL_newstate(): LuaState;
  luaL_optinteger(L: LuaState, index: number, fallback: number): number;
  luaL_ref(L: LuaState, index: number): number;
  luaL_unref(L: LuaState, index: number, reference: number): void;
  luaL_where(L: LuaState, level: number): void;
  luaopen_base(L: LuaState): number;
  luaopen_debug(L: LuaState): number;
  luaopen_math(L: LuaState): number;
  luaopen_string(L: LuaState): number;
  luaopen_table(L: LuaState): number;
  free(address: Address): void;
  malloc(size: number): Address;
  setThrew(threw: number, value: number): void;
  stackRestore(pointer: Address): void;
  stackSave(): Address;
  __wasm_call_ctors(): void;
}

export interface LuaModule {
  readonly api: LuaApi;
  readonly memory: WebAssembly.Memory;
  /** Pointers to C functions are its indices. */
  readonly functions: WebAssembly.Table;
}

/** What the module asks of its surroundings. */
export interface Surroundings {
  /** The most bytes that the memory may have. */
  readonly memoryLimit: number;
  /** Called every few rounds of a loop in C that no hook reaches; throws to end it. */
  readonly tick: () => void;
}

/** Thrown where Lua calls `exit`: it does after an error that nothing catches, mostly for want of memory. */
export class Panic extends Error {
  override readonly name = "Panic";
}

/** The one thing that a C function's error throws. */
const LONG_JUMP = { name: "longjmp" };

const EXIT_OF_TICK = -1;
const PAGE = 65_536;
const BAD_DESCRIPTOR = 8;

let compiled: WebAssembly.Module | undefined;

/** A new instance with a memory of its own; the first one compiles the module. */
export function instantiate({ memoryLimit, tick }: Surroundings): LuaModule {
  compiled ??= new WebAssembly.Module(fromBase64(lua51()));
  const memory = (): WebAssembly.Memory => instance.memory;

  const invoke = (pointer: FunctionPointer, first: number, second: number): void => {
    const top = instance.api.stackSave();
    try {
      const called: (first: number, second: number) => void = instance.functions.get(pointer);
      called(first, second);
    } catch (error) {
      if (error !== LONG_JUMP) throw error;
      instance.api.stackRestore(top);
      instance.api.setThrew(1, 0);
    }
  };
  const own: Readonly<Record<string, (...args: number[]) => number | void>> = {
    invoke_vii: (pointer = 0, first = 0, second = 0) => invoke(pointer, first, second),
    _emscripten_throw_longjmp: () => {
      throw LONG_JUMP;
    },
    exit: (code = 0) => {
      if (code !== EXIT_OF_TICK) throw new Panic("Lua gave up");
      tick();
    },
    emscripten_memcpy_js: (to = 0, from = 0, length = 0) => {
      new Uint8Array(memory().buffer).copyWithin(to, from, from + length);
    },
    emscripten_resize_heap: (wanted = 0) => grow(memory(), wanted >>> 0, memoryLimit),
    emscripten_date_now: () => 0,
    _emscripten_get_now_is_monotonic: () => 1,
    environ_sizes_get: (count = 0, size = 0) => {
      const words = new Uint32Array(memory().buffer);
      words[count >> 2] = 0;
      words[size >> 2] = 0;
      return 0;
    },
    environ_get: () => 0,
    fd_close: () => 0,
    fd_read: () => BAD_DESCRIPTOR,
    fd_seek: () => BAD_DESCRIPTOR,
    fd_write: () => BAD_DESCRIPTOR,
  };
  const imports: Record<string, Record<string, () => number | void>> = {};
  for (const { module, name } of WebAssembly.Module.imports(compiled)) {
    (imports[module] ??= {})[name] = own[name] ?? unavailable(name);
  }
  const { exports } = new WebAssembly.Instance(compiled, imports);
  const instance = checkedExports(exports);
  // oxlint-disable-next-line no-underscore-dangle -- emscripten's name
  instance.api.__wasm_call_ctors();
  return instance;
}

/** Grows by a fifth at least, as long as the limit allows; tells whether it did. */
function grow(memory: WebAssembly.Memory, wanted: number, limit: number): number {
  const size = memory.buffer.byteLength;
  if (wanted > limit) return 0;
  const target = Math.min(limit, Math.max(wanted, size * 1.2));
  try {
    memory.grow(Math.ceil((target - size) / PAGE));
    return 1;
  } catch {
    return 0;
  }
}

function unavailable(name: string): () => never {
  return () => {
    throw new Panic(`Lua called ${name}`);
  };
}

function checkedExports(exports: WebAssembly.Exports): LuaModule {
  const { memory, __indirect_function_table: functions } = exports;
  if (
    memory instanceof WebAssembly.Memory &&
    functions instanceof WebAssembly.Table &&
    isLuaApi(exports)
  ) {
    return { api: exports, memory, functions };
  }
  throw new TypeError("the WebAssembly module is not the one that scripts/build-lua.ts makes");
}

/** The names alone are looked at: what stands behind them is what the build made. */
function isLuaApi(exports: object): exports is LuaApi {
  return "lua_pcall" in exports && "luaL_newstate" in exports && "stackSave" in exports;
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const latin1 = atob(text);
  const array = new Uint8Array(latin1.length);
  for (let index = 0; index < latin1.length; index++) array[index] = latin1.charCodeAt(index);
  return array;
}

/** A JavaScript function as Lua calls it: takes the state, returns how many results it has pushed. */
export type LuaFunction = (L: LuaState) => number;

/** A hook as Lua calls it, with the state and what it knows of the place. */
export type LuaHook = (L: LuaState, debug: Address) => void;

const I32 = 0x7f;
/** The types of functions and of hooks as WebAssembly writes them. */
const FUNCTION_TYPE = [0x60, 1, I32, 1, I32];
const HOOK_TYPE = [0x60, 2, I32, I32, 0];

/** Pointers for JavaScript functions, all of them through one small module, because each module costs its compilation. */
export function addFunctions(
  module: LuaModule,
  added: readonly LuaFunction[],
): readonly FunctionPointer[] {
  return addCalls(module, FUNCTION_TYPE, added);
}

/** A pointer for a hook. */
export function addHook(module: LuaModule, hook: LuaHook): FunctionPointer {
  return addCalls(module, HOOK_TYPE, [hook])[0] ?? 0;
}

function addCalls(
  { functions }: LuaModule,
  type: readonly number[],
  added: readonly (LuaFunction | LuaHook)[],
): readonly FunctionPointer[] {
  const byName = Object.fromEntries(added.map((call, index) => [String(index), call]));
  const trampolines = new WebAssembly.Module(trampolineModule(added.length, type));
  const { exports } = new WebAssembly.Instance(trampolines, { e: byName });
  const first = functions.grow(added.length);
  return added.map((_, index) => {
    functions.set(first + index, exports[String(index)]);
    return first + index;
  });
}

/** WebAssembly's magic number and its version. */
const HEADER = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/** A module that imports so many functions of a type and exports them again: a table takes WebAssembly's own functions only. */
function trampolineModule(count: number, type: readonly number[]): Uint8Array<ArrayBuffer> {
  const imports: number[] = [...unsigned(count)];
  const exports: number[] = [...unsigned(count)];
  for (let index = 0; index < count; index++) {
    const name = Array.from(String(index), (digit) => digit.charCodeAt(0));
    imports.push(1, 0x65, name.length, ...name, 0, 0);
    exports.push(name.length, ...name, 0, ...unsigned(index));
  }
  return Uint8Array.from([
    ...HEADER,
    ...section(1, [1, ...type]),
    ...section(2, imports),
    ...section(7, exports),
  ]);
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}
