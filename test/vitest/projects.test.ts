/** Projects of their own, run by vitest as users run it: what leaks from test to test, or keeps a process open, shows only there. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const projects = fileURLToPath(new URL("projects", import.meta.url));
const vitest = fileURLToPath(new URL("../../node_modules/vitest/vitest.mjs", import.meta.url));

/** Runs the tests of a folder to their end; fails where they do, and where the process does not end by itself. */
async function run(folder: string, ...args: readonly string[]): Promise<string> {
  // Nothing of this run's own, but for what finds the programs.
  const { PATH = "", HOME = "" } = process.env;
  const command = [vitest, "run", "--reporter=dot", "--no-color", ...args, folder];
  const options = { cwd: projects, env: { PATH, HOME }, timeout: 200_000 };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, command, options);
  // What vitest says of a process that it has to end.
  expect(stdout + stderr).not.toMatch(/hanging|did not exit|close timed out/i);
  return stdout;
}

it("200 tests side by side share nothing, and leave nothing open", async () => {
  const output = await run("fixtures", "--detectAsyncLeaks=true");
  expect(output).toMatch(/Tests {2}200 passed \(200\)/);
  expect(output).not.toMatch(/leak/i);
});

it("200 tests side by side share nothing where the project is set up, too", async () => {
  expect(await run("fixtures", "--mode=set-up")).toMatch(/Tests {2}200 passed \(200\)/);
});

it.each([
  [[]],
  [["--no-isolate", "--max-workers=1"]],
  [["--pool=threads"]],
  [["--sequence.hooks=list"]],
])("a project that is set up undoes every change of its tests: vitest run %j", async (args) => {
  expect(await run("setup", "--mode=set-up", ...args)).toMatch(/Tests {2}20 passed \(20\)/);
});
