/** How calls of MULTI and its kin look. */
import type { Grammar, Grammars } from "../operands.js";

const alone: Grammar = () => [];

export const transactionGrammars = {
  discard: alone,
  exec: alone,
  multi: alone,
  unwatch: alone,
  watch: (draw) => draw.keys(),
} satisfies Grammars;
