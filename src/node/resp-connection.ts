/** One client of the RESP server: bytes in, commands to the engine in order, replies and pushed messages out. */
import type { Duplex } from "node:stream";
import { bytes, type ByteString } from "../bytes.js";
import type { Call, Replies } from "../call.js";
import type { Engine } from "../engine.js";
import { ReplyError } from "../errors.js";
import type { RequestObserver } from "../request-observer.js";
import { LATER, type Reply } from "../reply.js";
import { ProtocolError, RequestDecoder } from "../resp/decode.js";
import { encodeResp } from "../resp/encode.js";
import type { Receive, Session } from "../session.js";

/**
 * What a client may leave unread, in bytes. One that is sent messages and leaves more is closed, as with Redis's limit for subscribers;
 * the commands of one that asks for more wait until it has read.
 */
const MAX_UNREAD = 32 * 1024 * 1024;

/** What may come, in bytes, before a command is whole or while one is awaited (client-query-buffer-limit, within a string's limit here). */
const MAX_INPUT = 512 * 1024 * 1024 - 128 * 1024;

/** Makes the session of a new connection. */
export type OpenSession = (receive: Receive) => Session;

export class RespConnection {
  readonly #socket: Duplex;
  readonly #engine: Engine;
  readonly #session: Session;
  /** What the client is called while it gives itself no name. */
  readonly #number: string;
  readonly #decoder = new RequestDecoder(() => !this.#session.authenticated);
  /** Bytes that are still to be sent. */
  #output = "";
  /** What was pushed while the session's own command ran; it is sent behind the reply. */
  #pushed = "";
  /** Whether a command runs, and whether its reply is awaited. */
  #busy: "no" | "running" | "awaiting" = "no";
  #flushing = false;
  /** Who looks on and waits for replies that come late, in their order. */
  readonly #late: ((reply: Reply) => void)[] = [];

  /** `address` is the client's, as CLIENT LIST shows it. */
  constructor(socket: Duplex, address: string, engine: Engine, open: OpenSession) {
    this.#socket = socket;
    this.#engine = engine;
    this.#session = open((message) => this.#take(message));
    this.#session.address = address;
    this.#number = `client-${this.#session.id}`;
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => this.#receive(bytes(chunk)));
    socket.on("drain", () => this.#goOn());
    socket.on("end", () => socket.end());
    socket.on("error", () => socket.destroy());
    socket.on("close", () => engine.closeSession(this.#session));
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #receive(chunk: ByteString): void {
    if (this.#decoder.unread + chunk.length > MAX_INPUT) {
      this.#socket.destroy();
      return;
    }
    this.#decoder.push(chunk);
    this.#work();
  }

  /** Runs the commands that have come whole, one after another. */
  #work(): void {
    try {
      this.#engine.batch(() => this.#runAll());
    } catch (error) {
      // A mistake of the emulator's own: whoever asked hears of it, and the others go on.
      this.#end(new ReplyError(`ERR kv-emulator failed: ${String(error)}`));
    }
    this.#flush();
    if (this.#unread > MAX_UNREAD) this.#socket.pause();
  }

  /** The client has read what it asked for. */
  #goOn(): void {
    if (!this.#socket.isPaused()) return;
    this.#socket.resume();
    this.#work();
  }

  /** How much is still to be read by the client, in bytes. */
  get #unread(): number {
    return this.#output.length + this.#socket.writableLength;
  }

  #runAll(): void {
    while (this.#busy === "no" && !this.#session.closed && this.#unread <= MAX_UNREAD) {
      const argv = this.#nextCommand();
      if (argv === undefined) break;
      this.#busy = "running";
      const session = this.#session;
      const call: Call = {
        commands: [argv],
        session,
        door: "resp",
        atomic: false,
        client: session.name === "" ? this.#number : session.name,
      };
      const { requestObserver: observer } = this.#engine;
      const replies =
        observer === undefined ? this.#engine.handle(call) : this.#handleObserved(call, observer);
      if (isPromise(replies)) void this.#await(replies);
      else this.#answer(replies);
    }
  }

  /** As the engine's `handle`, for a command that somebody looks at. */
  #handleObserved(call: Call, observer: RequestObserver): Replies {
    const { session, commands } = call;
    const request = observer.begin("resp", () => lengthOf(commands, 2));
    const hear = request.run(call);
    const settle = (replies: readonly Reply[]): void => {
      if (replies[0] === LATER) {
        this.#late.push((reply) => settle([reply]));
        return;
      }
      hear(replies);
      const { resp } = session;
      request.end(() => lengthOf(replies, resp));
    };
    try {
      const replies = this.#engine.handle({ ...call, onRun: request.onRun });
      if (isPromise(replies)) replies.then(settle, hear);
      else settle(replies);
      return replies;
    } catch (error) {
      hear(error);
      throw error;
    }
  }

  /** Undefined where none is whole; bytes that are no RESP end the connection, with Redis's words. */
  #nextCommand(): readonly ByteString[] | undefined {
    try {
      return this.#decoder.next();
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#end(new ReplyError(`ERR ${error.message}`));
      return undefined;
    }
  }

  /** Closes the connection behind an error. */
  #end(error: ReplyError): void {
    this.#output += encodeResp(error, this.#session.resp);
    this.#session.close();
  }

  async #await(replies: Promise<readonly Reply[]>): Promise<void> {
    this.#busy = "awaiting";
    try {
      this.#answer(await replies);
      this.#work();
    } catch {
      // What stands between the client and the engine has cut the connection.
      this.#socket.destroy();
    }
  }

  #answer(replies: readonly Reply[]): void {
    for (const reply of replies) this.#output += encodeResp(reply, this.#session.resp);
    this.#output += this.#pushed;
    this.#pushed = "";
    this.#busy = "no";
  }

  /** Takes a message, or a reply that comes late. */
  #take(message: Reply): void {
    if (this.#late.length > 0 && !isPush(message)) this.#late.shift()?.(message);
    const encoded = encodeResp(message, this.#session.resp);
    if (this.#busy === "running") this.#pushed += encoded;
    else {
      this.#output += encoded;
      this.#flushSoon();
    }
  }

  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => {
      this.#flushing = false;
      this.#flush();
      if (this.#unread > MAX_UNREAD && !this.#socket.isPaused()) this.#socket.destroy();
    });
  }

  #flush(): void {
    if (this.#output !== "") this.#socket.write(this.#output, "latin1");
    this.#output = "";
    if (this.#session.closed) this.#socket.end();
  }
}

/** In bytes. */
function lengthOf(replies: readonly Reply[], resp: 2 | 3): number {
  return replies.reduce<number>((sum, reply) => sum + encodeResp(reply, resp).length, 0);
}

function isPush(message: Reply): boolean {
  return (
    typeof message === "object" && message !== null && "kind" in message && message.kind === "push"
  );
}

function isPromise(replies: Replies): replies is Promise<readonly Reply[]> {
  return replies instanceof Promise;
}
