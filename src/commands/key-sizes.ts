/** How large the keys of a database are, by powers of two: INFO's section keysizes. It looks at every key. */
import type { Database } from "../keyspace/database.js";
import { stringOf, typeName, type TypeName, type Value } from "../keyspace/value.js";
import { JsonDocument } from "../values/json.js";

const TITLES: readonly (readonly [type: TypeName, title: string])[] = [
  ["string", "strings_sizes"],
  ["list", "lists_items"],
  ["set", "sets_items"],
  ["zset", "zsets_items"],
  ["hash", "hashes_items"],
];

/** A line for each type: `db0_distrib_strings_sizes:0=1,8=2,4K=1`. */
export function sizeDistributions(database: Database): string[] {
  const counts = new Map<TypeName, Map<number, number>>();
  for (const key of database.keys()) {
    const value = database.peek(key);
    if (value === undefined || value instanceof JsonDocument) continue;
    const type = typeName(value);
    const bySize = counts.get(type) ?? new Map<number, number>();
    counts.set(type, bySize);
    const power = floorPower(sizeOf(value));
    bySize.set(power, (bySize.get(power) ?? 0) + 1);
  }
  return TITLES.flatMap(([type, title]) => {
    const bySize = counts.get(type);
    if (bySize === undefined) return [];
    const shown = [...bySize]
      .sort(([one], [other]) => one - other)
      .map(([power, count]) => `${label(power)}=${count}`);
    return `db${database.index}_distrib_${title}:${shown.join(",")}`;
  });
}

function sizeOf(value: Exclude<Value, JsonDocument>): number {
  const text = stringOf(value);
  if (text !== undefined) return text.length;
  return typeof value === "object" && "size" in value ? value.size : 0;
}

function floorPower(size: number): number {
  return size === 0 ? 0 : 2 ** Math.floor(Math.log2(size));
}

function label(power: number): string {
  if (power < 1024) return String(power);
  const scale = Math.floor(Math.log2(power) / 10);
  return `${power / 2 ** (10 * scale)}${" KMGT"[scale]}`;
}
