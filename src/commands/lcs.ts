/** LCS: the longest common subsequence of two strings, by the table of lengths that t_string.c fills. */
import { bytes, sliceBytes, type ByteString } from "../bytes.js";
import { ReplyError, syntaxError } from "../errors.js";
import { stringOf } from "../keyspace/value.js";
import { map, type Reply } from "../reply.js";
import type { Args } from "./args.js";
import type { Context } from "./command.js";
import { index } from "./operands.js";

/** What Redis allows the table of 4-byte lengths to take: proto-max-bulk-len, in bytes. */
const MAX_TABLE = 512 * 1024 * 1024;

interface LcsOptions {
  readonly shape: "string" | "length" | "ranges";
  readonly minMatchLength: number;
  readonly withMatchLength: boolean;
}

export function lcs({ db }: Context, args: Args): Reply {
  const values = [args.next(), args.next()].map((key) => db.get(key));
  const [first, second] = values.map((value) => {
    const string = stringOf(value);
    if (value !== undefined && string === undefined) {
      throw new ReplyError("ERR The specified keys must contain string values");
    }
    return string ?? bytes("");
  });
  const options = lcsOptions(args);
  if (first === undefined || second === undefined) return null;
  const lengths = lengthTable(first, second);

  if (options.shape === "length") return lengths.at(-1) ?? 0;
  if (options.shape === "string") return subsequence(first, second, lengths);
  return map([
    bytes("matches"),
    ranges(first, second, lengths, options),
    bytes("len"),
    lengths.at(-1) ?? 0,
  ]);
}

function lcsOptions(args: Args): LcsOptions {
  let length = false;
  let rangesWanted = false;
  let minMatchLength = 0;
  let withMatchLength = false;
  while (args.more()) {
    switch (args.option()) {
      case "IDX":
        rangesWanted = true;
        break;
      case "LEN":
        length = true;
        break;
      case "WITHMATCHLEN":
        withMatchLength = true;
        break;
      case "MINMATCHLEN":
        minMatchLength = Math.max(0, index(args.next()));
        break;
      default:
        throw syntaxError();
    }
  }
  if (length && rangesWanted) {
    throw new ReplyError("ERR If you want both the length and indexes, please just use IDX.");
  }
  const shape = rangesWanted ? "ranges" : length ? "length" : "string";
  return { shape, minMatchLength, withMatchLength };
}

/** Row i, column j: the length for the first i bytes of `a` and the first j of `b`. Rows are `b.length + 1` wide. */
function lengthTable(a: ByteString, b: ByteString): Uint32Array {
  const width = b.length + 1;
  const cells = (a.length + 1) * width;
  if (cells * 4 > MAX_TABLE) {
    throw new ReplyError(
      "ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len",
    );
  }
  const lengths = new Uint32Array(cells);
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const cell = i * width + j;
      lengths[cell] =
        a.charCodeAt(i - 1) === b.charCodeAt(j - 1)
          ? (lengths[cell - width - 1] ?? 0) + 1
          : Math.max(lengths[cell - width] ?? 0, lengths[cell - 1] ?? 0);
    }
  }
  return lengths;
}

/** Walks the table from its end and visits each pair of equal bytes of the subsequence, last first. */
function walk(
  a: ByteString,
  b: ByteString,
  lengths: Uint32Array,
  visit: (i: number, j: number) => void,
): void {
  const width = b.length + 1;
  let i = a.length;
  let j = b.length;
  while (i > 0 && j > 0) {
    if (a.charCodeAt(i - 1) === b.charCodeAt(j - 1)) {
      visit(--i, --j);
    } else if ((lengths[(i - 1) * width + j] ?? 0) > (lengths[i * width + j - 1] ?? 0)) {
      i--;
    } else {
      j--;
    }
  }
}

function subsequence(a: ByteString, b: ByteString, lengths: Uint32Array): ByteString {
  const characters: ByteString[] = [];
  walk(a, b, lengths, (i) => characters.push(sliceBytes(a, i, i + 1)));
  return bytes(characters.reverse().join(""));
}

function ranges(
  a: ByteString,
  b: ByteString,
  lengths: Uint32Array,
  { minMatchLength, withMatchLength }: LcsOptions,
): Reply[] {
  const found: { i: number; j: number; length: number }[] = [];
  walk(a, b, lengths, (i, j) => {
    const last = found.at(-1);
    if (last !== undefined && last.i === i + 1 && last.j === j + 1) {
      last.i = i;
      last.j = j;
      last.length++;
    } else {
      found.push({ i, j, length: 1 });
    }
  });
  return found
    .filter(({ length }) => length >= minMatchLength)
    .map(({ i, j, length }) => {
      const range: Reply[] = [
        [i, i + length - 1],
        [j, j + length - 1],
      ];
      if (withMatchLength) range.push(length);
      return range;
    });
}
