/** Whether a known difference still occurs: each witness is played as it is written, without the laws that keep out of its way. */
import { bytes } from "../../src/bytes.js";
import type { Sequence } from "../../src/conformance/sequences.js";
import { splitArguments } from "../../src/resp/decode.js";
import type { Differential } from "./differential.js";
import type { KnownDifference } from "./known-differences.js";

/** Some occur only when a command comes at the right millisecond. */
const ATTEMPTS = 200;

export async function occurs(
  { witnesses }: KnownDifference,
  sides: readonly Differential[],
): Promise<boolean> {
  for (const witness of witnesses) if (!(await shows(witness.map(parseStep), sides))) return false;
  return true;
}

async function shows(sequence: Sequence, sides: readonly Differential[]): Promise<boolean> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    for (const side of sides) if (await side.differs(sequence)) return true;
  }
  return false;
}

function parseStep(line: string): Sequence[number] {
  const argv = splitArguments(bytes(line)) ?? [];
  return argv[0] === "WAIT" ? { wait: Number(argv[1]) } : { session: 1, argv };
}
