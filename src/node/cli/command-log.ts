/** A line for each command on its way to the emulator: when, through which door, its name and keys. Values and secrets stay out. */
import { bytes, upperAscii, type ByteString } from "../../bytes.js";
import { keysOf } from "../../commands/keys.js";
import { findCommand } from "../../commands/table.js";
import type { Interceptor } from "../../call.js";
import { ReplyError } from "../../errors.js";
import { quote } from "../../quote.js";
import { painter, type Terminal } from "./paint.js";

/** So many keys of a command are shown, and so many bytes of each. */
const MAX_KEYS = 4;
const MAX_LENGTH = 40;

/** Writes `12:30:01.250 rest SET user:1` for each command. */
export function commandLog(terminal: Terminal): Interceptor {
  const paint = painter(terminal);
  return (call, next) => {
    const time = paint("dim", new Date().toISOString().slice(11, 23));
    const door = paint("cyan", call.door);
    for (const argv of call.commands) terminal.write(`${time} ${door} ${describe(argv)}\n`);
    return next(call);
  };
}

/** The command's name and its keys; of what is no command only the first word. */
function describe(argv: readonly ByteString[]): string {
  const command = findCommand(argv);
  if (command instanceof ReplyError) return short(argv[0] ?? bytes(""));
  const name = upperAscii(command.name.replace("|", " "));
  const keys = keysOf(command, argv);
  const more = keys.length > MAX_KEYS ? [`… ${keys.length - MAX_KEYS} more`] : [];
  return [name, ...keys.slice(0, MAX_KEYS).map(short), ...more].join(" ");
}

function short(word: ByteString): string {
  const shown = /^[\x21-\x7e]+$/.test(word) && !/["\\]/.test(word) ? word : quote(word);
  return shown.length > MAX_LENGTH ? `${shown.slice(0, MAX_LENGTH)}…` : shown;
}
