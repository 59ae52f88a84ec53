/** How many bytes a command brings to a key, and how many a reply has. */
import type { ByteString } from "../bytes.js";
import type { Command } from "../commands/command.js";
import type { KeyReference } from "../commands/key-specs.js";
import { ReplyError } from "../errors.js";
import type { Reply } from "../reply.js";

/** Commands that store one of their words as a whole: what else they have are options. */
const STRINGS = /^(?:p?setex|setnx|m?set(?:nx)?|getset)$/;

/** What Redis would have refused for want of memory, were they no module's. */
const GROWING_JSON = /^json\.(?:m?set|merge|arrappend|arrinsert|strappend|num\w+by|toggle)$/;

/** Whether a command may need more room than before; reads and deletions do not. */
export function mayGrow({ name, flags }: Command): boolean {
  return flags.includes("denyoom") || GROWING_JSON.test(name);
}

/** Of commands that name a key and its value, and further ones. */
const WORDS_PER_KEY: ReadonlyMap<string, number> = new Map([
  ["mset", 2],
  ["msetnx", 2],
  ["json.mset", 3],
]);

/** Whether the command puts something else in the place of what is at the key at that place. */
export function replaces(
  { name }: Command,
  argv: readonly ByteString[],
  { place, flags }: KeyReference,
): boolean {
  if (/^json\.m?set$/.test(name)) return /^[$.]$/.test(argv[place + 1] ?? "");
  return flags.includes("OW") || STRINGS.test(name);
}

/** How much of a command is for the key at that place, at most. */
export function bytesFor({ name }: Command, argv: readonly ByteString[], place: number): number {
  const words = WORDS_PER_KEY.get(name) ?? Infinity;
  const lengths = argv.slice(place + 1, place + words).map(({ length }) => length);
  if (STRINGS.test(name)) return longest(lengths);
  return lengths.reduce((sum, length) => sum + length, 0);
}

export function longest(lengths: readonly number[]): number {
  return lengths.reduce((most, length) => Math.max(most, length), 0);
}

/** What of a reply is data. */
export function bytesOf(reply: Reply): number {
  if (typeof reply === "string") return reply.length;
  if (typeof reply !== "object" || reply === null || reply instanceof ReplyError) return 0;
  if ("text" in reply) return reply.text.length;
  const items = "items" in reply ? reply.items : reply;
  if (!Array.isArray(items)) return 0;
  let size = 0;
  for (const item of items) size += bytesOf(item);
  return size;
}
