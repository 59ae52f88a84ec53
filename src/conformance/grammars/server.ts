/** How calls of the commands on the server look. */
import type { Grammar, Grammars, Operands } from "../operands.js";
import type { ByteString } from "../../bytes.js";

const names = (draw: Operands): ByteString[] =>
  draw.some(2, () => [
    draw.word("get", "SET", "nosuch", "object|encoding", "sort", "eval", "xread"),
  ]);
const flush: Grammar = (draw) => draw.maybe(0.5, () => draw.word("SYNC", "ASYNC", "foo"));

export const serverGrammars = {
  command: () => [],
  "command|count": () => [],
  "command|docs": names,
  "command|info": names,
  "command|list": (draw) => [
    ...draw.maybe(0.9, "FILTERBY"),
    draw.word("ACLCAT", "PATTERN", "MODULE", "FOO"),
    draw.word("hash", "geo", "nosuch", "hget*", "GEO*", ""),
  ],
  dbsize: () => [],
  flushall: flush,
  flushdb: flush,
  info: (draw) => draw.maybe(0.5, () => draw.word("server", "keyspace", "all", "nope")),
  time: () => [],
} satisfies Grammars;
