/** A request as the rules of lint see it: its commands with their replies and with where each was called. */
import type { ByteString } from "../bytes.js";
import type { Command } from "../commands/command.js";
import { keysOf } from "../commands/keys.js";
import { lookUp } from "../commands/look-up.js";
import { commandTable } from "../commands/table.js";
import type { Call } from "../call.js";
import type { Database } from "../keyspace/database.js";
import type { Reply } from "../reply.js";
import { callOfCommand, type CallStack } from "./lint-site.js";
import type { LintRuleName } from "./lint-options.js";
import { calledCommand, type CalledCommand } from "./matching.js";

/** A command that has run. */
export interface LintedCommand {
  readonly called: CalledCommand;
  /** Undefined for one that does not exist. */
  readonly command: Command | undefined;
  readonly argv: readonly ByteString[];
  readonly keys: readonly ByteString[];
  /** Its words as the client has sent them, in JSON's types; undefined where the door does not tell. */
  readonly sent: readonly unknown[] | undefined;
  readonly reply: Reply;
  readonly stack: CallStack;
  /** Whether the stack is that of another command, for which the client began a pipeline. */
  readonly isBeside: boolean;
}

export interface LintedRequest {
  readonly call: Call;
  readonly commands: readonly LintedCommand[];
  readonly db: Database;
}

/** Tells that a rule is broken: by which command, at which key, what hurts there and what helps. */
export type Report = (
  rule: LintRuleName,
  by: LintedCommand,
  key: ByteString | undefined,
  message: string,
) => void;

/** Some of the rules. */
export interface Rules {
  check(request: LintedRequest, report: Report): void;
  /** Judges what was put off. */
  settle?(report: Report): void;
  /** Notes what has been learned; the returned function brings that back. */
  save(): () => void;
}

/** `stack` is the request's own. A command that was refused stands alone, and was the one at `refusedAt` of its request. */
export function lintedCommands(
  call: Call,
  replies: readonly Reply[],
  stack: CallStack,
  refusedAt?: number,
): readonly LintedCommand[] {
  const { sent = [] } = call.origin ?? {};
  // Behind one that was refused, the others have moved up.
  const isWhole = refusedAt !== undefined || sent.length === call.commands.length;
  return call.commands.map((argv, index) => {
    const place = refusedAt ?? index;
    const words: unknown = isWhole ? sent[place] : undefined;
    const own = callOfCommand(words);
    const command = lookUp(commandTable, argv);
    return {
      called: calledCommand(argv, call),
      command,
      argv,
      keys: command === undefined ? [] : keysOf(command, argv),
      sent: Array.isArray(words) ? words : undefined,
      reply: replies[index] ?? null,
      stack: own ?? stack,
      isBeside: own === undefined && place > 0,
    };
  });
}

/** A name without what is only one of many: numbers and UUIDs between other characters than letters become `*`. */
export function keyPattern(key: string): string {
  return key
    .replace(/[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}/gi, "*")
    .replace(/(?<![\p{L}\d])\d+(?![\p{L}\d])/gu, "*");
}
