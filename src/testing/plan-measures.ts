/** How many bytes a command brings to a key, and how many a reply has. */
import type { ByteString } from "../bytes.js";
import type { Command } from "../commands/command.js";
import type { KeyFlag } from "../commands/key-specs.js";
import { ReplyError } from "../errors.js";
import type { Reply } from "../reply.js";

/** Commands that store one of their words as a whole: what else they have are options. */
const STRINGS = /^(?:p?setex|setnx|m?set(?:nx)?|getset)$/;

/** Whether the command puts something else in the place of what is at a key. */
export function replaces({ name }: Command, flags: readonly KeyFlag[]): boolean {
  return flags.includes("OW") || STRINGS.test(name);
}

/** How much of a command is for the key at that place, at most. */
export function bytesFor({ name }: Command, argv: readonly ByteString[], place: number): number {
  const words = argv.slice(place + 1, name.startsWith("mset") ? place + 2 : undefined);
  const lengths = words.map(({ length }) => length);
  if (STRINGS.test(name)) return Math.max(0, ...lengths);
  return lengths.reduce((sum, length) => sum + length, 0);
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
