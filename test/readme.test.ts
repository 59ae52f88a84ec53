/** The README's snippets are the files of test/readme and test/jest, which are run; this holds the two together. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const snippets = [...readme.matchAll(/^```(?:ts|js)\n(.*?)^```$/gms)].map(([, code]) => code);
const files = ["readme/", "jest/"].flatMap((folder) => {
  const directory = new URL(folder, import.meta.url);
  return readdirSync(directory).map((name) => readFileSync(new URL(name, directory), "utf8"));
});

it.each(snippets)("runs %s", (snippet) => {
  expect(files).toContain(snippet);
});

it("has snippets", () => {
  expect(snippets.length).toBeGreaterThan(5);
});
