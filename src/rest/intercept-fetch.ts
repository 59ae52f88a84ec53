/**
 * The fast way to run the real client unchanged: `fetch` is swapped for a function that answers the calls for one database in
 * process and lets all others through. It reads the client's call as it stands and builds no `Request`.
 */
import type { Backend } from "./backend.js";
import { createRestHandler, type RestHandler } from "./handler.js";
import { respond, toResponse } from "./respond.js";
import { databaseSettings, isBelow, type DatabaseOptions } from "./settings.js";

/**
 * Answers every `fetch` for the database's URL from the emulator (or another backend), until the returned function is called. Throws a TypeError for a
 * malformed URL.
 */
export function interceptFetch(emulator: Backend, options: DatabaseOptions = {}): () => void {
  const { url, ...tokens } = databaseSettings(options);
  const handler = createRestHandler(emulator, tokens);
  const original = globalThis.fetch;
  let active = true;

  const intercepted: typeof fetch = (input, init) => {
    const requested = typeof input === "string" ? input : "url" in input ? input.url : input.href;
    if (!active || !isBelow(requested, url)) return original(input, init);
    return answer(handler, url, requested, input, init);
  };
  globalThis.fetch = intercepted;

  return () => {
    active = false;
    if (globalThis.fetch === intercepted) globalThis.fetch = original;
  };
}

async function answer(
  handler: RestHandler,
  url: string,
  requested: string,
  input: Parameters<typeof fetch>[0],
  init: RequestInit | undefined,
): Promise<Response> {
  init?.signal?.throwIfAborted();
  const body = init?.body ?? null;
  if (typeof input !== "string" || (body !== null && typeof body !== "string")) {
    return respond(handler, new Request(input, init), url);
  }
  const response = handler({
    method: init?.method ?? "GET",
    target: requested.slice(url.length),
    header: headerReader(init?.headers),
    body,
  });
  return toResponse(response instanceof Promise ? await response : response, init);
}

/** Reads headers from what `fetch` takes, without a `Headers` object where a plain one was passed. */
function headerReader(headers: RequestInit["headers"]): (name: string) => string | null {
  if (headers === undefined) return () => null;
  if (headers instanceof Headers || Array.isArray(headers)) {
    const list = new Headers(headers);
    return (name) => list.get(name);
  }
  return (name) => {
    for (const [given, value] of Object.entries(headers)) {
      if (given.length === name.length && given.toLowerCase() === name) return value;
    }
    return null;
  };
}
