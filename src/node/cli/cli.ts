#!/usr/bin/env node
/** `kv-emulator` on the command line: servers that stay up, or that run with another program. */
import { createRequire } from "node:module";
import { Command, CommanderError } from "commander";
import { Failure } from "../failure.js";
import { replay, ReplayDifference, type Replayed } from "../replay.js";
import type { RestServer } from "../server.js";
import { openServer } from "./open-server.js";
import { addOptions, faultOfBackend, type CliOptions } from "./options.js";
import { painter } from "./paint.js";
import { CommandFailure, runCommand } from "./run-command.js";

const { version }: { readonly version: string } = createRequire(import.meta.url)(
  "kv-emulator/package.json",
);
const paint = painter(process.stderr);

const program = new Command("kv-emulator")
  .description("An in-memory Redis that Vercel KV, Upstash Redis and Redis clients connect to.")
  .version(version)
  .enablePositionalOptions()
  .exitOverride()
  .configureOutput({
    outputError: (text, write) => write(text.replace(/^error:/, paint("red", "error:"))),
  })
  .showHelpAfterError("kv-emulator --help tells what there is")
  .helpCommand(false)
  .allowExcessArguments()
  .option("--json", "print one JSON object instead of variables")
  .addHelpText(
    "after",
    `
What to put into .env.local is printed on stdout: kv-emulator > .env.local
Ends with Ctrl-C (SIGINT), SIGTERM or SIGHUP, and exits with 0 when the data is saved.

Exit codes: 0 ended as asked; 1 a port is taken or a file can not be used; 2 wrong usage;
exec: the command's own, 128 and the signal's number, 126 or 127 where it can not be run.

Examples:
  kv-emulator --port 8079 --token secret --data dev.kv
  kv-emulator exec --seed seed.json -- next dev
  kv-emulator exec --record run.jsonl -- npm test && kv-emulator replay run.jsonl
  kv-emulator exec --backend redis://127.0.0.1:6379 -- next dev`,
  );

addOptions(program).action(async (options: CliOptions & { readonly json?: boolean }) => {
  const [unknown] = program.args;
  if (unknown !== undefined) {
    const fix = `write: kv-emulator exec -- ${program.args.join(" ")}`;
    program.error(`error: unknown command '${unknown}'; to run a program with the servers, ${fix}`);
  }
  const stopped = signalToStop();
  const { server, close } = await openServer(options);
  print(server, options.json === true);
  await stopped;
  await close();
});

addOptions(
  program
    .command("exec")
    .description("run a command with the servers' variables, and end with it")
    .usage("[options] -- <command...>")
    .argument("<command...>", "the command and its arguments")
    .passThroughOptions(),
).action(async (command: readonly string[], _: unknown, exec: Command) => {
  const { server, close } = await openServer(exec.optsWithGlobals<CliOptions>());
  process.exitCode = await runCommand(command, server.env).finally(close);
});

program
  .command("replay")
  .description("run a recording of --record again, and name the first answer that is another")
  .argument("<file>", "the recording")
  .action((file: string) => {
    const { calls } = replayed(file);
    process.stdout.write(`${file}: ${calls} calls, all answered as recorded\n`);
  });

/** A difference is an error as those of files are. */
function replayed(file: string): Replayed {
  try {
    return replay(file);
  } catch (error) {
    throw error instanceof ReplayDifference ? new Failure(error.message) : error;
  }
}

program.hook("preAction", (_, command) => {
  const options = command.optsWithGlobals<CliOptions>();
  const { port, redisPort, token, readOnlyToken } = options;
  if (port !== undefined && port !== 0 && port === redisPort) {
    command.error(`error: --port and --redis-port are both ${port}; give each its own`);
  }
  if (token !== undefined && token === readOnlyToken) {
    command.error("error: --token and --read-only-token are the same; give each its own");
  }
  const fault = faultOfBackend(options);
  if (fault !== undefined) command.error(`error: ${fault}`);
});

/** On stdout is what a script or a file takes, on stderr what people read. */
function print({ env, url, token, readOnlyToken }: RestServer, asJson: boolean): void {
  if (asJson) {
    const redisUrl = env["KV_URL"];
    process.stdout.write(`${JSON.stringify({ url, redisUrl, token, readOnlyToken, env })}\n`);
    return;
  }
  const heading = `kv-emulator ${version} is up. For .env.local:`;
  process.stderr.write(`${paint("bold", heading)}\n\n`);
  for (const [name, value] of Object.entries(env)) process.stdout.write(`${name}="${value}"\n`);
  process.stderr.write(`\n${paint("dim", "Ctrl-C ends it.")}\n`);
}

/** From here on signals do not end the process; resolves with the first. */
function signalToStop(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => resolve());
  });
}

async function main(): Promise<void> {
  // Who reads the output may go; the servers stay.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else if (error instanceof Failure) {
      process.stderr.write(`${paint("red", "error:")} ${error.message}\n`);
      process.exitCode = error instanceof CommandFailure ? error.exitCode : 1;
    } else throw error;
  }
}

void main();
