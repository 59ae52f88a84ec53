/** The layers of the source: a file imports from its own level downward only, and node:* only below src/node. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const source = fileURLToPath(new URL("../src", import.meta.url));

/** From the bottom up: folders, and the files that stand in src itself. Those of the first level are all that are not named. */
const levels: readonly (readonly string[])[] = [
  ["base"],
  ["values"],
  ["keyspace"],
  ["session.ts", "server.ts"],
  ["lua"],
  ["commands"],
  ["plain.ts", "snapshot.ts", "waits.ts", "call.ts", "chain.ts", "engine.ts", "trusted.ts"],
  ["rest", "resp"],
  ["testing"],
  ["emulator.ts", "default-emulator.ts"],
  ["set-up"],
  ["kv", "msw", "node"],
  ["explore"],
  ["vitest", "jest"],
  ["conformance"],
  ["index.ts"],
];

const files = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => ({ file, imports: importsOf(file) }));

describe("the source", () => {
  it.each(files)("$file imports from its own level downward", ({ file, imports }) => {
    const upward = imports.filter(({ path }) => path !== "" && levelOf(path) > levelOf(file));
    expect(upward).toEqual([]);
  });

  it.each(files)("$file imports node:* only below src/node", ({ file, imports }) => {
    const native = imports.filter(({ name }) => name.startsWith("node:"));
    expect(file.startsWith("node/") ? [] : native).toEqual([]);
  });

  it("has no runtime dependency behind its main entry", () => {
    const reached = new Set<string>();
    const visit = (file: string): void => {
      if (reached.has(file)) return;
      reached.add(file);
      for (const { path, name } of importsOf(file)) visit(path === "" ? name : path);
    };
    visit("index.ts");
    expect([...reached].filter((file) => !file.endsWith(".ts"))).toEqual([]);
  });
});

interface Import {
  readonly name: string;
  /** The imported file below src; empty for a package. */
  readonly path: string;
}

function importsOf(file: string): Import[] {
  if (!file.endsWith(".ts")) return [];
  const text = readFileSync(join(source, file), "utf8");
  return [...text.matchAll(/^(?:import|export)\b[^;]*?\bfrom "([^"]+)"/gm)].map(([, name = ""]) => {
    const target = join(source, dirname(file), name.replace(/\.js$/, ".ts"));
    return { name, path: name.startsWith(".") ? relative(source, target) : "" };
  });
}

function levelOf(file: string): number {
  const [place = file] = file.split("/");
  return Math.max(
    0,
    levels.findIndex((level) => level.includes(place)),
  );
}
