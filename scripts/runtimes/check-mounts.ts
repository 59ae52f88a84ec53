/** Starts an emulator in each runtime and framework of a directory where they are installed, and has clients call it. */
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { join } from "node:path";
import { expectAnswers } from "../../test/support/mounted.js";

const [directory = "."] = process.argv.slice(2);

/** By name: the program of `node_modules/.bin` with its arguments, and below which path the emulator is. */
const MOUNTS: Readonly<Record<string, readonly [command: string, path: string]>> = {
  Bun: ["bun serve.mjs", ""],
  Deno: ["deno run --allow-all serve.mjs", ""],
  "Hono on Bun": ["bun serve.mjs hono", "/api/kv"],
  "Hono on Deno": ["deno run --allow-all serve.mjs hono", "/api/kv"],
  Next: ["next dev next --hostname 127.0.0.1 --port 0", "/api/kv"],
};

for (const [name, [command, path]] of Object.entries(MOUNTS)) {
  const [program = "", ...args] = command.split(" ");
  const child = spawn(join("node_modules/.bin", program), args, {
    cwd: directory,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1" },
    // A group of its own, because Next has processes below it.
    detached: true,
  });
  try {
    await expectAnswers((await urlPrintedBy(child)) + path, "secret");
    console.log(`ok  clients call an emulator in ${name}`);
  } finally {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid);
  }
}

function urlPrintedBy({ stdout, stderr }: ChildProcessWithoutNullStreams): Promise<string> {
  let printed = "";
  return new Promise((resolve, reject) => {
    for (const stream of [stdout, stderr]) {
      stream.on("data", (data) => {
        printed += String(data);
        const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(printed) ?? [];
        if (url !== undefined) resolve(url);
      });
      stream.on("end", () => reject(new Error(`no URL was printed:\n${printed}`)));
    }
  });
}
