/** Pops and moves that wait for an element where there is none, after t_list.c. */
import type { ByteString } from "../bytes.js";
import { NIL_ARRAY, type Reply } from "../reply.js";
import type { Args } from "./args.js";
import { timeout } from "./blocking.js";
import {
  command,
  firstTwoKeys,
  noKeys,
  type CommandTable,
  type Context,
  type Handler,
  type KeyRange,
} from "./command.js";
import { listEnd, move, popFrom, type End } from "./list.js";
import { countedKeys, countOption } from "./operands.js";

export const keysAndTimeout: KeyRange = [1, -2, 1];

export const listBlockingCommands = {
  /** `BLMOVE source destination LEFT | RIGHT LEFT | RIGHT s` → the element that moved; the nil array after so many seconds, 0 for no end. */
  blmove: command(6, ["write", "denyoom", "blocking"], firstTwoKeys, (context, args) => {
    const [source, destination] = [args.next(), args.next()];
    const [from, to] = [listEnd(args), listEnd(args)];
    return moveOrWait(context, args, { source, destination, from, to });
  }),

  /** `BLMPOP s numkeys key [key …] LEFT | RIGHT [COUNT n]` → as LMPOP; the nil array after so many seconds, 0 for no end. */
  blmpop: command(-5, ["write", "blocking", "movablekeys"], noKeys, (context, args) => {
    const operand = args.next();
    const keys = countedKeys(args);
    const from = listEnd(args);
    const count = countOption(args);
    const until = timeout(operand, context.now);
    for (const key of keys) {
      const popped = popFrom(context.db, key, from, count);
      if (popped.length > 0) return [key, popped];
    }
    return context.wait({ args, type: "list", keys, until, otherwise: NIL_ARRAY });
  }),

  /** `BLPOP key [key …] s` → the first key with elements and its first one; the nil array after so many seconds, 0 for no end. */
  blpop: command(-3, ["write", "blocking"], keysAndTimeout, popOrWait("LEFT")),

  /** `BRPOP key [key …] s` → as BLPOP, from the tail. */
  brpop: command(-3, ["write", "blocking"], keysAndTimeout, popOrWait("RIGHT")),

  /** `BRPOPLPUSH source destination s` → BLMOVE source destination RIGHT LEFT s. */
  brpoplpush: command(4, ["write", "denyoom", "blocking"], firstTwoKeys, (context, args) => {
    const [source, destination] = [args.next(), args.next()];
    return moveOrWait(context, args, { source, destination, from: "RIGHT", to: "LEFT" });
  }),
} satisfies CommandTable;

function popOrWait(from: End): Handler {
  return (context, args) => {
    const keys = args.take(args.left - 1);
    const until = timeout(args.next(), context.now);
    for (const key of keys) {
      const [element] = popFrom(context.db, key, from, 1);
      if (element !== undefined) return [key, element];
    }
    return context.wait({ args, type: "list", keys, until, otherwise: NIL_ARRAY });
  };
}

interface Move {
  readonly source: ByteString;
  readonly destination: ByteString;
  readonly from: End;
  readonly to: End;
}

function moveOrWait(context: Context, args: Args, { source, destination, from, to }: Move): Reply {
  const until = timeout(args.next(), context.now);
  const moved = move(context.db, source, destination, from, to);
  if (moved !== null) return moved;
  const replies = { otherwise: null, timedOut: NIL_ARRAY };
  return context.wait({ args, type: "list", keys: [source], until, ...replies });
}
