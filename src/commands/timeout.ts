/** How commands read how long they are to wait. */
import type { ByteString } from "../bytes.js";
import { ReplyError } from "../errors.js";
import { parseInteger } from "../values/numbers.js";

const MAX = 2n ** 63n - 1n;

/** The Unix time in milliseconds at which so many milliseconds are over. */
export function timeoutAt(operand: ByteString, now: number): number {
  const value = parseInteger(operand);
  if (value === undefined) throw new ReplyError("ERR timeout is not an integer or out of range");
  if (value < 0) throw new ReplyError("ERR timeout is negative");
  const until = BigInt(value) + BigInt(now);
  if (until > MAX) throw new ReplyError("ERR timeout is out of range");
  return Number(until);
}
