/**
 * A real Redis 8, or a Valkey 8, for tests and recordings: unpacked by scripts/get-redis.sh, started on a free port of this machine with the default
 * configuration and a directory of its own.
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
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
  name: "redis-server" | "valkey-server" = "redis-server",
): Promise<RedisServer> {
  const script = fileURLToPath(new URL("../../scripts/get-redis.sh", import.meta.url));
  const redis = execFileSync(script, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  const program = join(dirname(redis), name);
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
    process = spawn(program, options, { stdio: "ignore" });
    process.once("exit", () => comesBack || remove());
    try {
      await waitUntilReady(process, socket);
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
    await once(socket, "connect");
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

/** Asks at the file of its socket, where no other server answers. */
async function waitUntilReady(process: ChildProcess, path: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (process.exitCode !== null) throw new Error(`redis-server ended with ${process.exitCode}`);
    try {
      const socket = connect(path);
      await once(socket, "connect");
      socket.destroy();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error("redis-server did not answer within 5 seconds");
}

/**
 * A port that is free, of those that the system gives to nobody unasked: one of its own choosing could be another connection's by the time that
 * a server listens on it.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = randomInt(10_000, 32_768);
    if (await isFree(port)) return port;
  }
  throw new Error("no free port");
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
