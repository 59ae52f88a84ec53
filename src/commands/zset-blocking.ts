/** Pops that wait for a member where there is none, after t_zset.c. */
import { NIL_ARRAY } from "../reply.js";
import { timeout } from "./blocking.js";
import { command, noKeys, type CommandTable, type Handler } from "./command.js";
import { keysAndTimeout } from "./list-blocking.js";
import { popFirst, scoreEnd } from "./zset.js";
import { countedKeys, countOption } from "./operands.js";

export const zsetBlockingCommands = {
  /** `BZMPOP s numkeys key [key …] MIN | MAX [COUNT n]` → as ZMPOP; the nil array after so many seconds, 0 for no end. */
  bzmpop: command(-5, ["write", "blocking", "movablekeys"], noKeys, (context, args) => {
    const operand = args.next();
    const keys = countedKeys(args);
    const end = scoreEnd(args);
    const count = countOption(args);
    const until = timeout(operand, context.now);
    const popped = popFirst(context.db, keys, end, count);
    if (popped !== undefined) return popped;
    return context.wait({ args, type: "zset", keys, until, otherwise: NIL_ARRAY });
  }),

  /** `BZPOPMAX key [key …] s` → the first key with members, its highest one and the score; the nil array after so many seconds, 0 for no end. */
  bzpopmax: command(-3, ["write", "blocking", "fast"], keysAndTimeout, popOrWait("MAX")),

  /** `BZPOPMIN key [key …] s` → as BZPOPMAX, the lowest. */
  bzpopmin: command(-3, ["write", "blocking", "fast"], keysAndTimeout, popOrWait("MIN")),
} satisfies CommandTable;

function popOrWait(end: "MIN" | "MAX"): Handler {
  return (context, args) => {
    const keys = args.take(args.left - 1);
    const until = timeout(args.next(), context.now);
    const popped = popFirst(context.db, keys, end, 1);
    if (popped === undefined) {
      return context.wait({ args, type: "zset", keys, until, otherwise: NIL_ARRAY });
    }
    const [key, members] = popped;
    return [key, ...members.flat()];
  };
}
