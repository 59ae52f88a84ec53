/**
 * `/subscribe`, `/psubscribe` and `/monitor`: what a session of its own receives, as server-sent events. Each event is a line of data:
 * `message,channel,payload`, where only the first commas separate; the payload is never base64, whatever the client asks for.
 */
import { bytes, lowerAscii, type ByteString } from "../bytes.js";
import { findCommand } from "../commands/table.js";
import type { Backend } from "./backend.js";
import { ReplyError } from "../errors.js";
import { plain } from "../plain.js";
import type { Reply } from "../reply.js";
import type { Session } from "../session.js";
import { noPermission } from "./availability.js";
import { callOf, watched, type Client } from "./commands.js";

/** What a reader may leave unread, in bytes; a stream that leaves more is cut off, as with Redis's limit for subscribers. */
export const MAX_UNREAD = 32 * 1024 * 1024;

/** Events for as long as there is somebody who wants them. */
export interface EventStream {
  /** Hands over the data of each event, a line of text, from the first on. `close` is called where the server ends the stream. */
  open(send: (data: string) => void, close: () => void): void;
  /** Ends the stream, also one that was never opened: nothing is sent any more. */
  cancel(): void;
}

export function isEventStream(body: object | string | null): body is EventStream {
  return typeof body === "object" && body !== null && "cancel" in body && "open" in body;
}

/** An event as it is sent. */
export function frame(data: string): string {
  return `data: ${data}\n\n`;
}

/** Whether a path's first word is that of a stream of events. */
export function isStreamName(word: ByteString = bytes("")): boolean {
  return STREAMS.has(lowerAscii(word));
}

const STREAMS: ReadonlySet<string> = new Set(["subscribe", "psubscribe", "monitor"]);

/**
 * Subscribes or monitors as the user of a client. Answers with a ReplyError where that is refused; a token for reads only is, because
 * neither command reads keys.
 */
export async function listen(
  client: Client,
  argv: readonly ByteString[],
): Promise<EventStream | ReplyError> {
  const { engine, session, access } = client;
  const command = findCommand(argv);
  if (command instanceof ReplyError) return watched(client, [argv], false, () => command);
  if (access === "read-only") {
    return watched(client, [argv], false, () => noPermission(command.name));
  }
  const listener = new Listener(engine, session);
  try {
    const call = callOf({ ...client, session: listener.session }, [argv], false);
    const [reply = null] = await watched(client, [argv], false, () => engine.handle(call));
    if (!(reply instanceof ReplyError)) return listener.begin(reply);
    listener.cancel();
    return reply;
  } catch (error) {
    listener.cancel();
    throw error;
  }
}

class Listener implements EventStream {
  readonly session: Session;
  readonly #engine: Backend;
  /** What came before the stream was opened. */
  #early: string[] = [];
  #send: (data: string) => void = (data) => this.#early.push(data);
  #close = (): void => undefined;

  constructor(engine: Backend, { user, authenticated }: Session) {
    this.#engine = engine;
    this.session = engine.createSession("upstash", (message) => this.#take(message));
    this.session.logIn(user, authenticated);
    this.session.onClose = () => {
      this.cancel();
      this.#close();
    };
  }

  /** Puts the reply before what has come while it was awaited. */
  begin(reply: Reply): this {
    this.#early = [...eventsOf(reply), ...this.#early];
    return this;
  }

  open(send: (data: string) => void, close: () => void): void {
    this.#send = send;
    this.#close = close;
    for (const data of this.#early) send(data);
    if (this.session.closed) close();
  }

  cancel(): void {
    this.#engine.closeSession(this.session);
  }

  /** Takes a message, or a reply that comes late because clients are paused. */
  #take(message: Reply): void {
    if (message instanceof ReplyError) this.session.close();
    else for (const data of eventsOf(message)) this.#send(data);
  }
}

/** One line for each: the words of a message, MONITOR's lines as they are, and its OK in quotes. */
function eventsOf(reply: Reply): readonly string[] {
  if (isSeveral(reply)) return reply.items.flatMap(eventsOf);
  const words = plain(reply);
  if (words === "OK") return ['"OK"'];
  return [oneLine(Array.isArray(words) ? words.join(",") : String(words))];
}

function isSeveral(reply: Reply): reply is Extract<Reply, { readonly kind: "several" }> {
  return typeof reply === "object" && reply !== null && "kind" in reply && reply.kind === "several";
}

/** An end of a line would end the event. To JSON, where there can be one between two tokens only, a space is the same. */
function oneLine(data: string): string {
  return data.replace(/\r\n?|\n/g, " ");
}
