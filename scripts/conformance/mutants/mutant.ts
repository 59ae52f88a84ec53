import type { Family } from "../../../src/conformance/families.js";

/**
 * Faults that the conformance suite has to find, each a small change of one source file: the mistakes that are easily made when a command
 * is written after its documentation. Each shows in a reply, a type, an encoding, a value or a deadline; a fault that nothing shows would
 * not be one. They are applied one at a time, to the text of the file, so that a line that is rewritten may take its mutant along.
 */
export interface Mutant {
  /** What is wrong, as a bug report's title: "ZRANGE leaves out the last element". */
  readonly name: string;
  /** Where it is looked for first. */
  readonly family: Family;
  /** The file below src. */
  readonly file: string;
  /** A text that stands exactly once in the file, and what it becomes. */
  readonly from: string;
  readonly to: string;
}
