/** The conditions on a string's value that SET and DELEX take from Redis 8.4 on. */
import { lowerAscii, type ByteString } from "../bytes.js";
import { ReplyError } from "../errors.js";
import { xxh3 } from "../values/xxh3.js";
import type { Args } from "./args.js";

export interface Comparison {
  readonly option: "IFEQ" | "IFNE" | "IFDEQ" | "IFDNE";
  readonly operand: ByteString;
}

/** The comparison that an option's name begins, its operand taken; undefined where it is another option. */
export function comparisonOption(option: string, args: Args): Comparison | undefined {
  switch (option) {
    case "IFEQ":
    case "IFNE":
    case "IFDEQ":
    case "IFDNE":
      return { option, operand: args.next() };
    default:
      return undefined;
  }
}

/** Throws where the operand cannot be a digest. */
export function checkDigest({ option, operand }: Comparison): void {
  if ((option === "IFDEQ" || option === "IFDNE") && operand.length !== 16) {
    throw new ReplyError("ERR must be exactly 16 hexadecimal characters");
  }
}

export function compares({ option, operand }: Comparison, value: ByteString): boolean {
  const digest = option === "IFDEQ" || option === "IFDNE";
  const equal = digest ? xxh3(value) === lowerAscii(operand) : value === operand;
  return equal === (option === "IFEQ" || option === "IFDEQ");
}
