// Loads every entry of the built package by its public name, as an ES module and with require, and uses each once. Two are left to
// their runners, outside of which they can not be loaded: `kv-emulator/vitest` and `kv-emulator/jest` register hooks.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const hit = ({ kv }) => kv.incr("hits");

const require = createRequire(import.meta.url);
const load = {
  import: (name) => import(name),
  require: async (name) => require(name),
};

const used = new Set(["kv-emulator/vitest", "kv-emulator/jest", "kv-emulator/package.json"]);

for (const [kind, entryOf] of Object.entries(load)) {
  const entry = (name) => (used.add(name), entryOf(name));
  const { createEmulator } = await entry("kv-emulator");
  const emulator = createEmulator();
  emulator.call("SET", "k", "v");
  expect(kind, "kv-emulator", emulator.call("GET", "k"), "v");
  expect(kind, "kv-emulator, a script", emulator.call("EVAL", "return #ARGV", 0, "a"), 1);

  const { kv, createKv } = await entry("kv-emulator/kv");
  await kv.set("shared", 1);
  expect(kind, "kv-emulator/kv", await createKv().kv.get("shared"), null);

  const { Redis } = await entry("kv-emulator/upstash");
  expect(kind, "kv-emulator/upstash", await Redis.fromEnv().get("shared"), 1);

  const { kvHandlers } = await entry("kv-emulator/msw");
  expect(kind, "kv-emulator/msw", kvHandlers(emulator).length, 1);

  const { startServer } = await entry("kv-emulator/node");
  const server = await startServer({ emulator });
  expect(
    kind,
    "kv-emulator/node",
    (await fetch(`${server.url}/get/k?_token=${server.token}`)).status,
    200,
  );
  await server.close();

  const { setUp } = await entry("kv-emulator/set-up");
  const hooks = [];
  const add = (hook) => hooks.push(hook);
  const shared = setUp({ beforeEach: add, afterEach: add });
  hooks[0]();
  const [url, token] = [process.env.KV_REST_API_URL, process.env.KV_REST_API_TOKEN];
  await fetch(`${url}/set/left/behind`, { headers: { authorization: `Bearer ${token}` } });
  expect(kind, "kv-emulator/set-up", shared.call("EXISTS", "left"), 1);
  hooks[1]();
  expect(kind, "kv-emulator/set-up, undone", shared.call("EXISTS", "left"), 0);

  const { explore } = await entry("kv-emulator/explore");
  const { interleavings } = await explore(emulator, {
    actors: { alice: hit, bob: hit },
    invariant: () => emulator.call("GET", "hits") === "2",
  });
  expect(kind, "kv-emulator/explore", interleavings, 2);

  const { checkConformance, upstashTarget } = await entry("kv-emulator/conformance");
  const { seed } = await checkConformance(upstashTarget(createKv().kv), { runs: 5, seed: 7 });
  expect(kind, "kv-emulator/conformance", seed, 7);
}

const { exports } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
for (const path of Object.keys(exports)) {
  const name = `kv-emulator${path.slice(1)}`;
  if (!used.has(name)) throw new Error(`${name} is not used here`);
}

function expect(kind, name, actual, expected) {
  if (actual !== expected) throw new Error(`${kind} ${name}: ${actual} instead of ${expected}`);
  console.log(`ok  ${kind} ${name}`);
}
