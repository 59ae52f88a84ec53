/** Rules of lint about values: that they come back as what they were, and that they are not too large. */
import { text, type ByteString } from "../bytes.js";
import { ReplyError } from "../errors.js";
import type { Reply } from "../reply.js";
import type { LintedCommand, LintedRequest, Report, Rules } from "./lint-request.js";

/** What a value turns into, and how to prevent that. */
interface Turn {
  readonly into: string;
  readonly fix: string;
}

interface Written extends Turn {
  readonly by: LintedCommand;
}

const AS_TEXT =
  "Write JSON.stringify(value), or create the client with { automaticDeserialization: false }.";

/**
 * Text that the client reads back as something else: told when it is read, for what nobody reads does no harm. What was an object or an
 * array is JSON to begin with, and comes back as such; whether it was `undefined`, NaN or a Date within it is not to be seen.
 */
export class TypeChanges implements Rules {
  /** By key and value. */
  #written = new Map<string, Written>();

  check({ call, commands }: LintedRequest, report: Report): void {
    // The clients of RESP take text for text.
    if (call.door === "resp" || call.origin?.deserializes === false) return;
    for (const by of commands) {
      this.#checkReply(by, report);
      if (by.command?.flags.includes("denyoom") === true) this.#note(by);
    }
  }

  #note(by: LintedCommand): void {
    if (by.reply instanceof ReplyError) return;
    for (const [index, word] of by.argv.entries()) {
      const value = by.sent?.[index];
      if (typeof value !== "string" || index < 2 || isField(by.called.name, index)) continue;
      const turn = turnOf(value);
      if (turn === undefined) continue;
      for (const key of by.keys) this.#written.set(entry(key, word), { ...turn, by });
    }
  }

  #checkReply(by: LintedCommand, report: Report): void {
    if (this.#written.size > 0) {
      for (const key of by.keys) {
        for (const value of textsOf(by.reply)) {
          const written = this.#written.get(entry(key, value));
          if (written !== undefined) reportTurn(by, key, value, written, report);
        }
      }
    }
    if (typeof by.reply !== "bigint" || BigInt(Number(by.reply)) === by.reply) return;
    report(
      "typeChange",
      by,
      by.keys[0],
      `${by.called.name} answers ${by.reply}, which a number of JavaScript can not hold: the client makes ${Number(by.reply)} of it. Keep such a number as text with a letter before it.`,
    );
  }

  save(): () => void {
    const written = new Map(this.#written);
    return () => {
      this.#written = written;
    };
  }
}

/** Names of fields are never parsed. */
function isField(name: string, index: number): boolean {
  return index % 2 === 0 && /^(?:HSET|HMSET|HSETNX)$/.test(name);
}

function entry(key: ByteString, value: ByteString): string {
  return `${key.length} ${key}${value}`;
}

function reportTurn(
  by: LintedCommand,
  key: ByteString,
  value: ByteString,
  { into, fix, by: { called, stack } }: Written,
  report: Report,
): void {
  const place = stack.site === undefined ? "" : ` (${stack.site})`;
  const shown = JSON.stringify(shortened(text(value)));
  report(
    "typeChange",
    by,
    key,
    `${by.called.name} of ${JSON.stringify(text(key))} gives back ${into} for the text ${shown} that ${called.name} wrote${place}. ${fix}`,
  );
}

function shortened(value: string): string {
  return value.length > 40 ? `${value.slice(0, 40)}…` : value;
}

/** What the client's JSON.parse makes of text, if that is not what it says. */
function turnOf(value: string): Turn | undefined {
  if (value === "true" || value === "false") return { into: `the boolean ${value}`, fix: AS_TEXT };
  if (/^-?\d/.test(value)) {
    return String(Number(value)) === value
      ? { into: `the number ${value}`, fix: AS_TEXT }
      : undefined;
  }
  if (value.startsWith('"')) {
    const parsed = parsedJson(value);
    if (typeof parsed !== "string") return undefined;
    // Other text in quotes is what keeps "123" as it is.
    if (!/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(parsed)) return undefined;
    return {
      into: `the text ${JSON.stringify(parsed)}, no Date,`,
      fix: "Write the time as a number, date.getTime().",
    };
  }
  const lost = /^[[{]/.test(value) && parsedJson(value) !== undefined && lostInteger(value);
  if (lost === undefined || lost === false) return undefined;
  return {
    into: `${Number(lost)} for ${lost}`,
    fix: "Write integers past 2^53 as text within JSON.",
  };
}

/** An integer of JSON that JavaScript's numbers can not hold. */
function lostInteger(json: string): string | undefined {
  const bare = json.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  return bare
    .match(/-?\d[\d.eE+-]*/g)
    ?.find((digits) => /^-?\d{16,}$/.test(digits) && String(BigInt(Number(digits))) !== digits);
}

function parsedJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** The bulk strings of a reply, at whatever depth. */
function* textsOf(reply: Reply): Generator<ByteString> {
  if (typeof reply === "string") yield reply;
  else if (typeof reply !== "object" || reply === null || reply instanceof ReplyError) return;
  else if (Array.isArray(reply)) for (const item of reply) yield* textsOf(item);
  else if ("items" in reply) for (const item of reply.items) yield* textsOf(item);
}

/** Commands and replies that are large for what Upstash takes. */
export class OversizeValues implements Rules {
  readonly #threshold: number;

  constructor(threshold: number) {
    this.#threshold = threshold;
  }

  check({ commands }: LintedRequest, report: Report): void {
    for (const by of commands) {
      const sent = by.argv.reduce((size, word) => size + word.length, 0);
      const size = Math.max(sent, sizeOf(by.reply));
      if (size < this.#threshold) continue;
      report(
        "oversize",
        by,
        by.keys[0],
        `${by.called.name} ${size === sent ? "sends" : "reads"} ${megabytes(size)} at once, and Upstash refuses more than 10 MB. Keep what is large in a blob store, and its address here.`,
      );
    }
  }

  save(): () => void {
    return () => undefined;
  }
}

function sizeOf(reply: Reply): number {
  if (typeof reply === "string") return reply.length;
  if (typeof reply !== "object" || reply === null) return 0;
  let size = 0;
  for (const item of textsOf(reply)) size += item.length;
  return size;
}

function megabytes(size: number): string {
  return size < 100_000 ? `${size} bytes` : `${(size / 2 ** 20).toFixed(1)} MB`;
}
