/** A program that runs with the servers: it gets their variables, the signals that come, and the terminal. */
import { spawn, type ChildProcess } from "node:child_process";
import { constants } from "node:os";
import { codeOf, Failure } from "../failure.js";

/** A Failure with what a shell exits with for it. */
export class CommandFailure extends Failure {
  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
  }
}

/**
 * Runs a command until it ends; returns its exit code, 128 and the signal's number where a signal has ended it. Rejects with a
 * CommandFailure where it can not be started (127: there is no such command; 126: it is no program).
 */
export function runCommand(
  [name = "", ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(name, args, {
      stdio: "inherit",
      env: { ...process.env, ...env },
      // There npm installs commands as scripts that only a shell starts.
      shell: process.platform === "win32",
    });
    forwardSignals(child);
    child.once("error", (error) => {
      if (child.pid !== undefined) return;
      reject(whyNotStarted(name, error));
    });
    child.once("exit", (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Passes signals on, and lets none end the process itself, which has to save when the command has ended. A terminal sends Ctrl-C to the command by itself, and many programs take a second one for
 * "at once".
 */
function forwardSignals(child: ChildProcess): void {
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    });
  }
}

function whyNotStarted(name: string, error: Error): Failure {
  if (codeOf(error) === "ENOENT") {
    const fix = name.includes("/") ? "check its path" : "install it, or write its path";
    return new CommandFailure(`there is no command ${JSON.stringify(name)}; ${fix}`, 127);
  }
  return new CommandFailure(`${JSON.stringify(name)} can not be run: ${error.message}`, 126);
}
