// How long the command takes from its start to the first answer of what runs under `exec`, in milliseconds, medians: `exec` is asked
// from here as soon as its child has the variables, `exec of a node` by the child, which takes a node's start of its own. A node that
// does nothing is started in turn with them, as a machine has slow moments.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { get } from "node:http";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const TURNS = 15;
const EXEC = [fileURLToPath(new URL("../dist/cli.js", import.meta.url)), "exec", "--"];

/** Tells where to ask, and stays until it is told to end. */
const TELLS = ["sh", "-c", 'echo "$KV_REST_API_URL/ping?_token=$KV_REST_API_TOKEN"; read end'];

/** Tells when it has its answer. */
const ASKS = `
  const { KV_REST_API_URL: url, KV_REST_API_TOKEN: token } = process.env;
  require("node:http").get(url + "/ping?_token=" + token, (answer) => {
    answer.resume().on("end", () => console.log(answer.statusCode));
  });`;

const kinds = {
  "empty node": async () => once(start("--eval", ""), "exit"),
  exec: async () => {
    const child = start(...EXEC, ...TELLS);
    const [url] = await once(createInterface(child.stdout), "line");
    const [answer] = await once(get(url, { agent: false }), "response");
    return [child, answer.statusCode];
  },
  "exec of a node": async () => {
    const child = start(...EXEC, process.execPath, "--eval", ASKS);
    const [status] = await once(createInterface(child.stdout), "line");
    return [child, Number(status)];
  },
};

function start(...args) {
  return spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
}

const times = new Map(Object.keys(kinds).map((name) => [name, []]));
for (let turn = 0; turn < TURNS; turn++) {
  for (const [name, run] of Object.entries(kinds)) {
    const begin = performance.now();
    const [child, status] = await run();
    times.get(name).push(performance.now() - begin);
    if (name === "empty node") continue;
    if (status !== 200) throw new Error(`${name}: answered with ${status}`);
    child.stdin.end();
    if (child.exitCode === null) await once(child, "exit");
  }
}

const median = (numbers) => numbers.sort((a, b) => a - b)[TURNS >> 1];
console.log(
  JSON.stringify(Object.fromEntries([...times].map(([name, all]) => [name, median(all)]))),
);
