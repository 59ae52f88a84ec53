/**
 * An emulator's scripts and function libraries, and the interpreter that runs them, which comes into being with the first of them. When
 * an interpreter breaks, the next call makes another and compiles anew what it needs: scripts one by one, libraries all at once.
 */
import type { ByteString } from "../bytes.js";
import { ReplyError } from "../errors.js";
import type { Reply } from "../reply.js";
import { Interpreter, type Reference } from "./interpreter.js";
import type { Registration } from "./registration.js";
import type { Run } from "./redis-api.js";
import { INVALID_NAME, NAME, parseLibrary } from "./library.js";
import { LibraryContext, type Library } from "./library-context.js";
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

/** What FUNCTION RESTORE does where there are libraries already. */
export type RestorePolicy = "APPEND" | "FLUSH" | "REPLACE";

/** The scripts, those that SCRIPT LOAD has brought, those that may be dropped in their order, and the sources of libraries. */
interface Scripts {
  readonly all: readonly Script[];
  readonly loaded: ReadonlySet<Script>;
  readonly evaluated: readonly Script[];
  readonly libraries: readonly ByteString[];
}

export interface ScriptingState {
  readonly scripts: Scripts;
  /** Where the random numbers of scripts stand; undefined where there have been none. */
  readonly chance: readonly [high: number, low: number] | undefined;
}

/** For another interpreter: scripts are its own from then on. */
export function independent({ scripts, chance }: ScriptingState): ScriptingState {
  const copies = new Map(
    scripts.all.map((script) => [script, { ...script, compiled: undefined }] as const),
  );
  const copiesOf = (some: Iterable<Script>): Script[] =>
    Array.from(some, (script) => copies.get(script) ?? script);
  const { all, loaded, evaluated, libraries } = scripts;
  return {
    scripts: {
      all: copiesOf(all),
      loaded: new Set(copiesOf(loaded)),
      evaluated: copiesOf(evaluated),
      libraries,
    },
    chance,
  };
}

export class Scripting {
  /** The longest that a script may run, in milliseconds of real time. */
  readonly timeout: number;
  #interpreter: Interpreter | undefined;
  readonly #scripts = new Map<ByteString, Script>();
  readonly #bySource = new Map<ByteString, Script>();
  /** The scripts that only EVAL has brought, the longest unused first. */
  readonly #evaluated = new Set<Script>();
  readonly #context = new LibraryContext();
  /** What a snapshot has of scripts and libraries, as long as they have not changed. */
  #snapshot: Scripts | undefined = undefined;
  /** Where the first interpreter's random numbers begin, if not as they always do. */
  #chance: ScriptingState["chance"] = undefined;

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
    this.#snapshot = undefined;
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
    if (!this.#evaluated.delete(script)) return;
    this.#evaluated.add(script);
    this.#snapshot = undefined;
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
    this.#snapshot = undefined;
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
    this.#forget(oldest);
  }

  /** Drops what a script is compiled to; one that comes back is compiled anew. */
  #forget(script: Script): void {
    script.compiled?.by.release(script.compiled.reference);
    script.compiled = undefined;
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
      if (this.#chance !== undefined) this.#interpreter.chance = this.#chance;
      this.#chance = undefined;
      this.#reloadLibraries();
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
    for (const script of this.#scripts.values()) script.compiled = undefined;
    this.#snapshot = undefined;
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
    return this.#context.libraries;
  }

  /** How many functions all libraries have. */
  get scriptCount(): number {
    return this.#scripts.size;
  }

  get functionCount(): number {
    return this.#context.functionCount;
  }

  /** The function of that name, in any case. */
  findFunction(name: ByteString): Registration | undefined {
    return this.#context.find(name);
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
    const old = this.#context.libraries.get(parseLibrary(source).name);
    if (old !== undefined && replace) this.#context.unlink(old);
    this.#snapshot = undefined;
    try {
      const library = this.#compileLibrary(source, flags, this.#context);
      this.#context.link(library);
      this.#release(old);
      return library;
    } catch (error) {
      if (old !== undefined && replace) this.#context.link(old);
      throw error;
    }
  }

  /** Adds libraries, all or none. Throws a ReplyError where one can not be, or where a name is taken that the policy leaves alone. */
  restoreLibraries(sources: Iterable<ByteString>, policy: RestorePolicy, { flags }: Dialect): void {
    const restored = new LibraryContext();
    this.#snapshot = undefined;
    try {
      for (const source of sources) restored.link(this.#compileLibrary(source, flags, restored));
      const dropped = policy === "FLUSH" ? this.#context.clear() : this.#join(restored, policy);
      for (const library of dropped) this.#release(library);
    } catch (error) {
      for (const library of restored.libraries.values()) this.#release(library);
      throw error;
    }
    for (const library of restored.libraries.values()) this.#context.link(library);
  }

  /** Makes room for other libraries (functions.c, libraryJoin). → the libraries that they replace. */
  #join(others: LibraryContext, policy: RestorePolicy): readonly Library[] {
    const replaced: Library[] = [];
    for (const name of others.libraries.keys()) {
      const old = this.#context.libraries.get(name);
      if (old === undefined) continue;
      if (policy !== "REPLACE") throw new ReplyError(`ERR Library ${name} already exists`);
      replaced.push(old);
    }
    for (const library of replaced) this.#context.unlink(library);
    const taken = others.functionNames().find((name) => this.#context.find(name) !== undefined);
    if (taken === undefined) return replaced;
    for (const library of replaced) this.#context.link(library);
    throw new ReplyError(`ERR Function ${taken} already exists`);
  }

  /** Runs a library's code; the names that it takes must be free in the context that it is meant for. */
  #compileLibrary(
    source: ByteString,
    known: readonly ScriptFlag[],
    context: LibraryContext,
  ): Library {
    const { name, code } = parseLibrary(source);
    if (context.libraries.has(name)) throw new ReplyError(`ERR Library '${name}' already exists`);
    const names = new Set<ByteString>();
    const functions = this.#current().loadLibrary(code, (registration) => {
      if ([...registration.flags].some((flag) => !known.includes(flag))) return UNKNOWN_FLAG;
      if (!NAME.test(registration.name)) return INVALID_NAME;
      if (names.has(registration.name)) return "Function already exists in the library";
      names.add(registration.name);
      return undefined;
    });
    if (typeof functions === "string") throw new ReplyError(`ERR ${functions}`);
    const compiled = { name, source, code, functions };
    const taken = functions.find((each) => context.find(each.name) !== undefined);
    if (functions.length > 0 && taken === undefined) return compiled;
    this.#release(compiled);
    if (taken === undefined) throw new ReplyError("ERR No functions registered");
    throw new ReplyError(`ERR Function ${taken.name} already exists`);
  }

  #release(library: Library | undefined): void {
    for (const { callback } of library?.functions ?? []) {
      this.#interpreter?.releaseFunction(callback);
    }
  }

  /** Removes a library; tells whether there was one of that name. */
  deleteLibrary(name: ByteString): boolean {
    const library = this.#context.libraries.get(name);
    if (library === undefined) return false;
    this.#snapshot = undefined;
    this.#context.unlink(library);
    this.#release(library);
    return true;
  }

  clearLibraries(): void {
    this.#snapshot = undefined;
    this.#context.clear();
    this.#interpreter?.closeFunctions();
  }

  snapshot(): ScriptingState {
    this.#snapshot ??= this.#present();
    return { scripts: this.#snapshot, chance: this.#interpreter?.chance ?? this.#chance };
  }

  /** What a library keeps in variables of its own stays as it is, unless libraries come or go. */
  restore({ scripts, chance }: ScriptingState): void {
    if (this.#interpreter === undefined) this.#chance = chance;
    else if (chance === undefined) this.#interpreter.reseed();
    else this.#interpreter.chance = chance;
    if (scripts === this.#snapshot) return;
    this.#restoreScripts(scripts);
    const sources = this.#sources;
    const { libraries } = scripts;
    if (sources.length !== libraries.length || libraries.some((code, at) => code !== sources[at])) {
      this.clearLibraries();
      this.#load(libraries);
    }
    this.#snapshot = scripts;
  }

  #present(): Scripts {
    const all = [...this.#scripts.values()];
    const loaded = new Set(all.filter((script) => script.loaded));
    return { all, loaded, evaluated: [...this.#evaluated], libraries: this.#sources };
  }

  #restoreScripts({ all, loaded, evaluated }: Scripts): void {
    const gone = new Set(this.#scripts.values());
    this.#scripts.clear();
    this.#bySource.clear();
    this.#evaluated.clear();
    for (const script of all) {
      gone.delete(script);
      script.loaded = loaded.has(script);
      this.#scripts.set(script.sha, script);
      this.#bySource.set(script.source, script);
    }
    for (const script of evaluated) this.#evaluated.add(script);
    for (const script of gone) this.#forget(script);
  }

  /** Of the libraries. */
  get #sources(): readonly ByteString[] {
    return Array.from(this.#context.libraries.values(), ({ source }) => source);
  }

  /** Runs the libraries' code again in a new interpreter. One that registers nothing this time is gone. */
  #reloadLibraries(): void {
    this.#load(this.#context.clear().map(({ source }) => source));
  }

  #load(libraries: readonly ByteString[]): void {
    for (const source of libraries) {
      try {
        this.#context.link(this.#compileLibrary(source, scriptFlags, this.#context));
      } catch (error) {
        if (!(error instanceof ReplyError)) throw error;
      }
    }
  }
}
