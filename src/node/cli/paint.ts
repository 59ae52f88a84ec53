/** Colours, on a terminal only and not where NO_COLOR is set. */

/** Where text goes: stdout or stderr. */
export interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const STYLES = { bold: 1, dim: 2, red: 31, cyan: 36 };

/** Styles text for one terminal. */
export function painter({ isTTY }: Terminal): (style: keyof typeof STYLES, text: string) => string {
  const colours = isTTY === true && (process.env["NO_COLOR"] ?? "") === "";
  return (style, text) => (colours ? `\x1b[${STYLES[style]}m${text}\x1b[0m` : text);
}
