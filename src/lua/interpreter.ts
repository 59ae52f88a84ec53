/**
 * Runs scripts and functions: one WebAssembly Lua with a state for each of the two. Whatever passes Lua by (time that is up, a want of
 * memory, JavaScript's stack) leaves an interpreter that must be given up; `broken` tells. What it has compiled goes with it.
 */
import { bytes, untilZero, type ByteString } from "../bytes.js";
import { ReplyError } from "../errors.js";
import type { Reply } from "../reply.js";
import { GLOBALS, Lua, REGISTRY, TYPE, type LuaState } from "./lua.js";
import { readRegistration, type Registration } from "./registration.js";
import type { Run } from "./redis-api.js";
import { pushErrorTable } from "./replies.js";
import { Returned, ReplyTooLarge } from "./returned.js";
import { Sandboxes, type Sandbox } from "./sandbox.js";
import { OutOfTime, Stopwatch } from "./stopwatch.js";

/** The most memory of an interpreter, in bytes; and how much it may have kept when a run is over. */
const MEMORY_LIMIT = 512 * 2 ** 20;
const MEMORY_KEPT = 256 * 2 ** 20;

/** Instructions between two looks at the clock. */
const HOOK_COUNT = 100_000;
const MASK_COUNT = 8;
/** `redis.call` looks at the clock once in so many calls; each counts for so many instructions. */
const CALLS_PER_CHECK = 16;
const INSTRUCTIONS_PER_CALL = 50;
/** So many instructions stand for the rounds of a loop in C. */
const INSTRUCTIONS_PER_TICK = 64;

/** How long FUNCTION LOAD may run a library's code, in milliseconds. */
const LOAD_TIMEOUT = 500;

const OUT_OF_MEMORY = 4;
const NOTHING = bytes("");

/** Where the registry keeps a compiled function. */
export type Reference = number;

export class Interpreter {
  /** Whether it can not be used any more. */
  broken = false;
  readonly #lua: Lua;
  readonly #sandboxes: Sandboxes;
  readonly #stopwatch = new Stopwatch();
  /** Throws when so many instructions have been the last. */
  readonly #elapsed = (instructions: number): void => this.#stopwatch.check(instructions);
  readonly #hook: number;
  #scripts: Sandbox | undefined;
  #functions: ReturnType<Sandboxes["functions"]> | undefined;
  #run: Run | undefined;
  #registered: Registration[] | undefined;
  #register: ((registration: Registration) => string | undefined) | undefined;
  #calls = 0;

  constructor() {
    const check = this.#elapsed;
    this.#lua = new Lua({ memoryLimit: MEMORY_LIMIT, tick: () => check(INSTRUCTIONS_PER_TICK) });
    this.#hook = this.#lua.addHook(() => check(HOOK_COUNT));
    this.#sandboxes = new Sandboxes(this.#lua, {
      current: () => this.#currentRun(),
      elapsed: () => {
        if (++this.#calls % CALLS_PER_CHECK === 0) check(CALLS_PER_CHECK * INSTRUCTIONS_PER_CALL);
      },
      register: (L) => this.#registerFunction(L),
      clock: () => this.#stopwatch.seconds(),
    });
  }

  #currentRun(): Run {
    if (this.#run === undefined) throw new TypeError("no script is running");
    return this.#run;
  }

  /** The state of scripts, made when it is first used. */
  #scriptState(): Sandbox {
    if (this.#scripts === undefined) {
      this.#scripts = this.#sandboxes.scripts();
      this.#watch(this.#scripts.L);
    }
    return this.#scripts;
  }

  #functionState(): ReturnType<Sandboxes["functions"]> {
    if (this.#functions === undefined) {
      this.#functions = this.#sandboxes.functions();
      this.#watch(this.#functions.L);
    }
    return this.#functions;
  }

  #watch(L: LuaState): void {
    this.#lua.api.lua_sethook(L, this.#hook, MASK_COUNT, HOOK_COUNT);
  }

  /** Compiles a script. Returns the message of a syntax error. */
  compile(source: ByteString): Reference | string {
    const compiled = this.#guarded(Number.POSITIVE_INFINITY, () => {
      const { L } = this.#scriptState();
      const loaded = this.#lua.load(L, source, "@user_script");
      return loaded ? this.#lua.api.luaL_ref(L, REGISTRY) : this.#popMessage(L);
    });
    return compiled instanceof Breakdown ? compiled.message : compiled;
  }

  /** Begins `math.random` anew. */
  reseed(): void {
    this.#sandboxes.generator.reset();
  }

  /** Where the generator of scripts' random numbers stands. */
  get chance(): readonly [high: number, low: number] {
    return this.#sandboxes.generator.state;
  }

  set chance(state) {
    this.#sandboxes.generator.state = state;
  }

  /** Closes the state of scripts, and with it all that is compiled there. */
  closeScripts(): void {
    if (this.#scripts !== undefined && !this.broken) this.#lua.api.lua_close(this.#scripts.L);
    this.#scripts = undefined;
  }

  /** Closes the state of functions. */
  closeFunctions(): void {
    if (this.#functions !== undefined && !this.broken) this.#lua.api.lua_close(this.#functions.L);
    this.#functions = undefined;
  }

  /** Forgets a compiled script. */
  release(reference: Reference): void {
    if (this.#scripts === undefined || this.broken) return;
    this.#lua.api.luaL_unref(this.#scripts.L, REGISTRY, reference);
  }

  /** Runs a compiled script for at most so many milliseconds; every failure is an error reply. */
  runScript(
    reference: Reference,
    keys: readonly ByteString[],
    args: readonly ByteString[],
    run: Run,
    timeout: number,
  ): Reply {
    return this.#replying(run, timeout, () => {
      const { L, errorHandler } = this.#scriptState();
      const { api } = this.#lua;
      this.#lua.setReadOnly(L, GLOBALS, false);
      this.#pushStrings(L, keys);
      this.#lua.setField(L, GLOBALS, "KEYS");
      this.#pushStrings(L, args);
      this.#lua.setField(L, GLOBALS, "ARGV");
      this.#lua.setReadOnly(L, GLOBALS, true);
      api.lua_rawgeti(L, REGISTRY, errorHandler);
      api.lua_rawgeti(L, REGISTRY, reference);
      return this.#finish(L, api.lua_pcall(L, 0, 1, -2), run);
    });
  }

  /** Runs a registered function, with its keys and arguments as its two parameters. */
  runFunction(
    reference: Reference,
    keys: readonly ByteString[],
    args: readonly ByteString[],
    run: Run,
    timeout: number,
  ): Reply {
    return this.#replying(run, timeout, () => {
      const { L, errorHandler } = this.#functionState();
      const { api } = this.#lua;
      api.lua_rawgeti(L, REGISTRY, errorHandler);
      api.lua_rawgeti(L, REGISTRY, reference);
      this.#pushStrings(L, keys);
      this.#pushStrings(L, args);
      return this.#finish(L, api.lua_pcall(L, 2, 1, -4), run);
    });
  }

  /**
   * Compiles and runs a library's code, which registers functions: `accept` takes each of them or says why not. Returns the message of an
   * error; those that were registered by then are released.
   */
  loadLibrary(
    code: ByteString,
    accept: (registration: Registration) => string | undefined,
  ): readonly Registration[] | string {
    const registered: Registration[] = [];
    const outcome = this.#guarded(LOAD_TIMEOUT, () => {
      const { L, library, globals } = this.#functionState();
      if (!this.#lua.load(L, code, "@user_function")) {
        return `Error compiling function: ${this.#popMessage(L)}`;
      }
      this.#registered = registered;
      this.#register = accept;
      this.#leadGlobalsTo(L, library);
      const failed = this.#lua.api.lua_pcall(L, 0, 0, 0) !== 0;
      this.#leadGlobalsTo(L, globals);
      return failed ? `Error registering functions: ${this.#popErrorMessage(L)}` : undefined;
    });
    this.#registered = undefined;
    this.#register = undefined;
    if (outcome === undefined) return registered;
    for (const { callback } of registered) this.releaseFunction(callback);
    return outcome instanceof Breakdown ? outcome.message : outcome;
  }

  releaseFunction(reference: Reference): void {
    if (this.#functions === undefined || this.broken) return;
    this.#lua.api.luaL_unref(this.#functions.L, REGISTRY, reference);
  }

  /** Sets what the functions' empty table of globals leads to. */
  #leadGlobalsTo(L: LuaState, reference: Reference): void {
    const { api } = this.#lua;
    api.lua_getmetatable(L, GLOBALS);
    this.#lua.setReadOnly(L, -1, false);
    api.lua_rawgeti(L, REGISTRY, reference);
    this.#lua.setField(L, -2, "__index");
    this.#lua.setReadOnly(L, -1, true);
    this.#lua.pop(L, 1);
  }

  #registerFunction(L: LuaState): number {
    const refuse = (message: string): never => {
      pushErrorTable(this.#lua, L, `ERR ${message}`);
      return this.#lua.api.lua_error(L);
    };
    if (this.#registered === undefined) {
      return refuse("redis.register_function can only be called on FUNCTION LOAD command");
    }
    const registration = readRegistration(this.#lua, L);
    if (typeof registration === "string") return refuse(registration);
    const objection = this.#register?.(registration);
    if (objection !== undefined) {
      this.releaseFunction(registration.callback);
      return refuse(objection);
    }
    this.#registered.push(registration);
    return 0;
  }

  #pushStrings(L: LuaState, strings: readonly ByteString[]): void {
    const { api } = this.#lua;
    this.#lua.pushArray(L, strings.length);
    for (let index = 0; index < strings.length; index++) {
      this.#lua.pushString(L, strings[index] ?? "");
      api.lua_rawseti(L, -2, index + 1);
    }
  }

  #replying(run: Run, timeout: number, work: () => Reply): Reply {
    this.#run = run;
    const reply = this.#guarded(timeout, work);
    this.#run = undefined;
    if (!(reply instanceof Breakdown)) return reply;
    return new ReplyError(`ERR ${reply.message} script: ${run.name}`);
  }

  /** The result of a run, which is on top of the stack above the error handler. */
  #finish(L: LuaState, status: number, run: Run): Reply {
    if (status === OUT_OF_MEMORY) this.broken = true;
    const reply =
      status === 0
        ? new Returned(this.#lua, L, run.resp, this.#elapsed).pop()
        : this.#popError(L, run);
    this.#lua.api.lua_settop(L, 0);
    if (this.#lua.memory.length > MEMORY_KEPT) this.broken = true;
    return reply;
  }

  /** The error of a run: the handler has made a table of it, unless there was no memory for one or the handler failed. */
  #popError(L: LuaState, { name }: Run): ReplyError {
    const lua = this.#lua;
    if (lua.api.lua_type(L, -1) !== TYPE.table) {
      const message = (lua.string(L, -1) ?? "execution failure").slice(0, 100);
      return new ReplyError(`ERR Error running script ${name}, ${message}`);
    }
    const field = (key: string): ByteString | undefined => {
      lua.pushString(L, key);
      lua.api.lua_rawget(L, -2);
      const text = lua.string(L, -1);
      lua.pop(L, 1);
      return text === undefined ? undefined : untilZero(text);
    };
    // Redis asks metatables too, and crashes where there is no message at all.
    const message = field("err") ?? this.#inheritedMessage(L) ?? "ERR unknown error";
    const source = field("source");
    const line = field("line");
    const place =
      source !== undefined && line !== undefined ? ` script: ${name}, on ${source}:${line}.` : "";
    return new ReplyError(untilZero(bytes(message + place)));
  }

  /** The message that a table's metatable supplies. */
  #inheritedMessage(L: LuaState): ByteString | undefined {
    const { api } = this.#lua;
    if (api.lua_getmetatable(L, -1) === 0) return undefined;
    const index = this.#lua.rawGet(L, api.lua_gettop(L), "__index");
    const text = index === TYPE.table ? this.#textAt(L) : undefined;
    this.#lua.pop(L, 2);
    return text;
  }

  #textAt(L: LuaState): ByteString | undefined {
    this.#lua.rawGet(L, this.#lua.api.lua_gettop(L), "err");
    const text = this.#lua.string(L, -1);
    this.#lua.pop(L, 1);
    return text;
  }

  #popMessage(L: LuaState): string {
    const message = untilZero(this.#lua.string(L, -1) ?? NOTHING);
    this.#lua.pop(L, 1);
    return message;
  }

  /** The message of an error that no handler has seen: text, or a table of ours. */
  #popErrorMessage(L: LuaState): string {
    if (this.#lua.api.lua_type(L, -1) !== TYPE.table) return `ERR ${this.#popMessage(L)}`;
    const text = this.#textAt(L) ?? "ERR unknown error";
    this.#lua.pop(L, 1);
    return text;
  }

  /** Does the work; what passes Lua by breaks the interpreter. A bug of ours stays an exception. */
  #guarded<Result>(timeout: number, work: () => Result): Result | Breakdown {
    this.#stopwatch.start(timeout);
    try {
      return work();
    } catch (error) {
      this.broken = true;
      const message = explain(error, timeout);
      if (message === undefined) throw error;
      return new Breakdown(message);
    } finally {
      this.#stopwatch.stop();
    }
  }
}

/** What has come out of Lua in the place of a result. */
class Breakdown {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** What a script's author is told of an exception that came out of Lua; undefined where it is none of Lua's. */
function explain(error: unknown, timeout: number): string | undefined {
  if (error instanceof OutOfTime) {
    return `the script was stopped after ${timeout} ms; createEmulator({ scriptTimeout }) sets how long one may run.`;
  }
  if (error instanceof ReplyTooLarge) return "the reply is too large.";
  if (error instanceof RangeError) return "stack overflow.";
  if (error instanceof WebAssembly.RuntimeError) return "stack overflow.";
  return error instanceof Error && error.name === "Panic" ? "not enough memory." : undefined;
}
