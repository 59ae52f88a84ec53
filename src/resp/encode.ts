/** Replies as the bytes of RESP2 and RESP3, exactly as Redis sends them. */
import { bytes, type ByteString } from "../bytes.js";
import { ReplyError } from "../errors.js";
import type { Reply, TaggedReply } from "../reply.js";
import { formatDouble } from "../values/numbers.js";

export type RespVersion = 2 | 3;

export function encodeResp(reply: Reply, version: RespVersion): ByteString {
  const parts: string[] = [];
  write(reply, version, parts);
  return bytes(parts.join(""));
}

function write(reply: Reply, version: RespVersion, parts: string[]): void {
  if (typeof reply === "string") parts.push(bulk(reply));
  else if (typeof reply === "number" || typeof reply === "bigint") parts.push(`:${reply}\r\n`);
  else if (reply === null) parts.push(version === 3 ? "_\r\n" : "$-1\r\n");
  else if (reply instanceof ReplyError) parts.push(`-${oneLine(reply.bytes)}\r\n`);
  else if (!("kind" in reply)) writeAll(`*${reply.length}\r\n`, reply, version, parts);
  else writeTagged(reply, version, parts);
}

function writeTagged(reply: TaggedReply, version: RespVersion, parts: string[]): void {
  switch (reply.kind) {
    case "status":
      parts.push(`+${reply.text}\r\n`);
      break;
    case "nil-array":
      parts.push(version === 3 ? "_\r\n" : "*-1\r\n");
      break;
    case "double":
      parts.push(
        version === 3 ? `,${formatDouble(reply.value)}\r\n` : bulk(formatDouble(reply.value)),
      );
      break;
    case "verbatim":
      parts.push(
        version === 3
          ? `=${reply.text.length + 4}\r\n${reply.format}:${reply.text}\r\n`
          : bulk(reply.text),
      );
      break;
    case "boolean":
      parts.push(version === 3 ? `#${reply.value ? "t" : "f"}\r\n` : `:${Number(reply.value)}\r\n`);
      break;
    case "big-number":
      parts.push(version === 3 ? `(${reply.digits}\r\n` : bulk(reply.digits));
      break;
    case "map":
      writeAll(header(version, "%", reply.items.length / 2), reply.items, version, parts);
      break;
    case "set":
      writeAll(header(version, "~", reply.items.length), reply.items, version, parts);
      break;
    case "push":
      writeAll(header(version, ">", reply.items.length), reply.items, version, parts);
      break;
    case "several":
      for (const item of reply.items) write(item, version, parts);
      break;
    case "pairs":
      writePairs(reply.items, version, parts);
      break;
    case "keyed":
      if (version === 3) writeAll(`%${reply.items.length / 2}\r\n`, reply.items, version, parts);
      else writeGroups(reply.items, version, parts);
      break;
  }

  function header(version: RespVersion, type: string, count: number): string {
    if (version === 3) return `${type}${count}\r\n`;
    return `*${type === "%" ? count * 2 : count}\r\n`;
  }
}

function writePairs(items: readonly Reply[], version: RespVersion, parts: string[]): void {
  if (version === 2) {
    writeAll(`*${items.length}\r\n`, items, version, parts);
    return;
  }
  writeGroups(items, version, parts);
}

/** An array of two-element arrays. */
function writeGroups(items: readonly Reply[], version: RespVersion, parts: string[]): void {
  parts.push(`*${items.length / 2}\r\n`);
  for (let index = 0; index < items.length; index += 2) {
    writeAll("*2\r\n", items.slice(index, index + 2), version, parts);
  }
}

function writeAll(
  header: string,
  items: readonly Reply[],
  version: RespVersion,
  parts: string[],
): void {
  parts.push(header);
  for (const item of items) write(item, version, parts);
}

function bulk(value: ByteString): string {
  return `$${value.length}\r\n${value}\r\n`;
}

/** An error is one line: Redis drops line ends behind it and puts spaces for those within (networking.c, addReplyErrorFormatInternal). */
function oneLine(message: ByteString): string {
  return message.replace(/[\r\n]+$/, "").replace(/[\r\n]/g, " ");
}
