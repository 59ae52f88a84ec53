/**
 * The parameters of Redis 8.0.2 as CONFIG knows them (config.c): names, kinds and defaults, and what each takes. The table is read when
 * CONFIG first asks for it.
 */
import { bytes, lowerAscii, untilZero, type ByteString } from "../bytes.js";
import { parseDouble, parseInteger } from "../values/numbers.js";
import { formatEvents, parseEvents } from "./events.js";

/** A value as CONFIG GET shows it, or why it is refused. */
export type Checked = { readonly value: ByteString } | { readonly error: string };

export interface Parameter {
  /** The name under which its value is kept: an alias shares that of another. */
  readonly name: string;
  readonly initial: ByteString;
  /** Why CONFIG SET never sets it. */
  readonly refusal: string | undefined;
  /** `current` is the value so far: some parameters are set in parts. */
  check(value: ByteString, current: ByteString): Checked;
}

/** `name=value` below their kind: bool, immutable, protected, string, secret, enum and its words, or a number with its bounds. */
const PARAMETERS = `
  bool:
    activedefrag=no activerehashing=yes aof-load-truncated=yes aof-rewrite-incremental-fsync=yes
    aof-timestamp-enabled=no aof-use-rdb-preamble=yes appendonly=no
    cluster-allow-pubsubshard-when-down=yes cluster-allow-reads-when-down=no
    cluster-allow-replica-migration=yes cluster-replica-no-failover=no
    cluster-require-full-coverage=yes crash-log-enabled=yes crash-memcheck-enabled=yes
    dynamic-hz=yes hide-user-data-from-log=no jemalloc-bg-thread=yes latency-tracking=yes
    lazyfree-lazy-eviction=no lazyfree-lazy-expire=no lazyfree-lazy-server-del=no
    lazyfree-lazy-user-del=no lazyfree-lazy-user-flush=no no-appendfsync-on-rewrite=no
    protected-mode=yes rdb-del-sync-files=no rdb-save-incremental-fsync=yes rdbcompression=yes
    repl-disable-tcp-nodelay=no repl-diskless-sync=yes replica-announced=yes
    replica-ignore-disk-write-errors=no replica-ignore-maxmemory=yes replica-lazy-flush=no
    replica-read-only=yes replica-serve-stale-data=yes stop-writes-on-bgsave-error=yes
    tls-cluster=no tls-prefer-server-ciphers=no tls-replication=no tls-session-caching=yes
  immutable:
    aclfile= always-show-logo=no aof-rewrite-cpulist= appenddirname=appendonlydir
    appendfilename=appendonly.aof bgsave-cpulist= bio-cpulist= cluster-config-file=nodes.conf
    cluster-enabled=no cluster-port=0 daemonize=no databases=16 disable-thp=yes
    enable-debug-command=no enable-module-command=no enable-protected-configs=no io-threads=1
    logfile= pidfile= rdbchecksum=yes replicaof= server-cpulist= set-proc-title=yes
    socket-mark-id=0 supervised=no syslog-enabled=no syslog-facility=local0 syslog-ident=redis
    tcp-backlog=511 unixsocket= unixsocketperm=0
  protected:
    dbfilename=dump.rdb dir=/data
  string:
    bind-source-addr= cluster-announce-ip= ignore-warnings= masteruser=
    replica-announce-ip= tls-ca-cert-dir= tls-ca-cert-file= tls-cert-file=
    tls-ciphers= tls-ciphersuites= tls-client-cert-file= tls-client-key-file=
    tls-client-key-file-pass= tls-dh-params-file= tls-key-file= tls-key-file-pass=
    tls-protocols=
  secret:
    masterauth= requirepass=
  enum allchannels,resetchannels:
    acl-pubsub-default=resetchannels
  enum debug,verbose,notice,warning,nothing:
    loglevel=notice
  enum default,save,nosave,now,force:
    shutdown-on-sigint=default shutdown-on-sigterm=default
  enum disabled,on-empty-db,swapdb:
    repl-diskless-load=disabled
  enum everysec,always,no:
    appendfsync=everysec
  enum ignore,panic,panic-on-replicas:
    propagation-error-behavior=ignore
  enum ip,hostname,unknown-endpoint:
    cluster-preferred-endpoint-type=ip
  enum no,yes,clients:
    sanitize-dump-payload=no
  enum no,yes,optional:
    tls-auth-clients=yes
  enum no,yes,relative,absolute:
    oom-score-adj=no
  enum volatile-lru,volatile-lfu,volatile-random,volatile-ttl,allkeys-lru,allkeys-lfu,allkeys-random,noeviction:
    maxmemory-policy=noeviction
  int -1 long:
    slowlog-log-slower-than=10000
  int -int int:
    list-max-listpack-size=-2
  int 0 100:
    cluster-compatibility-sample-ratio=0 maxmemory-eviction-tenacity=10
  int 0 1000:
    active-defrag-threshold-lower=10 active-defrag-threshold-upper=100
  int 0 int:
    auto-aof-rewrite-percentage=100 cluster-migration-barrier=1
    cluster-replica-validity-factor=10 hz=10 lfu-decay-time=1 lfu-log-factor=10
    list-compress-depth=0 min-replicas-max-lag=10 min-replicas-to-write=0
    repl-diskless-sync-delay=5 repl-diskless-sync-max-replicas=0 replica-priority=100
    shutdown-timeout=10 tcp-keepalive=300 timeout=0 tls-session-cache-size=20480
    tls-session-cache-timeout=300
  int 0 65535:
    cluster-announce-bus-port=0 cluster-announce-port=0 cluster-announce-tls-port=0 port=6379
    replica-announce-port=0 tls-port=0
  int 0 long:
    acllog-max-len=128 busy-reply-threshold=5000 cluster-node-timeout=15000
    hash-max-listpack-entries=512 latency-monitor-threshold=0 repl-backlog-ttl=3600
    set-max-intset-entries=512 set-max-listpack-entries=128 set-max-listpack-value=64
    slowlog-max-len=128 stream-node-max-entries=100 tracking-table-max-keys=1000000
    zset-max-listpack-entries=128
  int 1 10:
    active-expire-effort=1
  int 1 1000:
    max-new-connections-per-cycle=10 max-new-tls-connections-per-cycle=1
  int 1 int:
    repl-ping-replica-period=10 repl-timeout=60
  int 1 uint:
    maxclients=10000
  int 1 64:
    maxmemory-samples=5
  int 1 long:
    active-defrag-max-scan-fields=1000
  int 1 99:
    active-defrag-cycle-max=25 active-defrag-cycle-min=1
  memory 0 ulong:
    cluster-link-sendbuf-limit=0 maxmemory=0
  memory 0 long:
    auto-aof-rewrite-min-size=67108864 hash-max-listpack-value=64 hll-sparse-max-bytes=3000
    replica-full-sync-buffer-limit=0 stream-node-max-bytes=4096 zset-max-listpack-value=64
  memory 1 long:
    active-defrag-ignore-bytes=104857600 repl-backlog-size=1048576
  memory 1048576 long:
    client-query-buffer-limit=1073741824 proto-max-bulk-len=536870912
  percent 0 ulong:
    maxmemory-clients=0`;

/** Names of old. */
const ALIASES =
  "aof_rewrite_cpulist=aof-rewrite-cpulist bgsave_cpulist=bgsave-cpulist " +
  "bio_cpulist=bio-cpulist cluster-slave-no-failover=cluster-replica-no-failover " +
  "cluster-slave-validity-factor=cluster-replica-validity-factor " +
  "hash-max-ziplist-entries=hash-max-listpack-entries " +
  "hash-max-ziplist-value=hash-max-listpack-value list-max-ziplist-size=list-max-listpack-size " +
  "lua-time-limit=busy-reply-threshold min-slaves-max-lag=min-replicas-max-lag " +
  "min-slaves-to-write=min-replicas-to-write repl-ping-slave-period=repl-ping-replica-period " +
  "server_cpulist=server-cpulist slave-announce-ip=replica-announce-ip " +
  "slave-announce-port=replica-announce-port slave-ignore-maxmemory=replica-ignore-maxmemory " +
  "slave-lazy-flush=replica-lazy-flush slave-priority=replica-priority " +
  "slave-read-only=replica-read-only slave-serve-stale-data=replica-serve-stale-data " +
  "slaveof=replicaof zset-max-ziplist-entries=zset-max-listpack-entries " +
  "zset-max-ziplist-value=zset-max-listpack-value";

/** Defaults with spaces in them, and what has rules of its own. */
const SPECIAL: Readonly<Record<string, readonly [initial: string, check: Parameter["check"]]>> = {
  bind: ["* -::*", bindAddresses],
  "client-output-buffer-limit": [
    "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60",
    bufferLimits,
  ],
  "cluster-announce-hostname": ["", hostname],
  "cluster-announce-human-nodename": ["", nodeName],
  "latency-tracking-info-percentiles": ["50 99 99.9", percentiles],
  "locale-collate": ["", locale],
  "notify-keyspace-events": ["", events],
  "oom-score-adj-values": ["0 200 800", scores],
  "proc-title-template": ["{title} {listen-addr} {server-mode}", titleTemplate],
  save: ["", savePoints],
};

/** Every parameter by name, aliases among them. */
export function parameters(): ReadonlyMap<string, Parameter> {
  return (known ??= readTable());
}

let known: Map<string, Parameter> | undefined;

function readTable(): Map<string, Parameter> {
  const table = new Map<string, Parameter>();
  let kind = "";
  for (const line of PARAMETERS.split("\n").map((row) => row.trim())) {
    if (line.endsWith(":")) kind = line.slice(0, -1);
    else if (line !== "") for (const entry of line.split(" ")) add(table, kind, entry);
  }
  for (const [name, [initial, check]] of Object.entries(SPECIAL)) {
    table.set(name, { name, initial: bytes(initial), refusal: undefined, check });
  }
  for (const entry of ALIASES.split(" ")) {
    const [alias = "", name = ""] = entry.split("=");
    const parameter = table.get(name);
    if (parameter !== undefined) table.set(alias, parameter);
  }
  return table;
}

function add(table: Map<string, Parameter>, kind: string, entry: string): void {
  const [name = "", value = ""] = entry.split("=");
  const [type = "", ...bounds] = kind.split(" ");
  const fixed = type === "immutable" || type === "protected";
  table.set(name, {
    name,
    initial: bytes(value),
    refusal: fixed ? `can't set ${type} config` : undefined,
    check: (wanted) => (adjusted[name] ?? same)(checkKind(type, bounds, name, wanted)),
  });
}

function checkKind(
  type: string,
  bounds: readonly string[],
  name: string,
  value: ByteString,
): Checked {
  switch (type) {
    case "bool":
      return boolean(value);
    case "enum":
      return enumerated(bounds[0]?.split(",") ?? [], name, value);
    case "int":
      return number(bounds, parseInteger(value), "argument couldn't be parsed into an integer");
    case "memory":
      return number(bounds, parseMemory(value), "argument must be a memory value");
    case "percent":
      return percentage(bounds, value);
    case "secret":
      return { value };
    default:
      return { value: untilZero(value) };
  }
}

const BOUNDS: Readonly<Record<string, bigint>> = {
  "-int": -(2n ** 31n),
  int: 2n ** 31n - 1n,
  uint: 2n ** 32n - 1n,
  long: 2n ** 63n - 1n,
  ulong: 2n ** 64n - 1n,
};

function number(
  bounds: readonly string[],
  value: number | bigint | undefined,
  error: string,
): Checked {
  if (value === undefined) return { error };
  const [low = 0n, high = 0n] = bounds.map((bound) => BOUNDS[bound] ?? BigInt(bound));
  if (value >= low && value <= high) return { value: bytes(String(value)) };
  return { error: `argument must be between ${low} and ${high} inclusive` };
}

const UNITS: Readonly<Record<string, bigint>> = {
  "": 1n,
  b: 1n,
  k: 1000n,
  kb: 1n << 10n,
  m: 10n ** 6n,
  mb: 1n << 20n,
  g: 10n ** 9n,
  gb: 1n << 30n,
};

/** A number of bytes with a unit, as memtoull reads it: too much wraps around at 64 bits. */
function parseMemory(value: ByteString): bigint | undefined {
  const [, digits, unit = ""] = /^(\d{0,127})([a-z]*)$/i.exec(untilZero(value)) ?? [];
  const scale = UNITS[lowerAscii(unit)];
  if (digits === undefined || scale === undefined) return undefined;
  const amount = BigInt(digits);
  return BigInt.asUintN(64, (amount < 2n ** 64n ? amount : 2n ** 64n - 1n) * scale);
}

/** A value of several words; C reads each to its first zero byte. */
function wordsOf(value: ByteString): readonly ByteString[] {
  return value === "" ? [] : value.split(" ").map((word) => untilZero(bytes(word)));
}

function percentage(bounds: readonly string[], value: ByteString): Checked {
  const [, percent] = /^(\d+)%$/.exec(value) ?? [];
  const error = "argument must be a memory or percent value";
  if (percent === undefined) return number(bounds, parseMemory(value), error);
  if (Number(percent) > 100) return { error: "percentage argument must be less or equal to 100" };
  return { value: bytes(Number(percent) === 0 ? "0" : `${Number(percent)}%`) };
}

function boolean(value: ByteString): Checked {
  const word = lowerAscii(untilZero(value));
  if (word === "yes" || word === "no") return { value: bytes(word) };
  return { error: "argument must be 'yes' or 'no'" };
}

/** One of the words; what shuts the server down is several. */
function enumerated(words: readonly string[], name: string, value: ByteString): Checked {
  const several = name.startsWith("shutdown-on-");
  const chosen = (several ? wordsOf(value) : [untilZero(value)]).map(lowerAscii);
  if (chosen.length === 0 || !chosen.every((word) => words.includes(word))) {
    return { error: `argument(s) must be one of the following: ${words.join(", ")}` };
  }
  if (chosen.includes("save") && chosen.includes("nosave")) {
    return { error: "shutdown options SAVE and NOSAVE can't be used simultaneously" };
  }
  if (chosen.includes("relative")) return { value: bytes("yes") };
  const named = words.filter((word) => chosen.includes(word));
  const shown = named.length > 1 ? named.filter((word) => word !== "default") : named;
  return { value: bytes(shown.join(" ")) };
}

const same = (checked: Checked): Checked => checked;

/** Redis takes some values and changes them. */
const adjusted: Readonly<Record<string, (checked: Checked) => Checked>> = {
  hz: between(1, 500),
  "repl-backlog-size": between(16_384, Number.MAX_SAFE_INTEGER),
  activedefrag: (checked) =>
    "value" in checked && checked.value === "yes" ? { error: NO_DEFRAGMENTATION } : checked,
};

const NO_DEFRAGMENTATION =
  "Active defragmentation cannot be enabled: it requires a Redis server compiled with a modified Jemalloc like the one shipped by default with the Redis source distribution";

function between(low: number, high: number): (checked: Checked) => Checked {
  return (checked) => {
    if ("error" in checked) return checked;
    return { value: bytes(String(Math.min(high, Math.max(low, Number(checked.value))))) };
  };
}

function bindAddresses(value: ByteString): Checked {
  const addresses = value.split(" ").filter((address) => address !== "");
  const valid = addresses.every((address) => /^-?(?:\*|::\*|[\d.]+|[\da-f:]+)$/i.test(address));
  return valid ? { value } : { error: "Failed to bind to specified addresses." };
}

const CLIENT_CLASSES = ["normal", "slave", "pubsub"];

function bufferLimits(value: ByteString, current: ByteString): Checked {
  const words = wordsOf(value);
  if (words.length % 4 !== 0) {
    return { error: "Wrong number of arguments in buffer limit configuration." };
  }
  const limits = current.split(" ");
  for (let at = 0; at < words.length; at += 4) {
    const name = lowerAscii(words[at] ?? "").replace("replica", "slave");
    const place = CLIENT_CLASSES.indexOf(name);
    if (place < 0) {
      return { error: "Invalid client class specified in buffer limit configuration." };
    }
    const [hard, soft] = words.slice(at + 1, at + 3).map(parseMemory);
    const seconds = words[at + 3] ?? "";
    if (hard === undefined || soft === undefined || !/^\d*$/.test(seconds)) {
      return {
        error: "Error in hard, soft or soft_seconds setting in buffer limit configuration.",
      };
    }
    limits.splice(place * 4, 4, name, String(hard), String(soft), String(Number(seconds)));
  }
  return { value: bytes(limits.join(" ")) };
}

function hostname(given: ByteString): Checked {
  const value = untilZero(given);
  if (value.length >= 256) return { error: "Hostnames must be less than 256 characters" };
  if (/^[\w.-]*$/.test(value) && !value.includes("_")) return { value };
  return { error: "Hostnames may only contain alphanumeric characters, hyphens or dots" };
}

function nodeName(value: ByteString): Checked {
  if (!/[!#$%&()*+:;<>?@[\]^{|}~]|\0/.test(value)) return { value };
  return { error: "Announced human node name contained invalid character" };
}

function percentiles(value: ByteString): Checked {
  const shown: string[] = [];
  for (const word of value === "" ? [] : value.split(" ")) {
    const percent = parseDouble(bytes(word));
    const parameter = "latency-tracking-info-percentiles";
    if (percent === undefined) return { error: `Invalid ${parameter} parameters` };
    if (percent < 0 || percent > 100) {
      return { error: `${parameter} parameters should sit between [0.0,100.0]` };
    }
    shown.push(String(Number(percent.toFixed(6))));
  }
  return { value: bytes(shown.join(" ")) };
}

function locale(given: ByteString): Checked {
  const value = untilZero(given);
  return /^(?:|C|POSIX|C\.UTF-?8)$/i.test(value) ? { value } : { error: "Invalid locale name" };
}

function events(value: ByteString): Checked {
  const classes = parseEvents(untilZero(value));
  if (classes !== undefined) return { value: bytes(formatEvents(classes)) };
  return { error: "Invalid event class character. Use 'Ag$lshzxeKEtmdn'." };
}

function scores(value: ByteString): Checked {
  const words = wordsOf(value);
  if (words.length !== 3) return { error: "wrong number of arguments" };
  if (words.every((word) => /^-?\d{1,4}$/.test(word) && Math.abs(Number(word)) <= 2000)) {
    return { value: bytes(words.map(Number).join(" ")) };
  }
  return {
    error: "Invalid oom-score-adj-values, elements must be between -2000 and 2000.",
  };
}

/** A brace that is written twice, and variables that stand for something. */
const TITLE_CONTENTS = /\{(?:\{|(?:listen-addr|config-file|port|tls-port)\})/g;
/** Variables that stand for nothing here. */
const EMPTY_VARIABLES = /\{(?:title|server-mode|unixsocket)\}/g;

function titleTemplate(given: ByteString): Checked {
  const value = untilZero(given);
  const title = value.replace(TITLE_CONTENTS, "0").replace(EMPTY_VARIABLES, "");
  if (/[^ ]/.test(title) && !title.includes("{")) return { value };
  return { error: "template format is invalid or contains unknown variables" };
}

function savePoints(value: ByteString): Checked {
  const words = wordsOf(value);
  const valid = words.every((word, at) => /^\d+$/.test(word) && Number(word) >= 1 - (at % 2));
  if (words.length % 2 !== 0 || !valid) return { error: "Invalid save parameters" };
  return { value: bytes(words.map(Number).join(" ")) };
}
