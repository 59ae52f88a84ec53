/** How a link of the chain around calls disturbs what travels between a client and the REST API, where no reply can say it. */

export interface WebResponse {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array<ArrayBuffer> | null;
  /** Whether the connection is cut when half of the body is sent. */
  readonly torn?: boolean;
  /** What reading the body fails with, for a client in this process; others get the body. */
  readonly failure?: Error;
}

/** What becomes of a response on its way; the commands have run. */
export type Alteration = (response: WebResponse) => WebResponse;

/**
 * Thrown by a link (or what its promise rejects with) when the client is not to get its response: it gets the one given, of whatever
 * stands before the database, or finds its connection cut. Over RESP the connection is cut either way.
 */
export class Disruption extends Error {
  override readonly name = "Disruption";
  readonly response: WebResponse | undefined;

  constructor(response?: WebResponse) {
    super("read ECONNRESET (kv-emulator cut the connection, as a rule for faults says)");
    this.response = response;
  }
}

/** Thrown by a link when a call is to fail with this very error, and the client not to try again. Over HTTP it is a 400 with the message. */
export class Failure extends Error {}
