/** Faults in streams. */
import type { Mutant } from "./mutant.js";

export const streams: readonly Mutant[] = [
  {
    name: "XADD takes an ID that is equal to the last",
    family: "stream",
    file: "commands/stream.ts",
    from: "compareIds(id, last) > 0) return id;",
    to: "compareIds(id, last) >= 0) return id;",
  },
  {
    name: "XADD MAXLEN ~ trims exactly",
    family: "stream",
    file: "values/stream.ts",
    from: "if (approximate) break;",
    to: "",
  },
  {
    name: "XRANGE leaves out the end of a millisecond",
    family: "stream",
    file: "commands/stream-operands.ts",
    from: "return anyStreamId(operand, MAX_UINT64);",
    to: "return anyStreamId(operand);",
  },
  {
    name: "a stream goes with its last entry",
    family: "stream",
    file: "commands/stream.ts",
    from: "const deleted = ids.filter((id) => stream.delete(id)).length;",
    to: "const deleted = ids.filter((id) => stream.delete(id)).length;\n    if (stream.size === 0) db.delete(key);",
  },
  {
    name: "XREADGROUP NOACK makes entries pending",
    family: "stream",
    file: "commands/stream-read.ts",
    from: "if (noAck) continue;",
    to: "",
  },
  {
    name: "XREADGROUP leaves deleted entries out of a consumer's history",
    family: "stream",
    file: "commands/stream-read.ts",
    from: "replies.push(entry === undefined ? [formatId(pending.id), NIL_ARRAY] : entryReply(entry));",
    to: "if (entry !== undefined) replies.push(entryReply(entry));",
  },
  {
    name: "XCLAIM JUSTID counts a delivery",
    family: "stream",
    file: "commands/stream-pending.ts",
    from: "else if (!options.justId) countDelivery(pending);",
    to: "else countDelivery(pending);",
  },
  {
    name: "XCLAIM keeps deleted entries pending",
    family: "stream",
    file: "commands/stream-pending.ts",
    from: "if (entry === undefined) {\n        group.acknowledge(id);\n        continue;",
    to: "if (entry === undefined) {\n        continue;",
  },
  {
    name: "XAUTOCLAIM does not count deleted entries",
    family: "stream",
    file: "commands/stream-pending.ts",
    from: "if (claimed.length + deleted.length >= count) break;",
    to: "if (claimed.length >= count) break;",
  },
  {
    name: "XGROUP DELCONSUMER leaves its entries pending for the group",
    family: "stream",
    file: "values/consumer-group.ts",
    from: "for (const { id } of consumer.pending.from()) this.pending.delete(id);",
    to: "",
  },
  {
    name: "XINFO GROUPS counts the lag over deleted entries",
    family: "stream",
    file: "values/stream.ts",
    from: "const known = entriesRead !== undefined && !this.#hasDeletedFrom(lastId);",
    to: "const known = entriesRead !== undefined;",
  },
];
