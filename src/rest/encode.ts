/**
 * Replies as Upstash's JSON: RESP2 shapes, doubles and maps as text and flat arrays. With base64 every string is encoded but a
 * top-level status OK; a stored value `OK` and an OK inside an array are encoded.
 */
import { text, type ByteString } from "../bytes.js";
import { ReplyError } from "../errors.js";
import { couples, type Reply } from "../reply.js";
import { formatDouble } from "../values/numbers.js";

/** How strings look in JSON: text with U+FFFD for what is not UTF-8, or base64 of the bytes. */
export type Encoding = "text" | "base64";

/** `{"result":…}`, or `{"error":…}` for an error reply. */
export function encodeReply(reply: Reply, encoding: Encoding): string {
  if (reply instanceof ReplyError) return `{"error":${JSON.stringify(text(reply.bytes))}}`;
  return `{"result":${isOk(reply) ? '"OK"' : encodeValue(reply, encoding)}}`;
}

/** The replies of a pipeline or a transaction. */
export function encodeReplies(replies: readonly Reply[], encoding: Encoding): string {
  return `[${replies.map((reply) => encodeReply(reply, encoding)).join(",")}]`;
}

function isOk(reply: Reply): boolean {
  return (
    reply !== null &&
    typeof reply === "object" &&
    "kind" in reply &&
    reply.kind === "status" &&
    reply.text === "OK"
  );
}

function encodeValue(reply: Reply, encoding: Encoding): string {
  if (typeof reply === "string") return encodeString(reply, encoding);
  if (typeof reply === "number" || typeof reply === "bigint") return String(reply);
  if (reply === null) return "null";
  if (reply instanceof ReplyError) return encodeReply(reply, encoding);
  if (!("kind" in reply)) return encodeArray(reply, encoding);
  switch (reply.kind) {
    case "status":
    case "verbatim":
      return encodeString(reply.text, encoding);
    case "nil-array":
      return "null";
    case "boolean":
      return reply.value ? "1" : "0";
    case "big-number":
      return encodeString(reply.digits, encoding);
    case "double":
      return encodeString(formatDouble(reply.value), encoding);
    case "map":
    case "set":
    case "pairs":
    case "push":
    case "several":
      return encodeArray(reply.items, encoding);
    case "keyed":
      return encodeArray(couples(reply.items), encoding);
  }
}

function encodeArray(items: readonly Reply[], encoding: Encoding): string {
  return `[${items.map((item) => encodeValue(item, encoding)).join(",")}]`;
}

function encodeString(value: ByteString, encoding: Encoding): string {
  return encoding === "base64" ? `"${btoa(value)}"` : JSON.stringify(text(value));
}
