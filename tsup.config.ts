import { readFile, rm } from "node:fs/promises";
import { build, transform } from "esbuild";
import { defineConfig, type Options } from "tsup";

type Plugin = NonNullable<Options["plugins"]>[number];

/**
 * Turns each chunk into CommonJS with esbuild. The plugin of tsup that does it otherwise takes an assignment to a
 * private field (`this.#bytes = …`) for one to the export of that name, and rewrites `??` and `?.` into slow helpers.
 */
const commonJsChunks: Plugin = {
  name: "commonjs-chunks",
  async renderChunk(code, { type, path }) {
    if (this.format !== "cjs" || type !== "chunk" || !path.endsWith(".cjs")) return undefined;
    // The command is run, not required: what comes of it here is removed.
    if (path.endsWith("cli.cjs")) return undefined;
    this.splitting = false;
    const { code: rendered } = await transform(code, {
      format: "cjs",
      target: "es2022",
      minifyWhitespace: true,
    });
    return { code: withPlainExports(rendered) };
  },
};

/** esbuild exports getters from one object; checkers of packages and bundlers see more in `exports.name = name` behind everything. */
function withPlainExports(code: string): string {
  let assignments = "";
  const head = code.replace(EXPORTS, (_, __, list: string) => {
    assignments = list.replace(/([\w$]+):\(\)=>([\w$.]+),?/g, "exports.$1=$2;");
    return 'Object.defineProperty(exports,"__esModule",{value:true});';
  });
  if (assignments === "") throw new Error("esbuild writes CommonJS in another way than before");
  return head + assignments;
}

const EXPORTS = /__export\(([\w$]+),\{([^}]*)\}\);module\.exports=__toCommonJS\(\1\);/;

type EsbuildPlugin = NonNullable<Options["esbuildPlugins"]>[number];

/** The command finds commander beside it: bundled with the rest, its CommonJS would leave helpers in the chunks of all. */
const commanderBeside: EsbuildPlugin = {
  name: "commander-beside",
  setup(build) {
    build.onResolve({ filter: /^commander$/ }, () => ({ path: "./commander.js", external: true }));
  },
};

/** Commander as an ES module, with its licence. */
async function bundleCommander(): Promise<void> {
  const licence = await readFile("node_modules/commander/LICENSE", "utf8");
  await build({
    entryPoints: ["commander"],
    outfile: "dist/commander.js",
    bundle: true,
    format: "esm",
    platform: "node",
    target: "es2022",
    minifyWhitespace: true,
    banner: {
      js: `/* commander\n${licence}*/\nimport{createRequire}from"node:module";const require=createRequire(import.meta.url);`,
    },
  });
}

const entry = {
  index: "src/index.ts",
  kv: "src/kv/kv.ts",
  upstash: "src/kv/upstash.ts",
  msw: "src/msw/handlers.ts",
  node: "src/node/server.ts",
  conformance: "src/conformance/conformance.ts",
  explore: "src/explore/explore.ts",
  "set-up": "src/set-up/set-up.ts",
  vitest: "src/vitest/vitest.ts",
  jest: "src/jest/jest.ts",
};

export default defineConfig({
  entry: { ...entry, cli: "src/node/cli/cli.ts" },
  format: ["esm", "cjs"],
  target: "es2022",
  platform: "neutral",
  external: [/^node:/, "@jest/globals"],
  dts: { entry },
  splitting: true,
  clean: true,
  // Half the size, and a third off the time a test file waits for its import; names stay for stack traces.
  esbuildOptions(options) {
    options.minifyWhitespace = true;
  },
  plugins: [commonJsChunks],
  esbuildPlugins: [commanderBeside],
  onSuccess: async () => {
    await rm("dist/cli.cjs");
    await bundleCommander();
  },
});
