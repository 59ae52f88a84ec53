/** Commands as others name them, by words or by a whole name (`config|get`). */
import { lowerAscii, type ByteString } from "../bytes.js";
import type { Command } from "./command.js";

type Commands = ReadonlyMap<string, Command>;

/** The command of which the words are a call, whatever their number; a container where it stands alone. */
export function lookUp(commands: Commands, argv: readonly ByteString[]): Command | undefined {
  const [name = "", subcommand] = argv;
  const found = commands.get(lowerAscii(name));
  if (found === undefined || found.words > 1) return undefined;
  if (found.subcommands.size === 0 || subcommand === undefined) return found;
  return found.subcommands.get(lowerAscii(subcommand));
}

/** Whether the command takes so many words. */
export function fitsArity({ arity }: Command, { length }: readonly ByteString[]): boolean {
  return arity >= 0 ? length === arity : length >= -arity;
}
