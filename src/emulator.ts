/** The emulator as its users hold it: the engine with the Upstash REST API in front. */
import { Engine, type EmulatorOptions as EngineOptions } from "./engine.js";
import type { Tokens } from "./rest/auth.js";
import { createRestHandler } from "./rest/handler.js";
import { respond } from "./rest/respond.js";

/** Options of `createEmulator`. Tokens are those that `fetch` asks for. */
export interface EmulatorOptions extends EngineOptions, Tokens {}

export class Emulator extends Engine {
  /**
   * The Upstash REST API: `/`, `/pipeline`, `/multi-exec`, commands as paths, and `/subscribe`, `/psubscribe` and `/monitor` as
   * streams of events, on whatever host the request names. Errors of commands are responses (400, 401, 405, 413); the promise rejects
   * only on a bug.
   */
  readonly fetch: (request: Request) => Promise<Response>;

  constructor(options: EmulatorOptions = {}) {
    super(options);
    const handler = createRestHandler(this, options);
    this.fetch = (request) => respond(handler, request, new URL(request.url).origin);
  }
}

/** An empty in-memory Redis. Throws a TypeError for malformed options. */
export function createEmulator(options: EmulatorOptions = {}): Emulator {
  return new Emulator(options);
}
