/**
 * How calls of channels and of MONITOR look. What makes the server send unasked is not drawn (its weight is 0): a comparison that pairs
 * calls with replies can not hold it; conversations of several connections are recorded for it.
 */
import type { ByteString } from "../../bytes.js";
import type { Grammar, Grammars, Operands } from "../operands.js";

const channel = (draw: Operands): ByteString => draw.word("a", "b", "news.a", "");
const pattern = (draw: Operands): ByteString => draw.word("*", "news.*", "[ab]", "a", "");
const publish: Grammar = (draw) => [channel(draw), draw.value()];
const channels: Grammar = (draw) => draw.some(3, () => [channel(draw)]);
const patterns: Grammar = (draw) => draw.some(3, () => [pattern(draw)]);
const oneChannel: Grammar = (draw) => [channel(draw)];
const maybePattern: Grammar = (draw) => draw.maybe(0.6, () => pattern(draw));
const nothing: Grammar = () => [];

export const pubsubGrammars = {
  monitor: nothing,
  psubscribe: (draw) => [pattern(draw)],
  publish,
  pubsub: (draw) => [draw.word("HELP", "NOPE", "NUMPAT", "")],
  "pubsub|channels": maybePattern,
  "pubsub|help": nothing,
  "pubsub|numpat": nothing,
  "pubsub|numsub": channels,
  "pubsub|shardchannels": maybePattern,
  "pubsub|shardnumsub": channels,
  punsubscribe: patterns,
  spublish: publish,
  ssubscribe: oneChannel,
  subscribe: oneChannel,
  sunsubscribe: channels,
  unsubscribe: channels,
} satisfies Grammars;
