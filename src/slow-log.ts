/**
 * SLOWLOG's entries (slowlog.c). Time stands still while a command of the emulator runs, so each took 0 microseconds: the log holds every
 * command where slowlog-log-slower-than is 0, and none where it is more.
 */
import { bytes, type ByteString } from "./bytes.js";

export interface SlowLogEntry {
  readonly id: number;
  /** Unix time in seconds. */
  readonly time: number;
  readonly argv: readonly ByteString[];
  readonly address: ByteString;
  readonly name: ByteString;
}

export interface SlowLogState {
  readonly entries: readonly SlowLogEntry[];
  readonly next: number;
}

/** Of a command so many words are kept, and of a word so many bytes. */
const MAX_WORDS = 32;
const MAX_LENGTH = 128;

export class SlowLog {
  /** The newest first. */
  #entries: SlowLogEntry[] = [];
  #next = 0;

  get length(): number {
    return this.#entries.length;
  }

  /** The newest entries, so many at most. */
  newest(count: number): readonly SlowLogEntry[] {
    return this.#entries.slice(0, count);
  }

  /** Keeps so many entries, the newest; of 0 it is not even emptied, as in Redis. */
  add(entry: Omit<SlowLogEntry, "id">, limit: number): void {
    if (limit === 0) return;
    this.#entries.unshift({ ...entry, id: this.#next++, argv: shortened(entry.argv) });
    if (this.#entries.length > limit) this.#entries.length = limit;
  }

  clear(): void {
    this.#entries = [];
  }

  snapshot(): SlowLogState {
    return { entries: [...this.#entries], next: this.#next };
  }

  restore({ entries, next }: SlowLogState): void {
    this.#entries = [...entries];
    this.#next = next;
  }
}

function shortened(argv: readonly ByteString[]): readonly ByteString[] {
  const kept = argv.length > MAX_WORDS ? argv.slice(0, MAX_WORDS - 1) : argv;
  const words = kept.map((word) =>
    word.length <= MAX_LENGTH
      ? word
      : bytes(`${word.slice(0, MAX_LENGTH)}... (${word.length - MAX_LENGTH} more bytes)`),
  );
  if (kept === argv) return words;
  return [...words, bytes(`... (${argv.length - MAX_WORDS + 1} more arguments)`)];
}
