/** INFO's text. It shows what an emulator can know: no process, no memory, no replication. */
import { bytes, lowerAscii, type ByteString } from "../bytes.js";
import type { Context } from "./command.js";

type Fields = readonly (readonly [name: string, value: string | number])[];

/** The sections in their order, each with its heading. */
const SECTIONS: Readonly<
  Record<string, { readonly title: string; readonly fields: (context: Context) => Fields }>
> = {
  server: {
    title: "Server",
    fields: ({ profile, now, startedAt }) => {
      const uptime = Math.max(0, Math.floor((now - startedAt) / 1000));
      return [
        ["redis_version", profile.redisVersion],
        ["redis_mode", "standalone"],
        ["server_time_usec", now * 1000],
        ["uptime_in_seconds", uptime],
        ["uptime_in_days", Math.floor(uptime / 86_400)],
      ];
    },
  },
  clients: { title: "Clients", fields: () => [["connected_clients", 1]] },
  memory: {
    title: "Memory",
    fields: () => [
      ["maxmemory", 0],
      ["maxmemory_policy", "noeviction"],
    ],
  },
  stats: {
    title: "Stats",
    fields: ({ keyspace: { shared } }) => [
      ["total_commands_processed", shared.commands],
      ["expired_keys", shared.expired],
      ["evicted_keys", 0],
      ["keyspace_hits", shared.hits],
      ["keyspace_misses", shared.misses],
    ],
  },
  cluster: { title: "Cluster", fields: () => [["cluster_enabled", 0]] },
  keyspace: {
    title: "Keyspace",
    fields: ({ keyspace }) =>
      keyspace
        .used()
        .map(({ index, size, volatileSize }) => [
          `db${index}`,
          `keys=${size},expires=${volatileSize},avg_ttl=0,subexpiry=0`,
        ]),
  },
};

const ALL: ReadonlySet<string> = new Set(["all", "default", "everything"]);

/** The chosen sections, all of them when none is named; a section that does not exist is left out. */
export function info(context: Context, names: readonly ByteString[]): ByteString {
  const chosen = new Set(names.map(lowerAscii));
  const everything = names.length === 0 || [...chosen].some((name) => ALL.has(name));
  return bytes(
    Object.entries(SECTIONS)
      .filter(([name]) => everything || chosen.has(name))
      .map(([, { title, fields }]) => section(title, fields(context)))
      .join("\r\n"),
  );
}

function section(title: string, fields: Fields): string {
  return [`# ${title}`, ...fields.map(([name, value]) => `${name}:${value}`), ""].join("\r\n");
}
