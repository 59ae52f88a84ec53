/** What Upstash lets wait for XACK: so many entries for each consumer of a stream's group, which XREADGROUP may not exceed. */
import { bytes, upperAscii, type ByteString } from "../bytes.js";
import { ReplyError } from "../errors.js";
import type { Database } from "../keyspace/database.js";
import { Stream } from "../values/stream.js";
import { MAX_ID, nextId } from "../values/stream-id.js";

/**
 * The error for an XREADGROUP of new entries after which more than `limit` could be pending for its consumer. It asks for its COUNT,
 * and without one for all there are (assumed: the documentation has only the text). What is malformed is left to the command.
 */
export function pendingExceeded(
  argv: readonly ByteString[],
  database: Database,
  limit: number,
): ReplyError | undefined {
  const options = optionsOf(argv);
  if (options.noAck) return undefined;
  const { group: named, consumer, count, streams } = options;
  for (const [key, id] of streams) {
    const stream = database.value(key);
    const group = stream instanceof Stream && id === ">" ? stream.group(named) : undefined;
    if (!(stream instanceof Stream) || group === undefined) continue;
    const first = nextId(group.lastId);
    const requested = count ?? (first === undefined ? 0 : stream.range(first, MAX_ID).length);
    const pending = group.consumer(consumer)?.pending.size ?? 0;
    if (pending + requested <= limit) continue;
    return new ReplyError(
      `ERR XReadGroup is cancelled. Pending Entries List limit per consumer is about to be reached. Limit: ${limit}, Current PEL size: ${pending}, Requested Read: ${requested}, Key: ${key}, Group: ${named}, Consumer: ${consumer}.`,
    );
  }
  return undefined;
}

interface Options {
  group: ByteString;
  consumer: ByteString;
  /** Undefined where none is given, or 0, which is as none. */
  count: number | undefined;
  noAck: boolean;
  streams: readonly (readonly [key: ByteString, id: ByteString])[];
}

/** `XREADGROUP GROUP group consumer [COUNT n] [BLOCK ms] [NOACK] STREAMS key … id …` */
function optionsOf(argv: readonly ByteString[]): Options {
  const none = bytes("");
  const options: Options = {
    group: none,
    consumer: none,
    count: undefined,
    noAck: false,
    streams: [],
  };
  for (let at = 1; at < argv.length; at++) {
    const option = upperAscii(argv[at] ?? "");
    if (option === "NOACK") options.noAck = true;
    else if (option === "COUNT") options.count = Number(argv[++at]) || undefined;
    else if (option === "BLOCK") at++;
    else if (option === "GROUP") {
      options.group = argv[++at] ?? none;
      options.consumer = argv[++at] ?? none;
    } else {
      const words = argv.slice(at + 1);
      const ids = words.splice(words.length / 2);
      options.streams = words.map((key, place) => [key, ids[place] ?? none]);
      break;
    }
  }
  return options;
}
