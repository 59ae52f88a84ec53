/** MEMORY: what Redis would need for the keys (object.c). The process has memory of its own, of which it says nothing. */
import { bytes } from "../bytes.js";
import { syntaxError } from "../errors.js";
import { footprint } from "../keyspace/footprint.js";
import type { Keyspace } from "../keyspace/keyspace.js";
import { double, map, OK, status, verbatim, type Reply } from "../reply.js";
import type { Args } from "./args.js";
import { command, container, noKeys, subcommandKey, type CommandTable } from "./command.js";
import { integer } from "./operands.js";

export const memoryCommands = {
  memory: container(-2),

  /** `MEMORY DOCTOR` → that there is nothing to complain of. */
  "memory|doctor": command(2, [], noKeys, () => verbatim("txt", bytes(DIAGNOSIS))),

  /** `MEMORY HELP` → what the subcommands do. */
  "memory|help": command(2, ["loading", "stale"], noKeys, () => HELP.map(status)),

  /** `MEMORY MALLOC-STATS` → that there are none. */
  "memory|malloc-stats": command(2, [], noKeys, () =>
    verbatim("txt", bytes("Stats not supported for the current allocator")),
  ),

  /** `MEMORY PURGE` → OK. */
  "memory|purge": command(2, [], noKeys, () => OK),

  /** `MEMORY STATS` → a map of what the databases take. */
  "memory|stats": command(2, [], noKeys, ({ keyspace }) => map(statistics(keyspace))),

  /** `MEMORY USAGE key [SAMPLES count]` → how many bytes Redis would need for the key and its value (footprint.ts), nil for no key. */
  "memory|usage": command(-3, ["readonly"], subcommandKey, ({ db }, args) => {
    const key = args.next();
    const samples = sampleOption(args);
    const value = db.peek(key);
    return value === undefined ? null : footprint(key, value, samples);
  }),
} satisfies CommandTable;

/** How many members Redis looks at unless told otherwise. */
const SAMPLES = 5;

function sampleOption(args: Args): number {
  let samples = SAMPLES;
  while (args.more()) {
    if (args.option() !== "SAMPLES" || !args.more()) throw syntaxError();
    const count = integer(args.next());
    if (count < 0) throw syntaxError();
    samples = Number(count);
  }
  return samples;
}

/** What Redis takes before it has a key. */
export const STARTUP_BYTES = 670_640;

/** Of so many keys in each database the size is looked at. */
const SAMPLED_KEYS = 64;

/** About how many bytes Redis would need for all keys. */
export function datasetBytes(keyspace: Keyspace): number {
  let total = 0;
  for (const database of keyspace.used()) {
    let sampled = 0;
    let sum = 0;
    database.scan(0, SAMPLED_KEYS, (key, value) => {
      sampled++;
      sum += footprint(key, value, SAMPLES);
    });
    total += Math.round((sum / Math.max(1, sampled)) * database.size);
  }
  return total;
}

function statistics(keyspace: Keyspace): readonly Reply[] {
  const dataset = datasetBytes(keyspace);
  const total = STARTUP_BYTES + dataset;
  const used = keyspace.used();
  const keys = used.reduce((sum, { size }) => sum + size, 0);
  const databases = used.map(({ index, size, volatileSize }): readonly [string, Reply] => [
    `db.${index}`,
    map([
      bytes("overhead.hashtable.main"),
      size * 32,
      bytes("overhead.hashtable.expires"),
      volatileSize * 32,
    ]),
  ]);
  const fields: readonly (readonly [string, Reply])[] = [
    ["peak.allocated", total],
    ["total.allocated", total],
    ["startup.allocated", STARTUP_BYTES],
    ["replication.backlog", 0],
    ["replica.fullsync.buffer", 0],
    ["clients.slaves", 0],
    ["clients.normal", 0],
    ["cluster.links", 0],
    ["aof.buffer", 0],
    ["lua.caches", 0],
    ["functions.caches", 0],
    ["script.VMs", 0],
    ...databases,
    ["overhead.db.hashtable.lut", 0],
    ["overhead.db.hashtable.rehashing", 0],
    ["overhead.total", STARTUP_BYTES],
    ["db.dict.rehashing.count", 0],
    ["keys.count", keys],
    ["keys.bytes-per-key", keys === 0 ? 0 : Math.floor(dataset / keys)],
    ["dataset.bytes", dataset],
    ["dataset.percentage", double(dataset === 0 ? 0 : 100)],
    ["peak.percentage", double(100)],
    ["allocator.allocated", total],
    ["allocator.active", total],
    ["allocator.resident", total],
    ["allocator.muzzy", 0],
    ["allocator-fragmentation.ratio", double(1)],
    ["allocator-fragmentation.bytes", 0],
    ["allocator-rss.ratio", double(1)],
    ["allocator-rss.bytes", 0],
    ["rss-overhead.ratio", double(1)],
    ["rss-overhead.bytes", 0],
    ["fragmentation", double(1)],
    ["fragmentation.bytes", 0],
  ];
  return fields.flatMap(([name, value]) => [bytes(name), value]);
}

const DIAGNOSIS =
  "Hi Sam, this instance is empty or is using very little memory, my issues detector can't be used in these conditions. Please, leave for your mission on Earth and fill it with some data. The new Sam and I will be back to our programming as soon as I finished rebooting.\n";

const HELP = [
  "MEMORY <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
  "DOCTOR",
  "    Return memory problems reports.",
  "MALLOC-STATS",
  "    Return internal statistics report from the memory allocator.",
  "PURGE",
  "    Attempt to purge dirty pages for reclamation by the allocator.",
  "STATS",
  "    Return information about the memory usage of the server.",
  "USAGE <key> [SAMPLES <count>]",
  "    Return memory in bytes used by <key> and its value. Nested values are",
  "    sampled up to <count> times (default: 5, 0 means sample all).",
  "HELP",
  "    Print this help.",
];
