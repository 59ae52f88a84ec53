/** Sequences and replies as people read them: commands as they are typed into redis-cli, and what each side answered. */
import { bytes, text, type ByteString } from "../bytes.js";
import { quote } from "../quote.js";
import type { RespValue } from "../resp/decode.js";
import { format } from "./notation.js";
import type { Argv, Sequence, Step } from "./sequences.js";

/** Where two sides parted: the steps up to there, and what each answered to the last. */
export interface Divergence {
  readonly steps: Sequence;
  readonly argv: Argv;
  readonly expected: RespValue;
  readonly received: RespValue;
}

/** Replies, or whatever else, by who gave them. */
export type Labelled = readonly (readonly [label: string, reply: string])[];

/** A divergence between two sides of these names. */
export function printDivergence(
  { steps, argv, expected, received }: Divergence,
  [expectedName, receivedName]: readonly [string, string],
): string {
  const last = steps.at(-1);
  const asked = last !== undefined && "argv" in last && last.argv === argv;
  return printReplies(asked ? steps : [...steps, { session: 1, argv }], [
    [expectedName, format(expected)],
    [receivedName, format(received)],
  ]);
}

/** The steps one below the other, then what each side answered to the last. */
export function printReplies(steps: Sequence, replies: Labelled): string {
  const width = Math.max(...replies.map(([label]) => label.length));
  const lines = replies.map(([label, reply]) => `  ${label.padEnd(width)}  ${shortened(reply)}`);
  return [printSequence(steps), ...lines].join("\n");
}

/** The steps one below the other. */
export function printSequence(steps: Sequence): string {
  return steps.map(printStep).join("\n");
}

/** A second session is marked `2>`. */
function printStep(step: Step): string {
  if ("wait" in step) return `# ${step.wait} ms later`;
  return `${step.session === 2 ? "2> " : ""}${printCommand(step.argv)}`;
}

export function printCommand(argv: Argv): string {
  return argv.map((word) => shortened(printWord(word))).join(" ");
}

function printWord(word: ByteString): string {
  return /^[\w:.+*[({?#^$@%/=,~!&<>|-]+$/.test(word) ? word : quote(word);
}

const LONGEST = 500;

function shortened(printed: string): string {
  if (printed.length <= LONGEST) return printed;
  return `${printed.slice(0, LONGEST)}… (${printed.length} characters)`;
}

/** What kind of divergence it is, so that each is told once: the command, and how the replies differ. */
export function signature({
  argv,
  expected,
  received,
}: Pick<Divergence, "argv" | "expected" | "received">): string {
  const name = text(bytes((argv[0] ?? "").toLowerCase()));
  return `${name}: ${kind(expected)} / ${kind(received)}`;
}

function kind(value: RespValue): string {
  return value.type === "error" ? value.text.slice(0, 40) : value.type;
}
