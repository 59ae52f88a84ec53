/** The bridge between web requests and the REST handler. */
import type { RestHandler, RestResponse } from "./handler.js";

/** Answers a request whose URL begins with `base` (no trailing slash). */
export async function respond(
  handler: RestHandler,
  request: Request,
  base: string,
): Promise<Response> {
  const { method, headers, url } = request;
  const body = request.body === null ? null : new Uint8Array(await request.arrayBuffer());
  const header = (name: string): string | null => headers.get(name);
  return toResponse(await handler({ method, target: url.slice(base.length), header, body }));
}

export function toResponse({ status, headers, body }: RestResponse): Response {
  return new Response(body, { status, headers });
}
