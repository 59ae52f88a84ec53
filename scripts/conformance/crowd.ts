/** Several clients of one server, each on a connection of its own, and what each of them hears. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { bytes, type ByteString } from "../../src/bytes.js";
import { format } from "../../src/conformance/notation.js";
import { RespDecoder, splitArguments } from "../../src/resp/decode.js";
import { PipelinedConnection } from "./connection.js";

/** What holds lists, sorted sets and streams in the schedules. */
const KEYS = /\b[lzx][12]\b/g;

export class Crowd {
  readonly #port: number;
  readonly #prefix: string;
  readonly #probe: PipelinedConnection;
  readonly #clients: Client[] = [];

  private constructor(port: number, prefix: string, probe: PipelinedConnection) {
    this.#port = port;
    this.#prefix = prefix;
    this.#probe = probe;
  }

  /** The prefix goes before each key, and is taken out of each reply. */
  static async open(port: number, size: number, prefix: string): Promise<Crowd> {
    const crowd = new Crowd(port, prefix, await PipelinedConnection.open({ port }, 2));
    while (crowd.#clients.length < size) crowd.#clients.push(await Client.open(port));
    return crowd;
  }

  /** Has a client send commands at once. */
  send(client: number, lines: readonly string[]): void {
    this.#clients[client]?.send(lines.map((line) => line.replaceAll(KEYS, `${this.#prefix}$&`)));
  }

  /** Has a client end another's wait. */
  unblock(client: number, other: number, error: boolean): void {
    const id = this.#clients[other]?.id ?? "0";
    this.send(client, [`CLIENT UNBLOCK ${id} ${error ? "ERROR" : "TIMEOUT"}`]);
  }

  /** A client goes away, and another comes. */
  async replace(client: number): Promise<void> {
    const gone = this.#clients[client];
    if (gone === undefined) return;
    gone.close();
    const question = ["CLIENT", "LIST", "ID", gone.id].map(bytes);
    for (;;) {
      const [reply = ""] = await this.#probe.exchange([question]);
      if (!reply.includes("id=")) break;
    }
    this.#clients[client] = await Client.open(this.#port);
  }

  /** What each client has heard since, when the server has done all it was told. */
  async heard(): Promise<readonly (readonly string[])[]> {
    // The server may have looked at the first before it looked at what the clients sent.
    await this.#probe.exchange([PING]);
    await this.#probe.exchange([PING]);
    await new Promise((resolve) => setImmediate(resolve));
    return this.#clients.map((client) => client.heard().map((reply) => this.#withoutPrefix(reply)));
  }

  /** What the keys hold. */
  async contents(): Promise<readonly string[]> {
    const questions = CONTENTS.map((line) =>
      (splitArguments(bytes(line.replaceAll(KEYS, `${this.#prefix}$&`))) ?? []).map(bytes),
    );
    const replies = await this.#probe.exchange(questions);
    return replies.map((reply) => this.#withoutPrefix(reply));
  }

  close(): void {
    for (const client of this.#clients) client.close();
    this.#probe.close();
  }

  #withoutPrefix(text: string): string {
    return text.replaceAll(this.#prefix, "");
  }
}

const PING = [bytes("PING")];

const CONTENTS = [
  "LRANGE l1 0 -1",
  "LRANGE l2 0 -1",
  "ZRANGE z1 0 -1 WITHSCORES",
  "XRANGE x1 - +",
  "XPENDING x1 g",
];

class Client {
  readonly #socket: Socket;
  readonly #decoder = new RespDecoder();
  #replies: string[] = [];
  /** What CLIENT ID says. */
  id = "";

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => {
      this.#decoder.push(bytes(chunk));
      for (let reply = this.#decoder.next(); reply !== undefined; reply = this.#decoder.next()) {
        this.#replies.push(format(reply));
      }
    });
    socket.on("error", () => undefined);
  }

  static async open(port: number): Promise<Client> {
    const socket = connect({ port, noDelay: true });
    await once(socket, "connect");
    const client = new Client(socket);
    client.send(["CLIENT ID"]);
    while (client.#replies.length === 0) await once(socket, "data");
    client.id = client.heard().join("");
    return client;
  }

  send(lines: readonly string[]): void {
    this.#socket.write(
      lines.map((line) => encoded(splitArguments(bytes(line)) ?? [])).join(""),
      "latin1",
    );
  }

  /** What has come since it was asked last. */
  heard(): readonly string[] {
    return this.#replies.splice(0);
  }

  close(): void {
    this.#socket.destroy();
  }
}

function encoded(words: readonly ByteString[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;
}
