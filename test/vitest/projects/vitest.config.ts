/**
 * The projects that test/vitest/projects.test.ts runs. The package is found in src; with `--mode package`, as `npm run check` runs them,
 * it is the built one, by its name. `WITH_SETUP=1` sets the project up.
 */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import root from "../../../vitest.config.js";

const source = fileURLToPath(new URL("../../../src/vitest/vitest.ts", import.meta.url));

export default defineConfig(({ mode }) => {
  const isBuilt = mode === "package";
  const setupFiles = [isBuilt ? "kv-emulator/vitest" : source, "setup/seed.ts"];
  return {
    resolve: isBuilt ? {} : (root.resolve ?? {}),
    test: { setupFiles: process.env.WITH_SETUP === "1" ? setupFiles : [] },
  };
});
