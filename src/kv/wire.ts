/**
 * The real client's own way, for doubles whose emulator disturbs what travels: their requests go through `fetch` with the client's retries,
 * parsing and errors, to a host that is answered in process.
 */
import type { Requester } from "@upstash/redis";
import type { Backend } from "../rest/backend.js";
import { createRestHandler } from "../rest/handler.js";
import { swapFetch, type Destination } from "../rest/intercept-fetch.js";

const HOST = /^https:\/\/double-\d+\.kv-emulator\.test/;

let doubles = 0;

/** A name and a URL for a double that are no other's. */
export function nextAddress(): { readonly name: string; readonly url: string } {
  doubles++;
  const name = `double-${doubles}`;
  return { name, url: `https://${name}.kv-emulator.test` };
}

/** The doubles that have requests under way, by URL, and how many. */
const underWay = new Map<string, { readonly destination: Destination; requests: number }>();
let unswap = (): void => undefined;

/** `send`, the client's own way to send a request, for a double at that address: its `fetch` is answered by the engine. */
export function overFetch(
  send: Requester["request"],
  engine: Backend,
  { url, name }: ReturnType<typeof nextAddress>,
): Requester["request"] {
  const destination = { url, handler: createRestHandler(engine, {}, name) };
  return async (request) => {
    enter(destination);
    try {
      return await send(request);
    } finally {
      leave(url);
    }
  };
}

function enter(destination: Destination): void {
  if (underWay.size === 0) {
    unswap = swapFetch((requested) => {
      const [url = ""] = HOST.exec(requested) ?? [];
      return underWay.get(url)?.destination;
    });
  }
  const known = underWay.get(destination.url);
  if (known === undefined) underWay.set(destination.url, { destination, requests: 1 });
  else known.requests++;
}

function leave(url: string): void {
  const known = underWay.get(url);
  if (known === undefined) return;
  known.requests--;
  if (known.requests === 0) underWay.delete(url);
  if (underWay.size === 0) unswap();
}
