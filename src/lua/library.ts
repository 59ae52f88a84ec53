/** The first line of a function library: its engine and its name (functions.c, functionExtractLibMetaData). */
import { bytes, lowerAscii, untilZero, type ByteString } from "../bytes.js";
import { ReplyError } from "../errors.js";

export interface ParsedLibrary {
  readonly name: ByteString;
  /** The code without the first line, the end of that line kept. */
  readonly code: ByteString;
}

/** What libraries and functions may be called. */
export const NAME = /^\w+$/;
export const INVALID_NAME =
  "Library names can only contain letters, numbers, or underscores(_) and must be at least one character long";

/** Reads `#!lua name=…`. Throws a ReplyError for what Redis does not take. */
export function parseLibrary(source: ByteString): ParsedLibrary {
  if (!source.startsWith("#!")) throw new ReplyError("ERR Missing library metadata");
  const end = untilZero(source).indexOf("\n");
  if (end < 0) throw new ReplyError("ERR Invalid library metadata");
  const [engine = "", ...parts] = source.slice(2, end).trimEnd().split(/\s+/);
  let name: string | undefined;
  for (const part of parts) {
    if (!lowerAscii(part).startsWith("name=")) {
      throw new ReplyError(`ERR Invalid metadata value given: ${untilZero(bytes(part))}`);
    }
    if (name !== undefined) {
      throw new ReplyError("ERR Invalid metadata value, name argument was given multiple times");
    }
    name = part.slice("name=".length);
  }
  if (name === undefined) throw new ReplyError("ERR Library name was not given");
  if (!NAME.test(name)) throw new ReplyError(`ERR ${INVALID_NAME}`);
  if (lowerAscii(engine) !== "lua") throw new ReplyError(`ERR Engine '${engine}' not found`);
  return { name: bytes(name), code: bytes(source.slice(end)) };
}
