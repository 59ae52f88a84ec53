/** A stream's consumer group: how far it has read, its consumers, and the pending entries by ID, of the group and of each consumer. */
import type { ByteString } from "../bytes.js";
import { IdMap } from "./id-map.js";
import { addIntegers } from "./numbers.js";
import type { StreamId } from "./stream-id.js";
import type { UInt64 } from "./uint64.js";

/** A delivered entry that is not acknowledged yet. */
export interface Pending {
  readonly id: StreamId;
  consumer: Consumer;
  /** Unix time in milliseconds. */
  deliveredAt: number;
  deliveries: number | bigint;
}

/** One delivery more; past 64 bits the count wraps around. */
export function countDelivery(pending: Pending): void {
  pending.deliveries = addIntegers(pending.deliveries, 1) ?? -(2n ** 63n);
}

export interface Consumer {
  readonly name: ByteString;
  readonly pending: IdMap<Pending>;
  /** When it last tried to read or claim. */
  seenAt: number;
  /** When it last got an entry; undefined where it never has. */
  activeAt: number | undefined;
}

/** A consumer that is in no group yet. */
export function newConsumer(name: ByteString, now: number): Consumer {
  return { name, pending: new IdMap(), seenAt: now, activeAt: undefined };
}

export class ConsumerGroup {
  lastId: StreamId;
  /** How many entries of the stream lie up to `lastId`; undefined where that is not known. */
  entriesRead: UInt64 | undefined;
  readonly pending = new IdMap<Pending>();
  readonly #consumers = new Map<ByteString, Consumer>();

  constructor(lastId: StreamId, entriesRead: UInt64 | undefined) {
    this.lastId = lastId;
    this.entriesRead = entriesRead;
  }

  get consumerCount(): number {
    return this.#consumers.size;
  }

  consumer(name: ByteString): Consumer | undefined {
    return this.#consumers.get(name);
  }

  /** All consumers by name, as Redis lists them. */
  consumers(): Consumer[] {
    return [...this.#consumers.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Creates a consumer that is not there yet. */
  createConsumer(name: ByteString, now: number): Consumer {
    const consumer = newConsumer(name, now);
    this.addConsumer(consumer);
    return consumer;
  }

  addConsumer(consumer: Consumer): void {
    this.#consumers.set(consumer.name, consumer);
  }

  /** Deletes a consumer and forgets what is pending for it. */
  deleteConsumer(consumer: Consumer): void {
    for (const { id } of consumer.pending.from()) this.pending.delete(id);
    this.#consumers.delete(consumer.name);
  }

  /** Makes an entry pending for a consumer, whoever had it. */
  assign(pending: Pending, consumer: Consumer): void {
    if (pending.consumer !== consumer) pending.consumer.pending.delete(pending.id);
    pending.consumer = consumer;
    consumer.pending.set(pending);
    this.pending.set(pending);
  }

  /** Takes an entry off the pending ones; tells whether it was there. */
  acknowledge(id: StreamId): boolean {
    const pending = this.pending.get(id);
    if (pending === undefined) return false;
    this.pending.delete(id);
    pending.consumer.pending.delete(id);
    return true;
  }

  clone(): ConsumerGroup {
    const copy = new ConsumerGroup(this.lastId, this.entriesRead);
    for (const { name, seenAt, activeAt } of this.#consumers.values()) {
      copy.createConsumer(name, seenAt).activeAt = activeAt;
    }
    for (const pending of this.pending.from()) {
      const consumer = copy.consumer(pending.consumer.name);
      if (consumer !== undefined) copy.assign({ ...pending, consumer }, consumer);
    }
    return copy;
  }
}
