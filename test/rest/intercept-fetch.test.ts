/** The real client on a swapped fetch. */
import { Redis } from "@upstash/redis";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createEmulator } from "../../src/emulator.js";
import { interceptFetch } from "../../src/rest/intercept-fetch.js";

const connection = { url: "https://db.example", token: "secret" };

const network = vi.fn<typeof fetch>(() => Promise.resolve(new Response("from the network")));
beforeEach(() => {
  network.mockClear();
  vi.stubGlobal("fetch", network);
});
afterEach(() => vi.unstubAllGlobals());

describe("interceptFetch", () => {
  it("answers the real client and leaves the network alone", async () => {
    const emulator = createEmulator();
    const undo = interceptFetch(emulator, connection);
    const redis = new Redis(connection);
    await redis.hset("hash", { a: 1, text: "ä" });
    expect(await redis.hgetall("hash")).toEqual({ a: 1, text: "ä" });
    expect(emulator.call("HLEN", "hash")).toBe(2);
    expect(network).not.toHaveBeenCalled();
    undo();
  });

  it("lets all other calls through", async () => {
    const undo = interceptFetch(createEmulator(), connection);
    for (const url of ["https://other.example/", "https://db.example.org/", "https://db.exampl"]) {
      expect(await (await fetch(url)).text()).toBe("from the network");
    }
    undo();
    expect(network).toHaveBeenCalledTimes(3);
  });

  it("puts the old fetch back", async () => {
    const undo = interceptFetch(createEmulator(), connection);
    undo();
    expect(globalThis.fetch).toBe(network);
    expect(await (await fetch(connection.url)).text()).toBe("from the network");
  });

  it("steps aside when another fetch was put over it", async () => {
    const undo = interceptFetch(createEmulator(), connection);
    const ours = globalThis.fetch;
    globalThis.fetch = (...args) => ours(...args);
    undo();
    expect(await (await fetch(connection.url)).text()).toBe("from the network");
  });

  it("takes a Request, a URL, headers of any kind and a binary body", async () => {
    const emulator = createEmulator();
    const undo = interceptFetch(emulator, connection);
    const authorization = "Bearer secret";
    const request = new Request("https://db.example/incr/n", { headers: { authorization } });
    expect(await json(fetch(request))).toEqual({ result: 1 });
    const url = new URL("https://db.example/incr/n");
    const headers = new Headers({ authorization });
    expect(await json(fetch(url, { headers }))).toEqual({ result: 2 });
    const pairs: [string, string][] = [["Authorization", authorization]];
    expect(await json(fetch(`${url}`, { headers: pairs }))).toEqual({ result: 3 });
    const body = new Uint8Array([0, 255]);
    await fetch("https://db.example/set/raw", { method: "POST", headers, body });
    expect(emulator.call("STRLEN", "raw")).toBe(2);
    undo();
  });

  it("rejects when the call's signal is aborted", async () => {
    const undo = interceptFetch(createEmulator(), connection);
    const signal = AbortSignal.abort(new Error("too late"));
    await expect(fetch(connection.url, { signal })).rejects.toThrow("too late");
    undo();
  });

  it("refuses a URL that is none", () => {
    expect(() => interceptFetch(createEmulator(), { url: "nowhere" })).toThrow(TypeError);
  });
});

async function json(answer: Promise<Response>): Promise<unknown> {
  return (await answer).json();
}
