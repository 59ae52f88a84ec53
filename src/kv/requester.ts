/**
 * The in-process stand-in for the client's HTTP: it takes what the real client would send and gives back what its HttpClient would
 * have decoded, error texts included.
 */
import type { Requester, UpstashRequest, UpstashResponse } from "@upstash/redis";
import { errors } from "@upstash/redis/cloudflare";
import { ReplyError } from "../errors.js";
import { plain, type PlainReply } from "../plain.js";
import type { Reply } from "../reply.js";
import type { Backend } from "../rest/backend.js";
import { runPipeline, runTransaction, type Client } from "../rest/commands.js";
import { toCommand, toCommands } from "../rest/json-commands.js";

/** How the client's replies travel: base64 keeps bytes, and its decoder drops a leading byte order mark. */
export interface ResponseOptions {
  readonly responseEncoding?: false | "base64";
}

/**
 * Puts the emulator in the place of a client's HTTP. The client's own requester stays, because the client has handed it on already;
 * only its `request` is another.
 */
export function answerInProcess(
  requester: Requester,
  engine: Backend,
  options: ResponseOptions,
): void {
  const answerer = new Answerer(engine, options);
  requester.request = (request: UpstashRequest) => answerer.request(requester, request);
}

class Answerer {
  readonly #client: Client;
  readonly #encoded: boolean;
  readonly #receive: (text: string) => string;

  constructor(engine: Backend, { responseEncoding }: ResponseOptions) {
    const session = engine.createSession("upstash");
    this.#client = { engine, session, door: "double", access: "full" };
    this.#encoded = responseEncoding !== false;
    this.#receive = this.#encoded ? withoutByteOrderMark : (text) => text;
  }

  request<Result>(requester: Requester, request: UpstashRequest): Promise<UpstashResponse<Result>>;
  async request(requester: Requester, { path, body }: UpstashRequest): Promise<unknown> {
    const commands: readonly unknown[] = Array.isArray(body) ? body : [];
    const response = await this.#answer(path?.join("/") ?? "", commands, body);
    if (requester.readYourWrites === true) {
      requester.upstashSyncToken = this.#client.engine.changes.toString(32);
    }
    return response;
  }

  async #answer(path: string, commands: readonly unknown[], body: unknown): Promise<unknown> {
    switch (path) {
      case "": {
        const [reply = null] = await runPipeline(this.#client, [toCommand(commands)]);
        if (reply instanceof ReplyError) throw failure(reply, body);
        return { result: this.#decode(plain(reply)) };
      }
      case "pipeline": {
        const parsed = toCommands(commands);
        if (parsed instanceof ReplyError) throw failure(parsed, body);
        return (await runPipeline(this.#client, parsed)).map((reply) => this.#outcome(reply));
      }
      case "multi-exec": {
        const parsed = toCommands(commands);
        const replies =
          parsed instanceof ReplyError ? parsed : await runTransaction(this.#client, parsed);
        if (replies instanceof ReplyError) throw failure(replies, body);
        return replies.map((reply) => this.#outcome(reply));
      }
      default:
        throw new errors.UpstashError(`kv-emulator does not serve /${path} yet`);
    }
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

function withoutByteOrderMark(text: string): string {
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}

/** The error the client throws for a response that is not 2xx. */
function failure({ message }: ReplyError, body: unknown): Error {
  return new errors.UpstashError(`${message}, command was: ${JSON.stringify(body)}`);
}
