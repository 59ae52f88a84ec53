/**
 * How calls of CONFIG look. What is set changes no reply of another command and is put back behind each sequence (`settable`); patterns
 * keep away from what depends on where a server runs.
 */
import { bytes, type ByteString } from "../../bytes.js";
import type { Grammar, Grammars, Operands } from "../operands.js";

/** The parameters that are set. */
export const settable: readonly string[] =
  "hz lfu-log-factor lfu-decay-time slowlog-max-len maxmemory-policy maxmemory-samples loglevel tracking-table-max-keys lazyfree-lazy-user-del latency-tracking-info-percentiles client-output-buffer-limit replica-priority repl-timeout cluster-announce-hostname cluster-announce-human-nodename acllog-max-len maxmemory-clients repl-backlog-size active-defrag-ignore-bytes shutdown-on-sigint replica-announce-ip cluster-link-sendbuf-limit repl-backlog-ttl proc-title-template latency-tracking".split(
    " ",
  );

const VALUES: Readonly<Record<string, readonly string[]>> = {
  "maxmemory-policy": ["allkeys-lru", "noeviction", "ALLKEYS-LFU", "allkeys", "volatile-ttl "],
  loglevel: ["debug", "WARNING", "nothing", "notic", "verbose"],
  "latency-tracking-info-percentiles": [
    "50",
    "",
    "50 99 99.9",
    "101",
    "-1",
    "a",
    "1e1 .5",
    "50  99",
  ],
  "client-output-buffer-limit": [
    "pubsub 1gb 200mb 4",
    "replica 3k 2m 4",
    "slave 1 1 1",
    "replica 0 0 0 normal 0 0 0",
    "normal 0 0",
    "foo 0 0 0",
    "pubsub x 0 0",
    "pubsub 0 0 -1",
    "",
  ],
  "cluster-announce-hostname": ["a.b", "a_b", "a-1", ""],
  "cluster-announce-human-nodename": ["a b", "a@", "a_b-c.d", ""],
  "maxmemory-clients": ["10%", "0%", "101%", "1gb", "%", "5%%", "0", "-5%"],
  "repl-backlog-size": ["1", "1mb", "20k", "20000", "0", "1x", "1GB", "16384b"],
  "active-defrag-ignore-bytes": ["1", "1kb", "0", "1k", "", "-1"],
  "cluster-link-sendbuf-limit": ["1", "7k", "1gb", "18446744073709551615", "1 b"],
  "shutdown-on-sigint": [
    "save",
    "save now",
    "nosave save",
    "NOW FORCE",
    "default",
    "",
    "now  save",
  ],
  "replica-announce-ip": ["10.0.0.1", ""],
  "proc-title-template": ["{title}", "{foo}", "", "x {port}", "{title", "{{", "\t"],
  "lazyfree-lazy-user-del": ["yes", "NO", "true", ""],
  "latency-tracking": ["yes", "no", "1"],
};
const NUMBERS = [
  "1",
  "2",
  "5",
  "0",
  "-1",
  "10",
  "64",
  "65",
  "500",
  "501",
  "07",
  "1kb",
  "x",
  "",
  "2147483647",
  "2147483648",
];

const ODD_NAMES = ["nosuch", "SLOWLOG-MAX-LEN", "databases", "daemonize", "", "slave-priority"];
const PATTERNS =
  "hz HZ nosuch slowlog-max-len Slowlog-Max-Len maxmemory-* *replica-pri* *-priority lfu-* l?u-* [hl]z hash-max-* MAXMEMORY-S* *lag* notify* latency-tracking client-output-buffer-limit maxmemory-clients repl-backlog-size \\hz hz* hz[a shutdown-on-* *-hostname zset-max-ziplist-value lua-time-limit".split(
    " ",
  );

const one = (draw: Operands, words: readonly string[]): ByteString =>
  bytes(words[draw.below(words.length)] ?? "");

function pair(draw: Operands): ByteString[] {
  const name = one(draw, draw.happens(0.04) ? ODD_NAMES : settable);
  return [name, one(draw, VALUES[name] ?? NUMBERS)];
}

const nothing: Grammar = () => [];

export const configGrammars = {
  config: (draw) => [draw.word("NOPE", "HELP", "", "GETX")],
  "config|get": (draw) => draw.some(3, () => [one(draw, draw.happens(0.5) ? settable : PATTERNS)]),
  "config|help": nothing,
  "config|resetstat": nothing,
  "config|rewrite": nothing,
  "config|set": (draw) => draw.some(3, () => pair(draw)),
} satisfies Grammars;
