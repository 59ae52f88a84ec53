/** What is explored, and what a run of it leaves to look at. */
import type { Duration } from "../clock.js";
import type { Emulator } from "../emulator.js";
import type { VercelKV } from "../kv/kv.js";
import type { DiagramEvent } from "./diagram.js";
import type { Own } from "./own.js";

export interface Plan {
  readonly emulator: Emulator;
  readonly actors: ReadonlyMap<string, (own: Own) => unknown>;
  readonly setup: ((own: Own) => unknown) | undefined;
  /** Throws, or resolves to false, where it is violated. */
  readonly invariant: ((state: State) => unknown) | undefined;
  readonly always: ((state: State) => unknown) | undefined;
  readonly crashing: ReadonlySet<string>;
  readonly crashes: number;
  readonly advance: readonly Duration[];
  readonly splitsPipelines: boolean;
  readonly maxSteps: number;
  /** Milliseconds of real time for which an actor may do what the explorer can not see. */
  readonly patience: number;
}

/** What a run has come to. */
export interface State {
  readonly emulator: Emulator;
  readonly results: Readonly<Record<string, unknown>>;
  readonly crashed: readonly string[];
  readonly kv: VercelKV;
}

/** A step that can be taken now. */
export interface Choice {
  /** As it stands in a schedule. */
  readonly step: string;
  /** What tells it from another of the same name: the command. */
  readonly label: string;
  /** 0 for what happens where nothing interferes, 1 otherwise. */
  readonly cost: number;
}

/** A step that was taken; the others could have been taken in its place. */
export interface Taken extends Choice {
  readonly others: readonly Choice[];
}

export interface Trace {
  readonly steps: readonly Taken[];
  readonly events: readonly DiagramEvent[];
  readonly violation: Violation | undefined;
  /** Whether the run was given up, because it takes too many steps. */
  readonly isCut: boolean;
}

/** What was found wrong: what was thrown, and by whom. */
export interface Violation {
  readonly by: string;
  readonly reason: unknown;
}

/** Picks one of the choices, of which there is at least one; the first is what happens where nothing interferes. */
export type Choose = (index: number, choices: readonly Choice[]) => number;
