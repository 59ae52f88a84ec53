/**
 * Lua's C API with byte strings: what lua.h and lauxlib.h do with `char *` is done here. One Lua is one WebAssembly instance; it may
 * hold several states, which share nothing but the memory.
 */
import { bytes, fromUint8Array, type ByteString } from "../bytes.js";
import {
  addFunctions,
  addHook,
  instantiate,
  type Address,
  type FunctionPointer,
  type LuaApi,
  type LuaFunction,
  type LuaHook,
  type LuaModule,
  type LuaState,
  type Surroundings,
} from "./module.js";

export type { Address, FunctionPointer, LuaApi, LuaFunction, LuaState };

/** Pseudo-indices of lua.h. */
export const REGISTRY = -10000;
export const GLOBALS = -10002;
export const FIRST_UPVALUE = GLOBALS - 1;

/** Types as `lua_type` answers them. */
export const TYPE = {
  none: -1,
  nil: 0,
  boolean: 1,
  lightUserdata: 2,
  number: 3,
  string: 4,
  table: 5,
  function: 6,
  userdata: 7,
  thread: 8,
} as const;

export const TYPE_NAMES: readonly string[] =
  "nil boolean userdata number string table function userdata thread".split(" ");

/** Strings up to this many bytes go through a buffer that is always there. */
const BUFFER_SIZE = 16_384;
/** Strings up to this many bytes are put together byte by byte. */
const SHORT = 24;
/** Strings from so many bytes on are tried as ASCII, which the platform writes at once. */
const LONG = 1024;

/** The byte of a table that scripts/build-lua.ts gives a meaning, and its bit. */
const MARKED = 5;
const READ_ONLY_BIT = 0x80;
/** Where a table keeps the address of its fields. */
const NODE = 16;

const encoder = new TextEncoder();

const CHARACTERS: readonly string[] = Array.from({ length: 256 }, (_, code) =>
  String.fromCharCode(code),
);

export class Lua {
  readonly api: LuaApi;
  readonly #module: LuaModule;
  #memory: Uint8Array;
  #view: DataView;
  readonly #buffer: Address;
  /** Where `lua_tolstring` puts a length. */
  readonly #length: Address;
  #emptyNode = 0;
  readonly #names = new Map<string, Address>();

  constructor(surroundings: Surroundings) {
    this.#module = instantiate(surroundings);
    this.api = this.#module.api;
    this.#buffer = this.api.malloc(BUFFER_SIZE);
    this.#length = this.api.malloc(8);
    this.#memory = new Uint8Array(this.#module.memory.buffer);
    this.#view = new DataView(this.#module.memory.buffer);
  }

  addFunctions(functions: readonly LuaFunction[]): readonly FunctionPointer[] {
    return addFunctions(this.#module, functions);
  }

  /** The function of Lua's that a pointer leads to. */
  callable(pointer: FunctionPointer): LuaFunction {
    const call: LuaFunction = this.#module.functions.get(pointer);
    return call;
  }

  addHook(hook: LuaHook): FunctionPointer {
    return addHook(this.#module, hook);
  }

  /** The memory as it is now: growing puts another in its place. */
  get memory(): Uint8Array {
    if (this.#memory.length === 0) this.#renewViews();
    return this.#memory;
  }

  get view(): DataView {
    if (this.#memory.length === 0) this.#renewViews();
    return this.#view;
  }

  #renewViews(): void {
    this.#memory = new Uint8Array(this.#module.memory.buffer);
    this.#view = new DataView(this.#module.memory.buffer);
  }

  /** A zero-terminated string that is never freed: for names and messages of ours. */
  name(text: string): Address {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    const address = this.api.malloc(text.length + 1);
    this.#write(address, text);
    this.memory[address + text.length] = 0;
    this.#names.set(text, address);
    return address;
  }

  /** A zero-terminated list of zero-terminated strings, for `luaL_checkoption`. */
  names(...texts: readonly string[]): Address {
    const key = `\n${texts.join("\n")}`;
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const list = this.api.malloc(4 * (texts.length + 1));
    const entries = [...texts.map((text) => this.name(text)), 0];
    for (const [index, entry] of entries.entries()) {
      this.view.setUint32(list + 4 * index, entry, true);
    }
    this.#names.set(key, list);
    return list;
  }

  pushString(L: LuaState, value: string): void {
    const { length } = value;
    if (length <= BUFFER_SIZE) {
      this.#write(this.#buffer, value);
      this.api.lua_pushlstring(L, this.#buffer, length);
      return;
    }
    const address = this.copy(value);
    // An error for want of memory leaves the copy behind; such a state is given up anyway.
    this.api.lua_pushlstring(L, address, length);
    this.api.free(address);
  }

  /** The string at an index; a number is made one in its place. Undefined for other types. */
  string(L: LuaState, index: number): ByteString | undefined {
    const start = this.api.lua_tolstring(L, index, this.#length);
    return start === 0 ? undefined : this.#read(start, this.#lastLength());
  }

  /** The string argument at an index; raises Lua's own error for another type. */
  checkString(L: LuaState, index: number): ByteString {
    const start = this.api.luaL_checklstring(L, index, this.#length);
    return this.#read(start, this.#lastLength());
  }

  #lastLength(): number {
    return this.view.getUint32(this.#length, true);
  }

  /** The bytes in memory of their own, to be freed. Throws where there is none. */
  copy(value: string): Address {
    const address = this.api.malloc(value.length);
    if (address === 0) throw new RangeError("Lua has no memory left");
    this.#write(address, value);
    return address;
  }

  #write(address: Address, value: string): void {
    const { memory } = this;
    const { length } = value;
    if (length >= LONG) {
      const place = memory.subarray(address, address + length);
      if (encoder.encodeInto(value, place).read === length) return;
    }
    for (let index = 0; index < length; index++) {
      memory[address + index] = value.charCodeAt(index);
    }
  }

  #read(start: Address, length: number): ByteString {
    const { memory } = this;
    let value = "";
    if (length <= SHORT) {
      const end = start + length;
      for (let at = start; at < end; at++) value += CHARACTERS[memory[at] ?? 0];
      return bytes(value);
    }
    return fromUint8Array(memory.subarray(start, start + length));
  }

  getField(L: LuaState, index: number, name: string): void {
    this.api.lua_getfield(L, index, this.name(name));
  }

  setField(L: LuaState, index: number, name: string): void {
    this.api.lua_setfield(L, index, this.name(name));
  }

  /** `t[name]` without metamethods. The table's index is absolute. */
  rawGet(L: LuaState, index: number, name: string): number {
    this.pushString(L, name);
    this.api.lua_rawget(L, index);
    return this.api.lua_type(L, -1);
  }

  /** Compiles; pushes the function, or the message of the error and returns false. `name` is Lua's chunk name. */
  load(L: LuaState, source: string, name: string): boolean {
    const address = this.copy(source);
    const failed = this.api.luaL_loadbuffer(L, address, source.length, this.name(name));
    this.api.free(address);
    return failed === 0;
  }

  /**
   * Pushes a table for so many items that are none of them nil, with as much room as it would have grown to item by item: what `#`
   * says of a table with holes depends on it.
   */
  pushArray(L: LuaState, length: number): void {
    this.api.lua_createtable(L, length === 0 ? 0 : 2 ** Math.ceil(Math.log2(length)), 0);
  }

  /** Makes the table at an index read-only, or lets it be written again. */
  setReadOnly(L: LuaState, index: number, readOnly: boolean): void {
    const marked = this.api.lua_topointer(L, index) + MARKED;
    const { memory } = this;
    const before = memory[marked] ?? 0;
    memory[marked] = readOnly ? before | READ_ONLY_BIT : before & ~READ_ONLY_BIT;
  }

  /** Whether the table at an index has anything but items of an array: Lua gives a table without fields one common empty node. */
  hasFields(L: LuaState, index: number): boolean {
    return this.view.getUint32(this.api.lua_topointer(L, index) + NODE, true) !== this.#emptyNode;
  }

  /** Learns from an empty table what the node of tables without fields is. */
  learnEmptyNode(L: LuaState): void {
    this.api.lua_createtable(L, 1, 0);
    this.#emptyNode = this.view.getUint32(this.api.lua_topointer(L, -1) + NODE, true);
    this.pop(L, 1);
  }

  isReadOnly(L: LuaState, index: number): boolean {
    const marked = this.api.lua_topointer(L, index) + MARKED;
    return ((this.memory[marked] ?? 0) & READ_ONLY_BIT) !== 0;
  }

  /** Raises an error with the position of the Lua code that called, as `luaL_error` does. */
  error(L: LuaState, message: string): never {
    this.api.luaL_where(L, 1);
    this.pushString(L, message);
    this.api.lua_concat(L, 2);
    return this.api.lua_error(L);
  }

  /** Raises `bad argument #1 to 'f' (message)`. */
  argumentError(L: LuaState, position: number, message: string): never {
    return this.api.luaL_argerror(L, position, this.name(message));
  }

  /** Raises `stack overflow (message)` where so many more values have no place on the stack. */
  checkStack(L: LuaState, extra: number, message: string): void {
    this.api.luaL_checkstack(L, extra, this.name(message));
  }

  pop(L: LuaState, count: number): void {
    this.api.lua_settop(L, -count - 1);
  }
}
