/**
 * Conversations of several connections (fixtures/sessions): `A> SUBSCRIBE ch` sends a command on connection A; below it, in bytes,
 * stands what then came to each connection, asked for or not: `A< "*3\r\n…"`. C speaks RESP3, A and B RESP2. `#` begins a comment.
 */
import { bytes, utf8, type ByteString } from "../../src/bytes.js";
import { splitArguments } from "../../src/resp/decode.js";
import { quote } from "../../src/quote.js";

export const connectionNames = ["A", "B", "C"] as const;
export type ConnectionName = (typeof connectionNames)[number];

/** What a connection got since it was last asked; the bytes of MONITOR without times and addresses. */
export type Received = Readonly<Record<ConnectionName, ByteString>>;

export type SessionLine =
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "command";
      readonly text: string;
      readonly number: number;
      readonly connection: ConnectionName;
      readonly argv: readonly ByteString[];
      readonly received: readonly string[];
    };

export function protocolOf(connection: ConnectionName): 2 | 3 {
  return connection === "C" ? 3 : 2;
}

/** Throws for a command with unbalanced quotes. */
export function parseSessions(file: string): SessionLine[] {
  const rows = file.split("\n");
  const lines: SessionLine[] = [];
  for (let row = 0; row < rows.length; row++) {
    const text = rows[row] ?? "";
    const connection = connectionNames.find((name) => text.startsWith(`${name}> `));
    if (connection === undefined) {
      lines.push({ kind: "text", text });
      continue;
    }
    const number = row + 1;
    const argv = splitArguments(utf8(text.slice(3)));
    if (argv === undefined) throw new Error(`line ${number}: unbalanced quotes`);
    const received: string[] = [];
    while (/^[ABC]< /.test(rows[row + 1] ?? "")) received.push(rows[++row] ?? "");
    lines.push({ kind: "command", text, number, connection, argv, received });
  }
  return lines;
}

export function renderReceived(received: Received): string[] {
  return connectionNames
    .filter((name) => received[name] !== "")
    .map((name) => `${name}< ${quote(masked(received[name]))}`);
}

function masked(received: ByteString): ByteString {
  return bytes(
    received
      .replace(/\+\d+\.\d{6} \[(\d+) (?!lua)[^\]]*\]/g, "+TIME [$1 ADDRESS]")
      .replace(/\+\d+\.\d{6} /g, "+TIME "),
  );
}
