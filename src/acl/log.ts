/** What was refused, for ACL LOG: the latest first, and the same thing again within a minute counted (acl.c, addACLLogEntry). */
import type { ByteString } from "../bytes.js";
import type { Reason } from "./selector.js";

/** Where a call was refused. */
export type LogContext = "toplevel" | "multi" | "lua";

export interface LogEntry {
  count: number;
  readonly reason: Reason;
  readonly context: LogContext;
  /** The command, key or channel. */
  readonly object: ByteString;
  readonly username: ByteString;
  clientInfo: ByteString;
  readonly id: number;
  /** Unix times in milliseconds. */
  readonly created: number;
  updated: number;
}

export type Incident = Omit<LogEntry, "count" | "id" | "created" | "updated">;

export interface LogState {
  readonly entries: readonly LogEntry[];
  readonly next: number;
}

/** Redis's acllog-max-len. */
const MAX_ENTRIES = 128;
/** So many entries are looked through for one that is alike. */
const LOOKED_AT = 10;
const GROUPED_WITHIN = 60_000;

export class AclLog {
  #entries: LogEntry[] = [];
  #next = 0;

  /** The latest first. */
  get entries(): readonly LogEntry[] {
    return this.#entries;
  }

  add(incident: Incident, now: number): void {
    const index = this.#entries
      .slice(0, LOOKED_AT)
      .findIndex((entry) => alike(entry, incident) && now - entry.updated <= GROUPED_WITHIN);
    const [known] = index < 0 ? [] : this.#entries.splice(index, 1);
    if (known === undefined) {
      this.#entries.unshift({
        ...incident,
        count: 1,
        id: this.#next++,
        created: now,
        updated: now,
      });
      this.#entries.length = Math.min(this.#entries.length, MAX_ENTRIES);
      return;
    }
    known.count++;
    known.clientInfo = incident.clientInfo;
    known.updated = now;
    this.#entries.unshift(known);
  }

  clear(): void {
    this.#entries = [];
  }

  snapshot(): LogState {
    return { entries: this.#entries.map(copied), next: this.#next };
  }

  restore({ entries, next }: LogState): void {
    this.#entries = entries.map(copied);
    this.#next = next;
  }
}

function copied(entry: LogEntry): LogEntry {
  return { ...entry };
}

function alike(one: Incident, other: Incident): boolean {
  return (
    one.reason === other.reason &&
    one.context === other.context &&
    one.object === other.object &&
    one.username === other.username
  );
}
