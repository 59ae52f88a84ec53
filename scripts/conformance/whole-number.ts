/** A number given on the command line, where one that is none would end a run at once, as if all were well. */
export function wholeNumber(option: string, text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new Error(`--${option} takes a whole number, not ${JSON.stringify(text)}`);
}
