/** The emulator's REST API over HTTP: a thin adapter between node:http and the REST handler. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Server } from "node:net";
import type { RestHandler, RestResponse } from "../rest/handler.js";
import { frame, isEventStream, MAX_UNREAD, type EventStream } from "../rest/sse.js";

/** A body of more bytes is not read to its end: no plan of Upstash takes a request as large. */
const MAX_BODY = 64 * 1024 * 1024;

export interface HttpServer {
  readonly host: string;
  readonly port: number;
  /** Ends every connection and stops listening. */
  close(): Promise<void>;
}

export async function startHttpServer(
  handler: RestHandler,
  { port, host }: { readonly port: number; readonly host: string },
): Promise<HttpServer> {
  const server = createServer((request, response) => {
    readBody(request, (body) => answer(handler, request, response, body));
  });
  // Longer than clients keep a connection that they do not use, so that it is always they who let go of it.
  server.keepAliveTimeout = 75_000;
  server.headersTimeout = 20_000;
  server.requestTimeout = 60_000;
  await listen(server, port, host);
  return {
    host,
    port: portOf(server),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Listens; rejects where the port is taken or not allowed. */
export function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

export function portOf(server: Server): number {
  const address: string | AddressInfo | null = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

function readBody(request: IncomingMessage, done: (body: Uint8Array | null) => void): void {
  const chunks: Buffer[] = [];
  let length = 0;
  request.on("data", (chunk: Buffer) => {
    length += chunk.length;
    if (length > MAX_BODY) request.destroy();
    else chunks.push(chunk);
  });
  request.on("end", () => {
    const [only] = chunks;
    if (only === undefined) done(null);
    else done(chunks.length === 1 ? only : Buffer.concat(chunks));
  });
}

function answer(
  handler: RestHandler,
  request: IncomingMessage,
  response: ServerResponse,
  body: Uint8Array | null,
): void {
  const { method = "GET", url: target = "/", headers } = request;
  const header = (name: string): string | null => {
    const value = headers[name];
    return Array.isArray(value) ? value.join(", ") : (value ?? null);
  };
  const finish = ({ status, headers: own, body: content }: RestResponse): void => {
    response.statusCode = status;
    for (const name of Object.keys(own)) response.setHeader(name, own[name] ?? "");
    if (isEventStream(content)) stream(content, response);
    // Without headers already written, they go in one piece with a body whose length is then known.
    else response.end(content ?? undefined);
  };
  const outcome = handler({ method, target, header, body });
  if (outcome instanceof Promise) outcome.then(finish, () => response.destroy());
  else finish(outcome);
}

/** Sends events as they come, until the client goes or leaves too much unread. */
function stream(events: EventStream, response: ServerResponse): void {
  const cut = (): void => {
    events.cancel();
    response.destroy();
  };
  if (response.destroyed) {
    cut();
    return;
  }
  response.on("close", () => events.cancel());
  response.flushHeaders();
  events.open(
    (data) => {
      response.write(frame(data));
      if (response.writableLength > MAX_UNREAD) cut();
    },
    () => response.end(),
  );
}
