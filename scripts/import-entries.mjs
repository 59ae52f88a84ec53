// Loads every entry of the built package by its public name, as an ES module and with require, and uses each once.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const load = {
  import: (name) => import(name),
  require: async (name) => require(name),
};

for (const [kind, entry] of Object.entries(load)) {
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

  const { checkConformance, upstashTarget } = await entry("kv-emulator/conformance");
  const { seed } = await checkConformance(upstashTarget(createKv().kv), { runs: 5, seed: 7 });
  expect(kind, "kv-emulator/conformance", seed, 7);
}

function expect(kind, name, actual, expected) {
  if (actual !== expected) throw new Error(`${kind} ${name}: ${actual} instead of ${expected}`);
  console.log(`ok  ${kind} ${name}`);
}
