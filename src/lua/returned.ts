/** Lua values as replies, as scripts give them (script_lua.c). */
import { bytes, untilZero, type ByteString } from "../bytes.js";
import { ReplyError } from "../errors.js";
import { double, map, set, verbatim, type Reply } from "../reply.js";
import { TYPE, type Lua, type LuaState } from "./lua.js";
import type { RespVersion } from "./replies.js";

/** A reply nested deeper is cut off as Redis cuts off one that Lua's stack can not hold; JavaScript's stack is smaller. */
const MAX_NESTING = 1000;
const TOO_DEEP = new ReplyError("ERR reached lua stack limit");

/** A few tables that hold each other make a reply of any size. These are bytes, as are what an item and an error take about. */
const MAX_SIZE = 512 * 2 ** 20;
const ITEM_SIZE = 64;
const ERROR_SIZE = 4096;
/** Items between two looks at the clock, and for how many instructions of Lua they stand. */
const ITEMS_PER_CHECK = 1024;
const INSTRUCTIONS_PER_CHECK = 10 * ITEMS_PER_CHECK;

/** Thrown for a reply that no memory would hold. */
export class ReplyTooLarge extends Error {
  override readonly name = "ReplyTooLarge";
}

/** Makes a reply of what a script returns. `elapsed` throws when it has been on too long. */
export class Returned {
  readonly #lua: Lua;
  readonly #L: LuaState;
  readonly #resp: RespVersion;
  readonly #elapsed: (instructions: number) => void;
  #left = MAX_SIZE;
  #items = 0;

  constructor(lua: Lua, L: LuaState, resp: RespVersion, elapsed: (instructions: number) => void) {
    this.#lua = lua;
    this.#L = L;
    this.#resp = resp;
    this.#elapsed = elapsed;
  }

  /** Takes the topmost value off the stack. */
  pop(depth = 0): Reply {
    const reply = this.#read(depth);
    this.#lua.pop(this.#L, 1);
    return reply;
  }

  #take(size: number): void {
    this.#left -= size;
    if (this.#left < 0) throw new ReplyTooLarge("the reply is too large");
    if (++this.#items % ITEMS_PER_CHECK === 0) this.#elapsed(INSTRUCTIONS_PER_CHECK);
  }

  #read(depth: number): Reply {
    const { api } = this.#lua;
    const L = this.#L;
    switch (api.lua_type(L, -1)) {
      case TYPE.string:
        return this.#text();
      case TYPE.number:
        this.#take(ITEM_SIZE);
        return toInteger(api.lua_tonumber(L, -1));
      case TYPE.boolean: {
        this.#take(ITEM_SIZE);
        const value = api.lua_toboolean(L, -1) !== 0;
        if (this.#resp === 3) return { kind: "boolean", value };
        return value ? 1 : null;
      }
      case TYPE.table:
        this.#take(ITEM_SIZE);
        if (depth > MAX_NESTING || api.lua_checkstack(L, 4) === 0) return TOO_DEEP;
        return (this.#lua.hasFields(L, -1) ? this.#tagged(depth) : undefined) ?? this.#array(depth);
      default:
        return null;
    }
  }

  /** The string on top of the stack. */
  #text(): ByteString {
    this.#take(ITEM_SIZE + this.#lua.api.lua_objlen(this.#L, -1));
    return this.#lua.string(this.#L, -1) ?? bytes("");
  }

  /** The items before the first nil. */
  #array(depth: number): Reply {
    const { api } = this.#lua;
    const found: Reply[] = [];
    for (;;) {
      api.lua_rawgeti(this.#L, -1, found.length + 1);
      if (api.lua_type(this.#L, -1) === TYPE.nil) {
        this.#lua.pop(this.#L, 1);
        return found;
      }
      found.push(this.pop(depth + 1));
    }
  }

  /** The reply that the topmost table's one field stands for; undefined where it has none of them. The first that fits counts. */
  #tagged(depth: number): Reply | undefined {
    const { api } = this.#lua;
    const L = this.#L;
    const table = api.lua_gettop(L);
    const field = (name: string, type: number): boolean =>
      this.#lua.rawGet(L, table, name) === type;
    try {
      if (field("err", TYPE.string)) {
        this.#take(ERROR_SIZE);
        return new ReplyError(untilZero(this.#text()));
      }
      if (field("ok", TYPE.string)) {
        return { kind: "status", text: oneLine(untilZero(this.#text())) };
      }
      if (field("double", TYPE.number)) return double(api.lua_tonumber(L, -1));
      if (field("big_number", TYPE.string)) {
        return { kind: "big-number", digits: oneLine(this.#text()) };
      }
      if (field("verbatim_string", TYPE.table)) {
        const own = api.lua_gettop(L);
        if (this.#lua.rawGet(L, own, "format") === TYPE.string) {
          const format = untilZero(this.#text()).slice(0, 3).padEnd(3, " ");
          if (this.#lua.rawGet(L, own, "string") === TYPE.string) {
            return verbatim(format, this.#text());
          }
        }
      }
      if (field("map", TYPE.table)) return map(this.#entries(depth, true));
      if (field("set", TYPE.table)) return set(this.#entries(depth, false));
      return undefined;
    } finally {
      api.lua_settop(L, table);
    }
  }

  /** The keys of the topmost table, with their values or without. */
  #entries(depth: number, values: boolean): Reply[] {
    const { api } = this.#lua;
    const L = this.#L;
    const found: Reply[] = [];
    api.lua_pushnil(L);
    while (api.lua_next(L, -2) !== 0) {
      if (!values) this.#lua.pop(L, 1);
      api.lua_pushvalue(L, values ? -2 : -1);
      found.push(this.pop(depth + 1));
      if (values) found.push(this.pop(depth + 1));
    }
    return found;
  }
}

function oneLine(text: ByteString): ByteString {
  return bytes(text.replace(/[\r\n]/g, " "));
}

const MIN_INTEGER = -(2n ** 63n);

/** As C makes a `long long` of a double: toward zero; what does not fit becomes the smallest integer, as on x86-64. */
function toInteger(value: number): number | bigint {
  const whole = Math.trunc(value) + 0;
  if (Number.isSafeInteger(whole)) return whole;
  return whole >= -(2 ** 63) && whole < 2 ** 63 ? BigInt(whole) : MIN_INTEGER;
}
