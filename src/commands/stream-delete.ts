/** XDELEX and XACKDEL of Redis 8.2: deleting entries with regard to what consumer groups hold of them. */
import { ReplyError, syntaxError } from "../errors.js";
import { STREAM } from "../keyspace/events.js";
import { forgetReferences, isReferenced, type References } from "../values/stream-references.js";
import type { StreamId } from "../values/stream-id.js";
import type { Stream } from "../values/stream.js";
import type { Args } from "./args.js";
import { command, firstKey, type CommandTable } from "./command.js";
import { positiveNumber } from "./operands.js";
import { referencesOption, streamId } from "./stream-operands.js";

export const streamDeleteCommands = {
  /**
   * `XACKDEL key group [KEEPREF | DELREF | ACKED] IDS n id [id …]` → for each ID 1 where it was acknowledged and the entry deleted, 2
   * where ACKED kept the entry for another group, -1 where the ID was not pending in the group.
   */
  xackdel: command(-6, ["write", "fast"], firstKey, ({ db }, args) => {
    const key = args.next();
    const name = args.next();
    const stream = db.stream(key);
    const { references, ids } = idsOptions(args);
    const group = stream?.group(name);
    if (stream === undefined || group === undefined) return ids.map(() => NOT_FOUND);
    if (ids.some((id) => group.pending.get(id) !== undefined)) db.write(key);
    const replies = ids.map((id) =>
      group.acknowledge(id) ? deleteEntry(stream, id, references) : NOT_FOUND,
    );
    if (replies.includes(1)) db.notify("xdel", STREAM, key);
    return replies;
  }),

  /**
   * `XDELEX key [KEEPREF | DELREF | ACKED] IDS n id [id …]` → for each ID 1 where the entry was deleted, 2 where ACKED kept it for a
   * group, -1 where there is no such entry.
   */
  xdelex: command(-5, ["write", "fast"], firstKey, ({ db }, args) => {
    const key = args.next();
    const stream = db.stream(key);
    const { references, ids } = idsOptions(args);
    if (stream === undefined) return ids.map(() => NOT_FOUND);
    if (ids.some((id) => stream.get(id) !== undefined)) db.write(key);
    else if (references === "DELREF") db.writeUnwatched(key);
    const replies = ids.map((id) => {
      if (stream.get(id) !== undefined) return deleteEntry(stream, id, references);
      if (references === "DELREF") forgetReferences(stream, id);
      return NOT_FOUND;
    });
    if (replies.includes(1)) db.notify("xdel", STREAM, key);
    return replies;
  }),
} satisfies CommandTable;

const NOT_FOUND = -1;

function deleteEntry(stream: Stream, id: StreamId, references: References): 1 | 2 {
  if (references === "ACKED" && isReferenced(stream, id)) return 2;
  if (references === "DELREF") forgetReferences(stream, id);
  stream.delete(id);
  return 1;
}

interface IdsOptions {
  readonly references: References;
  readonly ids: readonly StreamId[];
}

/** `[KEEPREF | DELREF | ACKED] IDS n id [id …]` in any order. */
function idsOptions(args: Args): IdsOptions {
  let references: References | undefined;
  let ids: readonly StreamId[] | undefined;
  while (args.more()) {
    const option = args.option();
    const chosen = referencesOption(option);
    if (chosen !== undefined && references === undefined) references = chosen;
    else if (option === "IDS" && ids === undefined && args.more()) ids = countedIds(args);
    else throw syntaxError();
  }
  if (ids === undefined) throw syntaxError();
  return { references: references ?? "KEEPREF", ids };
}

function countedIds(args: Args): readonly StreamId[] {
  const count = positiveNumber(args.next(), "ERR Number of IDs must be a positive integer");
  if (count > args.left) {
    throw new ReplyError("ERR The `numids` parameter must match the number of arguments");
  }
  return args.take(count).map((id) => streamId(id));
}
