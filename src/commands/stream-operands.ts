/** What the stream commands take: IDs, the ends of ranges, what to trim; and how entries look in replies. */
import { sliceBytes, untilZero, type ByteString } from "../bytes.js";
import { notInteger, ReplyError, syntaxError } from "../errors.js";
import type { Profile } from "../profile.js";
import type { Reply } from "../reply.js";
import {
  formatId,
  MAX_ID,
  MIN_ID,
  nextId,
  previousId,
  type StreamId,
} from "../values/stream-id.js";
import type { References } from "../values/stream-references.js";
import { NODE_MAX_ENTRIES, type StreamEntry, type Trim } from "../values/stream.js";
import { MAX_UINT64, parseUInt64, type UInt64 } from "../values/uint64.js";
import type { Args } from "./args.js";
import { index } from "./operands.js";

/** The longest ID that Redis looks at. */
const MAX_ID_LENGTH = 127;

function invalidId(): ReplyError {
  return new ReplyError("ERR Invalid stream ID specified as stream command argument");
}

/** `ms` or `ms-seq`, up to a zero byte; `missing` is the sequence number of one without. Undefined for anything else. */
export function parseId(operand: ByteString, missing: UInt64 = 0): StreamId | undefined {
  if (operand.length > MAX_ID_LENGTH) return undefined;
  const word = untilZero(operand);
  const dash = word.indexOf("-");
  const ms = parseUInt64(dash < 0 ? word : sliceBytes(word, 0, dash));
  const seq = dash < 0 ? missing : parseUInt64(sliceBytes(word, dash + 1));
  return ms === undefined || seq === undefined ? undefined : { ms, seq };
}

/** An ID, neither `-` nor `+`. */
export function streamId(operand: ByteString, missing: UInt64 = 0): StreamId {
  const id = parseId(operand, missing);
  if (id === undefined) throw invalidId();
  return id;
}

/** An ID, `-` for the smallest or `+` for the largest. */
export function anyStreamId(operand: ByteString, missing: UInt64 = 0): StreamId {
  if (operand.length > MAX_ID_LENGTH) throw invalidId();
  const word = untilZero(operand);
  if (word === "-") return MIN_ID;
  return word === "+" ? MAX_ID : streamId(word, missing);
}

/** Where a range starts; `(` leaves the ID itself out. */
export function rangeStart(operand: ByteString): StreamId {
  if (!isExclusive(operand)) return anyStreamId(operand);
  const start = nextId(streamId(sliceBytes(operand, 1)));
  if (start === undefined) throw new ReplyError("ERR invalid start ID for the interval");
  return start;
}

/** Where a range ends; an ID without a sequence number stands for all of its millisecond. */
export function rangeEnd(operand: ByteString): StreamId {
  if (!isExclusive(operand)) return anyStreamId(operand, MAX_UINT64);
  const end = previousId(streamId(sliceBytes(operand, 1), MAX_UINT64));
  if (end === undefined) throw new ReplyError("ERR invalid end ID for the interval");
  return end;
}

function isExclusive(operand: ByteString): boolean {
  return operand.length > 1 && operand.startsWith("(");
}

/** A count of which less than 0 is 0. */
export function clampedCount(operand: ByteString): number {
  return Math.max(0, index(operand, notInteger));
}

/** The ID of an entry to be: `*` leaves all of it to Redis, `ms-*` the sequence number. */
export type NewId = "*" | { readonly ms: UInt64; readonly seq: UInt64 | "*" };

function newId(operand: ByteString): NewId {
  const word = untilZero(operand);
  if (word === "*") return "*";
  if (!word.endsWith("-*")) return streamId(operand);
  const ms = operand.length > MAX_ID_LENGTH ? undefined : parseUInt64(sliceBytes(word, 0, -2));
  if (ms === undefined) throw invalidId();
  return { ms, seq: "*" };
}

export interface TrimOptions {
  readonly trim: Trim | undefined;
  readonly references: References;
  readonly noMkStream: boolean;
  readonly id: NewId;
}

/** Redis 8.2's word for what becomes of references; undefined where it is another word. */
export function referencesOption(option: string | undefined): References | undefined {
  return option === "KEEPREF" || option === "DELREF" || option === "ACKED" ? option : undefined;
}

/** So many entries at most are trimmed approximately unless LIMIT says otherwise. */
const DEFAULT_LIMIT = 100 * NODE_MAX_ENTRIES;

/** `[NOMKSTREAM] [MAXLEN | MINID [= | ~] threshold [LIMIT n]] [KEEPREF | DELREF | ACKED]` in any order; for XADD also the ID that ends them. */
export function trimOptions(
  args: Args,
  command: "xadd" | "xtrim",
  { approximateTrim }: Profile,
): TrimOptions {
  let keep: number | StreamId | undefined;
  let approximate = false;
  let limit: number | undefined;
  let noMkStream = false;
  let references: References | undefined;
  let id: NewId = "*";
  while (args.more()) {
    const option = args.peekOption();
    const operands = args.left > 1;
    const chosen = referencesOption(option);
    if ((option === "MAXLEN" || option === "MINID") && operands) {
      if (keep !== undefined) {
        throw new ReplyError(
          "ERR syntax error, MAXLEN and MINID options at the same time are not compatible",
        );
      }
      args.next();
      const sign = args.left > 1 ? args.peekOption() : undefined;
      approximate = sign === "~";
      if (approximate || sign === "=") args.next();
      keep = option === "MAXLEN" ? maxLength(args.next()) : streamId(args.next());
    } else if (option === "LIMIT" && operands) {
      args.next();
      limit = index(args.next());
      if (limit < 0) throw new ReplyError("ERR The LIMIT argument must be >= 0.");
    } else if (command === "xadd" && option === "NOMKSTREAM") {
      args.next();
      noMkStream = true;
    } else if (chosen !== undefined && references === undefined) {
      args.next();
      references = chosen;
    } else if (command === "xadd") {
      id = newId(args.next());
      break;
    } else throw syntaxError();
  }
  const trim = checkedTrim(command, keep, approximate, limit);
  const options = { trim, references: references ?? "KEEPREF", noMkStream, id };
  if (trim === undefined || approximateTrim === "nodes") return options;
  return { ...options, trim: { ...trim, approximate: false } };
}

function maxLength(operand: ByteString): number {
  const length = index(operand);
  if (length < 0) throw new ReplyError("ERR The MAXLEN argument must be >= 0.");
  return length;
}

function checkedTrim(
  command: "xadd" | "xtrim",
  keep: number | StreamId | undefined,
  approximate: boolean,
  limit: number | undefined,
): Trim | undefined {
  if (keep === undefined && limit !== undefined && limit > 0) {
    throw new ReplyError(
      "ERR syntax error, LIMIT cannot be used without specifying a trimming strategy",
    );
  }
  if (keep === undefined && command === "xtrim") {
    throw new ReplyError("ERR syntax error, XTRIM must be called with a trimming strategy");
  }
  if (limit !== undefined && !approximate) {
    throw new ReplyError("ERR syntax error, LIMIT cannot be used without the special ~ option");
  }
  if (keep === undefined) return undefined;
  return { keep, approximate, limit: limit ?? (approximate ? DEFAULT_LIMIT : 0) };
}

export function entryReply({ id, fields }: StreamEntry): Reply {
  return [formatId(id), fields];
}
