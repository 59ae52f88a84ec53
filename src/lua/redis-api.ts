/** The table `redis` of scripts and functions, after script_lua.c. What a command does is the business of the run that asks for it. */
import { bytes, untilZero, type ByteString } from "../bytes.js";
import { ReplyError } from "../errors.js";
import type { Reply } from "../reply.js";
import { formatDouble } from "../values/numbers.js";
import { TYPE, type Lua, type LuaFunction, type LuaState } from "./lua.js";
import { pushErrorTable, pushReply, type RespVersion } from "./replies.js";
import { sha1 } from "./sha1.js";

/** One run of a script or a function: how it reaches the commands. */
export interface Run {
  /** What errors call it: a script's digest, a function's name. */
  readonly name: string;
  /** In which RESP the script gets and gives replies. */
  resp: RespVersion;
  /** Answers a command as `redis.call` does; an error is a reply. */
  call(argv: readonly ByteString[]): Reply;
  /** Whether there is such a command. */
  knows(argv: readonly ByteString[]): boolean;
  /** Whether the user may make the call. */
  allows(argv: readonly ByteString[]): boolean;
}

const MAX_LEVEL = 3;
/** REPL_AOF and REPL_REPLICA together. */
const REPL_ALL = 3;

export const LOG_LEVELS: Readonly<Record<string, number>> = {
  LOG_DEBUG: 0,
  LOG_VERBOSE: 1,
  LOG_NOTICE: 2,
  LOG_WARNING: 3,
};

export const REPLICATION: Readonly<Record<string, number>> = {
  REPL_NONE: 0,
  REPL_AOF: 1,
  REPL_SLAVE: 2,
  REPL_REPLICA: 2,
  REPL_ALL,
};

/** `current` is the run that is on, `elapsed` throws when it has been on too long. */
export function redisApi(
  lua: Lua,
  current: () => Run,
  elapsed: () => void,
): Readonly<Record<string, LuaFunction>> {
  const { api } = lua;

  function raise(L: LuaState, message: string): never {
    pushErrorTable(lua, L, `ERR ${message}`);
    return api.lua_error(L);
  }

  /** As Redis prints a double; a NaN's sign shows in its digits, and JavaScript does not tell it. */
  function digits(L: LuaState, index: number): ByteString {
    const value = api.lua_tonumber(L, index);
    if (!Number.isNaN(value)) return formatDouble(value + 0);
    api.lua_pushvalue(L, index);
    const text = lua.string(L, -1) ?? bytes("nan");
    lua.pop(L, 1);
    return text;
  }

  /** The words of a command; the error's message where they are none. */
  function words(L: LuaState): ByteString[] | string {
    const count = api.lua_gettop(L);
    if (count === 0) return "Please specify at least one argument for this redis lib call";
    const argv: ByteString[] = [];
    for (let index = 1; index <= count; index++) {
      const type = api.lua_type(L, index);
      const word =
        type === TYPE.number
          ? digits(L, index)
          : type === TYPE.string
            ? lua.string(L, index)
            : undefined;
      if (word === undefined) return "Lua redis lib command arguments must be strings or integers";
      argv.push(word);
    }
    api.lua_settop(L, 0);
    return argv;
  }

  /** Pushes the reply; tells whether it is an error. */
  function answer(L: LuaState): boolean {
    elapsed();
    const argv = words(L);
    if (typeof argv === "string") {
      pushErrorTable(lua, L, `ERR ${argv}`);
      return true;
    }
    const run = current();
    const reply = run.call(argv);
    pushReply(lua, L, reply, run.resp);
    return reply instanceof ReplyError;
  }

  return {
    call: (L) => (answer(L) ? api.lua_error(L) : 1),
    pcall: (L) => {
      answer(L);
      return 1;
    },
    log: (L) => {
      const count = api.lua_gettop(L);
      if (count < 2) raise(L, "redis.log() requires two arguments or more.");
      if (api.lua_isnumber(L, 1) === 0) {
        raise(L, "First argument must be a number (log level).");
      }
      const level = Math.trunc(api.lua_tonumber(L, 1));
      if (!(level >= 0 && level <= MAX_LEVEL)) raise(L, "Invalid log level.");
      return 0;
    },
    setresp: (L) => {
      if (api.lua_gettop(L) !== 1) raise(L, "redis.setresp() requires one argument.");
      const version = Math.trunc(api.lua_tonumber(L, 1));
      if (version !== 2 && version !== 3) raise(L, "RESP version must be 2 or 3.");
      else current().resp = version;
      return 0;
    },
    sha1hex: (L) => {
      if (api.lua_gettop(L) !== 1) raise(L, "wrong number of arguments");
      lua.pushString(L, sha1(lua.string(L, 1) ?? bytes("")));
      return 1;
    },
    error_reply: (L) => {
      if (api.lua_gettop(L) !== 1 || api.lua_type(L, 1) !== TYPE.string) {
        pushErrorTable(lua, L, "ERR wrong number or type of arguments");
        return 1;
      }
      const text = untilZero(lua.string(L, 1) ?? bytes("")).replace(/^-/, "");
      pushErrorTable(lua, L, text.includes(" ") ? text : `ERR ${text}`);
      return 1;
    },
    status_reply: (L) => {
      if (api.lua_gettop(L) !== 1 || api.lua_type(L, 1) !== TYPE.string) {
        pushErrorTable(lua, L, "ERR wrong number or type of arguments");
        return 1;
      }
      api.lua_createtable(L, 0, 1);
      api.lua_pushvalue(L, 1);
      lua.setField(L, -2, "ok");
      return 1;
    },
    set_repl: (L) => {
      if (api.lua_gettop(L) !== 1) raise(L, "redis.set_repl() requires one argument.");
      if ((api.lua_tonumber(L, 1) & ~REPL_ALL) !== 0) {
        raise(L, "Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.");
      }
      return 0;
    },
    acl_check_cmd: (L) => {
      const argv = words(L);
      if (typeof argv === "string") return raise(L, argv);
      if (!current().knows(argv)) raise(L, "Invalid command passed to redis.acl_check_cmd()");
      api.lua_pushboolean(L, current().allows(argv) ? 1 : 0);
      return 1;
    },
    // No debugger listens.
    breakpoint: (L) => {
      api.lua_pushboolean(L, 0);
      return 1;
    },
    debug: () => 0,
    replicate_commands: (L) => {
      api.lua_pushboolean(L, 1);
      return 1;
    },
  };
}

/** Those that only scripts have, not functions. */
export const SCRIPT_ONLY: ReadonlySet<string> = new Set([
  "breakpoint",
  "debug",
  "replicate_commands",
]);
