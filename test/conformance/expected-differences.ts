/**
 * Where a door does not answer as Redis 8 does, and why. A difference that no longer occurs fails the run. Commands that a door
 * refuses run on the engine behind it, so that the lines after them find the same state.
 */
export interface ExpectedDifference {
  /** Names of targets, as in targets.ts. */
  readonly targets: readonly string[];
  /** The transcript to which it is limited; all its lines, where no command is named. */
  readonly file?: string;
  /** Commands in lower case. */
  readonly commands?: readonly string[];
  readonly reason: string;
}

const upstash = ["the REST handler", "the double"];

export const expectedDifferences: readonly ExpectedDifference[] = [
  {
    targets: upstash,
    commands: ["lcs", "object", "sort", "sort_ro"],
    reason:
      "Upstash does not offer these commands and answers 'ERR Command is not available' (documentation of its commands)",
  },
];
