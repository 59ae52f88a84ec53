/**
 * Who looks on at what goes through the doors and changes nothing of it, as the log does. A door asks for one once per request, so that
 * it costs next to nothing where nobody looks.
 */
import type { ByteString } from "./bytes.js";
import type { ReplyError } from "./errors.js";

export interface RequestObserver {
  /** A request has come in; `sent` counts the bytes of its body when it is asked. */
  begin(door: "double" | "rest" | "resp", sent: () => number): ObservedRequest;
}

export interface ObservedRequest {
  /**
   * Commands of the request are about to be refused or run; the returned function is called with what the client gets for them: replies,
   * the one error for all of them, or, where it gets none, what was thrown.
   */
  run(commands: ObservedCommands): (outcome: unknown) => void;
  /** So many commands have run for it, those that scripts call included. */
  readonly onRun: (commands: number) => void;
  /** The response is on its way; `received` counts the bytes of its body when it is asked. */
  end(received: () => number): void;
  /** A link of the chain has sent another response than the replies make: this. */
  alter(response: AlteredResponse): void;
}

export interface ObservedCommands {
  /** As they were sent; an error stands for one that could not be read. */
  readonly commands: readonly (readonly ByteString[] | ReplyError)[];
  readonly atomic: boolean;
  readonly client: string;
}

export interface AlteredResponse {
  readonly status: number;
  readonly body: string | Uint8Array | null;
  readonly torn?: boolean;
}

/** Has a request's observer hear of an outcome, or of what it is a promise of. */
export function tell(hear: (outcome: unknown) => void, outcome: unknown): void {
  if (outcome instanceof Promise) outcome.then(hear, hear);
  else hear(outcome);
}
