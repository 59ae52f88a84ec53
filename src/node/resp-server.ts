/** The emulator as a Redis server: RESP2 and RESP3 over TCP, for every client that speaks to a Redis. */
import { createServer, type Socket } from "node:net";
import { utf8 } from "../bytes.js";
import type { Engine } from "../engine.js";
import { ReplyError } from "../errors.js";
import { encodeResp } from "../resp/encode.js";
import { planOf } from "../testing/plan.js";
import { listen, portOf } from "./http-server.js";
import { RespConnection, type OpenSession } from "./resp-connection.js";

export interface RespServerOptions {
  /** 0, which is what it is unless told otherwise, for any free port. */
  readonly port?: number;
  /** Where the server listens: `127.0.0.1` unless told otherwise. */
  readonly host?: string;
  /** What user `default` has to say first; nothing unless told otherwise. */
  readonly password?: string;
  /** As which of the two the server answers; `redis` unless told otherwise. */
  readonly profile?: "redis" | "upstash";
}

/** After so many milliseconds of silence it is asked whether the client is still there (tcp-keepalive). */
const KEEP_ALIVE = 300_000;

export interface RespServer {
  readonly host: string;
  readonly port: number;
  /** Ends every connection and stops listening. */
  close(): Promise<void>;
}

export async function startRespServer(
  engine: Engine,
  { port = 0, host = "127.0.0.1", profile = "redis", password }: RespServerOptions = {},
): Promise<RespServer> {
  const connections = new Set<RespConnection>();
  const open: OpenSession = (receive) => {
    const session = engine.createSession(profile, receive);
    if (password !== undefined) session.askFor(utf8(password));
    return session;
  };
  const server = createServer(
    { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE },
    (socket) => {
      const leave = planOf(engine)?.connect();
      if (leave instanceof ReplyError) return turnAway(socket, leave);
      const address = `${socket.remoteAddress ?? "?"}:${socket.remotePort ?? 0}`;
      const connection = new RespConnection(socket, address, engine, open);
      connections.add(connection);
      socket.on("close", () => {
        connections.delete(connection);
        leave?.();
      });
    },
  );
  await listen(server, port, host);
  return {
    host,
    port: portOf(server),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const connection of connections) connection.destroy();
      }),
  };
}

/** Tells a client why it is not let in; what it has sent is read and forgotten, so that it does not lose the answer. */
function turnAway(socket: Socket, reason: ReplyError): void {
  socket.on("error", () => socket.destroy()).resume();
  socket.end(encodeResp(reason, 2), "latin1");
}
