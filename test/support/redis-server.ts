/**
 * A real Redis 8 for tests and recordings: unpacked by scripts/get-redis.sh, started on a free port of this machine with the default
 * configuration and a directory of its own.
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bytes, type ByteString } from "../../src/bytes.js";
import { RespDecoder, type RespValue } from "../../src/resp/decode.js";

export interface RedisServer {
  readonly port: number;
  /** The file of its Unix socket, which takes less time than the port. */
  readonly socket: string;
  connect(version: 2 | 3): Promise<RedisConnection>;
  /** Ends it at once with SIGKILL; what is on its disk stays. */
  kill(): Promise<void>;
  /** Starts it again after `kill`, on its port and with what is on its disk. */
  restart(): Promise<void>;
  stop(): void;
}

/** An empty server, on the given port or any free one; `config` holds more parameters as a command line has them. */
export async function startRedis(
  given?: number,
  config: readonly string[] = [],
): Promise<RedisServer> {
  const script = fileURLToPath(new URL("../../scripts/get-redis.sh", import.meta.url));
  const program = execFileSync(script, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  const port = given ?? (await freePort());
  const directory = mkdtempSync(join(tmpdir(), "kv-emulator-redis-"));
  const socket = join(directory, "socket");
  const options = [
    "--dir",
    directory,
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--save",
    "",
    "--appendonly",
    "no",
    "--unixsocket",
    socket,
    ...config,
  ];
  let process: ChildProcess;
  let comesBack = false;
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  const start = async (): Promise<void> => {
    comesBack = false;
    process = spawn(program.trim(), options, { stdio: "ignore" });
    process.once("exit", () => comesBack || remove());
    try {
      await waitUntilReady(process, port);
    } catch (error) {
      process.kill();
      throw error;
    }
  };
  await start();
  return {
    port,
    socket,
    connect: (version) => RedisConnection.open(port, version),
    kill: async () => {
      comesBack = true;
      const gone = once(process, "exit");
      process.kill("SIGKILL");
      await gone;
    },
    restart: start,
    stop: () => {
      if (comesBack) remove();
      else process.kill();
    },
  };
}

export class RedisConnection {
  readonly #socket: Socket;
  readonly #decoder = new RespDecoder();
  readonly #waiting: Waiting[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => this.#receive(bytes(chunk)));
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Error("the connection was closed")));
  }

  static async open(port: number, version: 2 | 3): Promise<RedisConnection> {
    const socket = connect(port, "127.0.0.1");
    await new Promise((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    const connection = new RedisConnection(socket);
    if (version === 3) await connection.send([bytes("HELLO"), bytes("3")]);
    return connection;
  }

  /** The reply, errors too; rejects when the connection ends before it. */
  send(argv: readonly ByteString[]): Promise<RespValue> {
    const words = argv.map((word) => `$${word.length}\r\n${word}\r\n`);
    this.#socket.write(`*${argv.length}\r\n${words.join("")}`, "latin1");
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(chunk: ByteString): void {
    this.#decoder.push(chunk);
    for (let value = this.#decoder.next(); value !== undefined; value = this.#decoder.next()) {
      this.#waiting.shift()?.resolve(value);
    }
  }

  #fail(error: Error): void {
    for (const waiting of this.#waiting.splice(0)) waiting.reject(error);
  }
}

interface Waiting {
  resolve(value: RespValue): void;
  reject(error: Error): void;
}

async function waitUntilReady(process: ChildProcess, port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (process.exitCode !== null) throw new Error(`redis-server ended with ${process.exitCode}`);
    try {
      const connection = await RedisConnection.open(port, 2);
      connection.close();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error("redis-server did not answer within 5 seconds");
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === "object") resolve(address.port);
        else reject(new Error("no free port"));
      });
    });
  });
}
