/** Subscriptions and MONITOR: each on a connection of its own, which ioredis makes and this then reads. */
import type { Redis } from "ioredis";
import { fromUint8Array, toUint8Array, upperAscii, type ByteString } from "../../bytes.js";
import { ReplyError } from "../../errors.js";
import { several, type Reply } from "../../reply.js";
import { RespDecoder } from "../../resp/decode.js";
import { encodeResp } from "../../resp/encode.js";
import type { Session } from "../../session.js";
import { away, hearAllErrors, noteReasons, replyOf } from "./connection.js";

/** What each session listens with. */
const connections = new WeakMap<Session, Redis>();

/**
 * Sends a subscription, or MONITOR, on a client that is not connected yet. → its replies, one for each channel, or an error. What comes
 * behind them is delivered to the session, which is closed when the connection ends.
 */
export async function listen(
  redis: Redis,
  argv: readonly ByteString[],
  session: Session,
): Promise<Reply> {
  noteReasons(redis);
  hearAllErrors(redis);
  connections.set(session, redis);
  await redis.connect().catch(() => undefined);
  if (redis.status !== "ready") {
    redis.disconnect();
    return away(redis);
  }
  const expected = upperAscii(argv[0] ?? "") === "MONITOR" ? 1 : argv.length - 1;
  return new Promise((resolve) => {
    const replies: Reply[] = [];
    const { stream } = redis;
    const decoder = new RespDecoder();
    const take = (reply: Reply): void => {
      if (replies.length >= expected) return session.deliver(reply);
      replies.push(reply);
      if (reply instanceof ReplyError) resolve(reply);
      else if (replies.length === expected) resolve(several(replies));
    };
    stream.removeAllListeners("data");
    stream.on("data", (chunk: Uint8Array) => {
      decoder.push(fromUint8Array(chunk));
      for (let value = decoder.next(); value !== undefined; value = decoder.next()) {
        take(replyOf(value));
      }
    });
    redis.once("end", () => {
      resolve(away(redis));
      if (connections.delete(session)) session.close();
    });
    stream.write(toUint8Array(encodeResp(argv, 2)));
  });
}

/** Ends what the session listens with; the session is not told. */
export function stopListening(session: Session): void {
  const redis = connections.get(session);
  connections.delete(session);
  redis?.disconnect();
}
