/**
 * INFO's text, with the fields of Redis 8.0.2 in their order (server.c, genRedisInfoString). What the emulator knows is told; what it has
 * not (sockets, files, replicas, threads) stands as in a server that has done nothing of the kind.
 */
import { bytes, lowerAscii, type ByteString } from "../bytes.js";
import { connected } from "./client-list.js";
import type { Context } from "./command.js";
import { sizeDistributions } from "./key-sizes.js";
import { datasetBytes, STARTUP_BYTES } from "./memory.js";

/** Fields below their section's title: `name=value`, or the name alone of what is computed. */
const FIELDS = `
  Server:
    redis_version redis_git_sha1=00000000 redis_git_dirty=0 redis_build_id=0
    redis_mode=standalone os arch_bits=64 monotonic_clock=none multiplexing_api=none
    atomicvar_api=none gcc_version=0.0.0 process_id=1 process_supervised=no run_id tcp_port
    server_time_usec uptime_in_seconds uptime_in_days hz configured_hz lru_clock executable=
    config_file= io_threads_active=0
  Clients:
    connected_clients cluster_connections=0 maxclients client_recent_max_input_buffer=0
    client_recent_max_output_buffer=0 blocked_clients=0 tracking_clients=0 pubsub_clients
    watching_clients clients_in_timeout_table=0 total_watched_keys total_blocking_keys=0
    total_blocking_keys_on_nokey=0
  Memory:
    used_memory used_memory_human used_memory_rss used_memory_rss_human used_memory_peak
    used_memory_peak_human used_memory_peak_perc=100.00% used_memory_overhead=670640
    used_memory_startup=670640 used_memory_dataset used_memory_dataset_perc=100.00%
    allocator_allocated allocator_active allocator_resident allocator_muzzy=0
    total_system_memory total_system_memory_human used_memory_lua=0 used_memory_vm_eval=0
    used_memory_lua_human=0B used_memory_scripts_eval=0 number_of_cached_scripts
    number_of_functions number_of_libraries used_memory_vm_functions=0 used_memory_vm_total=0
    used_memory_vm_total_human=0B used_memory_functions=0 used_memory_scripts=0
    used_memory_scripts_human=0B maxmemory maxmemory_human maxmemory_policy
    allocator_frag_ratio=1.00 allocator_frag_bytes=0 allocator_rss_ratio=1.00
    allocator_rss_bytes=0 rss_overhead_ratio=1.00 rss_overhead_bytes=0
    mem_fragmentation_ratio=1.00 mem_fragmentation_bytes=0 mem_not_counted_for_evict=0
    mem_replication_backlog=0 mem_total_replication_buffers=0 mem_replica_full_sync_buffer=0
    mem_clients_slaves=0 mem_clients_normal=0 mem_cluster_links=0 mem_aof_buffer=0
    mem_allocator=libc mem_overhead_db_hashtable_rehashing=0 active_defrag_running=0
    lazyfree_pending_objects=0 lazyfreed_objects=0
  Persistence:
    loading=0 async_loading=0 current_cow_peak=0 current_cow_size=0 current_cow_size_age=0
    current_fork_perc=0.00 current_save_keys_processed=0 current_save_keys_total=0
    rdb_changes_since_last_save rdb_bgsave_in_progress=0 rdb_last_save_time
    rdb_last_bgsave_status=ok rdb_last_bgsave_time_sec=-1 rdb_current_bgsave_time_sec=-1
    rdb_saves rdb_last_cow_size=0 rdb_last_load_keys_expired=0 rdb_last_load_keys_loaded=0
    aof_enabled aof_rewrite_in_progress=0 aof_rewrite_scheduled=0 aof_last_rewrite_time_sec=-1
    aof_current_rewrite_time_sec=-1 aof_last_bgrewrite_status=ok aof_rewrites=0
    aof_rewrites_consecutive_failures=0 aof_last_write_status=ok aof_last_cow_size=0
    module_fork_in_progress=0 module_fork_last_cow_size=0
  Threads:
    io_thread_0
  Stats:
    total_connections_received total_commands_processed instantaneous_ops_per_sec=0
    total_net_input_bytes=0 total_net_output_bytes=0 total_net_repl_input_bytes=0
    total_net_repl_output_bytes=0 instantaneous_input_kbps=0.00 instantaneous_output_kbps=0.00
    instantaneous_input_repl_kbps=0.00 instantaneous_output_repl_kbps=0.00
    rejected_connections=0 sync_full=0 sync_partial_ok=0 sync_partial_err=0 expired_subkeys=0
    expired_keys expired_stale_perc=0.00 expired_time_cap_reached_count=0
    expire_cycle_cpu_milliseconds=0 evicted_keys=0 evicted_clients=0 evicted_scripts=0
    total_eviction_exceeded_time=0 current_eviction_exceeded_time=0 keyspace_hits
    keyspace_misses pubsub_channels pubsub_patterns pubsubshard_channels latest_fork_usec=0
    total_forks=0 migrate_cached_sockets=0 slave_expires_tracked_keys=0 active_defrag_hits=0
    active_defrag_misses=0 active_defrag_key_hits=0 active_defrag_key_misses=0
    total_active_defrag_time=0 current_active_defrag_time=0 tracking_total_keys=0
    tracking_total_items=0 tracking_total_prefixes=0 unexpected_error_replies
    total_error_replies dump_payload_sanitizations=0 total_reads_processed
    total_writes_processed io_threaded_reads_processed=0 io_threaded_writes_processed=0
    client_query_buffer_limit_disconnections=0 client_output_buffer_limit_disconnections=0
    reply_buffer_shrinks=0 reply_buffer_expands=0 eventloop_cycles=0 eventloop_duration_sum=0
    eventloop_duration_cmd_sum=0 instantaneous_eventloop_cycles_per_sec=0
    instantaneous_eventloop_duration_usec=0 acl_access_denied_auth=0 acl_access_denied_cmd=0
    acl_access_denied_key=0 acl_access_denied_channel=0
  Replication:
    role=master connected_slaves=0 master_failover_state=no-failover master_replid
    master_replid2=0000000000000000000000000000000000000000 master_repl_offset=0
    second_repl_offset=-1 repl_backlog_active=0 repl_backlog_size=1048576
    repl_backlog_first_byte_offset=0 repl_backlog_histlen=0
  CPU:
    used_cpu_sys=0.000000 used_cpu_user=0.000000 used_cpu_sys_children=0.000000
    used_cpu_user_children=0.000000 used_cpu_sys_main_thread=0.000000
    used_cpu_user_main_thread=0.000000
  Cluster:
    cluster_enabled=0`;
/** The sections in Redis's order, with the name by which each is asked for. */
const SECTIONS = [
  ["server", "Server"],
  ["clients", "Clients"],
  ["memory", "Memory"],
  ["persistence", "Persistence"],
  ["threads", "Threads"],
  ["stats", "Stats"],
  ["replication", "Replication"],
  ["cpu", "CPU"],
  ["modules", "Modules"],
  ["commandstats", "Commandstats"],
  ["errorstats", "Errorstats"],
  ["latencystats", "Latencystats"],
  ["cluster", "Cluster"],
  ["keyspace", "Keyspace"],
  ["keysizes", "Keysizes"],
] as const;

/** What is only told when it is asked for, or with `all`. */
const ON_REQUEST: ReadonlySet<string> = new Set(["commandstats", "latencystats"]);

/** The chosen sections; without a name those of `default`. A section that does not exist is left out. */
export function info(context: Context, names: readonly ByteString[]): ByteString {
  const chosen = new Set(names.map(lowerAscii));
  const all = chosen.has("all") || chosen.has("everything");
  const byDefault = names.length === 0 || chosen.has("default");
  if (chosen.has("module_list")) chosen.add("modules");
  const sections = SECTIONS.filter(
    ([name]) => all || chosen.has(name) || (byDefault && !ON_REQUEST.has(name)),
  );
  return bytes(sections.map(([name, title]) => section(context, name, title)).join("\r\n"));
}

function section(context: Context, name: string, title: string): string {
  const lines = listings[name]?.(context) ?? fieldsOf(context, title);
  return [`# ${title}`, ...lines, ""].join("\r\n");
}

/** Words by title; read when INFO is first called. */
let fields: Map<string, readonly string[]> | undefined;

function fieldsOf(context: Context, title: string): readonly string[] {
  fields ??= new Map(
    FIELDS.trim()
      .split(/\n {2}(?! )/)
      .map((block) => {
        const [heading = "", words = ""] = block.split(":\n");
        return [heading.trim(), words.trim().split(/\s+/)];
      }),
  );
  const memory = title === "Memory" ? STARTUP_BYTES + datasetBytes(context.keyspace) : 0;
  return (fields.get(title) ?? []).map((word) => {
    const [name = "", value] = word.split("=");
    return `${name}:${value ?? computed[name]?.(context, memory) ?? ""}`;
  });
}

type Computed = (context: Context, memory: number) => string | number;

const memoryNow: Computed = (_, memory) => memory;
const readableMemory: Computed = (_, memory) => readable(memory);
const uptime: Computed = ({ now, startedAt }) => Math.max(0, Math.floor((now - startedAt) / 1000));

/** What a machine of 16 GiB has. */
const SYSTEM_BYTES = 2 ** 34;

const computed: Readonly<Record<string, Computed>> = {
  redis_version: ({ profile }) => profile.redisVersion,
  os: () => "kv-emulator",
  server_time_usec: ({ now }) => now * 1000,
  uptime_in_seconds: uptime,
  uptime_in_days: (context, memory) => Math.floor(Number(uptime(context, memory)) / 86_400),
  hz: ({ keyspace: { config } }) => config.get("hz"),
  configured_hz: ({ keyspace: { config } }) => config.get("hz"),
  lru_clock: ({ now }) => Math.floor(now / 1000) % 2 ** 24,
  run_id: ({ server }) => server.identity(1),
  tcp_port: ({ keyspace: { config } }) => config.get("port"),

  connected_clients: (context) => connected(context).length,
  maxclients: ({ keyspace: { config } }) => config.get("maxclients"),
  pubsub_clients: (context) => connected(context).filter(({ subscribed }) => subscribed).length,
  watching_clients: (context) =>
    connected(context).filter(({ watchedKeys }) => watchedKeys > 0).length,
  total_watched_keys: (context) =>
    connected(context).reduce((sum, { watchedKeys }) => sum + watchedKeys, 0),

  used_memory: memoryNow,
  used_memory_human: readableMemory,
  used_memory_rss: memoryNow,
  used_memory_rss_human: readableMemory,
  used_memory_peak: memoryNow,
  used_memory_peak_human: readableMemory,
  used_memory_dataset: (_, memory) => memory - STARTUP_BYTES,
  allocator_allocated: memoryNow,
  allocator_active: memoryNow,
  allocator_resident: memoryNow,
  total_system_memory: () => SYSTEM_BYTES,
  total_system_memory_human: () => readable(SYSTEM_BYTES),
  number_of_cached_scripts: ({ scripting }) => scripting.scriptCount,
  number_of_functions: ({ scripting }) => scripting.functionCount,
  number_of_libraries: ({ scripting }) => scripting.libraries.size,
  maxmemory: ({ profile }) => profile.maxMemory,
  maxmemory_human: ({ profile }) => readable(profile.maxMemory),
  maxmemory_policy: ({ keyspace: { config } }) => config.get("maxmemory-policy"),

  rdb_changes_since_last_save: ({ server, keyspace: { shared } }) =>
    shared.changes - server.changesAtSave,
  rdb_last_save_time: ({ server }) => Math.floor(server.savedAt / 1000),
  rdb_saves: ({ server }) => server.saves,
  aof_enabled: ({ keyspace: { config } }) => (config.get("appendonly") === "yes" ? 1 : 0),

  io_thread_0: (context) => {
    const { commands } = context.keyspace.shared;
    return `clients=${connected(context).length},reads=${commands},writes=${commands}`;
  },

  total_connections_received: ({ server }) => server.connections,
  total_commands_processed: ({ keyspace: { shared } }) => shared.commands,
  expired_keys: ({ keyspace: { shared } }) => shared.expired,
  keyspace_hits: ({ keyspace: { shared } }) => shared.hits,
  keyspace_misses: ({ keyspace: { shared } }) => shared.misses,
  pubsub_channels: ({ pubsub }) => pubsub.channels("channels").length,
  pubsub_patterns: ({ pubsub }) => pubsub.patternCount,
  pubsubshard_channels: ({ pubsub }) => pubsub.channels("shardChannels").length,
  unexpected_error_replies: () => 0,
  total_error_replies: ({ server }) => [...server.errors.values()].reduce((sum, n) => sum + n, 0),
  total_reads_processed: ({ keyspace: { shared } }) => shared.commands,
  total_writes_processed: ({ keyspace: { shared } }) => shared.commands,

  master_replid: ({ server }) => server.identity(2),
};

type Listing = (context: Context) => readonly string[];

/** Sections whose fields are not always the same. */
const listings: Readonly<Record<string, Listing>> = {
  modules: () => [],

  commandstats: ({ commands, server }) =>
    [...commands.values()].flatMap(({ name, index }) => {
      const calls = server.calls[index] ?? 0;
      const rejected = server.rejected.get(name) ?? 0;
      const failed = server.failed.get(name) ?? 0;
      if (calls + rejected + failed === 0) return [];
      return `cmdstat_${name}:calls=${calls},usec=0,usec_per_call=0.00,rejected_calls=${rejected},failed_calls=${failed}`;
    }),

  errorstats: ({ server }) =>
    [...server.errors.keys()]
      .toSorted()
      .map((code) => `errorstat_${code}:count=${server.errors.get(code)}`),

  latencystats: ({ commands, server, keyspace: { config } }) => {
    const parameter = config.get("latency-tracking-info-percentiles");
    const percentiles = parameter.split(" ").filter((percent) => percent !== "");
    const values = percentiles.map((percent) => `p${percent}=0.000`).join(",");
    return [...commands.values()].flatMap(({ name, index }) =>
      server.calls[index] === 0 ? [] : `latency_percentiles_usec_${name}:${values}`,
    );
  },

  keyspace: ({ keyspace }) =>
    keyspace
      .used()
      .map(
        ({ index, size, volatileSize, hashesWithDeadlines }) =>
          `db${index}:keys=${size},expires=${volatileSize},avg_ttl=0,subexpiry=${hashesWithDeadlines}`,
      ),

  keysizes: ({ keyspace }) => keyspace.used().flatMap(sizeDistributions),
};

/** As Redis shortens numbers of bytes: 718.46K. */
function readable(size: number): string {
  if (size < 1024) return `${size}B`;
  const power = Math.min(4, Math.floor(Math.log2(size) / 10));
  return `${(size / 2 ** (10 * power)).toFixed(2)}${"BKMGT"[power]}`;
}
