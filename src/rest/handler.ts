/**
 * The Upstash REST API as a function of a plain request, so that a caller that has no `Request` (a swapped `fetch`) builds none.
 * What the service does where no source tells is listed in open-questions.ts.
 */
import type { User } from "../acl/user.js";
import { fromUint8Array, toUint8Array, utf8, bytes, type ByteString } from "../bytes.js";
import { Disruption, Failure, type Alteration, type WebResponse } from "../disruption.js";
import { ReplyError } from "../errors.js";
import type { ObservedRequest } from "../request-observer.js";
import type { Origin } from "../call.js";
import type { Reply } from "../reply.js";
import type { Session } from "../session.js";
import { encodeResp } from "../resp/encode.js";
import { authorize, givenToken, type Tokens } from "./auth.js";
import type { Access } from "./availability.js";
import { ResultTooLarge, Unavailable, type Backend } from "./backend.js";
import { runPipeline, runTransaction, type Client } from "./commands.js";
import { encodeReplies, encodeReply, type Encoding } from "./encode.js";
import { parseCommand, parseCommands, type ParsedCommand } from "./json-commands.js";
import { route, type Route } from "./route.js";
import { isEventStream, isStreamName, listen, type EventStream } from "./sse.js";

export interface RestRequest {
  readonly method: string;
  /** The path and query behind the database's URL. */
  readonly target: string;
  readonly header: (name: string) => string | null;
  readonly body: string | Uint8Array | null;
  /** The `cache` of the call to `fetch`, where that is in this process. */
  readonly cache?: string | undefined;
  /** Why the body was not read to its end, where it was not. */
  readonly refused?: ReplyError | undefined;
}

export interface RestResponse extends Omit<WebResponse, "body"> {
  readonly body: WebResponse["body"] | EventStream;
}

/** Throws a Disruption, or rejects with one, where the connection is to be cut. */
export type RestHandler = (request: RestRequest) => RestResponse | Promise<RestResponse>;

/** A handler for one database with its tokens and a session of its own; calls are a double's where one is named. */
export function createRestHandler(engine: Backend, tokens: Tokens, double?: string): RestHandler {
  const session = engine.createSession("upstash");
  const sessions = new WeakMap<User, Session>();
  const sessionOf = (user: User): Session => {
    const known = sessions.get(user);
    if (known?.closed === false) return known;
    const own = engine.createSession("upstash");
    own.logIn(user, true);
    sessions.set(user, own);
    return own;
  };
  const door = double === undefined ? "rest" : "double";
  const originOf = (request: RestRequest): Origin => ({
    sent: sentCommands(request),
    cache: double === undefined ? request.cache : undefined,
  });
  const nameOf = (access: Access | User, token: string | undefined): string => {
    if (double !== undefined) return double;
    if (typeof access !== "string") return access.name;
    if (access === "read-only") return access;
    return (tokens.token === undefined ? token : undefined) ?? "default";
  };
  return (request) => {
    const alterations: Alteration[] = [];
    let seen: number | undefined;
    let observed: ObservedRequest | undefined;
    const connect: Connect = (access, token) => ({
      observed: (observed = engine.requestObserver?.begin(door, () => bodyLength(request.body))),
      engine,
      door,
      session: typeof access === "string" ? session : sessionOf(access),
      access: typeof access === "string" ? access : "full",
      name: nameOf(access, token),
      syncToken: request.header("upstash-sync-token") ?? undefined,
      onSeen: (changes) => (seen = changes),
      alterResponse: (alter) => alterations.push(alter),
      origin: engine.linter === undefined ? undefined : originOf(request),
    });
    const send = (response: RestResponse): RestResponse => {
      observed?.end(() => bodyLength(response.body));
      return response;
    };
    const finish = (result: Result): RestResponse => {
      const response = complete(request, result, seen ?? engine.changes);
      return send(altered(response, alterations, observed));
    };
    const fail = (error: unknown): RestResponse => send(disrupted(error));
    try {
      const result = answer(request, tokens, engine, connect);
      return result instanceof Promise ? result.then(finish).catch(fail) : finish(result);
    } catch (error) {
      return fail(error);
    }
  };
}

type Connect = (access: Access | User, token: string | undefined) => Client;

function altered(
  response: RestResponse,
  alterations: readonly Alteration[],
  observed: ObservedRequest | undefined,
): RestResponse {
  const { status, body } = response;
  if (alterations.length === 0 || isEventStream(body)) return response;
  const sent = alterations.reduce<WebResponse>((result, alter) => alter(result), {
    ...response,
    body,
  });
  if (sent.status !== status || sent.body !== body || sent.torn === true) observed?.alter(sent);
  return sent;
}

/** In bytes; what a stream of events will be is not counted. */
function bodyLength(body: RestRequest["body"] | RestResponse["body"]): number {
  if (body === null || isEventStream(body)) return 0;
  return typeof body === "string" ? utf8(body).length : body.length;
}

/** What a link of the chain had sent in the place of a response. */
function disrupted(error: unknown): RestResponse {
  if (error instanceof Disruption && error.response !== undefined) return error.response;
  if (!(error instanceof Failure)) throw error;
  const body = encodeReply(new ReplyError(error.message), "text");
  const headers = { "content-type": "application/json" };
  return { status: 400, headers, body, failure: error };
}

/** The commands of a body that is JSON. */
function sentCommands(request: RestRequest): readonly unknown[] | undefined {
  try {
    const json: unknown = JSON.parse(bodyText(request));
    if (!Array.isArray(json)) return undefined;
    return json.every((command) => Array.isArray(command)) ? json : [json];
  } catch {
    return undefined;
  }
}

/** A response without the headers that every response has. */
interface Result {
  readonly status: number;
  readonly body: RestResponse["body"];
  readonly type?: string;
}

type Outcome = Result | Promise<Result>;

const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT"]);

function answer(request: RestRequest, tokens: Tokens, engine: Backend, connect: Connect): Outcome {
  if (request.method === "OPTIONS") return { status: 200, body: null };
  if (!METHODS.has(request.method)) return { status: 405, body: null };
  const destination = route(request.target);
  const token = givenToken(request.header("authorization"), destination.query.token);
  const access = authorize(tokens, token, (given) => engine.userOfToken(utf8(given)));
  if (access instanceof ReplyError) return failure(401, access);
  const format = responseFormat(request, destination.kind);
  if (format instanceof ReplyError) return failure(400, format);
  if (request.refused !== undefined) return failure(errorStatus(request.refused), request.refused);
  const client = connect(access, token);
  switch (destination.kind) {
    case "command":
      return single(client, parseCommand(bodyText(request)), format);
    case "path":
      if (asksForEvents(request, destination)) return stream(client, destination);
      return single(client, pathCommand(request, destination), format);
    case "pipeline":
      return pipeline(client, parseCommands(bodyText(request)), format);
    case "transaction":
      return transaction(client, parseCommands(bodyText(request)), format);
  }
}

function single(client: Client, command: ParsedCommand, format: Format): Outcome {
  return settle(runPipeline(client, [command]), ([reply = null]) => {
    const status = reply instanceof ReplyError ? errorStatus(reply) : 200;
    return format === "resp2" ? binary(status, [reply]) : json(status, encodeReply(reply, format));
  });
}

function pipeline(
  client: Client,
  commands: readonly ParsedCommand[] | ReplyError,
  format: Format,
): Outcome {
  if (commands instanceof ReplyError) return failure(400, commands);
  return settle(runPipeline(client, commands), (replies) => {
    const [first] = replies;
    if (first instanceof Unavailable && replies.every(isUnavailable)) return failure(503, first);
    return format === "resp2" ? binary(200, replies) : json(200, encodeReplies(replies, format));
  });
}

function transaction(
  client: Client,
  commands: readonly ParsedCommand[] | ReplyError,
  format: Format,
): Outcome {
  if (commands instanceof ReplyError) return failure(400, commands);
  return settle(runTransaction(client, commands), (replies) =>
    replies instanceof ReplyError
      ? failure(errorStatus(replies), replies)
      : json(200, encodeReplies(replies, format === "base64" ? format : "text")),
  );
}

type Path = Route & { readonly kind: "path" };

/** Without the header they are commands like any other, which REST refuses. */
function asksForEvents({ method, header }: RestRequest, { words: [name] }: Path): boolean {
  if (method === "HEAD" || !isStreamName(name)) return false;
  return header("accept")?.includes("text/event-stream") === true;
}

/** The body is not looked at: the client sends an empty command there. */
async function stream(client: Client, { words, query }: Path): Promise<Result> {
  const events = await listen(client, [...words, ...query.words]);
  if (events instanceof ReplyError) return failure(errorStatus(events), events);
  return { status: 200, body: events, type: "text/event-stream" };
}

function isUnavailable(reply: Reply): boolean {
  return reply instanceof Unavailable;
}

function settle<Outcomes>(
  replies: Outcomes | Promise<Outcomes>,
  respond: (replies: Outcomes) => Result,
): Outcome {
  return replies instanceof Promise ? replies.then(respond) : respond(replies);
}

/** What shape the response takes: JSON with plain or base64 strings, or raw RESP2. */
type Format = Encoding | "resp2";

function responseFormat({ header }: RestRequest, kind: Route["kind"]): Format | ReplyError {
  const encoding = header("upstash-encoding")?.toLowerCase();
  const format = header("upstash-response-format")?.toLowerCase();
  if (encoding !== undefined && encoding !== "base64") {
    return new ReplyError(`ERR invalid Upstash-Encoding: ${JSON.stringify(encoding)}`);
  }
  if (kind === "transaction" || format === undefined || format === "json")
    return encoding ?? "text";
  if (format !== "resp2") {
    return new ReplyError(`ERR invalid Upstash-Response-Format: ${JSON.stringify(format)}`);
  }
  if (encoding === undefined) return format;
  return new ReplyError("ERR Upstash-Encoding can not be combined with the resp2 response format");
}

function pathCommand(request: RestRequest, { words, query }: Path): ParsedCommand {
  const takesBody = request.method === "POST" || request.method === "PUT";
  const body = takesBody ? bodyBytes(request) : bytes("");
  return [...words, ...(body === "" ? [] : [body]), ...query.words];
}

const decoder = new TextDecoder();

function bodyText({ method, body }: RestRequest): string {
  if (body === null || method === "GET" || method === "HEAD") return "";
  return typeof body === "string" ? body : decoder.decode(body);
}

function bodyBytes({ body }: RestRequest): ByteString {
  if (body === null) return bytes("");
  return typeof body === "string" ? utf8(body) : fromUint8Array(body);
}

function errorStatus(error: ReplyError): number {
  if (error instanceof Unavailable) return 503;
  if (error instanceof ResultTooLarge) return 200;
  return error.message.startsWith("ERR max request size exceeded") ? 413 : 400;
}

function failure(status: number, error: ReplyError): Result {
  return json(status, encodeReply(error, "text"));
}

function json(status: number, body: string): Result {
  return { status, body, type: "application/json" };
}

function binary(status: number, replies: readonly Reply[]): Result {
  const body = bytes(replies.map((reply) => encodeResp(reply, 2)).join(""));
  return { status, body: toUint8Array(body), type: "application/octet-stream" };
}

function complete({ method, header }: RestRequest, result: Result, changes: number): RestResponse {
  const headers: Record<string, string> = { "access-control-allow-credentials": "true" };
  const origin = header("origin");
  if (origin !== null) headers["access-control-allow-origin"] = origin;
  if (method === "OPTIONS") {
    headers["access-control-allow-methods"] = "HEAD, GET, POST, PUT";
    const requested = header("access-control-request-headers");
    if (requested !== null) headers["access-control-allow-headers"] = requested;
  } else if (result.type !== undefined) {
    headers["content-type"] = result.type;
    headers["upstash-sync-token"] = changes.toString(32);
  }
  return { status: result.status, headers, body: method === "HEAD" ? null : result.body };
}
