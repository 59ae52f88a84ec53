/** From options to a server that runs: clock, data and seed are in place before a client can connect, and saved when it is closed. */
import { readFileSync } from "node:fs";
import { manualClock } from "../../clock.js";
import { createEmulator, type Emulator } from "../../emulator.js";
import { createBackend } from "../backend/backend.js";
import { loadData, saveData } from "../data-file.js";
import { codeOf, Failure, reason } from "../failure.js";
import { record } from "../recording.js";
import { seed } from "../../testing/seed.js";
import { startServer, type RestServer } from "../server.js";
import { commandLog } from "./command-log.js";
import { urlOf, type CliOptions } from "./options.js";

export interface OpenServer {
  readonly server: RestServer;
  /** Ends every connection, then saves the data. Rejects with a Failure where it can not be saved. */
  readonly close: () => Promise<void>;
}

/** Rejects with a Failure for a port that is taken and for files that can not be used. */
export async function openServer(options: CliOptions): Promise<OpenServer> {
  const { backend, ...emulated } = options;
  return backend === undefined ? openEmulator(emulated) : openBefore(backend, options);
}

async function openBefore(urls: readonly string[], options: CliOptions): Promise<OpenServer> {
  const backend = await createBackend(urlOf(urls)).catch((error: unknown) => {
    throw new Failure(reason(error));
  });
  if (options.log === true) backend.intercept(commandLog(process.stderr));
  const server = await startServer({ ...options, backend }).catch((error: unknown) => {
    backend.close();
    throw whyNotListening(error, options);
  });
  return {
    server,
    close: async () => {
      await server.close();
      backend.close();
    },
  };
}

async function openEmulator(options: Omit<CliOptions, "backend">): Promise<OpenServer> {
  const { clock, data, seed: _, log = false, plan, record: recording, ...listening } = options;
  const emulator = createEmulator({ plan, ...(clock && { clock: manualClock(clock) }) });
  fill(emulator, options);
  const stop = recording === undefined ? undefined : record(emulator, recording);
  if (log) emulator.intercept(commandLog(process.stderr));
  const server = await startServer({ ...listening, emulator }).catch((error: unknown) => {
    throw whyNotListening(error, options);
  });
  return {
    server,
    close: async () => {
      await server.close();
      stop?.();
      if (data !== undefined) saveData(emulator, data);
    },
  };
}

/** A seed is what a data file starts with: where that is there already, it holds what became of it. */
function fill(emulator: Emulator, { data, seed: file }: CliOptions): void {
  const isLoaded = data !== undefined && loadData(emulator, data);
  if (file === undefined) return;
  if (isLoaded) process.stderr.write(`${file} is left out: ${data} holds data already\n`);
  else plant(emulator, file);
}

function plant(emulator: Emulator, file: string): void {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8").replace(/^\uFEFF/, ""));
  } catch (error) {
    const what = error instanceof SyntaxError ? "holds no JSON" : "can not be read";
    throw new Failure(`${file} ${what}: ${reason(error)}`);
  }
  try {
    seed(emulator, content);
  } catch (error) {
    throw error instanceof TypeError ? new Failure(`${file}: ${error.message}`) : error;
  }
}

function whyNotListening(error: unknown, { port, host = "127.0.0.1" }: CliOptions): unknown {
  const code = codeOf(error);
  const failed = error instanceof Error && "port" in error ? error.port : undefined;
  const option = failed === port ? "--port" : "--redis-port";
  const fix = `choose another with ${option} (0 for any free one)`;
  if (code === "EADDRINUSE") {
    return new Failure(
      `port ${String(failed)} of ${host} is taken; end the program that listens there, or ${fix}`,
    );
  }
  if (code === "EACCES") {
    return new Failure(`port ${String(failed)} of ${host} is not for this user; ${fix}`);
  }
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return new Failure(`${host} is no address of this machine; choose another with --host`);
  }
  return error;
}
