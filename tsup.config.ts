import { defineConfig } from "tsup";

export default defineConfig({
  entry: {
    index: "src/index.ts",
    kv: "src/kv/kv.ts",
    upstash: "src/kv/upstash.ts",
    msw: "src/msw/handlers.ts",
    conformance: "src/conformance/conformance.ts",
  },
  format: ["esm", "cjs"],
  target: "es2022",
  platform: "neutral",
  dts: true,
  splitting: true,
  clean: true,
  // Half the size, and a third off the time a test file waits for its import; names stay for stack traces.
  esbuildOptions(options) {
    options.minifyWhitespace = true;
  },
});
