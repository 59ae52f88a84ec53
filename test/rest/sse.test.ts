/** Streams of events over every door of the REST API: what comes on the wire, what the real client makes of it, and how they end. */
import { getEventListeners } from "node:events";
import { Redis } from "@upstash/redis";
import { setupServer } from "msw/node";
import { afterEach, describe, expect, it, vi } from "vitest";
import { manualClock } from "../../src/clock.js";
import { createEmulator, type Emulator } from "../../src/emulator.js";
import { kvHandlers } from "../../src/msw/handlers.js";
import { startServer } from "../../src/node/server.js";
import { interceptFetch } from "../../src/rest/intercept-fetch.js";
import { itSubscribes, untilNobodyListens, type Connected } from "../support/subscriptions.js";
import { until } from "../support/until.js";

const tokens = { token: "secret", readOnlyToken: "reader" };
const database = { url: "https://db.example", ...tokens };

/** Puts a door before an emulator; returns the URL. */
const doors: Readonly<Record<string, (emulator: Emulator) => string | Promise<string>>> = {
  "emulator.fetch": (emulator) => {
    const original = globalThis.fetch;
    globalThis.fetch = (input, init) => emulator.fetch(new Request(input, init));
    closing.push(() => void (globalThis.fetch = original));
    return database.url;
  },
  interceptFetch: (emulator) => {
    closing.push(interceptFetch(emulator, database));
    return database.url;
  },
  MSW: (emulator) => {
    const msw = setupServer(...kvHandlers(emulator, database));
    msw.listen({ onUnhandledRequest: "error" });
    closing.push(() => msw.close());
    return database.url;
  },
  "the HTTP server": async (emulator) => {
    const server = await startServer({ emulator, ...tokens });
    closing.push(() => server.close());
    return server.url;
  },
};

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

describe.each(Object.entries(doors))("through %s", (_, open) => {
  async function connect(): Promise<Connected & { readonly url: string }> {
    const emulator = createEmulator({ clock: manualClock(1_721_284_005_242), ...tokens });
    const url = await open(emulator);
    return { emulator, url, client: (config) => new Redis({ url, token: "secret", ...config }) };
  }

  describe("the real client", () => {
    itSubscribes(connect);
  });

  it("hands the real client 10,000 messages in order", async () => {
    const { emulator, client } = await connect();
    const subscriber = client().subscribe<number>("chat");
    const messages: number[] = [];
    subscriber.on("message", ({ message }) => messages.push(message));
    await new Promise((resolve) => subscriber.on("subscribe", resolve));
    const expected = Array.from({ length: 10_000 }, (_, index) => index);
    for (const index of expected) {
      emulator.call("PUBLISH", "chat", index);
      // Some come many at once, some one by one.
      if (index % 3000 > 2000) await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => messages.length >= expected.length);
    expect(messages).toEqual(expected);
    await subscriber.unsubscribe();
    await untilNobodyListens(emulator);
  });

  it("answers with one line for each event", async () => {
    const { emulator, url } = await connect();
    const response = await ask(`${url}/subscribe/chat/news`, { body: "[]" });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    const stream = reading(response);
    emulator.call("PUBLISH", "chat", "hello, world");
    expect(await stream.heard(3)).toBe(
      "data: subscribe,chat,1\n\ndata: subscribe,news,2\n\ndata: message,chat,hello, world\n\n",
    );
    await stream.cancel();
    await untilNobodyListens(emulator);
  });

  it("listens to patterns", async () => {
    const { emulator, url } = await connect();
    const stream = reading(await ask(`${url}/psubscribe/room*`, { method: "GET" }));
    emulator.call("PUBLISH", "room1", "payload");
    expect(await stream.heard(2)).toBe(
      "data: psubscribe,room*,1\n\ndata: pmessage,room*,room1,payload\n\n",
    );
    await stream.cancel();
    await untilNobodyListens(emulator);
  });

  it("monitors", async () => {
    const { emulator, url } = await connect();
    const stream = reading(await ask(`${url}/monitor`));
    emulator.call("SET", "k", "a\nb");
    expect(await stream.heard(2)).toBe(
      'data: "OK"\n\ndata: 1721284005.242000 [0 0.0.0.0:0] "SET" "k" "a\\nb"\n\n',
    );
    await stream.cancel();
    await untilNobodyListens(emulator);
  });

  it("makes a space of the end of a line, which JSON does not mind", async () => {
    const { emulator, url } = await connect();
    const stream = reading(await ask(`${url}/subscribe/chat`));
    emulator.call("PUBLISH", "chat", '{\r\n"a": 1\n}\rmessage,chat,2');
    expect(await stream.heard(2)).toContain('data: message,chat,{ "a": 1 } message,chat,2\n\n');
    await stream.cancel();
  });

  it("refuses before the stream begins", async () => {
    const { emulator, url } = await connect();
    const target = `${url}/subscribe/chat`;
    const wrong = await ask(target, { headers: { authorization: "Bearer wrong" } });
    expect(wrong.status).toBe(401);
    expect(await wrong.text()).toContain("WRONGPASS invalid or missing auth token");
    const nowhere = await ask(`${url}/subscribe`);
    expect([nowhere.status, await nowhere.json()]).toEqual([
      400,
      { error: "ERR wrong number of arguments for 'subscribe' command" },
    ]);
    const unasked = await ask(target, { headers: { accept: "*/*" } });
    expect([unasked.status, await unasked.json()]).toEqual([
      400,
      {
        error: 'ERR Command "SUBSCRIBE" is not allowed in REST or it has a special context path',
      },
    ]);
    await untilNobodyListens(emulator);
  });

  it("lets a user listen to the channels that are allowed", async () => {
    const { emulator, url, client } = await connect();
    emulator.call("ACL", "SETUSER", "ada", "on", ">pw", "+@all", "&chat");
    const token = await client().exec<string>(["ACL", "RESTTOKEN", "ada", "pw"]);
    const headers = { authorization: `Bearer ${token}` };
    const refused = await ask(`${url}/subscribe/news`, { headers });
    expect([refused.status, await refused.json()]).toEqual([
      400,
      {
        error:
          "NOPERM this user has no permissions to access one of the channels used as arguments",
      },
    ]);
    const stream = reading(await ask(`${url}/subscribe/chat`, { headers }));
    expect(await stream.heard(1)).toBe("data: subscribe,chat,1\n\n");
    emulator.call("ACL", "DELUSER", "ada");
    await stream.end();
    await untilNobodyListens(emulator);
  });

  it("takes the token from the query, as EventSource needs it", async () => {
    const { url } = await connect();
    const stream = reading(
      await fetch(`${url}/subscribe/chat?_token=secret`, {
        headers: { accept: "text/event-stream" },
      }),
    );
    expect(await stream.heard(1)).toBe("data: subscribe,chat,1\n\n");
    await stream.cancel();
  });

  it("begins while clients are paused, and answers when they no longer are", async () => {
    const { emulator, url } = await connect();
    emulator.call("CLIENT", "PAUSE", "1000", "ALL");
    const stream = reading(await ask(`${url}/subscribe/chat`));
    expect(emulator.call("PUBLISH", "chat", "unheard")).toBe(0);
    emulator.call("CLIENT", "UNPAUSE");
    expect(await stream.heard(1)).toBe("data: subscribe,chat,1\n\n");
    await stream.cancel();
    await untilNobodyListens(emulator);
  });

  it("ends when the call is aborted", async () => {
    const { emulator, url } = await connect();
    const controller = new AbortController();
    const { signal } = controller;
    const stream = reading(await ask(`${url}/subscribe/chat`, { signal }));
    await stream.heard(1);
    controller.abort();
    await expect(stream.end()).rejects.toMatchObject({ name: "AbortError" });
    await untilNobodyListens(emulator);
  });

  it("ends when the server kills the client", async () => {
    const { emulator, url } = await connect();
    const stream = reading(await ask(`${url}/subscribe/chat`));
    emulator.call("CLIENT", "KILL", "TYPE", "pubsub");
    expect(await stream.end()).toBe("data: subscribe,chat,1\n\n");
    await untilNobodyListens(emulator);
  });

  it("is cut off when too much is left unread", async () => {
    const { emulator, url } = await connect();
    const stream = reading(await ask(`${url}/subscribe/chat`));
    const message = "x".repeat(1024 * 1024);
    let sent = 0;
    while (emulator.call("PUBLISH", "chat", message) === 1 && sent < 200) sent++;
    expect(sent).toBeLessThan(200);
    await untilNobodyListens(emulator);
    await expect(stream.end()).rejects.toThrow(/33554432 bytes of it were left unread|terminated/);
  });

  it("leaves nothing behind when what stands before the engine fails", async () => {
    const { emulator, url } = await connect();
    const report = vi.spyOn(console, "error").mockReturnValue();
    emulator.intercept((call, next) => {
      void next(call);
      return Promise.reject(new Error("cut"));
    });
    const outcome = await ask(`${url}/subscribe/chat`).catch(() => ({ status: 0 }));
    expect(outcome.status).not.toBe(200);
    await untilNobodyListens(emulator);
    report.mockRestore();
  });
});

describe("the HTTP server", () => {
  it("ends its streams when it is closed", async () => {
    const emulator = createEmulator();
    const server = await startServer({ emulator, ...tokens });
    const stream = reading(await ask(`${server.url}/subscribe/chat`));
    await stream.heard(1);
    await server.close();
    await expect(stream.end()).rejects.toThrow("terminated");
    await untilNobodyListens(emulator);
  });
});

describe("interceptFetch", () => {
  it("leaves no listener with a signal", async () => {
    const emulator = createEmulator();
    closing.push(interceptFetch(emulator, database));
    const { signal } = new AbortController();
    const one = reading(await ask(`${database.url}/subscribe/chat`, { signal }));
    const other = reading(await ask(`${database.url}/subscribe/chat`, { signal }));
    expect(getEventListeners(signal, "abort")).toHaveLength(2);
    await one.cancel();
    emulator.call("CLIENT", "KILL", "TYPE", "pubsub");
    await other.end();
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});

function ask(url: string, { headers, ...init }: RequestInit = {}): Promise<Response> {
  const usual = { authorization: "Bearer secret", accept: "text/event-stream" };
  return fetch(url, {
    method: "POST",
    headers: { ...usual, ...Object.fromEntries(new Headers(headers)) },
    ...init,
  });
}

/** Reads a stream as it comes; all that was read is answered. */
function reading(response: Response) {
  const reader = response.body?.getReader();
  if (reader === undefined) throw new Error("the response has no body");
  const decoder = new TextDecoder();
  let all = "";
  const read = async (): Promise<boolean> => {
    const { value, done } = await reader.read();
    all += decoder.decode(value, { stream: true });
    return !done;
  };
  return {
    /** Until there are so many events. */
    heard: async (events: number): Promise<string> => {
      while (all.split("\n\n").length <= events) await read();
      return all;
    },
    /** Until the stream ends. */
    end: async (): Promise<string> => {
      while (await read());
      return all;
    },
    cancel: () => reader.cancel(),
  };
}
