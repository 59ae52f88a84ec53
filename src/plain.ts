/** Replies as plain JavaScript values, in the shapes that RESP2 and Upstash's JSON share: maps are flat arrays, doubles are text. */
import { text } from "./bytes.js";
import { ReplyError } from "./errors.js";
import { couples, type Reply } from "./reply.js";
import { formatDouble } from "./values/numbers.js";

/** Text, integers (bigint past 2^53), null, arrays; a ReplyError where a command of a transaction failed. */
export type PlainReply = string | number | bigint | null | ReplyError | readonly PlainReply[];

export function plain(reply: Reply): PlainReply {
  if (typeof reply === "string") return text(reply);
  if (typeof reply === "number" || typeof reply === "bigint" || reply === null) return reply;
  if (reply instanceof ReplyError) return reply;
  if (!("kind" in reply)) return reply.map(plain);
  switch (reply.kind) {
    case "status":
    case "verbatim":
      return text(reply.text);
    case "nil-array":
      return null;
    case "boolean":
      return reply.value ? 1 : 0;
    case "big-number":
      return text(reply.digits);
    case "double":
      return formatDouble(reply.value);
    case "map":
    case "set":
    case "pairs":
    case "push":
    case "several":
      return reply.items.map(plain);
    case "keyed":
      return couples(reply.items).map((couple) => couple.map(plain));
  }
}
