/** How calls of the commands on the server look. */
import type { Grammar, Grammars, Operands } from "../operands.js";
import { bytes, type ByteString } from "../../bytes.js";

const names = (draw: Operands): ByteString[] =>
  draw.some(2, () => [
    draw.word("get", "SET", "nosuch", "object|encoding", "sort", "eval", "xread"),
  ]);
const flush: Grammar = (draw) => draw.maybe(0.5, () => draw.word("SYNC", "ASYNC", "foo"));

type Parameter = readonly [name: string, value: string, ...others: string[]];

/** Parameters that change nothing that is compared, each with values; some are none. */
const PARAMETERS: readonly [Parameter, ...Parameter[]] = [
  ["hz", "10", "20", "x", "-1"],
  ["LOGLEVEL", "notice", "WARNING", "loud"],
  ["repl-timeout", "60", "0", "99999999999999999999"],
  ["slave-priority", "1", "100", "1.5"],
  ["activerehashing", "yes", "NO", "maybe"],
  ["auto-aof-rewrite-min-size", "64mb", "1g", "1x", "-1"],
  ["databases", "16", "5"],
  ["no-such-parameter", "1"],
];
const parameter = (draw: Operands): ByteString[] => {
  const [name, value, ...others] = draw.pick(PARAMETERS);
  return [bytes(name), draw.word(value, ...others)];
};

export const serverGrammars = {
  config: (draw) => [draw.word("GET", "NOPE", "")],
  "config|get": (draw) => parameter(draw).slice(0, 1),
  "config|help": () => [],
  "config|resetstat": () => [],
  "config|rewrite": () => [],
  "config|set": (draw) => draw.some(2, () => parameter(draw)),
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
