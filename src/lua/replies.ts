/** Replies as Lua values, as scripts see them (script_lua.c). What RESP a script speaks is its own choice. */
import { lengthWithout } from "../bytes.js";
import { ReplyError } from "../errors.js";
import type { Reply, TaggedReply } from "../reply.js";
import { formatDouble } from "../values/numbers.js";
import type { Lua, LuaState } from "./lua.js";

export type RespVersion = 2 | 3;

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

function isNil(reply: Reply): boolean {
  return (
    reply === null || (typeof reply === "object" && "kind" in reply && reply.kind === "nil-array")
  );
}

function pushItems(lua: Lua, L: LuaState, items: readonly Reply[], resp: RespVersion): void {
  const { api } = lua;
  lua.checkStack(L, 3, "reply");
  lua.pushArray(L, resp === 3 && items.some(isNil) ? 0 : items.length);
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
  const end = Math.max(code.length, lengthWithout("\r\n", message));
  const text = message.slice(code.length + 1, end).replace(/^[\r\n]+/, "");
  pushField(lua, L, "err", `${code} ${text}`);
}
