/** The emulator behind its RESP server: what the differential sends it travels as bytes, with what is pushed behind each reply. */
import { bytes, lowerAscii, type ByteString } from "../../src/bytes.js";
import type { Argv } from "../../src/conformance/sequences.js";
import type { Emulator } from "../../src/emulator.js";
import { startRespServer } from "../../src/node/resp-server.js";
import type { Session } from "../../src/session.js";
import { PipelinedConnection } from "./connection.js";

export interface DoorReply {
  readonly reply: ByteString;
  /** What came behind it. */
  readonly pushed: ByteString;
}

export class RespDoor {
  readonly #port: number;
  readonly #version: 2 | 3;
  /** The sessions that the server has opened, oldest first. */
  readonly #opened: Session[];
  #connections: Readonly<Record<1 | 2, PipelinedConnection>> | undefined = undefined;
  #sessions: Readonly<Record<1 | 2, Session>> | undefined = undefined;
  readonly close: () => Promise<void>;

  private constructor(port: number, version: 2 | 3, opened: Session[], close: () => Promise<void>) {
    this.#port = port;
    this.#version = version;
    this.#opened = opened;
    this.close = close;
  }

  static async open(emulator: Emulator, version: 2 | 3): Promise<RespDoor> {
    const opened: Session[] = [];
    const createSession = emulator.createSession.bind(emulator);
    emulator.createSession = (profile, receive) => {
      const session = createSession(profile, receive);
      opened.push(session);
      return session;
    };
    const server = await startRespServer(emulator);
    return new RespDoor(server.port, version, opened, () => server.close());
  }

  /** Two new connections in the place of those before; returns their sessions. */
  async reconnect(): Promise<Readonly<Record<1 | 2, Session>>> {
    if (this.#connections !== undefined) {
      for (const connection of Object.values(this.#connections)) connection.close();
    }
    const first = await this.#connect();
    const second = await this.#connect();
    this.#connections = { 1: first.connection, 2: second.connection };
    this.#sessions = { 1: first.session, 2: second.session };
    return this.#sessions;
  }

  async #connect(): Promise<{ connection: PipelinedConnection; session: Session }> {
    this.#opened.length = 0;
    const connection = await PipelinedConnection.open({ port: this.#port }, this.#version);
    await connection.exchange([PING]);
    const [session] = this.#opened;
    if (session === undefined) throw new Error("the server has opened no session");
    return { connection, session };
  }

  /** Has both sessions listen to channels. */
  async subscribe(argv: Argv): Promise<void> {
    for (const connection of Object.values(this.#connections ?? {})) {
      await connection.exchange([argv, PING], 1);
    }
  }

  /** A PING goes behind the command, so that all that was pushed has come; a transaction would queue it. */
  async answer(session: 1 | 2, argv: Argv): Promise<DoorReply> {
    const connection = this.#connections?.[session];
    if (connection === undefined) throw new Error("reconnect() comes first");
    const name = lowerAscii(argv[0] ?? "");
    const queues = this.#sessions?.[session].transaction !== undefined && name !== "exec";
    const commands = queues || name === "multi" ? [argv] : [argv, PING];
    const [reply = bytes("")] = await connection.exchange(commands);
    return { reply, pushed: connection.pushedBehind(0) };
  }
}

const PING: Argv = [bytes("PING")];
