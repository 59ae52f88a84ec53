/**
 * Where in the user's code a call was made, read from the stack. Node and Bun keep the stack of whoever awaits, so that it reaches
 * through the client and through MSW. What a client gathers in a pipeline loses it; the doubles note each call as it is made. Who calls
 * over a socket has no stack here.
 */

/** So many calls may lie between the user's code and the database. */
const DEPTH = 100;

/** The stack of a call. It is only read when it is asked for: that is what costs. */
export class CallStack {
  readonly #error: Error;
  #frames: readonly string[] | undefined;
  #isGathered = false;

  constructor() {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = DEPTH;
    this.#error = new Error();
    Error.stackTraceLimit = stackTraceLimit;
  }

  /** `file:line:column` of the user's code, from the innermost call outward. */
  get frames(): readonly string[] {
    if (this.#frames !== undefined) return this.#frames;
    const lines = (this.#error.stack ?? "").split("\n").filter((line) => PLACE.test(line));
    this.#isGathered = lines.some((line) => line.includes("withAutoPipeline"));
    const places = lines.map(placeOf);
    const own = places[0]?.replace(/(?:testing\/)?[^/]*$/, "") ?? "";
    const files = places.slice(1).filter((place) => !place.startsWith(own) && !OTHERS.test(place));
    return (this.#frames = files.map(relative));
  }

  /** Where the user's code called; undefined where no stack leads there. */
  get site(): string | undefined {
    return this.frames[0];
  }

  /** Whether it is that of a pipeline which the client gathered by itself. */
  get isGathered(): boolean {
    return this.frames.length > 0 && this.#isGathered;
  }
}

const PLACE = /:\d+(?::\d+)?\)?$/;

/** What is not the user's: packages, and what belongs to the platform. */
const OTHERS = /(?:^|\/)node_modules\/|^(?:node|native|internal|bun|ext):|^<anonymous>/;

/** The place in a line of a stack: of V8 (`at name (place)`, `at async place`), or of others (`name@place`). */
function placeOf(line: string): string {
  const trimmed = line.trim();
  const open = trimmed.endsWith(")") ? trimmed.indexOf(" (") : -1;
  const place = open < 0 ? trimmed.replace(/^at (?:async )?/, "") : trimmed.slice(open + 2, -1);
  const bare = trimmed.startsWith("at ") ? place : place.slice(place.indexOf("@") + 1);
  return bare
    .replace(/^file:\/\/(?:\/(?=[A-Za-z]:))?/, "")
    .replaceAll("\\", "/")
    .replace(/\?[^/]*?(?=:\d)/, "");
}

function relative(place: string): string {
  const folder = `${globalThis.process?.cwd?.().replaceAll("\\", "/") ?? ""}/`;
  return place.startsWith(folder) ? place.slice(folder.length) : place;
}

const calls = new WeakMap<object, CallStack>();

/** Notes that a command, an array, is being handed to a client here. */
export function noteCall(command: object): void {
  calls.set(command, new CallStack());
}

/** Where a command was handed to a client, if that was noted. */
export function callOfCommand(command: unknown): CallStack | undefined {
  return typeof command === "object" && command !== null ? calls.get(command) : undefined;
}
