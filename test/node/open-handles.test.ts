/** What is left open keeps a process alive: whether one ends by itself that has subscribed. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

it("a process that has left its subscriptions and closed its server ends by itself", async () => {
  const options = ["--import", "tsx", "--test", "--test-reporter", "tap"];
  const file = "test/node/open-handles/subscribe.ts";
  // Nothing of vitest's own, which node's runner would take for a run within a run.
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...env } = process.env;
  const running = promisify(execFile)(process.execPath, [...options, file], { cwd: root, env });
  expect((await running).stdout).toMatch(/^# pass 2$/m);
});
