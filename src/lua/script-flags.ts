/** The flags that a script's first line or a function's registration may name, and the first line itself (eval.c, script.c). */
import { bytes, untilZero, type ByteString } from "../bytes.js";
import { ReplyError } from "../errors.js";

/** In Redis's order, in which FUNCTION LIST shows them; the last one is Upstash's. */
const FLAGS = [
  "no-writes",
  "allow-oom",
  "allow-stale",
  "no-cluster",
  "allow-cross-slot-keys",
  "allow-key-locking",
] as const;
export type ScriptFlag = (typeof FLAGS)[number];

export const scriptFlags: readonly ScriptFlag[] = FLAGS;

/** What a script's first line may be. */
export interface Dialect {
  readonly flags: readonly ScriptFlag[];
  /** Whether such a line behind blank ones is left out and declares nothing; else it is bad Lua. */
  readonly lateHead: "ignored" | "code";
}

export const redisDialect: Dialect = {
  flags: FLAGS.filter((flag) => flag !== "allow-key-locking"),
  lateHead: "code",
};

/** As @upstash/ratelimit 2.1.0 found it: its scripts began with an empty line. */
export const upstashDialect: Dialect = { flags: FLAGS, lateHead: "ignored" };

const LATE_HEAD = /^\s*\n\s*#![^\n]*/;

/** What a library is told of a flag that is none. */
export const UNKNOWN_FLAG = "unknown flag given";

/** The flag of that name. */
export function scriptFlag(name: string): ScriptFlag | undefined {
  return FLAGS.find((flag) => flag === name);
}

/** A script's text without its first line, the end of that line kept, and the flags that it named. */
export interface ParsedScript {
  readonly code: ByteString;
  /** Undefined where the script has no such line and so runs in Redis's compatible mode. */
  readonly flags: ReadonlySet<ScriptFlag> | undefined;
}

/** Reads `#!lua flags=a,b`. Throws a ReplyError for a line that Redis does not take, and for a flag that the dialect lacks. */
export function parseScript(source: ByteString, dialect: Dialect): ParsedScript {
  if (!source.startsWith("#!")) {
    const code = dialect.lateHead === "ignored" ? bytes(source.replace(LATE_HEAD, "")) : source;
    return { code, flags: undefined };
  }
  const end = untilZero(source).indexOf("\n");
  if (end < 0) throw new ReplyError("ERR Invalid script shebang");
  const [engine = "", ...options] = source.slice(0, end).split(/\s+/);
  if (engine !== "#!lua") {
    throw new ReplyError(`ERR Unexpected engine in script shebang: ${untilZero(bytes(engine))}`);
  }
  const flags = new Set<ScriptFlag>();
  for (const option of options) {
    if (option === "") continue;
    if (!option.startsWith("flags=")) {
      throw new ReplyError(`ERR Unknown lua shebang option: ${untilZero(bytes(option))}`);
    }
    const list = option.slice("flags=".length);
    for (const name of list === "" ? [] : list.split(",")) {
      const flag = scriptFlag(name);
      if (flag === undefined || !dialect.flags.includes(flag)) {
        throw new ReplyError(`ERR Unexpected flag in script shebang: ${untilZero(bytes(name))}`);
      }
      flags.add(flag);
    }
  }
  return { code: bytes(source.slice(end)), flags };
}
