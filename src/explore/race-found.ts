/** What `explore` rejects with: a race as a sequence diagram, and what runs it again. */
import { sequenceDiagram } from "./diagram.js";
import type { Found } from "./search.js";

/** An order of steps in which something went wrong; `cause` is what was thrown. */
export class RaceFound extends Error {
  override readonly name = "RaceFound";
  /** Runs the same again: `explore(emulator, { …, schedule })`. */
  readonly schedule: string;
  /** How many steps there are. */
  readonly steps: number;
  /** What happened, from the top down. */
  readonly diagram: string;

  constructor(lanes: readonly string[], { trace, schedule }: Found, where: string) {
    const { by = "", reason } = trace.violation ?? {};
    const diagram = sequenceDiagram(lanes, trace.events);
    super(
      `${title(by, reason)}\n\n${diagram}\n\nschedule: ${JSON.stringify(schedule)} (${where})`,
      reason === undefined ? undefined : { cause: reason },
    );
    this.schedule = schedule;
    this.steps = trace.steps.length;
    this.diagram = diagram;
  }
}

function title(by: string, reason: unknown): string {
  if (by !== "invariant" && by !== "always") return `a race: ${by} throws ${text(reason)}`;
  const which = by === "always" ? "what shall always hold does not" : "the invariant is violated";
  return reason === undefined ? `a race: ${which}` : `a race: ${which}: ${text(reason)}`;
}

function text(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
