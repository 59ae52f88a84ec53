// Builds the package's programs, starts its command and runs an example against it in a second process. On a terminal the servers stay up until
// Ctrl-C; with --once, and elsewhere, they end with the example. Options of kv-emulator are handed on: npm start -- --port 8079 --data dev.kv
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

const options = process.argv.slice(2).filter((option) => option !== "--once");
const staysUp = process.stdout.isTTY && options.length === process.argv.length - 2;

const build = spawnSync("npm", ["run", "--silent", "build", "--", "--no-dts"], {
  stdio: "inherit",
  shell: process.platform === "win32",
});
if (build.status !== 0) process.exit(build.status ?? 1);

const command = spawn(process.execPath, ["dist/cli.js", "--json", ...options], {
  stdio: ["ignore", "pipe", "inherit"],
});
const ended = once(command, "exit");
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => command.kill(signal));
}

const [line] = await Promise.race([once(createInterface(command.stdout), "line"), ended]);
if (typeof line === "string") await tell(JSON.parse(line));
const [exitCode] = await ended;
process.exitCode ||= exitCode ?? 1;

/** Runs the example, and ends the servers where they are not to stay or the example fails. */
async function tell({ env }) {
  const story = spawn(process.execPath, ["examples/server-story.mjs"], {
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  const [code] = await once(story, "exit");
  process.exitCode = code ?? 1;
  if (!staysUp || code !== 0) {
    command.kill();
    return;
  }
  console.log("\nThe servers stay up until Ctrl-C. For .env.local:\n");
  for (const [name, value] of Object.entries(env)) console.log(`${name}="${value}"`);
}
