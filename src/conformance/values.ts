/** Replies as JavaScript clients give them, in the model in which replies are compared, and as reports show them. */
import { bytes, utf8 } from "../bytes.js";
import type { RespValue } from "../resp/decode.js";

/** What a call came to: the value that it returned, or the error that it threw. */
export type Outcome = { readonly value: unknown } | { readonly error: unknown };

export async function outcomeOf(call: () => unknown): Promise<Outcome> {
  try {
    return { value: await call() };
  } catch (error) {
    return { error };
  }
}

/** An outcome as the laws compare it: objects as maps, `undefined` unlike `null`. */
export function comparable(outcome: Outcome): RespValue {
  if ("value" in outcome) return fromValue(outcome.value);
  return { type: "error", text: utf8(messageOf(outcome.error)) };
}

function fromValue(value: unknown): RespValue {
  if (value === null) return { type: "nil" };
  if (typeof value === "string") return { type: "bulk", text: utf8(value) };
  if (typeof value === "bigint") return { type: "integer", text: bytes(String(value)) };
  if (typeof value === "number") {
    return { type: Number.isInteger(value) ? "integer" : "double", text: bytes(digits(value)) };
  }
  if (value instanceof Error) return { type: "error", text: utf8(value.message) };
  if (value instanceof Uint8Array) return { type: "bulk", text: utf8(String(value)) };
  if (Array.isArray(value)) return { type: "array", items: value.map(fromValue) };
  if (typeof value === "object") {
    return { type: "map", items: Object.entries(value).flat().map(fromValue) };
  }
  return { type: "status", text: bytes(typeof value) };
}

/** Integers from 2^53 are rounded by each client in its own way: some add up their digits. */
function digits(value: number): string {
  const isRounded = Number.isInteger(value) && Math.abs(value) >= Number.MAX_SAFE_INTEGER;
  return isRounded ? value.toPrecision(12) : String(value);
}

/** An outcome in one line, as JavaScript is written. */
export function printOutcome(outcome: Outcome): string {
  if ("error" in outcome) return `Error: ${messageOf(outcome.error)}`;
  const { value } = outcome;
  if (typeof value === "bigint") return `${value}n`;
  return (
    JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? Number(part) : part)) ??
    String(value)
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
