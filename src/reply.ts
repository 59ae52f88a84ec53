/**
 * Replies as the engine gives them: plain values where JavaScript has one, small tagged objects where Redis knows more types.
 * Only the encoders (resp/, rest/) know how each looks in RESP2, RESP3 and JSON.
 */
import { bytes, type ByteString } from "./bytes.js";
import type { ReplyError } from "./errors.js";

/**
 * A string is a bulk string, a number or bigint an integer (bigint past 2^53), `null` the nil bulk string. A ReplyError stands
 * where a command failed: alone, or among the replies of EXEC.
 */
export type Reply =
  ByteString | number | bigint | null | readonly Reply[] | ReplyError | TaggedReply;

export type TaggedReply =
  | StatusReply
  | NilArrayReply
  | DoubleReply
  | MapReply
  | SetReply
  | PairsReply
  | KeyedReply
  | VerbatimReply
  | BooleanReply
  | BigNumberReply
  | PushReply
  | SeveralReplies;

/** A simple string such as OK. */
export interface StatusReply {
  readonly kind: "status";
  readonly text: ByteString;
}

/** The nil array: RESP2 `*-1`, RESP3 null. */
export interface NilArrayReply {
  readonly kind: "nil-array";
}

/** RESP3 double; RESP2 the same digits as a bulk string. */
export interface DoubleReply {
  readonly kind: "double";
  readonly value: number;
}

/** RESP3 map; RESP2 a flat array. `items` alternate key and value. */
export interface MapReply {
  readonly kind: "map";
  readonly items: readonly Reply[];
}

/** RESP3 set; RESP2 an array. */
export interface SetReply {
  readonly kind: "set";
  readonly items: readonly Reply[];
}

/** RESP3 an array of two-element arrays; RESP2 a flat array. `items` alternate, as the members and scores of WITHSCORES do. */
export interface PairsReply {
  readonly kind: "pairs";
  readonly items: readonly Reply[];
}

/** RESP3 a map; RESP2 an array of two-element arrays, as XREAD answers. `items` alternate key and value. */
export interface KeyedReply {
  readonly kind: "keyed";
  readonly items: readonly Reply[];
}

/** RESP3 verbatim string; RESP2 a bulk string. `format` has three letters. */
export interface VerbatimReply {
  readonly kind: "verbatim";
  readonly format: string;
  readonly text: ByteString;
}

/** RESP3 boolean; RESP2 1 or 0. Only scripts answer so. */
export interface BooleanReply {
  readonly kind: "boolean";
  readonly value: boolean;
}

/** RESP3 big number; RESP2 the same digits as a bulk string. Only scripts answer so. */
export interface BigNumberReply {
  readonly kind: "big-number";
  readonly digits: ByteString;
}

/** RESP3 push; RESP2 an array. */
export interface PushReply {
  readonly kind: "push";
  readonly items: readonly Reply[];
}

/** Replies one after another, none for no item: what subscribing to several channels answers. */
export interface SeveralReplies {
  readonly kind: "several";
  readonly items: readonly Reply[];
}

export const OK: StatusReply = status("OK");
/** What a command answers whose reply comes later, by `Session.deliver`. */
export const LATER: SeveralReplies = { kind: "several", items: [] };
export const NIL_ARRAY: NilArrayReply = { kind: "nil-array" };

export function status(text: string): StatusReply {
  return { kind: "status", text: bytes(text) };
}

export function double(value: number): DoubleReply {
  return { kind: "double", value };
}

export function map(items: readonly Reply[]): MapReply {
  return { kind: "map", items };
}

export function set(items: readonly Reply[]): SetReply {
  return { kind: "set", items };
}

export function pairs(items: readonly Reply[]): PairsReply {
  return { kind: "pairs", items };
}

export function keyed(items: readonly Reply[]): KeyedReply {
  return { kind: "keyed", items };
}

export function push(items: readonly Reply[]): PushReply {
  return { kind: "push", items };
}

export function several(items: readonly Reply[]): SeveralReplies {
  return { kind: "several", items };
}

/** Alternating keys and values in two-element arrays. */
export function couples(items: readonly Reply[]): (readonly Reply[])[] {
  return Array.from({ length: items.length / 2 }, (_, index) =>
    items.slice(2 * index, 2 * index + 2),
  );
}

export function verbatim(format: string, text: ByteString): VerbatimReply {
  return { kind: "verbatim", format, text };
}
