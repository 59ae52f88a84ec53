/** What SCAN, HSCAN, SSCAN and ZSCAN share: the cursor, the options and the shape of the reply. */
import { bytes, lowerAscii, untilZero, type ByteString } from "../bytes.js";
import { ReplyError, syntaxError } from "../errors.js";
import { globMatcher } from "../glob.js";
import type { Reply } from "../reply.js";
import { parseInteger } from "../values/numbers.js";
import type { Args } from "./args.js";
import { index } from "./operands.js";

export interface ScanOptions {
  readonly matches: (subject: ByteString) => boolean;
  readonly count: number;
  /** Lower case. */
  readonly type: string | undefined;
  readonly withType: boolean;
  readonly noValues: boolean;
}

/** Which options beside MATCH and COUNT the command takes. */
export interface ScanFeatures {
  readonly type?: boolean;
  readonly withType?: boolean;
  readonly noValues?: boolean;
}

const DEFAULT_COUNT = 10;

/** A cursor is an unsigned 64-bit integer as strtoull reads it; a canonical negative number is refused. */
export function parseCursor(operand: ByteString): number {
  const [text = ""] = operand.split("\0", 1);
  const [, sign, digits] = /^[ \t\n\v\f\r]*([+-]?)(\d+)$/.exec(text) ?? [];
  const negative = parseInteger(bytes(text));
  if (
    digits === undefined ||
    BigInt(digits) >= 2n ** 64n ||
    (negative !== undefined && negative < 0)
  ) {
    throw new ReplyError("ERR invalid cursor");
  }
  return Number(sign === "-" ? BigInt.asUintN(64, -BigInt(digits)) : BigInt(digits));
}

const matchesAll: ScanOptions["matches"] = () => true;

export function scanOptions(args: Args, features: ScanFeatures): ScanOptions {
  let matches = matchesAll;
  let count = DEFAULT_COUNT;
  let type: string | undefined;
  let withType = false;
  let noValues = false;
  while (args.more()) {
    const option = args.option();
    if (option === "COUNT" && args.more()) {
      count = index(args.next());
      if (count < 1) throw syntaxError();
    } else if (option === "MATCH" && args.more()) {
      matches = globMatcher(args.next());
    } else if (option === "TYPE" && features.type === true && args.more()) {
      type = lowerAscii(untilZero(args.next()));
    } else if (option === "WITHTYPE" && features.withType === true) {
      withType = true;
    } else if (option === "NOVALUES") {
      if (features.noValues !== true) {
        throw new ReplyError("ERR NOVALUES option can only be used in HSCAN");
      }
      noValues = true;
    } else throw syntaxError();
  }
  return { matches, count, type, withType, noValues };
}

export function scanReply(cursor: number, found: readonly Reply[]): Reply {
  return [bytes(String(cursor)), found];
}
