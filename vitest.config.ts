import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (file: string): string => fileURLToPath(new URL(`src/${file}`, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^kv-emulator$/, replacement: source("index.ts") },
      { find: /^kv-emulator\/kv$/, replacement: source("kv/kv.ts") },
      { find: /^kv-emulator\/upstash$/, replacement: source("kv/upstash.ts") },
      { find: /^kv-emulator\/msw$/, replacement: source("msw/handlers.ts") },
      { find: /^kv-emulator\/node$/, replacement: source("node/server.ts") },
      { find: /^kv-emulator\/conformance$/, replacement: source("conformance/conformance.ts") },
      { find: /^kv-emulator\/explore$/, replacement: source("explore/explore.ts") },
      { find: /^kv-emulator\/set-up$/, replacement: source("set-up/set-up.ts") },
      { find: /^kv-emulator\/vitest$/, replacement: source("vitest/vitest.ts") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    // All processors: by itself vitest leaves one idle, which is half of a small machine.
    maxWorkers: "100%",
    // Only guards against what never ends: machines differ.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 120_000, interval: 5 } },
    typecheck: { enabled: true, include: ["test/**/*.test-d.ts"] },
  },
});
