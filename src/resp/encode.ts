/** Replies as the bytes of RESP2 and RESP3, exactly as Redis sends them. */
import { bytes, type ByteString } from "../bytes.js";
import { ReplyError } from "../errors.js";
import { couples, type Reply, type TaggedReply } from "../reply.js";
import { formatDouble } from "../values/numbers.js";

export type RespVersion = 2 | 3;

export function encodeResp(reply: Reply, version: RespVersion): ByteString {
  return bytes(encode(reply, version));
}

function encode(reply: Reply, version: RespVersion): string {
  if (typeof reply === "string") return bulk(reply);
  if (typeof reply === "number" || typeof reply === "bigint") return `:${reply}\r\n`;
  if (reply === null) return version === 3 ? "_\r\n" : "$-1\r\n";
  if (reply instanceof ReplyError) return `-${reply.bytes}\r\n`;
  if (!("kind" in reply)) return array(reply, version);
  return encodeTagged(reply, version);
}

function encodeTagged(reply: TaggedReply, version: RespVersion): string {
  switch (reply.kind) {
    case "status":
      return `+${reply.text}\r\n`;
    case "nil-array":
      return version === 3 ? "_\r\n" : "*-1\r\n";
    case "double":
      return version === 3 ? `,${formatDouble(reply.value)}\r\n` : bulk(formatDouble(reply.value));
    case "verbatim":
      return version === 3
        ? `=${reply.text.length + 4}\r\n${reply.format}:${reply.text}\r\n`
        : bulk(reply.text);
    case "boolean":
      return version === 3 ? `#${reply.value ? "t" : "f"}\r\n` : `:${Number(reply.value)}\r\n`;
    case "big-number":
      return version === 3 ? `(${reply.digits}\r\n` : bulk(reply.digits);
    case "map":
      return version === 3 ? map(reply.items) : array(reply.items, version);
    case "set":
      return version === 3 ? aggregate("~", reply.items, version) : array(reply.items, version);
    case "push":
      return version === 3 ? aggregate(">", reply.items, version) : array(reply.items, version);
    case "several":
      return encodeAll(reply.items, version);
    case "pairs":
      return array(version === 3 ? couples(reply.items) : reply.items, version);
    case "keyed":
      return version === 3 ? map(reply.items) : array(couples(reply.items), version);
  }
}

function array(items: readonly Reply[], version: RespVersion): string {
  return aggregate("*", items, version);
}

function aggregate(mark: string, items: readonly Reply[], version: RespVersion): string {
  return `${mark}${items.length}\r\n${encodeAll(items, version)}`;
}

/** The items alternate key and value. */
function map(items: readonly Reply[]): string {
  return `%${items.length / 2}\r\n${encodeAll(items, 3)}`;
}

function encodeAll(items: readonly Reply[], version: RespVersion): string {
  return items.map((item) => encode(item, version)).join("");
}

function bulk(value: ByteString): string {
  return `$${value.length}\r\n${value}\r\n`;
}
