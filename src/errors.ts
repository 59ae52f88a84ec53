/**
 * Error replies, whole and in Redis's words. Commands throw them; the emulator hands them on as replies. Anything else that is
 * thrown is a bug of ours or a misuse of our API and surfaces as the exception it is.
 */
import { bytes, lengthWithout, text, type ByteString } from "./bytes.js";

/** An error reply. `message` is the whole text as Redis sends it, in one line, `code` its first word (ERR, WRONGTYPE, NOPERM…). */
export class ReplyError extends Error {
  override readonly name = "ReplyError";
  readonly code: string;
  /** The text as bytes: it may quote what a client sent. */
  readonly bytes: ByteString;

  /** `message` holds bytes, as byte strings quoted in it do. */
  constructor(message: string) {
    const line = bytes(oneLine(message));
    super(text(line));
    this.bytes = line;
    this.code = line.split(" ", 1)[0] ?? "";
  }
}

/** Redis drops line ends behind an error and puts spaces for those within (networking.c, addReplyErrorFormatInternal). */
function oneLine(message: string): string {
  return message.slice(0, lengthWithout("\r\n", message)).replace(/[\r\n]/g, " ");
}

export function wrongType(): ReplyError {
  return new ReplyError("WRONGTYPE Operation against a key holding the wrong kind of value");
}

/** What the JSON commands answer, as Redis's modules do. */
export function wrongJsonType(): ReplyError {
  return new ReplyError("Existing key has wrong Redis type");
}

export function syntaxError(): ReplyError {
  return new ReplyError("ERR syntax error");
}

export function notInteger(): ReplyError {
  return new ReplyError("ERR value is not an integer or out of range");
}

export function notFloat(): ReplyError {
  return new ReplyError("ERR value is not a valid float");
}

export function outOfRange(): ReplyError {
  return new ReplyError("ERR value is out of range");
}

export function mustBePositive(): ReplyError {
  return new ReplyError("ERR value is out of range, must be positive");
}

export function noSuchKey(): ReplyError {
  return new ReplyError("ERR no such key");
}

export function indexOutOfRange(): ReplyError {
  return new ReplyError("ERR index out of range");
}

export function overflow(): ReplyError {
  return new ReplyError("ERR increment or decrement would overflow");
}

export function invalidExpire(command: string): ReplyError {
  return new ReplyError(`ERR invalid expire time in '${command}' command`);
}

/** `name` in lower case, a subcommand as `object|encoding`. */
export function wrongArity(name: string): ReplyError {
  return new ReplyError(`ERR wrong number of arguments for '${name}' command`);
}

export function outOfRangeOffset(): ReplyError {
  return new ReplyError("ERR offset is out of range");
}

export function stringTooLong(): ReplyError {
  return new ReplyError("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
}
