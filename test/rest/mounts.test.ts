/**
 * One emulator mounted wherever a `fetch` handler can be: the same clients get the same answers. Bun, Deno, Next
 * and Hono are no packages of this project's: what stands for them is how they call a handler.
 */
import { createServer, type IncomingMessage } from "node:http";
import { pipeline } from "node:stream";
import { Redis } from "@upstash/redis";
import { createClient } from "@vercel/kv";
import { createEmulator, type Emulator } from "kv-emulator";
import { startServer } from "kv-emulator/node";
import { afterEach, describe, expect, it } from "vitest";
import { listen, portOf } from "../../src/node/http-server.js";

const token = "secret";

/** Where clients find the emulator, and how to take it down. */
interface Mounted {
  readonly emulator: Emulator;
  readonly url: string;
  readonly close: () => Promise<void>;
}

type Handler = (request: Request, ...more: readonly unknown[]) => Response | Promise<Response>;

/** What a framework does: an HTTP server that makes requests of what comes, and hands them to the handler. */
async function serve(emulator: Emulator, handler: Handler, path = ""): Promise<Mounted> {
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
  return { emulator, url: `http://127.0.0.1:${portOf(server)}${path}`, close };
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

/** Routes as Next's app router has them in `app/api/kv/[[...path]]/route.ts`: a function for each method. */
function nextApp(emulator: Emulator): Handler {
  const handler = (request: Request): Promise<Response> => emulator.fetch(request);
  const route: Readonly<Record<string, Handler>> = { GET: handler, POST: handler };
  return (request, ...context) =>
    route[request.method]?.(request, ...context) ?? new Response(null, { status: 405 });
}

/** `app.mount(path, fetch)` of Hono: the path is taken off before, and more arguments come behind. */
function honoApp(path: string, mounted: Handler): Handler {
  return (request, ...context) => {
    const url = new URL(request.url);
    if (!url.pathname.startsWith(path)) return new Response("404 Not Found", { status: 404 });
    url.pathname = url.pathname.slice(path.length) || "/";
    return mounted(new Request(url, request), ...context);
  };
}

const mounts: Readonly<Record<string, () => Promise<Mounted>>> = {
  "a bare function, as Bun.serve and Deno.serve take it": () => {
    const emulator = createEmulator({ token });
    const { fetch } = emulator;
    return serve(emulator, fetch);
  },
  "a Next route handler below a path": () => {
    const emulator = createEmulator({ token, basePath: "/api/kv" });
    return serve(emulator, nextApp(emulator), "/api/kv");
  },
  "Hono's mount below a path": () => {
    const emulator = createEmulator({ token });
    return serve(emulator, honoApp("/kv", emulator.fetch), "/kv");
  },
  "the server of kv-emulator/node": () => startServer({ token }),
};

let mounted: Mounted | undefined;
afterEach(() => mounted?.close());

describe.each(Object.entries(mounts))("%s", (_, mount) => {
  it("answers clients, plain requests and those who listen", async () => {
    mounted = await mount();
    const { emulator, url } = mounted;
    const kv = createClient({ url, token });
    expect(await kv.set("user/1?é", { name: "Ada" })).toBe("OK");
    expect(await kv.get("user/1?é")).toEqual({ name: "Ada" });
    expect(await kv.pipeline().incr("hits").get("none").exec()).toEqual([1, null]);
    expect(await kv.multi().incr("hits").type("hits").exec()).toEqual([2, "string"]);
    await expect(kv.hget("hits", "field")).rejects.toThrow("WRONGTYPE");
    await expect(createClient({ url, token: "wrong" }).get("hits")).rejects.toThrow("WRONGPASS");
    expect(emulator.call("GET", "hits")).toBe("2");

    const headers = { authorization: `Bearer ${token}` };
    const byPath = await fetch(`${url}/set/caf%C3%A9%2F1/a%20b?EX=100`, { headers });
    expect(await byPath.json()).toEqual({ result: "OK" });
    expect(emulator.call("GET", "café/1")).toBe("a b");
    expect(emulator.call("TTL", "café/1")).toBe(100);
    expect(
      await (await fetch(`${url}?_token=${token}`, { method: "POST", body: '["PING"]' })).json(),
    ).toEqual({
      result: "PONG",
    });

    const subscription = new Redis({ url, token }).subscribe("news");
    const heard = new Promise((resolve) => subscription.on("message", resolve));
    await new Promise<void>((resolve) => subscription.on("subscribe", () => resolve()));
    expect(await kv.publish("news", "hello")).toBe(1);
    expect(await heard).toEqual({ channel: "news", message: "hello" });
    await subscription.unsubscribe();
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
