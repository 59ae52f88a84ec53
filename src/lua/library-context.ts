/** Libraries and what they registered, by name (functions.c, functionsLibCtx): those that FCALL finds, or those of a payload to be restored. */
import { lowerAscii, type ByteString } from "../bytes.js";
import type { ParsedLibrary } from "./library.js";
import type { Registration } from "./registration.js";

export interface Library extends ParsedLibrary {
  /** As FUNCTION LOAD was given it. */
  readonly source: ByteString;
  readonly functions: readonly Registration[];
}

export class LibraryContext {
  readonly #libraries = new Map<ByteString, Library>();
  /** By lower-case name: names of functions have no case (functions.c, functionDictType). */
  readonly #functions = new Map<string, Registration>();

  get libraries(): ReadonlyMap<ByteString, Library> {
    return this.#libraries;
  }

  get functionCount(): number {
    return this.#functions.size;
  }

  functionNames(): readonly ByteString[] {
    return [...this.#functions.values()].map(({ name }) => name);
  }

  find(name: ByteString): Registration | undefined {
    return this.#functions.get(lowerAscii(name));
  }

  link(library: Library): void {
    this.#libraries.set(library.name, library);
    for (const registration of library.functions) {
      const name = lowerAscii(registration.name);
      if (!this.#functions.has(name)) this.#functions.set(name, registration);
    }
  }

  unlink(library: Library): void {
    this.#libraries.delete(library.name);
    for (const { name } of library.functions) this.#functions.delete(lowerAscii(name));
  }

  /** → the libraries that were here. */
  clear(): readonly Library[] {
    const libraries = [...this.#libraries.values()];
    this.#libraries.clear();
    this.#functions.clear();
    return libraries;
  }
}
