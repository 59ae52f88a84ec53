/**
 * A real Redis behind the doors that speak Upstash: REST, MSW and the doubles. What is Upstash's is done in front of it, tokens, refusals
 * and replies' JSON; the commands are its own to answer. While it is away each command is answered with an error (503 over REST).
 */
import { upperAscii, type ByteString } from "../../bytes.js";
import type { Call, Interceptor, Replies } from "../../call.js";
import { Chain } from "../../chain.js";
import { ReplyError } from "../../errors.js";
import { upstashProfile } from "../../profile.js";
import type { Reply } from "../../reply.js";
import type { Backend } from "../../rest/backend.js";
import { Session, type Receive } from "../../session.js";
import { ClusterLine } from "./cluster-line.js";
import { loadLibrary } from "./connection.js";
import { stopListening } from "./listening.js";
import { SingleLine, type Line } from "./line.js";
import { Scripts } from "./scripts.js";
import { settingsOf, type BackendOptions } from "./settings.js";

export type { BackendOptions };

/**
 * A backend on a Redis or Valkey (`"redis://127.0.0.1:6379"`) or on a cluster (a list of its nodes' URLs), which stands wherever an
 * emulator does: `kvHandlers(backend)`, `interceptFetch(backend)`, `startServer({ backend })`. It needs ioredis 5 or later. It is there
 * when the first attempt to connect has ended, also where that failed: it goes on trying until `close`. Rejects with a TypeError for a
 * malformed URL and with an Error where ioredis is not installed.
 */
export async function createBackend(
  urlOrOptions: string | readonly string[] | BackendOptions,
): Promise<RedisBackend> {
  const options = isUrl(urlOrOptions) ? { url: urlOrOptions } : urlOrOptions;
  const settings = settingsOf(options);
  const library = await loadLibrary();
  const line = settings.cluster
    ? new ClusterLine(library, settings)
    : new SingleLine(library, settings);
  await line.tried();
  const [url = ""] = typeof options.url === "string" ? [options.url] : options.url;
  return new RedisBackend(url, line);
}

function isUrl(
  given: string | readonly string[] | BackendOptions,
): given is string | readonly string[] {
  return typeof given === "string" || Array.isArray(given);
}

export class RedisBackend implements Backend {
  /** The Redis's URL; of a cluster that of the first node. */
  readonly url: string;
  readonly #chain = new Chain((call) => this.#answer(call));
  readonly #line: Line;
  readonly #scripts = new Scripts();
  /** Sessions that listen, each on a connection of its own. */
  readonly #listeners = new Set<Session>();
  #calls = 0;

  constructor(url: string, line: Line) {
    this.url = url;
    this.#line = line;
  }

  /** How many calls there were: whether they wrote is Redis's to know. */
  get changes(): number {
    return this.#calls;
  }

  createSession(_: "upstash", receive?: Receive): Session {
    const session = new Session(upstashProfile, receive);
    session.onClose = () => this.closeSession(session);
    return session;
  }

  closeSession(session: Session): void {
    stopListening(session);
    this.#listeners.delete(session);
  }

  /** None: Redis has no REST tokens. */
  userOfToken(): undefined {
    return undefined;
  }

  /** As an emulator's. */
  get disrupted(): boolean {
    return this.#chain.disrupted;
  }

  /** Puts a link into the chain around the calls of all doors, as an emulator's `intercept` does; returns what takes it out. */
  intercept(interceptor: Interceptor, options: { readonly disruptive?: boolean } = {}): () => void {
    return this.#chain.add(interceptor, options.disruptive);
  }

  handle(call: Call): Replies {
    return this.#chain.handle(call);
  }

  async #answer({ commands, atomic, session }: Call): Promise<readonly Reply[]> {
    this.#calls++;
    if (session.receive !== undefined) {
      this.#listeners.add(session);
      return Promise.all(commands.map((argv) => this.#line.listen(argv, session)));
    }
    const translated = commands.map((argv) => this.#scripts.translate(argv));
    const sent = translated.map(({ argv }) => argv);
    const replies = atomic
      ? await this.#line.transact(sent)
      : await Promise.all(sent.map((argv) => this.#run(argv)));
    return translated.map(({ answer }, index) => answer(replies[index] ?? null));
  }

  /** Ends the connections; commands that are under way are answered with an error. */
  close(): void {
    for (const session of this.#listeners) session.close();
    this.#line.close();
  }

  #run(argv: readonly ByteString[]): Promise<Reply> {
    return waits(argv) ? this.#runWithoutWaiting(argv) : this.#line.send(argv);
  }

  /** In a transaction nothing waits. */
  async #runWithoutWaiting(argv: readonly ByteString[]): Promise<Reply> {
    try {
      const [reply = null] = await this.#line.transact([argv]);
      return reply;
    } catch (error) {
      if (error instanceof ReplyError) return error;
      throw error;
    }
  }
}

/** Whether the command may keep the connection, which all share, waiting. */
function waits([name, ...words]: readonly ByteString[]): boolean {
  const command = upperAscii(name ?? "");
  if (command === "WAIT" || command === "WAITAOF") return true;
  return /^XREAD(?:GROUP)?$/.test(command) && words.some((word) => upperAscii(word) === "BLOCK");
}
