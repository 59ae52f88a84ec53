/** What tests of the backend share: the two majors of ioredis, requests, waiting, and a proxy that loses replies. */
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { vi } from "vitest";
import type { RestServer } from "../../src/node/server.js";

/** Which ioredis the backend loads. */
export const IOREDIS = ["ioredis", "ioredis-6"] as const;

export function useIoredis(name: (typeof IOREDIS)[number]): void {
  if (name === "ioredis") vi.doUnmock("ioredis");
  else vi.doMock("ioredis", () => import("ioredis-6"));
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export async function post(
  { url, token }: RestServer,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

export interface Proxy {
  readonly port: number;
  /** Whether the connection is cut when a reply comes, instead of handing it on. */
  losesReplies: boolean;
  close(): void;
}

/** A proxy before a Redis. */
export async function startProxy(target: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const redis = connect(target, "127.0.0.1");
    for (const socket of [client, redis]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        client.destroy();
        redis.destroy();
        sockets.delete(socket);
      });
    }
    client.on("data", (chunk) => redis.write(chunk));
    redis.on("data", (chunk) => {
      if (proxy.losesReplies) client.destroy();
      else client.write(chunk);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const proxy: Proxy = {
    port: portOf(server.address()),
    losesReplies: false,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
  return proxy;
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === "object" && address !== null ? address.port : 0;
}
