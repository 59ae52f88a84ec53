/** What Redis 8.4 adds to strings: digests, deleting on a condition, and setting several keys with one deadline. */
import { bytes, type ByteString } from "../bytes.js";
import { ReplyError, syntaxError } from "../errors.js";
import { stringOf } from "../keyspace/value.js";
import { xxh3 } from "../values/xxh3.js";
import type { Args } from "./args.js";
import { command, firstKey, noKeys, type CommandTable } from "./command.js";
import { checkDigest, comparisonOption, compares } from "./comparison.js";
import { deadline, positiveNumber } from "./operands.js";
import { replaceString, setOptions, setString } from "./string.js";

export const stringConditionalCommands = {
  /**
   * `DELEX key [IFEQ value | IFNE value | IFDEQ digest | IFDNE digest]` → 1, or 0 where there is no such key or the condition is not
   * met. With a condition the key must hold a string.
   */
  delex: command(-2, ["write", "fast"], firstKey, ({ db }, args) => {
    const key = args.next();
    if (!args.more()) return db.delete(key) ? 1 : 0;
    const comparison = comparisonOption(args.option(), args);
    if (comparison === undefined) throw syntaxError();
    args.end();
    checkDigest(comparison);
    const value = db.get(key);
    if (value === undefined) return 0;
    const string = stringOf(value);
    if (string === undefined) {
      throw new ReplyError("ERR Key should be of string type if conditions are specified");
    }
    return compares(comparison, string) && db.delete(key) ? 1 : 0;
  }),

  /** `DIGEST key` → the XXH3 hash of the value as 16 hexadecimal digits, or nil. */
  digest: command(2, ["readonly", "fast"], firstKey, ({ db }, args) => {
    const value = db.string(args.next());
    return value === undefined ? null : bytes(xxh3(value));
  }),

  /**
   * `MSETEX numkeys key value [key value …] [NX | XX] [EX s | PX ms | EXAT unix-s | PXAT unix-ms | KEEPTTL]` → 1, or 0 and nothing is
   * set: NX where one of the keys exists, XX where one does not.
   */
  msetex: command(-4, ["write", "denyoom", "movablekeys"], noKeys, ({ db, now }, args) => {
    const pairs = countedPairs(args);
    const { condition, get, ttl, comparison } = setOptions(args);
    if (get || comparison !== undefined) throw syntaxError();
    const at = typeof ttl === "object" ? deadline(ttl.unit, ttl.operand, now, "msetex") : undefined;

    if (condition === "NX" && pairs.some(([key]) => db.has(key))) return 0;
    if (condition === "XX" && !pairs.every(([key]) => db.has(key))) return 0;
    for (const [key, value] of pairs) {
      if (ttl === "KEEPTTL") replaceString(db, key, value);
      else setString(db, key, value, at);
    }
    return 1;
  }),
} satisfies CommandTable;

/** `numkeys key value [key value …]`. */
function countedPairs(args: Args): (readonly [key: ByteString, value: ByteString])[] {
  const invalid = "ERR invalid numkeys value";
  const count = positiveNumber(args.next(), invalid);
  if (count >= 2 ** 31) throw new ReplyError(invalid);
  if (2 * count > args.left) throw new ReplyError("ERR wrong number of key-value pairs");
  return Array.from({ length: count }, () => [args.next(), args.next()]);
}
