/** The projects that test/vitest/projects.test.ts runs: as a user's, but that the package is found in src. */
import { defineConfig, mergeConfig } from "vitest/config";
import root from "../../../vitest.config.js";

const setupFile = new URL("../../../src/vitest/vitest.ts", import.meta.url).pathname;

export default mergeConfig(
  defineConfig({ resolve: root.resolve ?? {} }),
  defineConfig({
    test: {
      setupFiles: process.env.WITH_SETUP === "1" ? [setupFile, "setup/seed.ts"] : [],
      watch: false,
    },
  }),
);
