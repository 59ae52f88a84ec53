/**
 * Commands over ioredis, byte for byte. ioredis keeps the connections, finds a cluster's nodes and tells which reply answers which
 * command; but its replies say neither whether a string was a status nor what a large integer was exactly. So each reply is read here
 * first, noted for the command that it answers, and then handed on. No command is sent twice: what was written and not answered may
 * have been applied.
 */
import type * as ioredis from "ioredis";
import type { Cluster, Command, Redis } from "ioredis";
import { bytes, fromUint8Array, toUint8Array, upperAscii, type ByteString } from "../../bytes.js";
import { keysOf } from "../../commands/keys.js";
import { findCommand } from "../../commands/table.js";
import { ReplyError } from "../../errors.js";
import { NIL_ARRAY, type Reply } from "../../reply.js";
import { RespDecoder, type RespValue } from "../../resp/decode.js";
import { encodeResp } from "../../resp/encode.js";
import { Unavailable } from "../../rest/backend.js";
import { parseInteger } from "../../values/numbers.js";

/** What is used of ioredis, 5 or later. */
export type Library = Pick<typeof ioredis, "Redis" | "Cluster" | "Command">;

/** Rejects where ioredis is not installed. */
export async function loadLibrary(): Promise<Library> {
  try {
    return await import("ioredis");
  } catch (cause) {
    throw new Error(
      "createBackend needs ioredis 5 or later, which could not be loaded; install it: npm install --save-dev ioredis",
      { cause },
    );
  }
}

/** A command on its way. */
interface Flight {
  /** Whether it has been written and not been answered. */
  open: boolean;
  reply: Reply | undefined;
}

const flights = new WeakMap<object, Flight>();

/** The reply, errors too. What can not be sent, and what is not answered, is an Unavailable. */
export async function send(
  { Command: NewCommand }: Pick<Library, "Command">,
  target: Redis | Cluster,
  argv: readonly ByteString[],
): Promise<Reply> {
  // Not connected; ioredis writes some commands all the same.
  if (target.status !== "ready") return away(target);
  const flight: Flight = { open: false, reply: undefined };
  const command = commandOf({ Command: NewCommand }, argv);
  command.toWritable = () => {
    flight.open = true;
    return toBuffer(encodeResp(argv, 2));
  };
  flights.set(command, flight);
  try {
    await target.sendCommand(command);
    return flight.reply ?? null;
  } catch (error) {
    if (flight.open) return lost(target);
    const { reply } = flight;
    // ioredis may have failed to follow what the reply told.
    const isAnswer = error instanceof Error && error.name === "ReplyError";
    return isAnswer && reply instanceof ReplyError ? reply : away(target, error);
  }
}

/**
 * As ioredis knows it. Its name is in capitals, because in lower case some commands' words are taken for objects; and its keys are found
 * as the engine finds them: ioredis takes a script's number of keys at its word, however large, and knows no JSON commands.
 */
export function commandOf(
  { Command: NewCommand }: Pick<Library, "Command">,
  argv: readonly ByteString[],
): Command {
  const [name = "", ...words] = argv;
  const command = new NewCommand(upperAscii(name), words.map(toBuffer), { replyEncoding: null });
  command.getKeys = () => {
    const known = findCommand(argv);
    return known instanceof ReplyError ? [] : keysOf(known, argv).map(toBuffer);
  };
  return command;
}

function toBuffer(word: ByteString): Buffer {
  return Buffer.from(word, "latin1");
}

const MULTI = [bytes("MULTI")];
const EXEC = [bytes("EXEC")];

/**
 * The replies of a transaction, which is sent in one go: nothing comes between its commands. Rejects with the ReplyError because of
 * which it was discarded, or with an Unavailable.
 */
export async function transact(
  library: Pick<Library, "Command">,
  node: Redis,
  commands: readonly (readonly ByteString[])[],
): Promise<readonly Reply[]> {
  const all = [MULTI, ...commands, EXEC];
  const replies = await Promise.all(all.map((argv) => send(library, node, argv)));
  const done = replies.at(-1);
  if (done instanceof Unavailable) throw done;
  if (isArray(done)) return done;
  throw replies.find((reply) => reply instanceof ReplyError) ?? new ReplyError("ERR no reply");
}

function isArray(reply: Reply | undefined): reply is readonly Reply[] {
  if (typeof reply !== "object" || reply === null) return false;
  return !("kind" in reply) && !(reply instanceof ReplyError);
}

/** A TLS handshake that is broken off may fail twice, of which ioredis hears but once; what nobody hears would end the process. */
export function hearAllErrors(redis: Redis): void {
  redis.on("connecting", () => {
    // It has its stream when that is being connected.
    setImmediate(() => redis.stream?.on("error", () => undefined));
  });
}

/** Reads what comes for a client before the client does. */
export function readReplies(redis: Redis): void {
  redis.on("connect", () => {
    const { stream } = redis;
    const decoder = new RespDecoder();
    const parsers = stream.listeners("data");
    stream.removeAllListeners("data");
    stream.on("data", (chunk: Uint8Array) => {
      try {
        decoder.push(fromUint8Array(chunk));
        for (let value = decoder.next(); value !== undefined; value = decoder.next()) {
          const passed = toUint8Array(encodeResp(note(redis, replyOf(value)), 2));
          for (const parse of parsers) Reflect.apply(parse, stream, [Buffer.from(passed)]);
        }
      } catch (error) {
        stream.destroy(error instanceof Error ? error : undefined);
      }
    });
  });
}

/** Notes the reply for the command that it answers. → what ioredis gets to see: of replies to our commands errors only. */
function note(redis: Redis, reply: Reply): Reply {
  const command = redis.commandQueue.peekFront()?.command;
  const flight = command === undefined ? undefined : flights.get(command);
  if (flight === undefined) return reply;
  flight.open = false;
  flight.reply = reply;
  return reply instanceof ReplyError ? reply : null;
}

export function replyOf(value: RespValue): Reply {
  if ("items" in value) return value.items.map(replyOf);
  switch (value.type) {
    case "status":
      return { kind: "status", text: value.text };
    case "error":
      return new ReplyError(value.text);
    case "integer":
      return integer(value.text);
    case "nil":
    case "null":
      return null;
    case "nil-array":
      return NIL_ARRAY;
    default:
      return value.text;
  }
}

function integer(digits: ByteString): number | bigint {
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : (parseInteger(digits) ?? 0);
}

/** Why a client's last attempt to connect failed. */
const reasons = new WeakMap<object, string>();

/** Notes why connecting fails, which the errors of commands tell. */
export function noteReasons(target: Redis | Cluster): void {
  target.on("error", (error: Error & { lastNodeError?: Error }) => {
    reasons.set(target, (error.lastNodeError ?? error).message);
  });
  target.on("ready", () => reasons.delete(target));
}

export function away(target: Redis | Cluster, error?: unknown): Unavailable {
  const reason = reasons.get(target) ?? (error instanceof Error ? error.message : target.status);
  return new Unavailable(
    `ERR kv-emulator: the Redis behind it is away (${oneLine(reason)}); the command was not sent`,
  );
}

function lost(target: Redis | Cluster): Unavailable {
  const reason = reasons.get(target) ?? "the connection was closed";
  return new Unavailable(
    `ERR kv-emulator: the Redis behind it went away (${oneLine(reason)}) before it answered; the command may have been applied`,
  );
}

function oneLine(reason: string): ByteString {
  return bytes(reason.replace(/[^\x20-\x7e]+/g, " "));
}
