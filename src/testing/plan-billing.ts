/**
 * What counts as a command, as Upstash bills. Its documentation says: every command of a pipeline and of a transaction, MULTI and EXEC,
 * and what a script calls beside the call of the script; not operational ones "like" those below. Assumed, as nothing tells:
 *
 * - CLIENT, with which clients introduce themselves, is one of these;
 * - what is refused, by whatever limit or because there is no such command, is not counted; an error of a command that ran is;
 * - a script is refused before it begins, not between its calls, so its calls may take the usage past the limit;
 * - a transaction whose commands are more than what is left is refused as a whole, and nothing of it is counted;
 * - what is not counted is not refused either when the commands of the day or the month are used up.
 */
import type { Command } from "../commands/command.js";
import { findCommand } from "../commands/table.js";
import type { ByteString } from "../bytes.js";
import { ReplyError } from "../errors.js";
import type { Session } from "../session.js";

const NOT_BILLED = /^(?:auth|hello|select|command|config|info|ping|reset|quit|client)(?:\||$)/;

/** What MULTI and EXEC add to a transaction's commands. */
export const AROUND_TRANSACTION = 2;

export function isBilled({ name }: Command): boolean {
  return !NOT_BILLED.test(name);
}

/** Whether a command may run uncounted. */
export function isFree(argv: readonly ByteString[]): boolean {
  const command = findCommand(argv);
  return !(command instanceof ReplyError) && !isBilled(command);
}

/** How many of these commands count. */
export function billedCommands(commands: readonly (readonly ByteString[])[]): number {
  return commands.filter((argv) => {
    const command = findCommand(argv);
    return !(command instanceof ReplyError) && isBilled(command);
  }).length;
}

/** What a command that is billed costs at least: EXEC has the commands that were queued run. */
export function leastCost({ name }: Command, { transaction }: Session): number {
  return 1 + (name === "exec" ? billedCommands(transaction?.queue ?? []) : 0);
}
