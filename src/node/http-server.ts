/** The emulator's REST API over HTTP: a thin adapter between node:http and the REST handler. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Server } from "node:net";
import type { Duplex } from "node:stream";
import { Disruption, type WebResponse } from "../disruption.js";
import { sizeExceeded } from "../rest/commands.js";
import type { RestHandler, RestRequest, RestResponse } from "../rest/handler.js";
import { frame, isEventStream, MAX_UNREAD, type EventStream } from "../rest/sse.js";

/** A body of more bytes is refused: no plan of Upstash takes a request as large. */
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
  const send = createSender();
  const server = createServer((request, response) => {
    readBody(request, (body) => answer(handler, request, response, body, send));
  });
  server.on("connect", (_, socket) => refuseTunnel(socket));
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

/** Answers CONNECT as every method that the API has not, where node would cut off what was asked before it as well. */
function refuseTunnel(socket: Duplex): void {
  socket.on("error", () => socket.destroy()).resume();
  const refusal =
    "HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
  setImmediate(() => socket.end(refusal));
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

type Body = Pick<RestRequest, "body" | "refused">;

/** Reads a body that is not too large; the rest of one that is goes unkept. */
function readBody(request: IncomingMessage, done: (body: Body) => void): void {
  const chunks: Buffer[] = [];
  const announced = Number(request.headers["content-length"] ?? 0);
  let length = 0;
  const refuse = (): void => {
    request.removeAllListeners("data").resume();
    request.removeAllListeners("end");
    done({ body: null, refused: sizeExceeded(MAX_BODY, Math.max(length, announced)) });
  };
  if (announced > MAX_BODY) return refuse();
  request.on("data", (chunk: Buffer) => {
    length += chunk.length;
    if (length > MAX_BODY) refuse();
    else chunks.push(chunk);
  });
  request.on("end", () => {
    const [only] = chunks;
    if (only === undefined) done({ body: null });
    else done({ body: chunks.length === 1 ? only : Buffer.concat(chunks) });
  });
}

function answer(
  handler: RestHandler,
  request: IncomingMessage,
  response: ServerResponse,
  { body, refused }: Body,
  send: (answer: Answer) => void,
): void {
  const { method = "GET", url: target = "/", headers } = request;
  const header = (name: string): string | null => {
    const value = headers[name];
    return Array.isArray(value) ? value.join(", ") : (value ?? null);
  };
  const finish = (head: RestResponse): void => {
    const { body: content } = head;
    if (isEventStream(content)) {
      stream(content, request, response.writeHead(head.status, head.headers));
    } else if (refused === undefined) send({ head, content, response });
    else endLate(request, response, head, content);
  };
  try {
    const outcome = handler({ method, target, header, body, refused });
    if (outcome instanceof Promise) outcome.then(finish, () => response.destroy());
    else finish(outcome);
  } catch (error) {
    if (error instanceof Disruption) response.destroy();
    else fail(response, error);
  }
}

/** What is to be sent; the body by itself because it is no stream of events. */
interface Answer {
  readonly head: Head;
  readonly content: WebResponse["body"];
  readonly response: ServerResponse;
}

type Head = Omit<WebResponse, "body">;

/**
 * Sends responses when all requests that have arrived are answered. Each sent by itself would wake its client and let it sleep again
 * before the next: with many connections that costs more than everything else.
 */
function createSender(): (answer: Answer) => void {
  let waiting: Answer[] = [];
  const flush = (): void => {
    const ready = waiting;
    waiting = [];
    for (const { head, content, response } of ready) {
      // With the length the body goes in one piece with the headers.
      writeHead(response, head, content);
      if (head.torn === true) tear(response, content ?? "");
      else response.end(content);
    }
  };
  return (answer) => {
    if (waiting.push(answer) === 1) setImmediate(flush);
  };
}

function writeHead(
  response: ServerResponse,
  { status, headers }: Head,
  content: WebResponse["body"],
): void {
  // The headers may be those of somebody who has made the response and keeps it.
  const length = Buffer.byteLength(content ?? "");
  response.writeHead(status, { ...headers, "content-length": length });
}

/** Sends half of a body, then cuts the connection. */
function tear(response: ServerResponse, body: string | Uint8Array): void {
  const bytes = Buffer.from(body);
  response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
}

/**
 * Answers at once, but closes the connection only when the client has sent all or has taken too long for it: closed before, it would
 * lose the answer.
 */
function endLate(
  request: IncomingMessage,
  response: ServerResponse,
  head: Head,
  content: WebResponse["body"],
): void {
  response.setHeader("connection", "close");
  writeHead(response, head, content);
  response.write(content ?? "");
  request.once("end", () => response.end());
}

/** Tells of a mistake of the emulator's own; it is no reply of a Redis. */
function fail(response: ServerResponse, error: unknown): void {
  response.writeHead(500, { "content-type": "application/json" });
  response.end(JSON.stringify({ error: `kv-emulator failed: ${String(error)}` }));
}

/**
 * Sends events as they come, until the client goes or leaves too much unread. That it has gone the socket tells: a response still behind
 * another on the connection hears nothing.
 */
function stream(events: EventStream, { socket }: IncomingMessage, response: ServerResponse): void {
  const cut = (): void => {
    events.cancel();
    response.destroy();
  };
  if (socket.destroyed) {
    cut();
    return;
  }
  const leave = (): void => events.cancel();
  socket.once("close", leave);
  response.flushHeaders();
  events.open(
    (data) => {
      response.write(frame(data));
      if (response.writableLength > MAX_UNREAD) cut();
    },
    () => {
      socket.off("close", leave);
      response.end();
    },
  );
}
