/**
 * Transcripts: command lines and what a real Redis answered. A line begins with how its reply is compared, then come the reply in
 * RESP2 and, where it differs, in RESP3 behind `3 `:
 *
 *     > ZSCORE board ada        the whole reply
 *     *> SMEMBERS s             all but the order
 *     %> HGETALL h              all but the order of pairs
 *     ?> TIME                   types and sizes only
 *     2> WATCH k                the whole reply, on a second connection
 *     wait 15                   lets so many milliseconds pass
 *
 * `#` begins a comment, `## NAME` a group of lines. Words are split and unquoted as redis-cli does; text beyond ASCII is UTF-8.
 */
import { utf8, type ByteString } from "../../src/bytes.js";
import { splitArguments, type RespValue } from "../../src/resp/decode.js";
import { format, normalize, type Mode } from "../../src/conformance/notation.js";

export type Line =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "wait"; readonly ms: number; readonly text: string }
  | CommandLine;

export interface CommandLine {
  readonly kind: "command";
  readonly text: string;
  /** Counted from 1. */
  readonly number: number;
  readonly group: string;
  readonly connection: 1 | 2;
  readonly mode: Mode;
  readonly argv: readonly ByteString[];
  /** The recorded replies, as they stand; empty where none has been recorded yet. */
  readonly resp2: string;
  readonly resp3: string;
}

/** What marks a command line and its mode. */
const COMMAND = /^([*%?2]?)> (.*)$/;

const MODES: Readonly<Record<string, Mode>> = {
  "*": "unordered",
  "%": "unordered-pairs",
  "?": "shape",
};

/** Reads a file. Throws for a command line without words or with unbalanced quotes. */
export function parseTranscript(text: string): Line[] {
  const rows = text.split("\n");
  const lines: Line[] = [];
  let group = "";
  for (let row = 0; row < rows.length; row++) {
    const current = rows[row] ?? "";
    const [, mark, words] = COMMAND.exec(current) ?? [];
    if (mark === undefined || words === undefined) {
      if (current.startsWith("## ")) group = current.slice(3);
      const wait = /^wait (\d+)$/.exec(current);
      if (wait === null) lines.push({ kind: "text", text: current });
      else lines.push({ kind: "wait", ms: Number(wait[1]), text: current });
      continue;
    }
    const number = row + 1;
    const resp2 = isReply(rows[row + 1]) ? (rows[++row] ?? "") : "";
    const resp3 = rows[row + 1]?.startsWith("3 ") === true ? (rows[++row]?.slice(2) ?? "") : resp2;
    lines.push({
      kind: "command",
      text: current,
      number,
      group,
      connection: mark === "2" ? 2 : 1,
      mode: MODES[mark] ?? "exact",
      argv: splitWords(words, number),
      resp2,
      resp3,
    });
  }
  return lines;
}

function isReply(row: string | undefined): boolean {
  return row !== undefined && row !== "" && !COMMAND.test(row) && !/^(#|wait |3 )/.test(row);
}

/** The line as a file holds it, with its replies. */
export function renderCommand({ text }: CommandLine, resp2: string, resp3: string): string {
  return [text, resp2, ...(resp3 === resp2 ? [] : [`3 ${resp3}`])].join("\n");
}

/** A reply as a transcript keeps it for a line. */
export function recorded({ mode }: CommandLine, reply: RespValue): string {
  return format(normalize(reply, mode));
}

function splitWords(words: string, line: number): readonly ByteString[] {
  const argv = splitArguments(utf8(words));
  if (argv === undefined) throw new Error(`line ${line}: unbalanced quotes: ${words}`);
  if (argv.length === 0) throw new Error(`line ${line}: no command`);
  return argv;
}
