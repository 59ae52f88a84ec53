/** Sequence diagrams as text: a lane for each client, time from the top down, what each sends and what it gets for it. */
import { bytes, type ByteString } from "../bytes.js";
import { ReplyError } from "../errors.js";
import { plain, type PlainReply } from "../plain.js";
import type { Reply } from "../reply.js";
import { named } from "../testing/parts.js";

export interface DiagramEvent {
  /** Whose it is; undefined for what happens to all, as time that passes. */
  readonly lane?: string;
  readonly text: string;
  /** What came back, behind an arrow. */
  readonly reply?: string;
  /** Steps are numbered; others, such as what a function returns, are not. */
  readonly isStep: boolean;
  /** Whether it is the last event of its lane. */
  readonly isEnd?: boolean;
}

/** How wide all lanes together may be, and how wide any of them may always be, in characters. */
const WIDTH = 110;
const LEAST = 30;

/** The lanes stand in the order given; texts that are too long for theirs are cut. */
export function sequenceDiagram(lanes: readonly string[], events: readonly DiagramEvent[]): string {
  const most = Math.max(LEAST, Math.floor(WIDTH / lanes.length) - 4);
  const texts = events.map((event) => fitted(event, most));
  const widths = lanes.map((lane) => {
    const own = texts.filter((_, index) => events[index]?.lane === lane);
    return Math.max(lane.length, ...own.map((text) => text.length + 2)) + 2;
  });
  const open = new Set(lanes);
  const line = (number: string, cells: readonly string[]): string => {
    const row = cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join("");
    return `${number.padStart(3)}  ${row}`.trimEnd();
  };
  const rows = [line("", lanes)];
  let steps = 0;
  for (const [index, { lane, isStep, isEnd = false }] of events.entries()) {
    const number = isStep ? String(++steps) : "";
    const text = texts[index] ?? "";
    if (lane === undefined) {
      const width = widths.reduce((sum, next) => sum + next, 0);
      rows.push(`${number.padStart(3)}  ${`┄┄ ${text} `.padEnd(width - 2, "┄")}`);
      continue;
    }
    const mark = isEnd ? "┴" : "├";
    rows.push(
      line(
        number,
        lanes.map((other) => (other === lane ? `${mark} ${text}` : rail(open, other))),
      ),
    );
    if (isEnd) open.delete(lane);
  }
  return rows.join("\n");
}

/** A command as typed, its name in capitals, with long words cut. */
export function commandText([name = bytes(""), ...operands]: readonly ByteString[]): string {
  const words = operands.map((word) => cut(inQuotes(named(word)), MAX_WORD));
  return [named(name).toUpperCase(), ...words].join(" ");
}

/** A reply as people read it: text in quotes, `nil`, numbers, arrays in brackets, errors in their words. */
export function replyText(reply: Reply): string {
  if (typeof reply === "object" && reply !== null && "kind" in reply) {
    if (reply.kind === "status") return reply.text;
    if (reply.kind === "several" && reply.items.length === 0) return "(later)";
  }
  return plainText(plain(reply));
}

const MAX_WORD = 40;

function plainText(reply: PlainReply): string {
  if (reply === null) return "nil";
  if (reply instanceof ReplyError) return reply.message;
  if (typeof reply === "string") return inQuotes(JSON.stringify(reply));
  return typeof reply === "object" ? `[${reply.map(plainText).join(", ")}]` : String(reply);
}

/** JSON within text is easier to read in single quotes, which redis-cli takes, too. */
function inQuotes(word: string): string {
  if (!word.startsWith('"') || !word.includes('\\"')) return word;
  const plain = word.slice(1, -1).replaceAll('\\"', '"');
  return /['\\]/.test(plain) ? word : `'${plain}'`;
}

function rail(open: ReadonlySet<string>, lane: string): string {
  return open.has(lane) ? "│" : "";
}

/** The reply keeps its place behind a command that is cut. */
function fitted({ text, reply }: DiagramEvent, most: number): string {
  if (reply === undefined) return cut(text, most);
  const behind = ` → ${cut(reply, Math.max(12, Math.floor(most / 2) - 3))}`;
  return cut(text, most - behind.length) + behind;
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
