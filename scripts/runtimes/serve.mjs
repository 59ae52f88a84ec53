// An emulator mounted in an app of Hono's, or by itself, served by Bun or Deno; prints where. `bun serve.mjs hono`
import { Hono } from "hono";
import { createEmulator } from "kv-emulator";

const [kind] = globalThis.Deno?.args ?? process.argv.slice(2);
const emulator = createEmulator({ token: "secret" });
const fetch = kind === "hono" ? new Hono().mount("/api/kv", emulator.fetch).fetch : emulator.fetch;
const place = { hostname: "127.0.0.1", port: 0 };

if (globalThis.Bun === undefined) Deno.serve(place, fetch);
else console.log(String(Bun.serve({ ...place, fetch }).url));
