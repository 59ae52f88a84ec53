/** Replays what a real Redis 8 sent to several connections (fixtures/sessions) on sessions of one engine, byte for byte. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bytes, lowerAscii } from "../../src/bytes.js";
import { commandTable } from "../../src/commands/table.js";
import { Engine } from "../../src/engine.js";
import { encodeResp } from "../../src/resp/encode.js";
import type { Session } from "../../src/session.js";
import {
  connectionNames,
  parseSessions,
  protocolOf,
  renderReceived,
  type ConnectionName,
} from "../support/sessions.js";

const MIN_LINES = 20;

const directory = new URL("../../fixtures/sessions/", import.meta.url);
const files = readdirSync(directory).map((name) => ({
  name,
  lines: parseSessions(readFileSync(new URL(name, directory), "utf8")),
}));

describe("conversations of several connections", () => {
  it.each(files)("go in $name as on Redis 8", ({ lines }) => {
    const engine = new Engine();
    const received = { A: "", B: "", C: "" };
    const open = (name: ConnectionName): Session => {
      const session = engine.createSession("redis", (message) => {
        unasked[name] += encodeResp(message, session.resp);
      });
      session.resp = protocolOf(name);
      return session;
    };
    const unasked = { A: "", B: "", C: "" };
    const sessions = { A: open("A"), B: open("B"), C: open("C") };
    const failures: string[] = [];
    for (const line of lines) {
      if (line.kind === "text") continue;
      const session = sessions[line.connection];
      received[line.connection] += encodeResp(engine.execute(session, line.argv), session.resp);
      // What comes unasked while a command runs is sent behind its reply.
      for (const name of connectionNames) received[name] += unasked[name];
      Object.assign(unasked, { A: "", B: "", C: "" });
      const came = renderReceived({
        A: bytes(received.A),
        B: bytes(received.B),
        C: bytes(received.C),
      });
      Object.assign(received, { A: "", B: "", C: "" });
      if (came.join("\n") !== line.received.join("\n")) {
        failures.push(
          `${line.number} ${line.text}\n  Redis ${line.received.join(" ")}\n  here  ${came.join(" ")}`,
        );
      }
    }
    expect(failures.join("\n")).toBe("");
  });

  it.each([...commandTable.keys()].filter(isOfSeveral))(
    `hold at least ${MIN_LINES} lines of %s`,
    (name) => {
      const words = name.split("|");
      const lines = files
        .flatMap((file) => file.lines)
        .filter(
          (line) =>
            line.kind === "command" &&
            words.every((word, index) => lowerAscii(line.argv[index] ?? "") === word),
        );
      expect(lines.length).toBeGreaterThanOrEqual(MIN_LINES);
    },
  );
});

/** Whether a command has a part in what other connections get. */
function isOfSeveral(name: string): boolean {
  const command = commandTable.get(name);
  return (
    command?.flags.includes("pubsub") === true || /^monitor$|^pubsub\|help|^b(?:l|r|z)/.test(name)
  );
}
