/** What the tests of lint share: problems as they are shown, with the line in place of the marks in the test's source. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { LintError, type Emulator } from "kv-emulator";

/** For a test's file: finds the place in it, as lint tells it, of the one line that ends with `// @mark`. */
export function placesIn(url: string): (mark: string) => string {
  const path = fileURLToPath(url);
  const lines = readFileSync(path, "utf8").split("\n");
  return (mark) => {
    const index = lines.findIndex((line) => line.endsWith(`// @${mark}`));
    if (index < 0) throw new Error(`no line ends with // @${mark}`);
    return `${path.slice(process.cwd().length + 1)}:${index + 1}`;
  };
}

/** All that lint has found: the rule and the message, and below it where, without columns. */
export function found(emulator: Emulator): string[] {
  try {
    emulator.lint.verify();
    return [];
  } catch (error) {
    if (!(error instanceof LintError)) throw error;
    const [, ...lines] = withoutColumns(error.message).split("\n");
    return lines;
  }
}

export function withoutColumns(message: string): string {
  return message.replace(/(\.ts:\d+):\d+/g, "$1");
}
