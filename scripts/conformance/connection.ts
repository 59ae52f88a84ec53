/**
 * A connection to a real Redis that sends many commands at once and hands back each reply's bytes as they came. What Redis pushes behind
 * a reply is kept beside it.
 */
import { connect, type Socket } from "node:net";
import { bytes, type ByteString } from "../../src/bytes.js";
import type { Argv } from "../../src/conformance/sequences.js";

export class PipelinedConnection {
  readonly #socket: Socket;
  #buffer = "";
  #position = 0;
  #replies: ByteString[] = [];
  /** What was pushed behind each reply. */
  #pushed: ByteString[] = [];
  #expected = 0;
  #resolve: ((replies: readonly ByteString[]) => void) | undefined = undefined;
  #reject: ((error: Error) => void) | undefined = undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => this.#receive(chunk));
    socket.on("error", (error) => this.#reject?.(error));
    socket.on("close", () => this.#reject?.(new Error("Redis closed the connection")));
  }

  /** Connects to a Unix socket, or to a port of this machine. */
  static async open(
    to: { readonly path: string } | { readonly port: number },
    version: 2 | 3,
  ): Promise<PipelinedConnection> {
    const socket = connect({ ...to, noDelay: true });
    await new Promise((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    const connection = new PipelinedConnection(socket);
    if (version === 3) await connection.exchange([["HELLO", "3"].map(bytes)]);
    return connection;
  }

  /** What Redis pushed behind a reply of the last exchange: events of the command that it answers. */
  pushedBehind(index: number): ByteString {
    return this.#pushed[index] ?? bytes("");
  }

  /** Sends commands and waits for as many replies (in RESP3 a PSUBSCRIBE has none); one exchange at a time. */
  exchange(commands: readonly Argv[], expected = commands.length): Promise<readonly ByteString[]> {
    if (this.#socket.destroyed) throw new Error("Redis has closed the connection");
    this.#expected = expected;
    this.#replies = [];
    this.#pushed = [];
    let request = "";
    for (const argv of commands) {
      request += `*${argv.length}\r\n`;
      for (const word of argv) request += `$${word.length}\r\n${word}\r\n`;
    }
    this.#socket.write(request, "latin1");
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(chunk: string): void {
    this.#buffer = this.#buffer.slice(this.#position) + chunk;
    this.#position = 0;
    while (this.#replies.length < this.#expected) {
      const end = replyEnd(this.#buffer, this.#position);
      if (end < 0) return;
      const whole = bytes(this.#buffer.slice(this.#position, end));
      this.#position = end;
      if (whole.startsWith(">")) this.#keep(whole);
      else this.#replies.push(whole);
    }
    this.#resolve?.(this.#replies);
  }

  /** What comes before the first reply belongs to what other connections did. */
  #keep(push: ByteString): void {
    const last = this.#replies.length - 1;
    if (last >= 0) this.#pushed[last] = bytes((this.#pushed[last] ?? "") + push);
  }
}

/** Where the reply that begins at `start` ends; -1 while it is not whole. */
function replyEnd(buffer: string, start: number): number {
  const lineEnd = buffer.indexOf("\r\n", start);
  if (lineEnd < 0) return -1;
  const mark = buffer.charAt(start);
  if (!"$=*~>%".includes(mark)) return lineEnd + 2;
  const length = Number(buffer.slice(start + 1, lineEnd));
  if (length < 0) return lineEnd + 2;
  if (mark === "$" || mark === "=") {
    const end = lineEnd + 2 + length + 2;
    return end <= buffer.length ? end : -1;
  }
  let end = lineEnd + 2;
  for (let items = mark === "%" ? length * 2 : length; items > 0 && end >= 0; items--) {
    end = end < buffer.length ? replyEnd(buffer, end) : -1;
  }
  return end;
}
