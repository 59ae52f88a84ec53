/**
 * The in-process stand-in for the client's HTTP: it takes what the real client would send and gives back what its HttpClient would
 * have decoded, error texts included.
 */
import type { Requester, UpstashRequest, UpstashResponse } from "@upstash/redis";
import { errors } from "@upstash/redis/cloudflare";
import { utf8 } from "../bytes.js";
import type { Origin } from "../call.js";
import { ReplyError } from "../errors.js";
import { plain, type PlainReply } from "../plain.js";
import type { Reply } from "../reply.js";
import type { Session } from "../session.js";
import { ResultTooLarge, type Backend } from "../rest/backend.js";
import { runPipeline, runTransaction, type Client } from "../rest/commands.js";
import { encodeReplies, encodeReply, type Encoding } from "../rest/encode.js";
import { toCommand, toCommands } from "../rest/json-commands.js";
import { route } from "../rest/route.js";
import { listen, type EventStream } from "../rest/sse.js";
import { overFetch } from "./wire.js";

export interface DoubleOptions {
  /** How the client's replies travel: base64 keeps bytes, and its decoder drops a leading byte order mark. */
  readonly responseEncoding?: false | "base64" | undefined;
  /** The client's URL, which is no other's. */
  readonly url: string;
  /** Who the double is to faults and to the log. */
  readonly name: string;
  /** The `cache` of the client's `fetch`. */
  readonly cache?: string | undefined;
  /** Whether the client parses what it reads. */
  readonly automaticDeserialization?: boolean | undefined;
}

/**
 * Puts the emulator in the place of a client's HTTP. The client's own requester stays, because the client has handed it on already;
 * only its `request` is another.
 */
export function answerInProcess(
  requester: Requester,
  engine: Backend,
  options: DoubleOptions,
): void {
  const answerer = new Answerer(engine, options);
  const travel = overFetch(requester.request.bind(requester), engine, options);
  requester.request = (request: UpstashRequest) =>
    engine.disrupted ? travel(request) : answerer.request(requester, request);
}

class Answerer {
  readonly #engine: Backend;
  readonly #session: Session;
  readonly #encoded: boolean;
  readonly #receive: (text: string) => string;
  readonly #options: DoubleOptions;

  constructor(engine: Backend, options: DoubleOptions) {
    this.#engine = engine;
    this.#session = engine.createSession("upstash");
    this.#options = options;
    this.#encoded = options.responseEncoding !== false;
    this.#receive = this.#encoded ? withoutByteOrderMark : (text) => text;
  }

  request<Result>(requester: Requester, request: UpstashRequest): Promise<UpstashResponse<Result>>;
  async request(requester: Requester, request: UpstashRequest): Promise<unknown> {
    const { path = [], body } = request;
    const commands: readonly unknown[] = Array.isArray(body) ? body : [];
    const { requestObserver: observer, linter } = this.#engine;
    const readsWrites = requester.readYourWrites === true;
    let seen: number | undefined;
    const client: Client = {
      engine: this.#engine,
      door: "double",
      session: this.#session,
      access: "full",
      name: this.#options.name,
      syncToken: readsWrites ? requester.upstashSyncToken : undefined,
      onSeen: (changes) => (seen = changes),
      observed: observer?.begin("double", () => utf8(JSON.stringify(body)).length),
      origin: linter === undefined ? undefined : this.#originOf(path, commands),
    };
    const response = isStreaming(request)
      ? await this.#stream(client, request)
      : await this.#answer(client, path.join("/"), commands, body);
    if (readsWrites) requester.upstashSyncToken = (seen ?? this.#engine.changes).toString(32);
    return response;
  }

  #originOf(path: readonly string[], commands: readonly unknown[]): Origin {
    const { cache, automaticDeserialization: deserializes } = this.#options;
    return { sent: path.length === 0 ? [commands] : commands, cache, deserializes };
  }

  async #answer(
    client: Client,
    path: string,
    commands: readonly unknown[],
    body: unknown,
  ): Promise<unknown> {
    switch (path) {
      case "": {
        const [reply = null] = await runPipeline(client, [toCommand(commands)]);
        client.observed?.end(() => utf8(encodeReply(reply, this.#encoding)).length);
        if (reply instanceof ResultTooLarge) return { error: reply.message };
        if (reply instanceof ReplyError) throw failure(reply, body);
        return { result: this.#decode(plain(reply)) };
      }
      case "pipeline": {
        const parsed = toCommands(commands);
        const replies = parsed instanceof ReplyError ? parsed : await runPipeline(client, parsed);
        return this.#outcomes(client, replies, body);
      }
      case "multi-exec": {
        const parsed = toCommands(commands);
        const replies =
          parsed instanceof ReplyError ? parsed : await runTransaction(client, parsed);
        return this.#outcomes(client, replies, body);
      }
      default:
        throw new errors.UpstashError(`kv-emulator does not serve /${path} yet`);
    }
  }

  /** Reads the channels from the path as they arrive on the wire, where a `/` within one makes two of it. */
  async #stream(
    client: Client,
    { path = [], body, onMessage, signal }: StreamingRequest,
  ): Promise<unknown> {
    const destination = route(`/${path.join("/")}`);
    const words = "words" in destination ? destination.words : [];
    const events = await listen(client, [...words, ...destination.query.words]);
    if (events instanceof ReplyError) throw failure(events, body);
    handOn(events, onMessage, signal);
    return { result: 1 };
  }

  #outcomes(client: Client, replies: readonly Reply[] | ReplyError, body: unknown): unknown {
    client.observed?.end(() => this.#length(replies));
    if (replies instanceof ReplyError) throw failure(replies, body);
    return replies.map((reply) => this.#outcome(reply));
  }

  get #encoding(): Encoding {
    return this.#encoded ? "base64" : "text";
  }

  /** Of the response's body over HTTP, in bytes. */
  #length(replies: readonly Reply[] | ReplyError): number {
    const isError = replies instanceof ReplyError;
    const encoding = this.#encoding;
    return utf8(isError ? encodeReply(replies, encoding) : encodeReplies(replies, encoding)).length;
  }

  #outcome(reply: Reply): { result?: unknown; error?: string } {
    if (reply instanceof ReplyError) return { error: reply.message };
    return { result: this.#decode(plain(reply)) };
  }

  /**
   * What JSON.parse and the client's decoder make of a reply: integers lose what a double can not hold, and the decoder of base64 has no
   * objects, which errors are, at every other depth.
   */
  #decode(reply: PlainReply, depth = 0): unknown {
    if (typeof reply === "string") return this.#receive(reply);
    if (typeof reply === "bigint") return Number(reply);
    if (typeof reply === "number" || reply === null) return reply;
    if (!(reply instanceof ReplyError)) return reply.map((item) => this.#decode(item, depth + 1));
    return this.#encoded && depth % 2 === 0 ? null : { error: reply.message };
  }
}

type StreamingRequest = UpstashRequest & Required<Pick<UpstashRequest, "onMessage">>;

function isStreaming(request: UpstashRequest): request is StreamingRequest {
  return request.isStreaming === true && request.onMessage !== undefined;
}

/**
 * Hands on events until the call is aborted: not within the command that causes one, and before it is answered. A listener that throws
 * ends the stream, with the real client's words.
 */
function handOn(
  events: EventStream,
  onMessage: (data: string) => void,
  signal: AbortSignal | undefined,
): void {
  let ended = false;
  const end = (): void => {
    ended = true;
    events.cancel();
    signal?.removeEventListener("abort", end);
  };
  const receive = (data: string): void => {
    if (ended) return;
    try {
      onMessage(data);
    } catch (error) {
      end();
      console.error("Stream reading error:", error);
    }
  };
  if (signal?.aborted === true) return end();
  signal?.addEventListener("abort", end);
  events.open(
    (data) => queueMicrotask(() => receive(data)),
    () => queueMicrotask(end),
  );
}

function withoutByteOrderMark(text: string): string {
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}

/** The error the client throws for a response that is not 2xx. */
function failure({ message }: ReplyError, body: unknown): Error {
  return new errors.UpstashError(`${message}, command was: ${JSON.stringify(body)}`);
}
