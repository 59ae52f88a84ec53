/** A command in the log of an emulator, and how it reads. */
import type { Call } from "../call.js";
import { ReplyError } from "../errors.js";
import type { PlainReply } from "../plain.js";

/** What is known of a command. */
type Known = Omit<LogEntry, "toString">;

export class LogEntry {
  /** In capitals, with its subcommand: `SET`, `OBJECT ENCODING`. Empty for what could not be read as a command. */
  readonly command: string;
  /** What stands behind the name, as text; passwords are `(redacted)`. */
  readonly args: readonly string[];
  readonly keys: readonly string[];
  /** Where it came in. */
  readonly door: Call["door"];
  /** Who called: the name of a double, of REST's user or token, of a connection. */
  readonly client: string;
  /** The number of the request that it came in, from 1 on. */
  readonly request: number;
  /** Whether it was part of a transaction over REST. */
  readonly atomic: boolean;
  /** When it came in, on the emulator's clock, in milliseconds since the epoch. */
  readonly time: number;
  /** How long its client waited, on the emulator's clock, in milliseconds; undefined where it still waits. */
  readonly duration: number | undefined;
  /** What the client got; undefined where it got an error, or nothing yet. */
  readonly reply: PlainReply | undefined;
  /** Redis's error, "connection cut", or "HTTP 500: …" where another response than the command's was sent. */
  readonly error: string | undefined;

  constructor(known: Known) {
    this.command = known.command;
    this.args = known.args;
    this.keys = known.keys;
    this.door = known.door;
    this.client = known.client;
    this.request = known.request;
    this.atomic = known.atomic;
    this.time = known.time;
    this.duration = known.duration;
    this.reply = known.reply;
    this.error = known.error;
  }

  /** `SET user:1 Ada → "OK"`; `✗` stands before an error. */
  toString(): string {
    const { command, args, reply, error } = this;
    const words = command === "" ? ["(unreadable)"] : [command, ...args.map(shownWord)];
    const line = words.join(" ");
    if (error !== undefined) return `${line} ✗ ${error}`;
    return reply === undefined ? `${line} (no reply)` : `${line} → ${shownReply(reply)}`;
  }
}

/** So much is shown of a word or a reply. */
const LENGTH = 80;

/** A word without quotes where that is clear. */
export function shownWord(word: string): string {
  return short(/^[\w:.@/{}*+-]+$/.test(word) ? word : JSON.stringify(word));
}

function shownReply(reply: PlainReply): string {
  return short(written(reply));
}

function written(reply: PlainReply): string {
  if (reply instanceof ReplyError) return `✗ ${reply.message}`;
  if (typeof reply === "string") return JSON.stringify(reply);
  if (typeof reply !== "object" || reply === null) return String(reply);
  return `[${reply.map(written).join(", ")}]`;
}

function short(text: string): string {
  return text.length > LENGTH ? `${text.slice(0, LENGTH)}…` : text;
}
