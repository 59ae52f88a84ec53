/**
 * Proves that the conformance suite can fail: puts one fault at a time into the engine and tells how many commands it took to find it.
 * `npm run conformance:mutants [part of a name]`
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import { recordedFamilies, type Family } from "../../src/conformance/families.js";
import type { Catch, hunt } from "./hunt.js";
import { startLanes } from "./lanes.js";
import { mutants } from "./mutants.js";
import type { Mutant } from "./mutants/mutant.js";

/** Within so many commands each fault must be found. */
const COMMANDS = 100_000;
const SEED = 1;

const project = new URL("../../", import.meta.url);
const directory = mkdtempSync(join(tmpdir(), "kv-emulator-mutants-"));
const [part = ""] = process.argv.slice(2);
const chosen = mutants.filter(({ name }) => name.includes(part));

const { lanes, close } = await startLanes();
let missed = 0;
try {
  console.log("commands  fault, and the command that gave it away");
  for (const [index, mutant] of chosen.entries()) {
    const mutated = await bundle(mutant, join(directory, `${index}.mjs`));
    const found = await look(mutated.hunt, mutant);
    if (found === undefined) missed++;
    const commands = found === undefined ? "MISSED" : String(found.commands);
    const command = found === undefined ? "" : `: ${found.command.slice(0, 80)}`;
    console.log(`${commands.padStart(8)}  ${mutant.name}${command}`);
  }
} finally {
  close();
  rmSync(directory, { recursive: true });
}
console.log(`${chosen.length - missed} of ${chosen.length} faults found`);
if (missed > 0 || chosen.length === 0) process.exitCode = 1;

/** First in the fault's own family, as whoever works there would look, then with deadlines and other sessions beside it, then in all of them. */
async function look(search: typeof hunt, { family }: Mutant): Promise<Catch | undefined> {
  const near: readonly Family[] = [
    ...new Set<Family>([family, "string", "generic", "expire", "transactions"]),
  ];
  for (const families of [[family], near, recordedFamilies]) {
    const found = await search(lanes, { seed: SEED, commands: COMMANDS, families });
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The hunt with a fault in its engine. */
async function bundle(mutant: Mutant, outfile: string): Promise<{ hunt: typeof hunt }> {
  await esbuild.build({
    entryPoints: [fileURLToPath(new URL("scripts/conformance/hunt.ts", project))],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    logLevel: "error",
    plugins: [fault(mutant)],
    // What the bundle does not take in it finds where this file does.
    banner: {
      js: `import { createRequire } from "node:module"; const require = createRequire(${JSON.stringify(import.meta.url)});`,
    },
  });
  return import(pathToFileURL(outfile).href);
}

function fault({ name, file, from, to }: Mutant): esbuild.Plugin {
  const path = fileURLToPath(new URL(`src/${file}`, project));
  return {
    name: "fault",
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, (args) => {
        if (args.path !== path) return undefined;
        const parts = readFileSync(path, "utf8").split(from);
        if (parts.length === 2) return { contents: parts.join(to), loader: "ts" };
        throw new Error(`"${name}": its text stands ${parts.length - 1} times in src/${file}`);
      });
    },
  };
}
