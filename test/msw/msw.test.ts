/** The real client through MSW: one handler for the database's URL, everything else passes by. */
import { createClient } from "@vercel/kv";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createEmulator } from "../../src/emulator.js";
import { kvHandlers } from "../../src/msw/handlers.js";

const server = setupServer();
beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => {
  server.resetHandlers();
  vi.unstubAllEnvs();
});
afterAll(() => server.close());

const connection = { url: "https://db.example", token: "secret" };

describe("kvHandlers", () => {
  it("is one handler", () => {
    expect(kvHandlers()).toHaveLength(1);
  });

  it("answers the real client from the emulator", async () => {
    const emulator = createEmulator();
    server.use(...kvHandlers(emulator, connection));
    const kv = createClient(connection);
    await kv.set("user", { name: "Ada", tags: ["ä", "😀"] });
    expect(await kv.get("user")).toEqual({ name: "Ada", tags: ["ä", "😀"] });
    expect(emulator.call("EXISTS", "user")).toBe(1);
  });

  it("refuses another token", async () => {
    server.use(...kvHandlers(createEmulator(), connection));
    const kv = createClient({ ...connection, token: "wrong", enableAutoPipelining: false });
    await expect(kv.get("k")).rejects.toThrow("WRONGPASS invalid or missing auth token");
  });

  it("lets a read-only token read and nothing else", async () => {
    server.use(...kvHandlers(createEmulator(), { ...connection, readOnlyToken: "reader" }));
    const kv = createClient({ ...connection, token: "reader" });
    expect(await kv.get("k")).toBeNull();
    await expect(kv.set("k", 1)).rejects.toThrow("NOPERM this user has no permissions");
  });

  it("takes URL and tokens from the environment", async () => {
    vi.stubEnv("KV_REST_API_URL", "https://from-env.example");
    vi.stubEnv("KV_REST_API_TOKEN", "from-env");
    server.use(...kvHandlers());
    const kv = createClient({ url: "https://from-env.example", token: "from-env" });
    expect(await kv.set("k", 1)).toBe("OK");
  });

  it("stands for a URL below a path", async () => {
    const below = { url: "https://gateway.example/kv/main", token: "t" };
    server.use(...kvHandlers(createEmulator(), below));
    expect(await createClient(below).incr("k")).toBe(1);
  });

  it("lets other hosts pass by, also those whose names begin alike", async () => {
    server.use(
      ...kvHandlers(createEmulator(), connection),
      http.get("https://db.example.org/", () => HttpResponse.text("another")),
    );
    expect(await (await fetch("https://db.example.org/")).text()).toBe("another");
  });

  it("refuses a URL that is none", () => {
    expect(() => kvHandlers(createEmulator(), { url: "db.example" })).toThrow(TypeError);
  });
});
