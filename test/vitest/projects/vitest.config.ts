/**
 * The projects that test/vitest/projects.test.ts runs, with the package as it is in src: `--mode set-up` sets them up. So does
 * `--mode package`, as `npm run check` runs them, with the package as it was built.
 */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import root from "../../../vitest.config.js";

const source = fileURLToPath(new URL("../../../src/vitest/vitest.ts", import.meta.url));
const entries: Readonly<Record<string, string>> = {
  "set-up": source,
  package: "kv-emulator/vitest",
};

export default defineConfig(({ mode }) => {
  const entry = entries[mode];
  return {
    resolve: mode === "package" ? {} : (root.resolve ?? {}),
    test: { setupFiles: entry === undefined ? [] : [entry, "setup/seed.ts"] },
  };
});
