/**
 * What stands behind both ways in that speak Upstash: commands as a client sends them, run with what its token allows. The REST
 * handler and the doubles share it, so that neither can answer differently.
 */
import type { ByteString } from "../bytes.js";
import { ReplyError } from "../errors.js";
import type { Call, Origin, Replies } from "../call.js";
import { tell, type ObservedRequest } from "../request-observer.js";
import type { Reply } from "../reply.js";
import type { Session } from "../session.js";
import { refusal, type Access } from "./availability.js";
import type { Backend } from "./backend.js";
import type { ParsedCommand } from "./json-commands.js";

/** The largest command Upstash takes on its free and pay-as-you-go plans, in bytes of all its words. */
export const MAX_COMMAND_BYTES = 10 * 1024 * 1024;

export interface Client {
  readonly engine: Backend;
  readonly session: Session;
  readonly door: "double" | "rest";
  readonly access: Access;
  /** As `Call.client`. */
  readonly name: string;
  readonly syncToken?: string | undefined;
  readonly onSeen?: Call["onSeen"];
  readonly alterResponse?: Call["alterResponse"];
  /** The request as it is observed; undefined where nobody looks on. */
  readonly observed?: ObservedRequest | undefined;
  readonly origin?: Origin | undefined;
}

/** Runs commands in order, each with its own reply or error. */
export function runPipeline(client: Client, commands: readonly ParsedCommand[]): Replies {
  if (client.observed === undefined) return pipelined(client, commands);
  return watched(client, commands, false, () => pipelined(client, commands));
}

/** Runs commands as one transaction; a single ReplyError stands for a transaction that was discarded. */
export function runTransaction(client: Client, commands: readonly ParsedCommand[]): Transacted {
  if (client.observed === undefined) return transacted(client, commands);
  return watched(client, commands, true, () => transacted(client, commands));
}

/** Has the request's observer hear what becomes of commands. */
export function watched<Outcome>(
  { observed, name }: Client,
  commands: readonly ParsedCommand[],
  atomic: boolean,
  run: () => Outcome,
): Outcome {
  const hear = observed?.run({ commands, atomic, client: name });
  if (hear === undefined) return run();
  try {
    const outcome = run();
    tell(hear, outcome);
    return outcome;
  } catch (error) {
    hear(error);
    throw error;
  }
}

function pipelined(client: Client, commands: readonly ParsedCommand[]): Replies {
  const checked = commands.map((command, index) => check(client, command, index));
  const accepted = checked.filter(isAccepted);
  const replies = accepted.length === 0 ? [] : handle(client, accepted, false);
  if (accepted.length === commands.length) return replies;
  const merge = (all: readonly Reply[]): readonly Reply[] => {
    let next = 0;
    return checked.map((command) =>
      command instanceof ReplyError ? command : (all[next++] ?? null),
    );
  };
  return replies instanceof Promise ? replies.then(merge) : merge(replies);
}

type Transacted = Replies | ReplyError | Promise<readonly Reply[] | ReplyError>;

function transacted(client: Client, commands: readonly ParsedCommand[]): Transacted {
  const argvs: (readonly ByteString[])[] = [];
  for (const [index, command] of commands.entries()) {
    const checked = check(client, command, index);
    if (checked instanceof ReplyError) return checked;
    argvs.push(checked);
  }
  const replies = handle(client, argvs, true);
  return replies instanceof Promise ? replies.catch(orThrow) : replies;
}

function orThrow(error: unknown): ReplyError {
  if (error instanceof ReplyError) return error;
  throw error;
}

function isAccepted(command: ParsedCommand): command is readonly ByteString[] {
  return !(command instanceof ReplyError);
}

function handle(
  client: Client,
  commands: readonly (readonly ByteString[])[],
  atomic: boolean,
): Replies {
  return client.engine.handle(callOf(client, commands, atomic));
}

/** What a client hands to the database. */
export function callOf(
  { session, door, name, syncToken, onSeen, alterResponse, observed, origin }: Client,
  commands: readonly (readonly ByteString[])[],
  atomic: boolean,
): Call {
  const onRun = observed?.onRun;
  return {
    commands,
    session,
    door,
    atomic,
    client: name,
    syncToken,
    onSeen,
    onRun,
    origin,
    alterResponse,
  };
}

/** The command, or the error with which it is refused. */
function check(client: Client, command: ParsedCommand, index: number): ParsedCommand {
  if (command instanceof ReplyError) return command;
  const refused =
    tooLarge(command, client.engine.maxCommandBytes) ?? refusal(command, client.access);
  if (refused === undefined) return command;
  client.engine.linter?.refused(callOf(client, [command], false), refused, index);
  return refused;
}

/** The error for a command whose words have more than so many bytes. */
export function tooLarge(
  argv: readonly ByteString[],
  limit = MAX_COMMAND_BYTES,
): ReplyError | undefined {
  let size = 0;
  for (const word of argv) size += word.length;
  return size <= limit ? undefined : sizeExceeded(limit, size);
}

/** What a request of `actual` bytes is told where no more than `limit` are taken (its status over HTTP is 413), or a result has as many. */
export function sizeExceeded(limit: number, actual: number): ReplyError {
  return new ReplyError(
    `ERR max request size exceeded. Limit: ${limit} bytes, Actual: ${actual} bytes. See https://upstash.com/docs/redis/troubleshooting/max_request_size_exceeded for details`,
  );
}
