/**
 * Commands as JSON, the bodies of `/`, `/pipeline` and `/multi-exec`: a Go service reads them, so the error texts are a Go
 * decoder's. A number becomes its text as it was written.
 */
import { bytes, utf8, type ByteString } from "../bytes.js";
import { ReplyError } from "../errors.js";

/** A command's words, or the error that one of its arguments is. */
export type ParsedCommand = readonly ByteString[] | ReplyError;

/** Reads the body of `/`: one command. */
export function parseCommand(body: string): ParsedCommand {
  if (body.trim() === "") return new ReplyError("EOF");
  const json = parseJson(body);
  if (json === undefined) return new ReplyError("ERR failed to parse command");
  return Array.isArray(json) ? toCommand(json) : new ReplyError("expected JSON array");
}

/** A command of its own from JSON values. */
export function toCommand(json: readonly unknown[]): ParsedCommand {
  return json.length === 0 ? new ReplyError("ERR empty command") : toArgv(json);
}

/** Reads the body of `/pipeline` and `/multi-exec`: an array of commands, or the error that the whole body is. */
export function parseCommands(body: string): readonly ParsedCommand[] | ReplyError {
  const json = parseJson(body);
  if (!Array.isArray(json)) return new ReplyError("ERR failed to parse pipeline request");
  return toCommands(json);
}

/** A pipeline's commands from JSON values; an argument of a wrong type is its own command's error. */
export function toCommands(json: readonly unknown[]): readonly ParsedCommand[] | ReplyError {
  if (json.length === 0) return new ReplyError("ERR empty pipeline request");
  return json.map((command): ParsedCommand => {
    if (!Array.isArray(command)) return new ReplyError("ERR failed to parse pipeline request");
    if (command.length === 0) return new ReplyError("ERR empty pipeline command");
    return toArgv(command);
  });
}

/** A command's words from JSON values; what JSON can not hold (undefined, NaN) counts as null, as it does on the wire. */
function toArgv(command: readonly unknown[]): ParsedCommand {
  const argv: ByteString[] = [];
  for (const argument of command) {
    if (typeof argument === "string") argv.push(utf8(argument));
    else if (Number.isFinite(argument) || typeof argument === "boolean") {
      argv.push(bytes(String(argument)));
    } else return new ReplyError(unsupportedArgument(argument));
  }
  return argv;
}

function unsupportedArgument(argument: unknown): string {
  if (typeof argument !== "object" || argument === null) return "ERR null args are not supported";
  return `ERR unsupported arg type: "${Array.isArray(argument) ? "[" : "{"}": json.Delim`;
}

/** What begins or ends a string, what does not although it looks so, and numbers. A whole string may be too long for a regular expression. */
const MARK = /"|\\.|-?\d[\d.eE+-]*/g;

/** JSON with its numbers as the text they were written in; undefined when it is malformed. */
function parseJson(body: string): unknown {
  try {
    const json: unknown = JSON.parse(body);
    if (!holdsNumber(json)) return json;
    return JSON.parse(quoteNumbers(body));
  } catch {
    return undefined;
  }
}

function quoteNumbers(json: string): string {
  let inString = false;
  return json.replace(MARK, (mark) => {
    if (mark === '"') inString = !inString;
    return mark === '"' || inString ? mark : `"${mark}"`;
  });
}

/** Whether a number is an argument of a command or of a pipeline's; how it was written may differ from JavaScript's text of it. */
function holdsNumber(json: unknown): boolean {
  if (!Array.isArray(json)) return false;
  return json.some((item) => isNumber(item) || (Array.isArray(item) && item.some(isNumber)));
}

function isNumber(json: unknown): boolean {
  return typeof json === "number";
}
