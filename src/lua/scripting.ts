/**
 * An emulator's scripts and function libraries, and the interpreter that runs them, which comes into being with the first of them. When
 * an interpreter breaks, the next call makes another and compiles anew what it needs: scripts one by one, libraries all at once.
 */
import { lowerAscii, type ByteString } from "../bytes.js";
import { ReplyError } from "../errors.js";
import type { Reply } from "../reply.js";
import { Interpreter, type Reference } from "./interpreter.js";
import type { Registration } from "./registration.js";
import type { Run } from "./redis-api.js";
import { INVALID_NAME, NAME, parseLibrary, type ParsedLibrary } from "./library.js";
import {
  parseScript,
  scriptFlags,
  UNKNOWN_FLAG,
  type Dialect,
  type ScriptFlag,
} from "./script-flags.js";
import { sha1 } from "./sha1.js";

/** So many scripts are kept that only EVAL has brought; those of SCRIPT LOAD stay (eval.c, LRU_LIST_LENGTH). */
const MAX_EVAL_SCRIPTS = 500;

export interface Script {
  readonly sha: ByteString;
  readonly source: ByteString;
  readonly code: ByteString;
  /** Undefined where the first line names no engine. */
  readonly flags: ReadonlySet<ScriptFlag> | undefined;
  /** Whether SCRIPT LOAD has brought it. */
  loaded: boolean;
  compiled: { readonly by: Interpreter; readonly reference: Reference } | undefined;
}

export interface Library extends ParsedLibrary {
  /** As FUNCTION LOAD was given it. */
  readonly source: ByteString;
  readonly functions: readonly Registration[];
}

export class Scripting {
  /** The longest that a script may run, in milliseconds of real time. */
  readonly timeout: number;
  #interpreter: Interpreter | undefined;
  readonly #scripts = new Map<ByteString, Script>();
  readonly #bySource = new Map<ByteString, Script>();
  /** The scripts that only EVAL has brought, the longest unused first. */
  readonly #evaluated = new Set<Script>();
  readonly #libraries = new Map<ByteString, Library>();
  /** By lower-case name. */
  readonly #functions = new Map<string, Registration>();

  constructor(timeout: number) {
    this.timeout = timeout;
  }

  /** The script of that text, which is compiled and kept if it is new. Throws a ReplyError for one that can not be. */
  evaluated(source: ByteString, dialect: Dialect): Script {
    const known = this.#known(source, dialect);
    if (known !== undefined) {
      this.#use(known);
      return known;
    }
    const script = this.#add(source, dialect);
    this.#evaluated.add(script);
    if (this.#evaluated.size > MAX_EVAL_SCRIPTS) this.#evict();
    return script;
  }

  /** As `evaluated`; the script is never dropped to make room. */
  loaded(source: ByteString, dialect: Dialect): Script {
    const script = this.#known(source, dialect) ?? this.#add(source, dialect);
    script.loaded = true;
    this.#evaluated.delete(script);
    return script;
  }

  /** The script of that digest, in lower case. */
  find(sha: ByteString): Script | undefined {
    const script = this.#scripts.get(sha);
    if (script !== undefined) this.#use(script);
    return script;
  }

  has(sha: ByteString): boolean {
    return this.#scripts.has(sha);
  }

  #use(script: Script): void {
    if (this.#evaluated.delete(script)) this.#evaluated.add(script);
  }

  #known(source: ByteString, dialect: Dialect): Script | undefined {
    const script = this.#bySource.get(source);
    // It may have come through another door.
    if (script?.flags !== undefined) parseScript(source, dialect);
    return script;
  }

  #add(source: ByteString, dialect: Dialect): Script {
    const { code, flags } = parseScript(source, dialect);
    const script = { sha: sha1(source), source, code, flags, loaded: false, compiled: undefined };
    this.#compile(script);
    this.#scripts.set(script.sha, script);
    this.#bySource.set(source, script);
    return script;
  }

  #evict(): void {
    const [oldest] = this.#evaluated;
    if (oldest === undefined) return;
    this.#evaluated.delete(oldest);
    this.#scripts.delete(oldest.sha);
    this.#bySource.delete(oldest.source);
    const { compiled } = oldest;
    compiled?.by.release(compiled.reference);
  }

  #compile(script: Script): Reference {
    const by = this.#current();
    const reference = by.compile(script.code);
    if (typeof reference === "string") {
      throw new ReplyError(`ERR Error compiling script (new function): ${reference}`);
    }
    script.compiled = { by, reference };
    return reference;
  }

  #current(): Interpreter {
    if (this.#interpreter === undefined || this.#interpreter.broken) {
      this.#interpreter = new Interpreter();
      this.#reloadLibraries(this.#interpreter);
    }
    return this.#interpreter;
  }

  run(script: Script, keys: readonly ByteString[], args: readonly ByteString[], run: Run): Reply {
    const interpreter = this.#current();
    const { compiled } = script;
    const reference = compiled?.by === interpreter ? compiled.reference : this.#compile(script);
    return interpreter.runScript(reference, keys, args, run, this.timeout);
  }

  /** Forgets all scripts, and what they have done to Lua's state. */
  clearScripts(): void {
    this.#scripts.clear();
    this.#bySource.clear();
    this.#evaluated.clear();
    this.#interpreter?.closeScripts();
  }

  /** Forgets everything. */
  clear(): void {
    this.clearScripts();
    this.clearLibraries();
    this.#interpreter?.reseed();
  }

  get libraries(): ReadonlyMap<ByteString, Library> {
    return this.#libraries;
  }

  /** How many functions all libraries have. */
  get scriptCount(): number {
    return this.#scripts.size;
  }

  get functionCount(): number {
    return this.#functions.size;
  }

  /** The function of that name: names of functions have no case (functions.c, functionDictType). */
  findFunction(name: ByteString): Registration | undefined {
    return this.#functions.get(lowerAscii(name));
  }

  runFunction(
    { name }: Registration,
    keys: readonly ByteString[],
    args: readonly ByteString[],
    run: Run,
  ): Reply {
    const interpreter = this.#current();
    // A new interpreter has registered it anew.
    const found = this.findFunction(name);
    if (found === undefined) throw new ReplyError("ERR Function not found");
    return interpreter.runFunction(found.callback, keys, args, run, this.timeout);
  }

  /** Adds a library, or puts it in the place of the one of its name. Throws a ReplyError for one that can not be. */
  loadLibrary(source: ByteString, replace: boolean, { flags }: Dialect): Library {
    const { name, code } = parseLibrary(source);
    const old = this.#libraries.get(name);
    if (old !== undefined && !replace) {
      throw new ReplyError(`ERR Library '${name}' already exists`);
    }
    if (old !== undefined) this.#unlink(old);
    try {
      const library = this.#compileLibrary(this.#current(), { name, source, code }, flags);
      this.#link(library);
      this.#release(old);
      return library;
    } catch (error) {
      if (old !== undefined) this.#link(old);
      throw error;
    }
  }

  #compileLibrary(
    by: Interpreter,
    library: Omit<Library, "functions">,
    known: readonly ScriptFlag[],
  ): Library {
    const names = new Set<ByteString>();
    const functions = by.loadLibrary(library.code, ({ name, flags }) => {
      if ([...flags].some((flag) => !known.includes(flag))) return UNKNOWN_FLAG;
      if (!NAME.test(name)) return INVALID_NAME;
      if (names.has(name)) return "Function already exists in the library";
      names.add(name);
      return undefined;
    });
    if (typeof functions === "string") throw new ReplyError(`ERR ${functions}`);
    const compiled = { ...library, functions };
    const taken = functions.find(({ name }) => this.#functions.has(lowerAscii(name)));
    if (functions.length > 0 && taken === undefined) return compiled;
    this.#release(compiled);
    if (taken === undefined) throw new ReplyError("ERR No functions registered");
    throw new ReplyError(`ERR Function ${taken.name} already exists`);
  }

  #link(library: Library): void {
    this.#libraries.set(library.name, library);
    for (const registration of library.functions) {
      const name = lowerAscii(registration.name);
      if (!this.#functions.has(name)) this.#functions.set(name, registration);
    }
  }

  #unlink(library: Library): void {
    this.#libraries.delete(library.name);
    for (const { name } of library.functions) this.#functions.delete(lowerAscii(name));
  }

  #release(library: Library | undefined): void {
    for (const { callback } of library?.functions ?? []) {
      this.#interpreter?.releaseFunction(callback);
    }
  }

  /** Removes a library; tells whether there was one of that name. */
  deleteLibrary(name: ByteString): boolean {
    const library = this.#libraries.get(name);
    if (library === undefined) return false;
    this.#unlink(library);
    this.#release(library);
    return true;
  }

  clearLibraries(): void {
    this.#libraries.clear();
    this.#functions.clear();
    this.#interpreter?.closeFunctions();
  }

  /** Runs the libraries' code again in a new interpreter. One that registers nothing this time is gone. */
  #reloadLibraries(by: Interpreter): void {
    const old = [...this.#libraries.values()];
    this.#libraries.clear();
    this.#functions.clear();
    for (const library of old) {
      try {
        this.#link(this.#compileLibrary(by, library, scriptFlags));
      } catch (error) {
        if (!(error instanceof ReplyError)) throw error;
      }
    }
  }
}
