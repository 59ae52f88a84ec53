/**
 * The parameters of CONFIG, as Redis 8.0.2 lists them, and their values. Most mean nothing where everything is in memory and are only
 * kept; those that would change how the emulator works, and do not, can not be changed.
 */
import { bytes, lowerAscii, type ByteString } from "./bytes.js";

/** What a parameter takes. */
interface Kind {
  readonly name: string;
  /** The smallest and the largest number, or the words of an enumeration. */
  readonly bounds: readonly string[];
}

interface Parameter {
  readonly name: string;
  readonly kind: Kind;
  value: string;
}

export class Config {
  #parameters: ReadonlyMap<string, Parameter> | undefined;

  /** The names of all parameters, their older names among them. */
  names(): Iterable<string> {
    return this.#all().keys();
  }

  has(name: ByteString): boolean {
    return this.#all().has(lowerAscii(name));
  }

  /** The value of a parameter; undefined where there is none of the name. */
  get(name: string): ByteString | undefined {
    const value = this.#all().get(lowerAscii(name))?.value;
    return value === undefined ? undefined : bytes(value);
  }

  /** Why a parameter can not be set at all; undefined where it can. */
  refusal(name: ByteString): string | undefined {
    const kind = this.#all().get(lowerAscii(name))?.kind.name;
    return kind === "fixed" || kind === "protected" ? CAN_NOT[kind] : undefined;
  }

  /** A value as CONFIG GET shows it; an Error that says why where the parameter does not take it. */
  read(name: ByteString, value: ByteString): string | Error {
    const parameter = this.#all().get(lowerAscii(name));
    if (parameter === undefined) return new Error("there is no such parameter");
    const { kind, value: current } = parameter;
    const read = readers[kind.name]?.(value, kind.bounds) ?? new Error("it has no reader");
    if (read instanceof Error || read === current || !KEPT.has(parameter.name)) return read;
    return new Error(`kv-emulator does not heed it and keeps '${current}'`);
  }

  /** Keeps a value that `read` has given. */
  set(name: ByteString, value: string): void {
    const parameter = this.#all().get(lowerAscii(name));
    if (parameter !== undefined) parameter.value = value;
  }

  #all(): ReadonlyMap<string, Parameter> {
    return (this.#parameters ??= parameters());
  }
}

const CAN_NOT = { fixed: "can't set immutable config", protected: "can't set protected config" };

type Reader = (value: ByteString, bounds: readonly string[]) => string | Error;

const readers: Readonly<Record<string, Reader>> = {
  bool: (value) => {
    const word = lowerAscii(value);
    return word === "yes" || word === "no" ? word : new Error("argument must be 'yes' or 'no'");
  },
  enum: (value, words) =>
    words.find((word) => word === lowerAscii(value)) ??
    new Error(`argument(s) must be one of the following: ${words.join(", ")}`),
  int: (value, bounds) =>
    isInteger(value)
      ? within(BigInt(value), bounds)
      : new Error("argument couldn't be parsed into an integer"),
  mem: (value, bounds) => {
    const amount = memory(value);
    return amount === undefined
      ? new Error("argument must be a memory value")
      : within(amount, bounds);
  },
  text: (value) => value,
  events: (value) => value,
  save: (value) =>
    /^(?:\d+ \d+(?: \d+ \d+)*)?$/.test(value) ? value : new Error("Invalid save parameters"),
};

/** A 64-bit integer without superfluous characters. */
function isInteger(value: ByteString): boolean {
  return (
    /^(?:0|-?[1-9]\d{0,18})$/.test(value) && BigInt.asIntN(64, BigInt(value)) === BigInt(value)
  );
}

const MAX = 2n ** 63n - 1n;
const MAX_UNSIGNED = 2n ** 64n - 1n;

function within(value: bigint, [least = "", most = ""]: readonly string[]): string | Error {
  const [low, high] = [BigInt(least), most === "max" ? MAX : BigInt(most)];
  if (value >= low && value <= high) return String(value);
  return new Error(`argument must be between ${low} and ${high} inclusive`);
}

const UNITS: Readonly<Record<string, bigint>> = {
  "": 1n,
  b: 1n,
  k: 1000n,
  kb: 1024n,
  m: 1_000_000n,
  mb: 1_048_576n,
  g: 1_000_000_000n,
  gb: 1_073_741_824n,
};

/** Bytes, of `3mb` and its like; what is past 64 bits is the most that they hold. */
function memory(value: ByteString): bigint | undefined {
  const [, digits = "", unit = ""] = /^(\d*)([a-z]*)$/i.exec(value) ?? [undefined, "", "none"];
  const scale = UNITS[lowerAscii(unit)];
  if (scale === undefined) return undefined;
  const amount = BigInt(digits) > MAX_UNSIGNED ? MAX_UNSIGNED : BigInt(digits);
  return BigInt.asUintN(64, amount * scale);
}

function parameters(): ReadonlyMap<string, Parameter> {
  const found = new Map<string, Parameter>();
  for (const line of PARAMETERS.split("\n")) {
    const [kindText = "", list = ""] = splitOnce(line, ": ");
    const [name = "", ...words] = kindText.split(" ");
    const kind = { name, bounds: name === "enum" ? (words[0] ?? "").split("|") : words };
    for (const entry of list.split("; ")) {
      const [names = "", value = ""] = splitOnce(entry, "=");
      const [main = "", ...aliases] = names.split("|");
      const parameter = { name: main, kind, value };
      for (const each of [main, ...aliases]) found.set(each, parameter);
    }
  }
  return found;
}

function splitOnce(text: string, mark: string): readonly string[] {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + mark.length)];
}

/** What the emulator does not heed, and what would be missed. */
const KEPT: ReadonlySet<string> = new Set(
  (
    "acl-pubsub-default acllog-max-len bind hash-max-listpack-entries hash-max-listpack-value " +
    "hll-sparse-max-bytes latency-tracking-info-percentiles list-max-listpack-size maxmemory " +
    "maxmemory-clients maxmemory-policy oom-score-adj-values client-output-buffer-limit locale- " +
    "collate port proto-max-bulk-len set-max-intset-entries set-max-listpack-entries set-max- " +
    "listpack-value stream-node-max-bytes stream-node-max-entries tls-port zset-max-listpack- " +
    "entries zset-max-listpack-value"
  ).split(" "),
);

/** A line for each kind with its bounds: the parameters, older names behind `|`, each with its value where it is not empty. */
const PARAMETERS = `bool: activedefrag=no; activerehashing=yes; aof-load-truncated=yes; aof-rewrite-incremental-fsync=yes; aof-timestamp-enabled=no; aof-use-rdb-preamble=yes; appendonly=no; cluster-allow-pubsubshard-when-down=yes; cluster-allow-reads-when-down=no; cluster-allow-replica-migration=yes; cluster-replica-no-failover|cluster-slave-no-failover=no; cluster-require-full-coverage=yes; crash-log-enabled=yes; crash-memcheck-enabled=yes; dynamic-hz=yes; hide-user-data-from-log=no; jemalloc-bg-thread=yes; latency-tracking=yes; lazyfree-lazy-eviction=no; lazyfree-lazy-expire=no; lazyfree-lazy-server-del=no; lazyfree-lazy-user-del=no; lazyfree-lazy-user-flush=no; no-appendfsync-on-rewrite=no; protected-mode=yes; rdb-del-sync-files=no; rdb-save-incremental-fsync=yes; rdbcompression=yes; repl-disable-tcp-nodelay=no; repl-diskless-sync=yes; replica-announced=yes; replica-ignore-disk-write-errors=no; replica-ignore-maxmemory|slave-ignore-maxmemory=yes; replica-lazy-flush|slave-lazy-flush=no; replica-read-only|slave-read-only=yes; replica-serve-stale-data|slave-serve-stale-data=yes; stop-writes-on-bgsave-error=yes; tls-cluster=no; tls-prefer-server-ciphers=no; tls-replication=no; tls-session-caching=yes
enum allchannels|resetchannels: acl-pubsub-default=resetchannels
enum debug|verbose|notice|warning|nothing: loglevel=notice
enum default|save|nosave|now|force: shutdown-on-sigint=default; shutdown-on-sigterm=default
enum disabled|on-empty-db|swapdb: repl-diskless-load=disabled
enum everysec|always|no: appendfsync=everysec
enum ignore|panic|panic-on-replicas: propagation-error-behavior=ignore
enum ip|hostname|unknown-endpoint: cluster-preferred-endpoint-type=ip
enum no|yes|clients: sanitize-dump-payload=no
enum no|yes|optional: tls-auth-clients=yes
enum no|yes|relative|absolute: oom-score-adj=no
enum volatile-lru|volatile-lfu|volatile-random|volatile-ttl|allkeys-lru|allkeys-lfu|allkeys-random|noeviction: maxmemory-policy=noeviction
events: notify-keyspace-events
fixed: aclfile; always-show-logo=no; aof-rewrite-cpulist|aof_rewrite_cpulist; appenddirname=appendonlydir; appendfilename=appendonly.aof; bgsave-cpulist|bgsave_cpulist; bio-cpulist|bio_cpulist; cluster-config-file=nodes.conf; cluster-enabled=no; cluster-port=0; daemonize=no; databases=16; disable-thp=yes; enable-debug-command=no; enable-module-command=no; enable-protected-configs=no; io-threads=1; logfile; pidfile; rdbchecksum=yes; replicaof|slaveof; server-cpulist|server_cpulist; set-proc-title=yes; socket-mark-id=0; supervised=no; syslog-enabled=no; syslog-facility=local0; syslog-ident=redis; tcp-backlog=511; unixsocket; unixsocketperm=0
int -1 max: slowlog-log-slower-than=10000
int -2147483648 2147483647: list-max-listpack-size|list-max-ziplist-size=-2
int 0 100: cluster-compatibility-sample-ratio=0; maxmemory-eviction-tenacity=10
int 0 1000: active-defrag-threshold-lower=10; active-defrag-threshold-upper=100
int 0 2147483647: auto-aof-rewrite-percentage=100; cluster-migration-barrier=1; cluster-replica-validity-factor|cluster-slave-validity-factor=10; hz=10; lfu-decay-time=1; lfu-log-factor=10; list-compress-depth=0; min-replicas-max-lag|min-slaves-max-lag=10; min-replicas-to-write|min-slaves-to-write=0; repl-diskless-sync-delay=5; repl-diskless-sync-max-replicas=0; replica-priority|slave-priority=100; shutdown-timeout=10; tcp-keepalive=300; timeout=0; tls-session-cache-size=20480; tls-session-cache-timeout=300
int 0 65535: cluster-announce-bus-port=0; cluster-announce-port=0; cluster-announce-tls-port=0; port=6379; replica-announce-port|slave-announce-port=0; tls-port=0
int 0 max: acllog-max-len=128; busy-reply-threshold|lua-time-limit=5000; cluster-node-timeout=15000; hash-max-listpack-entries|hash-max-ziplist-entries=512; latency-monitor-threshold=0; repl-backlog-ttl=3600; set-max-intset-entries=512; set-max-listpack-entries=128; set-max-listpack-value=64; slowlog-max-len=128; stream-node-max-entries=100; tracking-table-max-keys=1000000; zset-max-listpack-entries|zset-max-ziplist-entries=128
int 1 10: active-expire-effort=1
int 1 1000: max-new-connections-per-cycle=10; max-new-tls-connections-per-cycle=1
int 1 2147483647: repl-ping-replica-period|repl-ping-slave-period=10; repl-timeout=60
int 1 4294967295: maxclients=10000
int 1 64: maxmemory-samples=5
int 1 99: active-defrag-cycle-max=25; active-defrag-cycle-min=1
int 1 max: active-defrag-max-scan-fields=1000
mem 0 18446744073709551615: cluster-link-sendbuf-limit=0; maxmemory=0
mem 0 max: auto-aof-rewrite-min-size=67108864; hash-max-listpack-value|hash-max-ziplist-value=64; hll-sparse-max-bytes=3000; maxmemory-clients=0; replica-full-sync-buffer-limit=0; stream-node-max-bytes=4096; zset-max-listpack-value|zset-max-ziplist-value=64
mem 1 max: active-defrag-ignore-bytes=104857600; repl-backlog-size=1048576
mem 1048576 max: client-query-buffer-limit=1073741824; proto-max-bulk-len=536870912
save: save
protected: dbfilename=dump.rdb; dir=/
text: bind=* -::*; client-output-buffer-limit=normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60; latency-tracking-info-percentiles=50 99 99.9; locale-collate; oom-score-adj-values=0 200 800; bind-source-addr; cluster-announce-hostname; cluster-announce-human-nodename; cluster-announce-ip; ignore-warnings; masterauth; masteruser; proc-title-template={title} {listen-addr} {server-mode}; replica-announce-ip|slave-announce-ip; requirepass; tls-ca-cert-dir; tls-ca-cert-file; tls-cert-file; tls-ciphers; tls-ciphersuites; tls-client-cert-file; tls-client-key-file; tls-client-key-file-pass; tls-dh-params-file; tls-key-file; tls-key-file-pass; tls-protocols`;
