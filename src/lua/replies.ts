/** Replies as Lua values and Lua values as replies, as scripts see and give them (script_lua.c). What RESP a script speaks is its own choice. */
import { bytes, untilZero, type ByteString } from "../bytes.js";
import { ReplyError } from "../errors.js";
import { double, map, set, verbatim, type Reply, type TaggedReply } from "../reply.js";
import { formatDouble } from "../values/numbers.js";
import { TYPE, type Lua, type LuaState } from "./lua.js";

export type RespVersion = 2 | 3;

/** A reply nested deeper is cut off as Redis cuts off one that Lua's stack can not hold; JavaScript's stack is smaller. */
const MAX_NESTING = 1000;

/** Pushes a reply as the value that `redis.call` returns. */
export function pushReply(lua: Lua, L: LuaState, reply: Reply, resp: RespVersion): void {
  const { api } = lua;
  if (typeof reply === "string") lua.pushString(L, reply);
  else if (typeof reply === "number") api.lua_pushnumber(L, reply);
  else if (reply === null) pushNil(lua, L, resp);
  else if (typeof reply === "bigint") api.lua_pushnumber(L, Number(reply));
  else if (reply instanceof ReplyError) pushError(lua, L, reply.bytes);
  else if (!("kind" in reply)) pushItems(lua, L, reply, resp);
  else pushTagged(lua, L, reply, resp);
}

function pushNil(lua: Lua, L: LuaState, resp: RespVersion): void {
  if (resp === 3) lua.api.lua_pushnil(L);
  else lua.api.lua_pushboolean(L, 0);
}

function pushItems(lua: Lua, L: LuaState, items: readonly Reply[], resp: RespVersion): void {
  const { api } = lua;
  lua.checkStack(L, 3, "reply");
  api.lua_createtable(L, items.length, 0);
  for (const [index, item] of items.entries()) {
    pushReply(lua, L, item, resp);
    api.lua_rawseti(L, -2, index + 1);
  }
}

function pushTagged(lua: Lua, L: LuaState, reply: TaggedReply, resp: RespVersion): void {
  const { api } = lua;
  switch (reply.kind) {
    case "status":
      pushField(lua, L, "ok", reply.text);
      break;
    case "nil-array":
      pushNil(lua, L, resp);
      break;
    case "double":
      if (resp === 2) lua.pushString(L, formatDouble(reply.value));
      else {
        api.lua_createtable(L, 0, 1);
        api.lua_pushnumber(L, reply.value);
        lua.setField(L, -2, "double");
      }
      break;
    case "boolean":
      if (resp === 2) api.lua_pushnumber(L, Number(reply.value));
      else api.lua_pushboolean(L, Number(reply.value));
      break;
    case "big-number":
      if (resp === 2) lua.pushString(L, reply.digits);
      else pushField(lua, L, "big_number", reply.digits);
      break;
    case "verbatim":
      if (resp === 2) lua.pushString(L, reply.text);
      else {
        api.lua_createtable(L, 0, 1);
        pushField(lua, L, "string", reply.text);
        lua.pushString(L, reply.format);
        lua.setField(L, -2, "format");
        lua.setField(L, -2, "verbatim_string");
      }
      break;
    case "map":
    case "set":
      if (resp === 2) pushItems(lua, L, reply.items, resp);
      else pushKeyed(lua, L, reply.kind, reply.items);
      break;
    case "pairs":
      pushItems(lua, L, resp === 2 ? reply.items : paired(reply.items), resp);
      break;
    case "push":
      pushItems(lua, L, reply.items, resp);
      break;
  }
}

/** `{[name] = text}`. */
function pushField(lua: Lua, L: LuaState, name: string, text: string): void {
  lua.api.lua_createtable(L, 0, 1);
  lua.pushString(L, text);
  lua.setField(L, -2, name);
}

/** `{map = {key = value}}` or `{set = {member = true}}`. */
function pushKeyed(lua: Lua, L: LuaState, kind: "map" | "set", items: readonly Reply[]): void {
  const { api } = lua;
  lua.checkStack(L, 4, "reply");
  api.lua_createtable(L, 0, 1);
  api.lua_createtable(L, 0, 0);
  for (let index = 0; index < items.length;) {
    pushReply(lua, L, items[index++] ?? null, 3);
    if (kind === "set") api.lua_pushboolean(L, 1);
    else pushReply(lua, L, items[index++] ?? null, 3);
    api.lua_rawset(L, -3);
  }
  lua.setField(L, -2, kind);
}

function paired(items: readonly Reply[]): readonly Reply[] {
  const pairs: Reply[] = [];
  for (let index = 0; index < items.length; index += 2) pairs.push(items.slice(index, index + 2));
  return pairs;
}

/** Pushes an error of a command as a table; its message has a code always. */
export function pushError(lua: Lua, L: LuaState, message: string): void {
  pushErrorTable(lua, L, message.includes(" ") ? message : `ERR ${message}`);
  lua.api.lua_pushboolean(L, 1);
  lua.setField(L, -2, "ignore_error_stats_update");
}

/** Pushes `{err = message}`, without the line ends around the text behind the code. */
export function pushErrorTable(lua: Lua, L: LuaState, message: string): void {
  const [code = ""] = message.split(" ", 1);
  const text = message.slice(code.length + 1).replace(/^[\r\n]+|[\r\n]+$/g, "");
  pushField(lua, L, "err", `${code} ${text}`);
}

/** Takes the topmost value off the stack and makes it a script's reply. */
export function popReply(lua: Lua, L: LuaState, resp: RespVersion, depth = 0): Reply {
  const reply = toReply(lua, L, resp, depth);
  lua.pop(L, 1);
  return reply;
}

function toReply(lua: Lua, L: LuaState, resp: RespVersion, depth: number): Reply {
  const { api } = lua;
  switch (api.lua_type(L, -1)) {
    case TYPE.string:
      return lua.string(L, -1) ?? null;
    case TYPE.number:
      return toInteger(api.lua_tonumber(L, -1));
    case TYPE.boolean: {
      const value = api.lua_toboolean(L, -1) !== 0;
      if (resp === 3) return { kind: "boolean", value };
      return value ? 1 : null;
    }
    case TYPE.table:
      if (depth > MAX_NESTING || api.lua_checkstack(L, 4) === 0) {
        return new ReplyError("ERR reached lua stack limit");
      }
      return (
        (lua.hasFields(L, -1) ? taggedReply(lua, L, resp, depth) : undefined) ??
        items(lua, L, resp, depth)
      );
    default:
      return null;
  }
}

/** The items before the first nil. */
function items(lua: Lua, L: LuaState, resp: RespVersion, depth: number): Reply {
  const found: Reply[] = [];
  for (;;) {
    lua.api.lua_rawgeti(L, -1, found.length + 1);
    if (lua.api.lua_type(L, -1) === TYPE.nil) {
      lua.pop(L, 1);
      return found;
    }
    found.push(popReply(lua, L, resp, depth + 1));
  }
}

/** The reply that a table's one field stands for; undefined where it has none of them. The first that fits counts. */
function taggedReply(lua: Lua, L: LuaState, resp: RespVersion, depth: number): Reply | undefined {
  const { api } = lua;
  const table = api.lua_gettop(L);
  const field = (name: string, type: number): boolean => lua.rawGet(L, table, name) === type;
  try {
    if (field("err", TYPE.string)) return new ReplyError(errorLine(text(lua, L)));
    if (field("ok", TYPE.string)) return { kind: "status", text: oneLine(untilZero(text(lua, L))) };
    if (field("double", TYPE.number)) return double(api.lua_tonumber(L, -1));
    if (field("big_number", TYPE.string)) {
      return { kind: "big-number", digits: oneLine(text(lua, L)) };
    }
    if (field("verbatim_string", TYPE.table)) {
      const own = api.lua_gettop(L);
      if (lua.rawGet(L, own, "format") === TYPE.string) {
        const format = untilZero(text(lua, L)).slice(0, 3).padEnd(3, " ");
        if (lua.rawGet(L, own, "string") === TYPE.string) return verbatim(format, text(lua, L));
      }
    }
    if (field("map", TYPE.table)) return map(entries(lua, L, resp, depth, true));
    if (field("set", TYPE.table)) return set(entries(lua, L, resp, depth, false));
    return undefined;
  } finally {
    api.lua_settop(L, table);
  }
}

/** An error's text as Redis sends it: without the line ends behind it, and with spaces for those within. */
export function errorLine(text: ByteString): ByteString {
  return oneLine(bytes(untilZero(text).replace(/[\r\n]+$/, "")));
}

function text(lua: Lua, L: LuaState): ByteString {
  return lua.string(L, -1) ?? bytes("");
}

function oneLine(text: ByteString): ByteString {
  return bytes(text.replace(/[\r\n]/g, " "));
}

/** The keys of the topmost table, with their values or without. */
function entries(
  lua: Lua,
  L: LuaState,
  resp: RespVersion,
  depth: number,
  values: boolean,
): Reply[] {
  const { api } = lua;
  const found: Reply[] = [];
  api.lua_pushnil(L);
  while (api.lua_next(L, -2) !== 0) {
    if (!values) lua.pop(L, 1);
    api.lua_pushvalue(L, values ? -2 : -1);
    found.push(popReply(lua, L, resp, depth + 1));
    if (values) found.push(popReply(lua, L, resp, depth + 1));
  }
  return found;
}

const MIN_INTEGER = -(2n ** 63n);

/** As C makes a `long long` of a double: toward zero; what does not fit becomes the smallest integer, as on x86-64. */
function toInteger(value: number): number | bigint {
  const whole = Math.trunc(value) + 0;
  if (Number.isSafeInteger(whole)) return whole;
  return whole >= -(2 ** 63) && whole < 2 ** 63 ? BigInt(whole) : MIN_INTEGER;
}
