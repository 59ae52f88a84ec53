/** An emulator mounted where a `fetch` handler can be. Bun, Deno, Hono and Next are checked the same way (scripts/check-runtimes.sh). */
import { createServer, type IncomingMessage } from "node:http";
import { pipeline } from "node:stream";
import { createEmulator } from "kv-emulator";
import { startServer } from "kv-emulator/node";
import { afterEach, describe, expect, it } from "vitest";
import { listen, portOf } from "../../src/node/http-server.js";
import { expectAnswers } from "../support/mounted.js";

const token = "secret";

/** Where clients find the emulator, and how to take it down. */
interface Mounted {
  readonly url: string;
  readonly close: () => Promise<void>;
}

type Handler = (request: Request, ...more: readonly unknown[]) => Promise<Response>;

/** What a framework does: an HTTP server that makes requests of what comes, and hands them to the handler. */
async function serve(handler: Handler): Promise<Mounted> {
  const server = createServer((incoming, outgoing) => {
    void toRequest(incoming)
      .then((request) => handler(request, { framework: "context" }))
      .then(({ status, headers, body }) => {
        outgoing.writeHead(status, Object.fromEntries(headers));
        pipeline(body === null ? [] : chunksOf(body), outgoing, () => undefined);
      });
  });
  await listen(server, 0, "127.0.0.1");
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${portOf(server)}`, close };
}

async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncIterable<Uint8Array> {
  const reader = body.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel();
  }
}

async function toRequest(incoming: IncomingMessage): Promise<Request> {
  const { method = "GET", url = "/", headers } = incoming;
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return new Request(`http://${headers.host}${url}`, {
    method,
    headers: Object.entries(headers).map(
      ([name, value]) => [name, String(value)] satisfies [string, string],
    ),
    ...(method === "GET" || method === "HEAD" ? {} : { body: Buffer.concat(chunks) }),
  });
}

const mounts: Readonly<Record<string, () => Promise<Mounted>>> = {
  "a bare function": () => serve(createEmulator({ token }).fetch),
  "a bare function below a path": async () => {
    const { fetch } = createEmulator({ token, basePath: "/api/kv" });
    const { url, close } = await serve(fetch);
    return { url: `${url}/api/kv`, close };
  },
  "the server of kv-emulator/node": () => startServer({ token }),
};

let mounted: Mounted | undefined;
afterEach(() => mounted?.close());

describe.each(Object.entries(mounts))("%s", (_, mount) => {
  it("answers clients, plain requests and those who listen", async () => {
    mounted = await mount();
    await expectAnswers(mounted.url, token);
  });
});

async function status(basePath: string, target: string): Promise<number> {
  const { fetch } = createEmulator({ basePath });
  return (await fetch(new Request(`https://app.example${target}`))).status;
}

describe("basePath", () => {
  it("is where the API begins, and beside it there is nothing", async () => {
    expect(await status("/api/kv", "/api/kv/ping")).toBe(200);
    expect(await status("/api/kv/", "/api/kv/ping")).toBe(200);
    expect(await status("/café", "/café/ping")).toBe(200);
    expect(await status("", "/ping")).toBe(200);
    expect(await status("/", "/ping")).toBe(200);
    for (const target of ["/ping", "/api/kvs/ping", "/api", "/other/api/kv/ping"]) {
      expect(await status("/api/kv", target)).toBe(404);
    }
  });

  it.each(["api/kv", "/api//kv", "https://app.example/api", "/api?x", "/a b"])(
    "can not be %j",
    (basePath) => {
      expect(() => createEmulator({ basePath })).toThrow(
        `createEmulator({ basePath }): ${JSON.stringify(basePath)} is no path; pass one like "/api/kv"`,
      );
    },
  );
});
