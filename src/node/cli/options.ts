/** The options that `kv-emulator` and `kv-emulator exec` share, and what their values may be. */
import { InvalidArgumentError, Option, type Command } from "commander";
import { settingsOf } from "../backend/settings.js";
import { reason } from "../failure.js";

export interface CliOptions {
  readonly port?: number;
  readonly redisPort?: number;
  readonly host?: string;
  readonly token?: string;
  readonly readOnlyToken?: string;
  /** The URLs of the Redis behind the REST API; several are those of a cluster. */
  readonly backend?: readonly string[];
  readonly profile?: "redis" | "upstash";
  /** Files to start with and to keep the data in. */
  readonly seed?: string;
  readonly data?: string;
  /** Where the clock stands. */
  readonly clock?: Date;
  readonly log?: boolean;
  /** The file in which to record what happens. */
  readonly record?: string;
  /** Whose limits are enforced. */
  readonly plan?: "free" | "pay-as-you-go";
}

export function addOptions(command: Command): Command {
  return command
    .option("--port <port>", "where the REST API is served (default: any free port)", port)
    .option("--redis-port <port>", "where RESP is served (default: any free port)", port)
    .option("--host <host>", "where both listen (default: 127.0.0.1)")
    .option("--token <token>", "the token, RESP's password, too (default: random)", token)
    .option("--read-only-token <token>", "the token for reads only (default: random)", token)
    .addOption(
      new Option(
        "--profile <profile>",
        "as which of the two RESP answers (default: redis)",
      ).choices(["redis", "upstash"]),
    )
    .option("--backend <url...>", "serve REST before this Redis; several URLs for a cluster", urls)
    .option("--seed <file>", "start with the data of a JSON file")
    .option("--data <file>", "load the data from a file at the start and save it there at the end")
    .option("--clock <time>", "let the time stand still, at an ISO 8601 time", time)
    .option("--record <file>", "write all that happens to a file, for kv-emulator replay")
    .addOption(
      new Option("--plan <plan>", "enforce the limits of this plan of Upstash's").choices([
        "free",
        "pay-as-you-go",
      ]),
    )
    .option("--log", "a line for each command on stderr: time, door, command, keys");
}

/** What is wrong with `--backend`, passwords left out: no URLs of a Redis, or options beside it that are the emulator's own. */
export function faultOfBackend(options: CliOptions): string | undefined {
  const { backend, redisPort, profile, seed, data, clock, record, plan } = options;
  if (backend === undefined) return undefined;
  try {
    settingsOf({ url: urlOf(backend) });
  } catch (error) {
    return `--backend: ${reason(error).replace(/^createBackend\(.*?\): /, "")}`;
  }
  const own = { "--redis-port": redisPort, "--profile": profile, "--seed": seed, "--data": data };
  const given = { ...own, "--clock": clock, "--record": record, "--plan": plan };
  const conflict = Object.entries(given).find(([, value]) => value !== undefined)?.[0];
  if (conflict === undefined) return undefined;
  return `${conflict} is for the emulator: the Redis behind --backend has its own data, clock and port; leave ${conflict} out`;
}

function port(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number <= 65_535) return number;
  throw new InvalidArgumentError("A port is a number from 1 to 65535, or 0 for any free one.");
}

/** What a bearer token may hold; nothing of it has to be quoted in `.env.local`. */
function token(text: string): string {
  if (/^[\w.~+/=-]+$/.test(text)) return text;
  throw new InvalidArgumentError("A token has letters, digits and -._~+/= only.");
}

function time(text: string): Date {
  const date = new Date(text);
  if (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(date.getTime())) return date;
  throw new InvalidArgumentError("A time looks like 2026-01-01T00:00:00Z.");
}

/** One URL or several with commas between them, behind those given before. */
function urls(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...text.split(/,(?=rediss?:)/)];
}

/** What `createBackend` takes: several URLs are those of a cluster. */
export function urlOf(backend: readonly string[]): string | readonly string[] {
  const [url, ...others] = backend;
  return url === undefined || others.length > 0 ? backend : url;
}
