/** The emulator as a Redis server: RESP2 and RESP3 over TCP, for every client that speaks to a Redis. */
import { createServer, type AddressInfo, type Server } from "node:net";
import type { Engine } from "../engine.js";
import { RespConnection } from "./resp-connection.js";

export interface RespServerOptions {
  /** 0, which is what it is unless told otherwise, for any free port. */
  readonly port?: number;
  /** Where the server listens: `127.0.0.1` unless told otherwise. */
  readonly host?: string;
  /** As which of the two the server answers; `redis` unless told otherwise. */
  readonly profile?: "redis" | "upstash";
}

export interface RespServer {
  readonly host: string;
  readonly port: number;
  /** Ends every connection and stops listening. */
  close(): Promise<void>;
}

export async function startRespServer(
  engine: Engine,
  { port = 0, host = "127.0.0.1", profile = "redis" }: RespServerOptions = {},
): Promise<RespServer> {
  const connections = new Set<RespConnection>();
  const server = createServer((socket) => {
    const connection = new RespConnection(engine, socket, profile);
    connections.add(connection);
    socket.on("close", () => connections.delete(connection));
  });
  await listen(server, port, host);
  const address = server.address();
  return {
    host,
    port: isInternet(address) ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const connection of connections) connection.destroy();
      }),
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
}

function isInternet(address: ReturnType<Server["address"]>): address is AddressInfo {
  return typeof address === "object" && address !== null;
}
