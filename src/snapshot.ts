/** What `snapshot` takes of an engine: a version of the keyspace, and the little that stands beside it. */
import type { AclState } from "./acl/acl.js";
import type { ConfigState } from "./keyspace/config.js";
import type { Keyspace } from "./keyspace/keyspace.js";
import type { Version } from "./keyspace/versions.js";
import type { ScriptingState } from "./lua/scripting.js";
import type { RandomState } from "./random.js";
import type { ServerState } from "./server.js";
import type { SessionState } from "./session.js";

export interface EngineState {
  /** Whose state it is. */
  readonly keyspace: Keyspace;
  readonly version: Version;
  readonly counters: Counters;
  readonly events: number;
  readonly config: ConfigState;
  readonly scripting: ScriptingState;
  readonly acl: AclState;
  readonly server: ServerState;
  readonly random: RandomState;
  readonly session: SessionState;
}

/** What INFO counts of all databases together. */
export interface Counters {
  readonly commands: number;
  readonly hits: number;
  readonly misses: number;
  readonly expired: number;
}

/** For those who restore a snapshot, or look into it. */
export let stateOf: (snapshot: Snapshot) => EngineState;

/** An emulator's state at one time, made by `emulator.snapshot()`, for `emulator.restore` and `diff`. It never changes. */
export class Snapshot {
  readonly #state: EngineState;

  constructor(state: EngineState) {
    this.#state = state;
  }

  static {
    stateOf = (snapshot) => snapshot.#state;
  }
}

/** The state of a snapshot of that keyspace. Throws a TypeError for one of another, and for what is none. */
export function checkedState(snapshot: Snapshot, keyspace: Keyspace): EngineState {
  if (!(snapshot instanceof Snapshot)) {
    throw new TypeError(
      "restore(snapshot): this is no snapshot; pass what emulator.snapshot() returned",
    );
  }
  const state = stateOf(snapshot);
  if (state.keyspace === keyspace) return state;
  throw new TypeError(
    "restore(snapshot): the snapshot is another emulator's; restore it there, or take one of this one with snapshot()",
  );
}
