/**
 * The fast way to run the real client unchanged: `fetch` is swapped for a function that answers the calls for one database in
 * process and lets all others through. It reads the client's call as it stands and builds no `Request`.
 */
import { Disruption } from "../disruption.js";
import type { Backend } from "./backend.js";
import { createRestHandler, type RestHandler } from "./handler.js";
import { answerOrCut, respond, toResponse } from "./respond.js";
import { databaseSettings, isBelow, type DatabaseOptions } from "./settings.js";

/**
 * Answers every `fetch` for the database's URL from the emulator (or another backend), until the returned function is called. Throws a TypeError for a
 * malformed URL.
 */
export function interceptFetch(emulator: Backend, options: DatabaseOptions = {}): () => void {
  const { url, ...tokens } = databaseSettings(options);
  const destination = { url, handler: createRestHandler(emulator, tokens) };
  return swapFetch((requested) => (isBelow(requested, url) ? destination : undefined));
}

/** What answers the requests below a URL. */
export interface Destination {
  readonly url: string;
  readonly handler: RestHandler;
}

/** Answers the `fetch`es that have a destination, until the returned function is called. */
export function swapFetch(find: (requested: string) => Destination | undefined): () => void {
  const original = globalThis.fetch;
  let active = true;

  const intercepted: typeof fetch = (input, init) => {
    const requested = typeof input === "string" ? input : "url" in input ? input.url : input.href;
    const destination = active ? find(requested) : undefined;
    if (destination === undefined) return original(input, init);
    return answer(destination, requested, input, init);
  };
  globalThis.fetch = intercepted;

  return () => {
    active = false;
    if (globalThis.fetch === intercepted) globalThis.fetch = original;
  };
}

async function answer(
  { url, handler }: Destination,
  requested: string,
  input: Parameters<typeof fetch>[0],
  init: RequestInit | undefined,
): Promise<Response> {
  init?.signal?.throwIfAborted();
  const body = init?.body ?? null;
  if (typeof input !== "string" || (body !== null && typeof body !== "string")) {
    return orFail(await respond(handler, new Request(input, init), url));
  }
  const response = answerOrCut(handler, {
    method: init?.method ?? "GET",
    target: requested.slice(url.length),
    header: headerReader(init?.headers),
    body,
    cache: init?.cache ?? "default",
  });
  if (!(response instanceof Promise)) return orFail(toResponse(response, init));
  const sent = response.then((outcome) => orFail(toResponse(outcome, init)));
  return orAborted(sent, init?.signal);
}

/** A connection that is cut is no response to who has called `fetch`. */
function orFail(response: Response): Response {
  if (response.type === "error") throw new TypeError("fetch failed", { cause: new Disruption() });
  return response;
}

/** The response, unless the call is aborted before. */
function orAborted(
  response: Promise<Response>,
  signal: AbortSignal | null | undefined,
): Promise<Response> {
  if (signal === null || signal === undefined) return response;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener("abort", abort);
    response.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

/** Reads headers from what `fetch` takes, without a `Headers` object where a plain one was passed. */
function headerReader(headers: RequestInit["headers"]): (name: string) => string | null {
  if (headers === undefined) return () => null;
  if (headers instanceof Headers || Array.isArray(headers)) {
    const list = new Headers(headers);
    return (name) => list.get(name);
  }
  const entries = Object.entries(headers);
  return (name) => {
    for (const [given, value] of entries) {
      if (given.length === name.length && given.toLowerCase() === name) return value;
    }
    return null;
  };
}
