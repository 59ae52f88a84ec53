/** What goes wrong outside of the program, told to whom runs it: the message is a whole sentence that names the cause and the fix. */

export class Failure extends Error {
  override readonly name = "Failure";
}

/** What the system says went wrong: its words without the code and the call. */
export function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^E[A-Z]+: /, "").replace(/, [a-z]+( '.*)?$/s, "");
}

/** The system's code for what went wrong, such as ENOENT. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
