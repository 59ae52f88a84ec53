/** What is compared with the engine: anything that takes Redis's commands, seen through five functions of which two are required. */

/** What the suite calls: an implementation of Redis's commands, however it is reached. */
export interface Target {
  /**
   * Runs one command, `["SET", "a", "1", "EX", "10"]`; returns its reply or throws (rejects with) an Error that carries Redis's error
   * text.
   */
  call(argv: readonly string[]): unknown;
  /** Empties the database; called before each sequence. */
  reset(): unknown;
  /** Whether the target has a way to say this command; those it has not are skipped and counted. Default: everything. */
  supports?(argv: readonly string[]): boolean;
  /** Lets time pass. Default: real milliseconds are waited for. */
  advance?(ms: number): unknown;
  /** What a faithful implementation answers through the same adapter; default: the engine itself, replies as RESP2 clients give them. */
  reference?(): Target;
}
