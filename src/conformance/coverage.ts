/** What a run has called, how often it failed, and with how many different errors. */
import type { Argv } from "./sequences.js";
import { commandName, commandNames } from "./laws.js";

/** Of one command: calls, those answered by an error, and the different error texts. */
export interface Covered {
  calls: number;
  errors: number;
  readonly errorTexts: Set<string>;
}

export class Coverage {
  readonly #byName = new Map<string, Covered>();
  #calls = 0;

  /** All calls. */
  get calls(): number {
    return this.#calls;
  }

  /** By command, in alphabetical order; what is no command stands together under `(unknown)`. */
  get byName(): readonly (readonly [string, Covered])[] {
    return [...this.#byName].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** Adds what another run has counted, as its `byName` tells it. */
  addAll(byName: Coverage["byName"]): void {
    for (const [name, { calls, errors, errorTexts }] of byName) {
      const covered = this.#of(name);
      this.#calls += calls;
      covered.calls += calls;
      covered.errors += errors;
      for (const text of errorTexts) covered.errorTexts.add(text);
    }
  }

  /** Counts a call, and the error that answered it. */
  add(argv: Argv, error: string | undefined): void {
    this.#calls++;
    const name = commandName(argv);
    const covered = this.#of(commandNames.has(name) ? name : "(unknown)");
    covered.calls++;
    if (error === undefined) return;
    covered.errors++;
    covered.errorTexts.add(error);
  }

  #of(name: string): Covered {
    let covered = this.#byName.get(name);
    if (covered === undefined) {
      covered = { calls: 0, errors: 0, errorTexts: new Set() };
      this.#byName.set(name, covered);
    }
    return covered;
  }
}
