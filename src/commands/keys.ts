/** Which of a command's words are keys: those at fixed places, and of the commands flagged `movablekeys` those that a word tells the number of. */
import { upperAscii, type ByteString } from "../bytes.js";
import type { Command } from "./command.js";

/** A finder of keys that have no fixed place. */
type Finder = (argv: readonly ByteString[]) => readonly ByteString[];

/** `numkeys key [key …]` from a place on. */
const counted =
  (at: number): Finder =>
  (argv) =>
    argv.slice(at + 1, at + 1 + Math.max(0, Number(argv[at]) || 0));

/** The first half of what stands behind STREAMS. */
const streams: Finder = (argv) => {
  const start = argv.findIndex((word) => upperAscii(word) === "STREAMS") + 1;
  return start === 0 ? [] : argv.slice(start, start + (argv.length - start) / 2);
};

/** What stands behind options that store the result. */
const stored =
  (from: number, ...options: readonly string[]): Finder =>
  (argv) =>
    argv.filter((_, index) => index > from && options.includes(upperAscii(argv[index - 1] ?? "")));

const FINDERS: Readonly<Record<string, Finder>> = {
  blmpop: counted(2),
  bzmpop: counted(2),
  lmpop: counted(1),
  zmpop: counted(1),
  sintercard: counted(1),
  zdiff: counted(1),
  zinter: counted(1),
  zintercard: counted(1),
  zunion: counted(1),
  zdiffstore: counted(2),
  zinterstore: counted(2),
  zunionstore: counted(2),
  xread: streams,
  xreadgroup: streams,
  sort: stored(2, "STORE"),
  georadius: stored(5, "STORE", "STOREDIST"),
  georadiusbymember: stored(4, "STORE", "STOREDIST"),
};

/** The keys that a call names. */
export function keysOf(
  { keys, name }: Command,
  argv: readonly ByteString[],
): readonly ByteString[] {
  const [first, last, step] = keys;
  const found: ByteString[] = [];
  const end = first === 0 ? -1 : last < 0 ? argv.length + last : last;
  for (let index = first; index <= end; index += step) {
    const key = argv[index];
    if (key !== undefined) found.push(key);
  }
  const finder = FINDERS[name];
  return finder === undefined ? found : [...found, ...finder(argv)];
}
