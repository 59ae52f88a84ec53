/** The Upstash REST API as one MSW handler: MSW tries its handlers in turn, so one per command would cost every request. */
import { http, type HttpHandler } from "msw";
import { createEmulator } from "../emulator.js";
import type { Backend } from "../rest/backend.js";
import { createRestHandler } from "../rest/handler.js";
import { respond } from "../rest/respond.js";
import { databaseSettings, type DatabaseOptions } from "../rest/settings.js";

/**
 * Handlers for `setupServer` and `setupWorker` that answer every request for the database's URL from the emulator (a new one by
 * default); anything else passes by. Throws a TypeError for a malformed URL.
 */
export function kvHandlers(
  emulator: Backend = createEmulator(),
  options: DatabaseOptions = {},
): HttpHandler[] {
  const { url, ...tokens } = databaseSettings(options);
  const handler = createRestHandler(emulator, tokens);
  const below = new RegExp(`^${escapeRegExp(url)}(/|$)`);
  return [
    http.all(below, async ({ request }) => keepUncloned(await respond(handler, request, url))),
  ];
}

/**
 * MSW clones every response for those who want to look on. The clone of a stream would gather all of its events, and keep it open when
 * the client has gone; so it is empty.
 */
function keepUncloned(response: Response): Response {
  const { body, headers } = response;
  if (body !== null && headers.get("content-type") === "text/event-stream") {
    body.tee = () => [body, new Blob().stream()];
  }
  return response;
}

function escapeRegExp(literal: string): string {
  return literal.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
