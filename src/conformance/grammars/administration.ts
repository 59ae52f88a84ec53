/**
 * How calls of what administers a server look: MEMORY, LATENCY, SLOWLOG, CLUSTER, replication and saving. What would write files, follow
 * another server or wait for ever is not drawn (its weight is 0).
 */
import type { ByteString } from "../../bytes.js";
import type { Grammar, Grammars, Operands } from "../operands.js";

const nothing: Grammar = () => [];
const unknown: Grammar = (draw) => [draw.word("NOPE", "HELP", "", "help")];
const word = (draw: Operands): ByteString => draw.word("a", "1", "0", "");
const words =
  (count: number, more = 0): Grammar =>
  (draw) => [
    ...Array.from({ length: count }, () => word(draw)),
    ...Array.from({ length: draw.below(more + 1) }, () => word(draw)),
  ];
const database = (draw: Operands): ByteString => draw.word("0", "1", "0", "1", "16", "-1", "x");

export const administrationGrammars = {
  asking: nothing,
  bgrewriteaof: nothing,
  bgsave: nothing,
  cluster: unknown,
  "cluster|addslots": words(1, 2),
  "cluster|addslotsrange": words(2, 2),
  "cluster|bumpepoch": nothing,
  "cluster|count-failure-reports": words(1),
  "cluster|countkeysinslot": words(1),
  "cluster|delslots": words(1, 2),
  "cluster|delslotsrange": words(2, 2),
  "cluster|failover": words(0, 1),
  "cluster|flushslots": nothing,
  "cluster|forget": words(1),
  "cluster|getkeysinslot": words(2),
  "cluster|help": nothing,
  "cluster|info": nothing,
  "cluster|keyslot": words(1),
  "cluster|links": nothing,
  "cluster|meet": words(2, 1),
  "cluster|myid": nothing,
  "cluster|myshardid": nothing,
  "cluster|nodes": nothing,
  "cluster|replicas": words(1),
  "cluster|replicate": words(1),
  "cluster|reset": words(0, 1),
  "cluster|saveconfig": nothing,
  "cluster|set-config-epoch": words(1),
  "cluster|setslot": words(2, 2),
  "cluster|shards": nothing,
  "cluster|slaves": words(1),
  "cluster|slots": nothing,
  debug: (draw) => [
    draw.word("SLEEP", "OBJECT", "HELP", "x"),
    ...draw.maybe(0.5, () => word(draw)),
  ],
  failover: (draw) =>
    draw.some(2, () => [
      draw.word("TO", "ABORT", "FORCE", "TIMEOUT", "x"),
      ...draw.maybe(0.6, () => draw.word("h", "10", "0")),
      ...draw.maybe(0.3, () => draw.word("6379", "x")),
    ]),
  lastsave: nothing,
  latency: unknown,
  "latency|doctor": nothing,
  "latency|graph": words(1),
  "latency|help": nothing,
  "latency|histogram": (draw) => draw.maybe(0.5, () => draw.word("get", "SET", "nosuch", "config")),
  "latency|history": words(1),
  "latency|latest": nothing,
  "latency|reset": words(0, 2),
  lolwut: (draw) => [
    ...draw.maybe(0.6, "VERSION", () => draw.word("7", "x", "100")),
    ...draw.maybe(0.3, () => draw.word("a", "10")),
  ],
  memory: unknown,
  "memory|doctor": nothing,
  "memory|help": nothing,
  "memory|malloc-stats": nothing,
  "memory|purge": nothing,
  "memory|stats": nothing,
  "memory|usage": (draw) => [
    draw.key(),
    ...draw.maybe(0.3, "SAMPLES", () => draw.word("0", "1", "5", "-1", "x", "100")),
  ],
  module: unknown,
  "module|help": nothing,
  "module|list": nothing,
  "module|load": words(1, 1),
  "module|loadex": words(1, 1),
  "module|unload": words(1),
  move: (draw) => [draw.key(), database(draw)],
  readonly: nothing,
  readwrite: nothing,
  replicaof: () => [],
  role: nothing,
  save: nothing,
  shutdown: nothing,
  slaveof: () => [],
  slowlog: unknown,
  "slowlog|get": (draw) => draw.maybe(0.6, () => draw.word("-1", "0", "1", "-2", "x", "")),
  "slowlog|help": nothing,
  "slowlog|len": nothing,
  "slowlog|reset": nothing,
  swapdb: (draw) => [database(draw), database(draw)],
  wait: (draw) => [draw.word("0", "-1", "x"), draw.word("0", "1", "-1", "x")],
  waitaof: (draw) => [
    draw.word("0", "1", "2", "x"),
    draw.word("0", "-1", "x"),
    draw.word("0", "1", "-1", "x"),
  ],
} satisfies Grammars;
