/** A real Redis 8 for tests and recordings: unpacked by scripts/get-redis.sh, started on a free port of this machine. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { connect, createServer, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { bytes, type ByteString } from "../../src/bytes.js";
import { RespDecoder, type RespValue } from "../../src/resp/decode.js";

export interface RedisServer {
  connect(version: 2 | 3): Promise<RedisConnection>;
  stop(): void;
}

export async function startRedis(): Promise<RedisServer> {
  const script = fileURLToPath(new URL("../../scripts/get-redis.sh", import.meta.url));
  const program = execFileSync(script, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  const port = await freePort();
  const options = [
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--save",
    "",
    "--appendonly",
    "no",
  ];
  const process = spawn(program.trim(), options, { stdio: "ignore" });
  await waitUntilReady(process, port);
  return {
    connect: (version) => RedisConnection.open(port, version),
    stop: () => process.kill(),
  };
}

export class RedisConnection {
  readonly #socket: Socket;
  readonly #decoder = new RespDecoder();
  readonly #waiting: ((value: RespValue) => void)[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => this.#receive(bytes(chunk)));
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

  send(argv: readonly ByteString[]): Promise<RespValue> {
    const words = argv.map((word) => `$${word.length}\r\n${word}\r\n`);
    this.#socket.write(`*${argv.length}\r\n${words.join("")}`, "latin1");
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(chunk: ByteString): void {
    this.#decoder.push(chunk);
    for (let value = this.#decoder.next(); value !== undefined; value = this.#decoder.next()) {
      this.#waiting.shift()?.(value);
    }
  }
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

function freePort(): Promise<number> {
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
